"""What a rewriter does with packets, in the reference, and what all rewriters have in common."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import ClassVar, Final

from elements.definition.arguments import Argument, Rest, keyword
from elements.definition.csource import CSource
from elements.definition.element import Element, Move
from elements.definition.find_element import find_element
from elements.definition.handlers import StateView, reads
from elements.definition.parsers import boolean, raw, seconds
from elements.definition.ports import Ports
from elements.randomseed import RandomSeed
from elements.reference.machine import Machine
from elements.reference.packet import Packet
from elements.rewriter.flows import DEPTH, KINDS, MOST_INPUTS, MOST_SPECS, ORDERS, UDP
from elements.rewriter.flows_c import STATE, STRIDES, TABLE
from elements.rewriter.mapper import IPMapper
from elements.rewriter.packets import PacketRewriter, is_reply, paint_annotation
from elements.rewriter.packets_c import PACKETS
from elements.rewriter.shifts_c import SHIFTS
from elements.rewriter.specifications import InputSpec, Pattern, input_spec, patterns_around, with_named_patterns
from elements.rewriter.table_handlers import CAPACITY, CLEAR, PATTERN, capacity_of
from graph.model import Graph, Node

HELPERS: Final = (TABLE, SHIFTS, PACKETS)


def _capacity(text: str) -> int | str:
    return capacity_of(text) if text.lstrip("-")[:1].isdigit() else text


class Rewriter(PacketRewriter):
    ports = Ports("1-/1-", "h/h")
    texts = Rest("INPUTSPEC", raw, least=1)
    capacity = Argument[int | str | None]("MAPPING_CAPACITY", _capacity, None, position=False)
    also_capacity = Argument[int | str | None]("CAPACITY", _capacity, None, position=False)
    reap_interval = keyword("REAP_INTERVAL", seconds, 900)
    reply_annotation = Argument[str | None]("REPLY_ANNO", paint_annotation, None, position=False)

    @classmethod
    def resolved(cls, graph: Graph, node: Node) -> Node:
        return with_named_patterns(graph, node)

    @property
    def marks(self) -> bool:
        return self.reply_annotation is not None

    def list_seconds(self) -> tuple[int, ...]:
        """How long flows last, in seconds, by list."""
        raise NotImplementedError

    def setup(self) -> None:
        if len(self.texts) > MOST_INPUTS:
            raise ValueError(f"at most {MOST_INPUTS} INPUTSPECs are wanted, not {len(self.texts)}")
        if len(self.texts) != max(1, self.inputs):
            raise ValueError(f"need {max(1, self.inputs)} arguments, one per input port")
        self.known: dict[str, str] = {}
        self.specs, mistakes = [], []
        for number, text in enumerate(self.texts):
            try:
                self.specs.append(input_spec(text, self.known))
                self._check_outputs(self.specs[-1])
            except ValueError as error:
                mistakes.append(f"input spec {number}: {error}")
        if mistakes:
            raise ValueError("\n".join(mistakes))
        for number, spec in enumerate(self.specs):
            try:
                self.check_spec(spec)
            except ValueError as error:
                raise ValueError(f"input spec {number}: {error}") from None
        self.times = tuple(1000 * time for time in self.list_seconds())
        if self.capacity is None:
            self.capacity = DEPTH - 1 if self.also_capacity is None else self.also_capacity
        self.group = [self]
        self.chance: RandomSeed | None = None
        self.mappers: dict[int, IPMapper] = {}

    def spec_of_text(self, text: str) -> InputSpec:
        spec = input_spec(text, self.known)
        self.check_spec(spec)
        return spec

    def check_spec(self, spec: InputSpec) -> None:
        """Errors: ``ValueError`` for what cannot be here."""
        self._check_outputs(spec)
        pattern = spec.pattern
        if self.keyed_by in ("hosts", "pairs") and (
            pattern.source_port or pattern.destination_port or (pattern.more and pattern.has_ports)
        ):
            raise ValueError("ports do not change here, only addresses")
        if self.keyed_by == "hosts" and pattern.destination:
            raise ValueError("destination addresses do not change here: IPAddrPairRewriter changes them")

    def _check_outputs(self, spec: InputSpec) -> None:
        if max(spec.forward, spec.reply) >= max(self.outputs, 1):
            raise ValueError("output port out of range")

    def meet(self, elements: Mapping[str, Element]) -> None:
        self.known = patterns_around((element.node for element in elements.values()), self.node)
        mistakes = []
        for port, spec in enumerate(self.specs[: len(self.texts)]):
            try:
                self._meet_mapper(elements, port, spec)
            except ValueError as error:
                mistakes.append(f"input spec {port}: {error}")
        if mistakes:
            raise ValueError("\n".join(mistakes))
        own = self.node.location.tenant
        seeds = (each for each in elements.values() if isinstance(each, RandomSeed) and each.node.location.tenant == own)
        self.chance = next(seeds, None)
        leader = self._leader(elements)
        if leader is not self:
            leader.group.append(self)
            self.group = leader.group

    def _meet_mapper(self, elements: Mapping[str, Element], port: int, spec: InputSpec) -> None:
        if spec.kind != "map":
            return
        mapper = find_element(elements, self, spec.mapper)
        if mapper is None:
            raise ValueError(f"drop, pass, keep, pattern or an element that maps is wanted, not '{spec.mapper}'")
        if not isinstance(mapper, IPMapper):
            raise ValueError("element is not an IPMapper")
        for each in mapper.patterns:
            self.check_spec(each)
        first = len(self.specs)
        if first + len(mapper.patterns) > MOST_SPECS:
            raise ValueError(f"more than {MOST_SPECS} patterns in all")
        self.specs[port] = InputSpec("map", pattern=Pattern(source=first, more=len(mapper.patterns)), mapper=mapper.name)
        self.specs += mapper.patterns
        self.mappers[port] = mapper

    def _leader(self, elements: Mapping[str, Element]) -> Rewriter:
        """The table whose capacity counts."""
        seen: list[Rewriter] = []
        table = self
        while isinstance(table.capacity, str):
            seen.append(table)
            other = find_element(elements, table, table.capacity)
            if not isinstance(other, Rewriter):
                raise ValueError(f"bad MAPPING_CAPACITY: there is no rewriter {table.capacity!r}")
            if other in seen:
                raise ValueError("bad MAPPING_CAPACITY: rewriters name each other in a ring")
            table = other
        return table

    def initialize(self, machine: Machine) -> None:
        state = machine.stores[self.name]
        if isinstance(self.capacity, int):
            state.set(self.most_flows, self.capacity)
        for number, spec in enumerate(self.specs):
            self.put_spec(state, number, spec)

    def move(self, output: int) -> Move:
        return Move()

    def push(self, machine: Machine, port: int, packet: Packet) -> None:
        state, now = machine.stores[self.name], machine.now // 1_000_000
        if self.reap_interval and not state.get(self.next_reap):
            self._reap_next(machine, now)
        output = self._output(machine, port, packet, now)
        if output is not None:
            machine.push_out(self.name, output, packet)

    def _reap_next(self, machine: Machine, now: int) -> None:
        time = now + 1000 * self.reap_interval
        machine.stores[self.name].set(self.next_reap, time)
        machine.at(self.name, 1_000_000 * time)

    def timer(self, machine: Machine) -> None:
        state, now = machine.stores[self.name], machine.now // 1_000_000
        self.shrink(machine, now)
        state.set(self.next_reap, 0)
        if state.get(self.flows):
            self._reap_next(machine, now)

    def before_read(self, machine: Machine) -> None:
        state = machine.stores[self.name]
        state.set(self.clock, machine.now // 1_000_000)
        state.set(self.seen_flows, self._total(machine))
        state.set(self.seen_capacity, self._capacity(machine))

    def after_write(self, machine: Machine) -> None:
        state = machine.stores[self.name]
        asked = state.get(self.asked)
        state.set(self.asked, 0)
        if asked == CAPACITY:
            machine.stores[self.group[0].name].set(self.most_flows, state.get(self.seen_capacity))
            self.shrink(machine, machine.now // 1_000_000)
        elif asked == CLEAR:
            for table in self.group:
                table.clear(machine.stores[table.name])
        elif asked:
            self.clear(state, asked - PATTERN)

    def _output(self, machine: Machine, port: int, packet: Packet, now: int) -> int | None:
        """The output by which a packet leaves, which is rewritten where its flow says so; None where it is dropped."""
        state = machine.stores[self.name]
        unknown = state.get(self.spec_forward, port) if KINDS[state.get(self.spec_kind, port)] == "pass" else None
        keys = self.keys_of(packet)
        entry = next((found for key in keys if (found := self.find(state, *key))), 0)
        if not entry:
            if unknown is not None or not keys or (self.keyed_by == "pings" and is_reply(packet)):
                return unknown
            entry = self.new_flow(machine, port, keys[0], now)
            if not entry:
                return None
            state.set(self.mark, packet.paint, entry - 1 >> 1)
        place, direction = entry + 1 >> 1, entry - 1 & 1
        self.rewrite(state, packet, entry)
        self.touch(state, place, now)
        return state.get(self.spec_reply if direction else self.spec_forward, state.get(self.spec_of, place - 1))

    def new_flow(self, machine: Machine, port: int, key: tuple[int, int, int], now: int) -> int:
        """The entry of a new flow from input ``port``, 0 where it gets none; where that is so for want of something it is counted."""
        state = machine.stores[self.name]
        kind = KINDS[state.get(self.spec_kind, port)]
        if kind in ("drop", "pass"):
            return 0
        below = None if self.chance is None else partial(self.chance.below, machine.stores[self.chance.name])
        for _ in range(state.get(self.spec_more, port) if kind == "map" else 1):
            chosen = port
            if kind == "map":
                turns = machine.stores[self.mappers[port].name]
                turn = turns.get(IPMapper.turn)
                turns.set(IPMapper.turn, (turn + 1) % state.get(self.spec_more, port))
                chosen = state.get(self.spec_source, port) + turn
            new = self.choose(state, chosen, key, below)
            if new is not None:
                entry = self.store(machine, port, chosen, key, new, now)
                break
        else:
            entry = 0
        if not entry:
            self._count(state, self.failures, 1)
        return entry

    def c_source(self) -> CSource:
        orders = {order: number for number, order in enumerate(ORDERS)}
        specs = ", ".join(
            f"{{{KINDS.index(s.kind)}, {s.forward}, {s.reply}, 0x{s.pattern.source:x}u, {s.pattern.source_port}, "
            f"0x{s.pattern.destination:x}u, {s.pattern.destination_port}, {s.pattern.more}u, {orders[s.pattern.order]}, "
            f"{int(s.pattern.has_ports)}}}"
            for s in self.specs
        )
        times = ", ".join(f"{time}ULL" for time in self.times)
        rules = ", ".join(f"[{protocol}] = {rules + 1}" for protocol, rules in self.protocols.items())
        peers = [mapper.name for mapper in self.mappers.values()]
        turns = "".join(f"    self->rw->turns[{port}] = &PEER({k})->turn;\n" for k, port in enumerate(self.mappers))
        join = ""
        if self.group[0] is not self:
            join = f"    rw_join(self->rw, rw_at(&PEER({len(peers)})->rw));\n"
            peers.append(self.group[0].name)
        if self.chance is not None:
            join += f"    self->rw->chance = PEER({len(peers)})->words;\n    self->rw->chance_at = &PEER({len(peers)})->at;\n"
            peers.append(self.chance.name)
        capacity = self.capacity if isinstance(self.capacity, int) else 0
        kind = f"RW_{self.keyed_by.upper()}"
        return CSource(
            is_short=True,
            fields="struct rewriter *rw;",
            shared=HELPERS,
            initialize=f"""
    static const struct rw_spec specs[] = {{{specs}}};
    static const struct rw_settings settings = {{
        {kind}, {{{times}}}, {{{rules or "0"}}}, {1000 * self.reap_interval}ULL, {int(self.follows)}, {int(bool(self.reply_annotation))}
    }};
    rw_open(&m->base, rw_at(&self->rw), &settings, specs, {len(self.specs)}, {capacity});
{turns}{join}""",
            finish="    rw_free(self->rw);\n",
            push=f"""
    struct rewriter *rw = self->rw;
    if (!rw->next_reap && rw->settings->reap_interval) {{
        rw->next_reap = NOW / 1000000 + rw->settings->reap_interval;
        AT(1000000 * rw->next_reap);
    }}
    int output = rw_packet(rw, port, p, NOW / 1000000, {kind});
    if (output < 0) KILL(p);
    else OUT(output, p);
