"""What a rewriter does with packets, in the reference, and what all rewriters have in common."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import ClassVar

from elements.definition.arguments import Argument, Rest, keyword
from elements.definition.csource import CSource
from elements.definition.element import Move
from elements.definition.handlers import StateView, reads, writes
from elements.definition.parsers import boolean, integer, ip_address, seconds, unsigned16
from elements.definition.ports import Ports
from elements.reference.machine import Machine
from elements.reference.packet import Packet
from elements.rewriter.flows import DEPTH, MOST_INPUTS, TCP, UDP, FlowTable
from elements.rewriter.flows_c import HELPERS, STATE
from elements.rewriter.specifications import input_spec, with_named_patterns
from graph.model import Graph, Node

_capacity = integer(0, DEPTH - 1)


def _annotation(text: str) -> str:
    if text != "PAINT":
        raise ValueError(f"only PAINT can be kept, not {text!r}")
    return text


class Rewriter(FlowTable):
    ports = Ports("1-/1-", "h/h")
    specs = Rest("INPUTSPEC", input_spec, least=1)
    capacity = keyword("MAPPING_CAPACITY", _capacity, DEPTH - 1)
    reap_interval = keyword("REAP_INTERVAL", seconds, 900)
    set_destination = keyword("DST_ANNO", boolean, True)
    reply_annotation = Argument[str | None]("REPLY_ANNO", _annotation, None, position=False)

    protocols: ClassVar[dict[int, int]]
    """Which IP protocols are rewritten, and by which rules."""

    @classmethod
    def resolved(cls, graph: Graph, node: Node) -> Node:
        return with_named_patterns(graph, node)

    def list_seconds(self) -> tuple[int, ...]:
        """How long flows last, in seconds, by list."""
        raise NotImplementedError

    def setup(self) -> None:
        if len(self.specs) > MOST_INPUTS:
            raise ValueError(f"at most {MOST_INPUTS} INPUTSPECs are wanted, not {len(self.specs)}")
        if len(self.specs) != max(1, self.inputs):
            raise ValueError(f"{self.inputs} input(s) are in use, but there are {len(self.specs)} INPUTSPEC(s)")
        for number, spec in enumerate(self.specs, 1):
            wrong = [output for output in (spec.forward, spec.reply) if output >= max(self.outputs, 1)]
            if wrong:
                raise ValueError(f"INPUTSPEC {number} names output {wrong[0]}, but {self.outputs} output(s) are in use")
        self.times = tuple(1000 * time for time in self.list_seconds())

    def initialize(self, machine: Machine) -> None:
        machine.stores[self.name].set(self.most_flows, self.capacity)

    def move(self, output: int) -> Move:
        return Move()

    def push(self, machine: Machine, port: int, packet: Packet) -> None:
        state, now = machine.stores[self.name], machine.now // 1_000_000
        state.set(self.clock, now)
        self._reap(state, now)
        output = self._output(state, port, packet, now)
        if output is not None:
            machine.push_out(self.name, output, packet)

    def _output(self, state: StateView, port: int, packet: Packet, now: int) -> int | None:
        """The output by which a packet leaves, which is rewritten where its flow says so; None where it is dropped."""
        spec = self.specs[port]
        unknown = spec.forward if spec.kind == "pass" else None
        key = self._key_of(packet)
        if key is None:
            return unknown
        entry = self.find(state, *key)
        if not entry:
            if spec.kind in ("drop", "pass"):
                return unknown
            new = self.choose(state, port, spec.pattern, key)
            entry = 0 if new is None else self.store(state, port, key, new, now)
            if not entry:
                return None
            state.set(self.mark, packet.paint, entry - 1 >> 1)
        place, direction = entry + 1 >> 1, entry - 1 & 1
        self._rewrite(state, packet, key, self.becomes(state, entry), place, direction)
        self.touch(state, place, now)
        owner = self.specs[state.get(self.origin, place - 1)]
        return owner.reply if direction else owner.forward

    def _key_of(self, packet: Packet) -> tuple[int, int, int] | None:
        """The key of a packet that can be rewritten: of a known protocol, no later fragment, with eight bytes of its transport header."""
        network = packet.network
        if network is None or network < packet.start or packet.end - network < 20:
            return None
        header = packet.buffer[network : packet.end]
        at = 4 * (header[0] & 15)
        if header[9] not in self.protocols or header[6] & 0x1F or header[7] or at < 20 or len(header) < at + 8:
            return None
        return self.protocols[header[9]], int.from_bytes(header[12:20], "big"), int.from_bytes(header[at : at + 4], "big")

    def _rewrite(
        self, state: StateView, packet: Packet, key: tuple[int, int, int], new: tuple[int, int], place: int, direction: int
    ) -> None:
        network, transport = packet.network, packet.transport
        assert network is not None
        assert transport is not None
        rules, addresses, ports = key
        buffer, length, protocol = packet.buffer, packet.end - transport, packet.buffer[network + 9]
        buffer[network + 12 : network + 20] = new[0].to_bytes(8, "big")
        if self.set_destination:
            packet.dst_ip = new[0] & 0xFFFF_FFFF
        if self.reply_annotation and direction:
            packet.paint = state.get(self.mark, place - 1)
        change = difference(addresses, new[0])
        _correct(buffer, network + 10, change)
        if rules == TCP and length < 18:
            return
        buffer[transport : transport + 4] = new[1].to_bytes(4, "big")
        change += difference(ports, new[1])
        if protocol == 6 and length >= 18:
            _correct(buffer, transport + 16, change)
        elif protocol == 17 and any(buffer[transport + 6 : transport + 8]):
            _correct(buffer, transport + 6, change)
            if not any(buffer[transport + 6 : transport + 8]):
                buffer[transport + 6 : transport + 8] = b"\xff\xff"
        seen = state.get(self.flags, place - 1)
        if rules == UDP:
            seen |= direction
            state.set(self.flags, seen + 2 if seen < 6 else seen, place - 1)
            return
        has_data = 4 * ((buffer[network] & 15) + (buffer[transport + 12] >> 4)) < int.from_bytes(buffer[network + 2 : network + 4], "big")
        control = buffer[transport + 13]
        if control & 4:
            seen |= 3
        elif control & 1:
            seen |= 1 << direction
        elif control & 2 or has_data:
            seen &= ~(1 << direction)
        state.set(self.flags, seen | has_data << 2 + direction, place - 1)

    def _reap(self, state: StateView, now: int) -> None:
        if not self.reap_interval:
            return
        interval, due = 1000 * self.reap_interval, state.get(self.next_reap)
        if not due:
            state.set(self.next_reap, now + interval)
        elif now >= due:
            last = now - (now - due) % interval
            self.shrink(state, last)
            state.set(self.next_reap, last + interval)

    def c_source(self) -> CSource:
        kinds = {"drop": "RW_DROP", "pass": "RW_PASS", "keep": "RW_PATTERN", "pattern": "RW_PATTERN"}
        orders = {"same": "RW_SAME", "sequential": "RW_SEQUENTIAL", "hashed": "RW_HASHED"}
        inputs = ", ".join(
            f"{{{kinds[s.kind]}, {s.forward}, {s.reply}, 0x{s.pattern.source:x}u, 0x{s.pattern.destination:x}u, {s.pattern.source_port}, "
            f"{s.pattern.destination_port}, {s.pattern.more}, {orders[s.pattern.order]}}}"
            for s in self.specs
        )
        times = ", ".join(f"{time}ULL" for time in self.times)
        rules = ", ".join(f"[{protocol}] = {rules + 1}" for protocol, rules in self.protocols.items())
        return CSource(
            fields="struct rewriter *rw;",
            helpers=HELPERS,
            initialize=f"""
    static const struct rw_input inputs[] = {{{inputs}}};
    static const struct rw_settings settings = {{
        inputs, {{{times}}}, {{{rules}}}, {1000 * self.reap_interval}ULL, {int(self.set_destination)}, {int(bool(self.reply_annotation))}
    }};
    self->rw = rw_new(&settings, {self.capacity});
