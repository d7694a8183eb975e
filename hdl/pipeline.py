"""The header pipeline: a composition with stages, as hardware. Every stage takes a token a cycle and none ever stalls."""

from __future__ import annotations

from typing import Final

from amaranth.hdl import Cat, Const, Module, Mux, Signal
from amaranth.hdl import Value as HdlValue
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from elements.program.program import TIME_WIDTH
from elements.program.values import Value
from hdl.composition import META, Bank, Composition, Engine, meta
from hdl.lower import Lowering
from hdl.lpm import LongestPrefixMatch, lpm_latency
from hdl.schedule import Schedule, schedule
from hdl.state_memory import StateMemory

SHIM_ETHERTYPE: Final = 0x88B5
SHIM_VERSION: Final = 1


def lookup_latency(engine: Engine) -> int:
    """Cycles from an engine's key to its result. Errors: ``ValueError`` for a kind that hardware does not have."""
    if engine.kind != "lpm":
        raise ValueError(f"there is no hardware for {engine.kind} tables")
    return lpm_latency(engine.key_width)


class Pipeline(wiring.Component):
    """Latency: ``latency`` cycles for every packet. Initiation interval: 1.

    In: ``valid``, the fields of `META` (each as wide as there), ``header`` (``header_bytes`` bytes, the first in the low bits) and
    ``time`` (nanoseconds, 48 bits). Out, ``latency`` cycles later: ``out_valid``, ``out_tenant``, ``select`` (a bit per egress, host last),
    ``length`` (bytes), ``shift_index``, ``bytes`` (one byte per edited position, in order) and ``shim`` (16 bytes, the first in the low
    bits).
    """

    def __init__(self, composition: Composition, tenants: int, budget: int) -> None:
        self.composition: Final = composition
        self.tenants: Final = tenants
        self.schedule: Final[Schedule] = schedule(
            composition, budget, {engine.number: lookup_latency(engine) for engine in composition.engines}
        )
        self.latency: Final = self.schedule.latency
        self.valids: list[Signal] = []
        self.names: dict[str, Value] = {}
        """The values, by what they are called in the netlist where they are made; from elaboration on."""
        self.memories: Final = {
            bank.number: StateMemory(bank.width, {place: home.state.initial for place, home in bank.homes.items()})
            for bank in composition.banks
        }
        super().__init__(
            {
                "valid": In(1),
                **{name: In(width) for name, width in META.items()},
                "header": In(8 * max(1, composition.header_bytes)),
                "time": In(TIME_WIDTH),
                "out_valid": Out(1),
                "out_tenant": Out(META["tenant"]),
                "select": Out(len(composition.select)),
                "out_length": Out(16),
                "shift_index": Out(4),
                "bytes": Out(8 * max(1, len(composition.edits))),
                "shim": Out(128),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        self._valid_chain(m)
        self._engines = {engine.number: self._engine(m, engine) for engine in self.composition.engines}
        lowering = Lowering(m, self.schedule, self._leaf)
        for engine in self.composition.engines:
            unit = self._engines[engine.number]
            at = self.schedule.requests[engine.number]
            m.d.comb += [unit.key.eq(lowering.at(engine.key, at)), unit.tenant.eq(lowering.at(meta("tenant"), at))]
        for bank in self.composition.banks:
            self._bank(m, lowering, bank)
        self._outputs(m, lowering)
        lowering.finish()
        self.names = lowering.names
        return m

    def _valid_chain(self, m: Module) -> None:
        self.valids = [self.valid]
        for stage in range(1, self.latency + 1):
            valid = Signal(name=f"valid_s{stage}")
            m.d.sync += valid.eq(self.valids[-1])
            self.valids.append(valid)

    def _engine(self, m: Module, engine: Engine) -> LongestPrefixMatch:
        unit = LongestPrefixMatch(engine.tables, META["tenant"])
        m.submodules[f"engine{engine.number}"] = unit
        return unit

    def _leaf(self, value: Value) -> HdlValue:
        if value.op == "load":
            return self.header.word_select(int(value.attributes[1]), 8)
        if value.op == "now":
            return self.time
        number = value.attributes[0]
        if value.op == "meta":
            field: Signal = getattr(self, str(number))
            used = self._used_bits().get(str(number), len(field))
            # What can only be zero is not carried.
            return Cat(field[:used], Const(0, len(field) - used)) if used < len(field) else field
        if value.op == "old":
            return self.memories[int(number)].old
        unit = self._engines[int(number)]
        return unit.hit if value.op == "hit" else unit.value

    def _used_bits(self) -> dict[str, int]:
        """How many bits of the metadata can be set, where that is fewer than there are."""
        return {"tenant": max(1, (self.tenants - 1).bit_length()), "port": len(self.composition.select).bit_length()}

    def _bank(self, m: Module, lowering: Lowering, bank: Bank) -> None:
        stage = self.schedule.banks[bank.number]
        m.submodules[f"state{bank.number}"] = words = self.memories[bank.number]
        m.d.comb += [
            words.tenant.eq(lowering.at(meta("tenant"), stage)),
            words.slot.eq(lowering.at(bank.slot, stage)),
            words.write.eq(self.valids[stage] & lowering.at(bank.when, stage)),
            words.new.eq(lowering.at(bank.value, stage)),
        ]

    def _outputs(self, m: Module, lowering: Lowering) -> None:
        def final(value: Value) -> HdlValue:
            return lowering.at(value, self.latency)

        c = self.composition
        a = {name: final(value) for name, value in c.annotations.items()}
        length = final(c.length)
        shim = [
            Const(SHIM_ETHERTYPE, 16),
            Const(SHIM_VERSION, 8),
            final(meta("tenant")),
            final(c.edge),
            Cat(a["device"], a["fix_ip_src"], a["packet_type"]),
            a["paint"],
            a["dst_ip"],
            a["vlan_tci"],
            length,
        ]
        m.d.comb += [
            self.out_valid.eq(self.valids[self.latency]),
            self.out_tenant.eq(final(meta("tenant"))),
            self.select.eq(Mux(self.out_valid, Cat(final(way) for way in c.select), 0)),
            self.out_length.eq(length),
            self.shift_index.eq(final(c.shift_index)),
            self.bytes.eq(Cat(final(value) for value in c.edits.values())),
            self.shim.eq(Cat(byte for field in shim for byte in _bytes(field))),
        ]


def _bytes(field: HdlValue) -> list[HdlValue]:
    """The bytes of ``field`` in network order."""
    return [field[low : low + 8] for low in range(len(field) - 8, -1, -8)]