""",
            timer="""
    struct rewriter *rw = self->rw;
    rw_shrink(rw, NOW / 1000000);
    rw->next_reap = 0;
    if (!rw->flows) return;
    rw->next_reap = NOW / 1000000 + rw->settings->reap_interval;
    AT(1000000 * rw->next_reap);
""",
            # Of a ping the number says where it is found, which is not looked for here.
            ahead=()
            if self.keyed_by == "pings"
            else (
                f"    rw_fetch_bucket(self->rw, {kind}, ip, left, soon);\n",
                f"    rw_fetch_flow(self->rw, {kind}, ip, soon);\n",
                "    rw_fetch_beside(self->rw, soon);\n",
            ),
            before_read="    rw_look(self->rw, NOW / 1000000);\n",
            after_write="    rw_do(self->rw, NOW / 1000000);\n",
            state=STATE,
            strides=STRIDES,
            peers=tuple(peers),
        )


class FollowedRewriter(Rewriter):
    """A rewriter that is told whether the destination annotation follows."""

    set_destination = keyword("DST_ANNO", boolean, True)

    @property
    def follows(self) -> bool:
        return self.set_destination


class HostRewriter(Rewriter):
    """A rewriter whose flows all last as long."""

    timeout = keyword("TIMEOUT", seconds, 7200)
    guarantee = keyword("GUARANTEE", seconds, 5)
    protocols: ClassVar[dict[int, int]] = {}

    def list_seconds(self) -> tuple[int, ...]:
        return (0, self.guarantee, 0, 0, 0, self.timeout, self.timeout)

    @reads("table")
    def table(self, state: StateView) -> str:
        return self.mappings(state, UDP)

    @reads("mappings")
    def mappings_text(self, state: StateView) -> str:
        return self.mappings(state, UDP)
