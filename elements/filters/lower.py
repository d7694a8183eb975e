"""Filter expressions as conditions of a packet program.

A test of bytes that the packet has not is not passed, whatever its relation; `not` turns that around. The network header must be marked.
"""

from __future__ import annotations

from elements.filters.names import PROTOCOLS, TCP_OR_UDP, TRANSPORT
from elements.filters.tree import Choice, Expression, Junction, Not, Test
from elements.program.combine import all_of, any_of
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
    return _protocol(expression, p) & _lower_test(expression, p)


def _protocol(test: Test, p: Packet) -> Value:
    """Whether the packet is of the test's protocol and, where it is about the transport header, a first fragment."""
    numbers = {None: (), TRANSPORT: (), TCP_OR_UDP: (PROTOCOLS["tcp"], PROTOCOLS["udp"])}.get(test.protocol, (test.protocol or 0,))
    right = any_of(*(p.ip.protocol.equals(number) for number in numbers)) if numbers else TRUE
    return right & p.ip.fragment_offset.equals(0) if test.layer == "transport" else right


def _lower_test(test: Test, p: Packet) -> Value:
    if test.kind == "constant":
        return TRUE if test.low else FALSE
    if test.kind == "host":
        return _either_way(test, p, 96, 32)
    if test.kind == "ether":
        return _sided(test, _compared(test, p.field("network", -64, 48)), _compared(test, p.field("network", -112, 48)))
    if test.kind == "port":
        return _either_way(test, p, 0, 16)
    if test.kind == "frag":
        fragment = p.ip.more_fragments | p.ip.fragment_offset.any()
        return p.has(8, "network") & (~fragment if test.negated else fragment)
    if test.kind == "proto" and test.low >= TCP_OR_UDP:
        return TRUE
    return _number(test, p)


def _number(test: Test, p: Packet) -> Value:
    """A test that is not passed where its bytes are not there, also where it is negated."""
    right = _compared(test, p.field(test.layer, test.offset, test.size))
    return p.has((test.offset + test.size + 7) // 8, test.layer) & (~right if test.negated else right)


def _either_way(test: Test, p: Packet, bit: int, width: int) -> Value:
    """A test of the source, at ``bit``, or of the destination behind it. A side that is not there is not what is asked; a negated test is
    not passed where a side that it asks is not there."""
    places = (bit, bit + width)
    source, destination = (_compared(test, p.field(test.layer, place, width)) for place in places)
    has_source, has_destination = (p.has((place + width) // 8, test.layer) for place in places)
    if not test.negated:
        return _sided(test, has_source & source, has_destination & destination)
    return (has_source if test.side == "src" else has_destination) & _sided(test, source, destination)


def _sided(test: Test, source: Value, destination: Value) -> Value:
    both = {"src": source, "dst": destination, "src and dst": source & destination}
    found = both.get(test.side, source | destination)
    return ~found if test.negated else found


def _compared(test: Test, field: Value) -> Value:
    ones = (1 << field.width) - 1
    number = field if test.mask & ones == ones else field & (test.mask & ones)
    if test.greater:
        return number > test.low
    if test.low == test.high:
        return number.equals(test.low & test.mask)
    return (number >= test.low) & (number <= test.high)