""",
            finish="    rw_free(self->rw);\n",
            push="""
    int output = rw_packet(self->rw, port, p, NOW / 1000000);
    if (output < 0) KILL(p);
    else OUT(output, p);
""",
            state=STATE,
        )

    def looked_up(self, state: StateView, rules: int, question: str) -> str:
        """What the flow ``SADDR SPORT DADDR DPORT`` becomes, in the same words; empty where it has no mapping. Errors: ``ValueError``."""
        words = question.split()
        if len(words) != 4:
            raise ValueError(f"a flow `SADDR SPORT DADDR DPORT` is wanted, not {question!r}")
        addresses = ip_address(words[0]) << 32 | ip_address(words[2])
        entry = self.find(state, rules, addresses, unsigned16(words[1]) << 16 | unsigned16(words[3]))
        return flow_text(*self.becomes(state, entry)).translate({ord(mark): None for mark in "(,)"}) if entry else ""

    def mappings(self, state: StateView, rules: int) -> str:
        """A line for each mapping by these rules, as Click prints them: what becomes what, the outputs (a star at its own), the input that
        made it and the seconds until it expires.
        """
        lines = []
        for entry in self.entries(state, rules):
            place, direction = entry + 1 >> 1, entry - 1 & 1
            port = state.get(self.origin, place - 1)
            outputs = [str(self.specs[port].forward), str(self.specs[port].reply)]
            outputs[direction] = f"*{outputs[direction]}"
            left = state.get(self.used_at, place - 1) + self.times[self.lasts(state, place)] + 500 - state.get(self.clock)
            before, after = flow_text(*self.key(state, entry)[1:]), flow_text(*self.becomes(state, entry))
            lines.append(f"{before} => {after} [{' '.join(outputs)}] i{port} exp{left // 1000}\n")
        return "".join(lines)

    @reads("table_size")
    def table_size(self, state: StateView) -> str:
        return str(state.get(self.flows))

    @reads("nmappings")
    def nmappings(self, state: StateView) -> str:
        return str(state.get(self.flows))

    @reads("size")
    def size(self, state: StateView) -> str:
        return str(state.get(self.flows))

    @reads("mapping_failures")
    def mapping_failures(self, state: StateView) -> str:
        return str(state.get(self.failures))

    @reads("patterns")
    def patterns(self, state: StateView) -> str:
        counts = [state.get(self.counts, port) for port in range(len(self.specs))]
        return "".join(f"{spec}{f' [{count}]' if count else ''}\n" for spec, count in zip(self.specs, counts, strict=True))

    @reads("capacity")
    def capacity_text(self, state: StateView) -> str:
        return str(state.get(self.most_flows))

    @writes("capacity")
    def set_capacity(self, state: StateView, text: str) -> None:
        state.set(self.most_flows, _capacity(text.strip()))
        self.shrink(state, state.get(self.clock))

    @writes("clear")
    def clear_all(self, state: StateView, text: str) -> None:
        self.clear(state)


def flow_text(addresses: int, ports: int) -> str:
    """A flow as Click prints it."""
    source, destination = IPv4Address(addresses >> 32), IPv4Address(addresses & 0xFFFF_FFFF)
    return f"({source}, {ports >> 16}, {destination}, {ports & 0xFFFF})"


def difference(old: int, new: int) -> int:
    """What the one's-complement sum of words that were ``old`` grows by when they are ``new`` (at most 64 bits)."""
    return sum(((old >> at & 0xFFFF) ^ 0xFFFF) + (new >> at & 0xFFFF) for at in range(0, 64, 16))


def _correct(buffer: bytearray, at: int, change: int) -> None:
    """Change the checksum there (RFC 1624, equation 3), where there is a difference."""
    if change % 0xFFFF:
        total = (int.from_bytes(buffer[at : at + 2], "big") ^ 0xFFFF) + change
        while total >> 16:
            total = (total & 0xFFFF) + (total >> 16)
        buffer[at : at + 2] = (total ^ 0xFFFF).to_bytes(2, "big")
