"""Filter expressions as conditions of a packet program.

Tests of ports, ICMP types and TCP fields are false for packets of another protocol, for later fragments and where the packet ends before
the field. The network header must be marked; where it is not, addresses and fields are zero.
"""

from __future__ import annotations

from elements.filters.expression import Choice, Expression, Junction, Not, Test
from elements.filters.names import PROTOCOLS
from elements.program.combine import all_of, any_of
from elements.program.headers import Bytes
from elements.program.packet import Packet
from elements.program.values import FALSE, TRUE, Value, mux


def lower(expression: Expression, p: Packet) -> Value:
    """The condition (1 bit) that ``expression`` is of the packet ``p``."""
    if isinstance(expression, Not):
        return ~lower(expression.operand, p)
    if isinstance(expression, Junction):
        operands = [lower(operand, p) for operand in expression.operands]
        return all_of(*operands) if expression.every else any_of(*operands)
    if isinstance(expression, Choice):
        return mux(lower(expression.condition, p), lower(expression.yes, p), lower(expression.no, p))
    return _lower_test(expression, p)


def _lower_test(test: Test, p: Packet) -> Value:
    ip = p.ip
    if test.kind == "constant":
        return TRUE if test.low else FALSE
    if test.kind == "host":
        return _sided(test, _compared(test, ip.source), _compared(test, ip.destination))
    if test.kind == "port":
        protocols = [test.protocol] if test.protocol is not None else [PROTOCOLS["tcp"], PROTOCOLS["udp"]]
        transport = any_of(*(ip.protocol.equals(number) for number in protocols)) & _reaches(p, 4)
        return transport & _sided(test, _compared(test, p.udp.source), _compared(test, p.udp.destination))
    if test.kind == "proto":
        return _compared(test, ip.protocol)
    if test.kind == "icmp type":
        return ip.protocol.equals(PROTOCOLS["icmp"]) & _reaches(p, 1) & _compared(test, Bytes(p, "transport")[0])
    if test.kind == "tcp opt":
        return ip.protocol.equals(PROTOCOLS["tcp"]) & _reaches(p, 14) & _compared(test, Bytes(p, "transport")[13])
    if test.kind == "tcp win":
        return ip.protocol.equals(PROTOCOLS["tcp"]) & _reaches(p, 16) & _compared(test, Bytes(p, "transport")[14:16])
    if test.kind in ("frag", "unfrag"):
        fragment = ip.more_fragments | ip.fragment_offset.any()
        return fragment if test.kind == "frag" else ~fragment
    if test.kind == "ect":
        return ip.tos[0:2].any()
    if test.kind == "ce":
        return ip.tos[0:2].equals(3)
    fields = {
        "ip vers": ip.version, "ip hl": ip.ihl, "ip id": ip.identification, "ip tos": ip.tos, "ip dscp": ip.tos[2:8], "ip ttl": ip.ttl,
        "ip len": ip.length,
    }  # fmt: skip
    return _compared(test, fields[test.kind])


def _reaches(p: Packet, count: int) -> Value:
    """Whether the packet is a first fragment with ``count`` bytes of transport header."""
    return p.ip.fragment_offset.equals(0) & p.has(count, "transport")


def _sided(test: Test, source: Value, destination: Value) -> Value:
    if test.side == "src":
        return source
    if test.side == "dst":
        return destination
    return source & destination if test.side == "src and dst" else source | destination


def _compared(test: Test, field: Value) -> Value:
    number = field if test.mask is None else field & test.mask
    if test.relation in ("=", "!="):
        low = test.low if test.mask is None else test.low & test.mask
        same = number.equals(low) if test.low == test.high else (number >= test.low) & (number <= test.high)
        return same if test.relation == "=" else ~same
    if test.relation == "<":
        return number < test.low
    if test.relation == ">":
        return number > test.high
    return number <= test.high if test.relation == "<=" else number >= test.low
