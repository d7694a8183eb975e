"""RED(MIN_THRESH, MAX_THRESH, MAX_P [, QUEUES, STABILITY, GENTLE])

Drops packets at random, the more the longer queues are: Random Early Detection (Floyd and Jacobson, 1993).

The length is that of the nearest queues, ahead where packets are pushed and behind where they are pulled, or of those named, taken together
as a moving average. Below MIN_THRESH nothing is dropped; the probability grows to MAX_P at MAX_THRESH, and to 1 at twice that. What is
dropped leaves by output 1, where that is in use. The random numbers are those of RandomSample's generator; each element has its own.

Arguments:
    MIN_THRESH: packets, at most 65535.
    MAX_THRESH: packets, no fewer than MIN_THRESH, at most 65535.
    MAX_P: a number from 0 to 1.
    QUEUES: names of queues, with spaces between them, in the place of the nearest; a tenant's are its own.
    STABILITY: how slowly the average follows: a packet counts 2**-STABILITY; 0 to 16, 4 if not given.
    GENTLE: whether the probability grows to 1 above MAX_THRESH; true if not given, otherwise all packets are dropped there.

Handlers:
    avg_queue_size (read): the average.
    drops (read): packets dropped.
    max_p (read): the probability at MAX_THRESH.
    max_p (write): sets that.
    max_thresh (read): packets.
    max_thresh (write): sets that.
    min_thresh (read): packets.
    min_thresh (write): sets that.
    queues (read): the queues, one a line.
    stats (read): the present length, the average and the drops, one a line.

Examples:
    RED(5, 50, 0.02)
    RED(2, 4, 0.5, STABILITY 0, GENTLE false)
"""

from collections.abc import Mapping
from typing import Final

from elements.definition.arguments import Argument, keyword
from elements.definition.csource import CSource
from elements.definition.element import Element, StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.parsers import boolean, integer, probability, raw, unsigned16
from elements.definition.ports import Ports
from elements.passing.each_packet import EachPacket
from elements.queues.near import named_storage, nearest_storage
from elements.randomsample import SEED
from elements.reference.machine import Machine
from elements.reference.packet import Packet
from elements.sources.data import signed
from graph.check import Checked
from graph.diagnostics import ClickError

ONE: Final = 1 << 16
"""A probability of 1."""
SCALE: Final = 10
"""Bits of fraction of the average."""
IDLE: Final = 20_000_000
"""Time (ns) without packets that counts as a packet that finds the queues empty."""


def _share(text: str) -> int:
    return round(probability(text) * ONE)


class RED(EachPacket):
    ports = Ports("1/1-2", "a/ah")
    least = Argument("MIN_THRESH", unsigned16)
    most = Argument("MAX_THRESH", unsigned16)
    share = Argument("MAX_P", _share)
    queue_names = keyword("QUEUES", raw, "")
    stability = keyword("STABILITY", integer(0, 16), 4)
    gentle = keyword("GENTLE", boolean, True)
    low = StateVariable(32)
    high = StateVariable(32)
    peak = StateVariable(32)
    average = StateVariable(64)
    idle_since = StateVariable(64)
    since_drop = StateVariable(32)
    draw = StateVariable(32)
    generator = StateVariable(32)
    dropped = StateVariable(32)
    present = StateVariable(32)

    def setup(self) -> None:
        if self.least > self.most:
            raise ValueError("MIN_THRESH must be <= MAX_THRESH")
        if self.most == 0:
            raise ValueError("MAX_THRESH must be at least 1")
        self.found: list[str] = []

    def meet(self, elements: Mapping[str, Element]) -> None:
        self.found = named_storage(self, self.queue_names.split(), elements)

    def storage_near(self, checked: Checked, elements: Mapping[str, Element]) -> list[str]:
        self.found = self.found or nearest_storage(self, checked, elements)
        if not self.found:
            raise ClickError(self.refusal("no nearby Queues"))
        return self.found

    def initialize(self, machine: Machine) -> None:
        self.storage_near(machine.checked, machine.elements)
        state = machine.stores[self.name]
        for variable, value in ((self.low, self.least), (self.high, self.most), (self.peak, self.share), (self.generator, SEED)):
            state.set(variable, value)
        state.set(self.since_drop, -1)

    def _length(self, machine: Machine) -> int:
        return sum(machine.elements[name].stored() for name in self.found)

    def _follow(self, machine: Machine, length: int) -> int:
        """The average, once ``length`` is in it, in whole packets."""
        if self.stability == 0:
            machine.stores[self.name].set(self.average, length << SCALE)
            return length
        state = machine.stores[self.name]
        times = 1
        if length:
            state.set(self.idle_since, 0)
        else:
            now = machine.now // IDLE
            times = now - state.get(self.idle_since) if state.get(self.idle_since) else 1
            state.set(self.idle_since, now)
        average = 0 if times >= 100 else state.get(self.average)
        for _ in range(times if times < 100 else 0):
            average += ((length << SCALE) + (1 << (self.stability - 1)) - average) >> self.stability
        state.set(self.average, average)
        return average >> SCALE

    def _drops(self, machine: Machine) -> bool:
        state = machine.stores[self.name]
        low, high, peak = state.get(self.low), state.get(self.high), state.get(self.peak)
        average = self._follow(machine, self._length(machine))
        ceiling = 2 * high if self.gentle and peak != ONE else high
        if average <= low or average > ceiling:
            state.set(self.since_drop, -1)
            return average > ceiling
        scaled = state.get(self.average)
        if average <= high:
            slope, offset = (peak // (high - low), peak * low // (high - low)) if low < high else (0, 1)
        else:
            slope, offset = (ONE - peak) // high, ONE - 2 * peak
        chance = (slope * scaled >> SCALE) - offset
        since = signed(state.get(self.since_drop), 32) + 1
        drops = since > 0 and chance > 0 and since > state.get(self.draw) // chance
        state.set(self.since_drop, 0 if drops else since)
        if drops or since == 0:
            number = state.get(self.generator)
            number ^= number << 13 & 0xFFFF_FFFF
            number ^= number >> 17
            number ^= number << 5 & 0xFFFF_FFFF
            state.set(self.generator, number)
            state.set(self.draw, number >> 5 & 0xFFFF)
        return drops

    def each(self, machine: Machine, packet: Packet) -> int:
        state, drops = machine.stores[self.name], self._drops(machine)
        state.set(self.dropped, state.get(self.dropped) + drops)
        return int(drops)

    def before_read(self, machine: Machine) -> None:
        machine.stores[self.name].set(self.present, self._length(machine))

    def c_each(self) -> str:
        drops = f"red_drops(&self->red, STORED_NEAR, NOW, {self.stability}, {int(self.gentle)})"
        return f"    if ({drops}) {{ self->red.dropped++; way = 1; }}\n"

    def c_rest(self) -> CSource:
        names = ("low", "high", "peak", "average", "idle_since", "since_drop", "draw", "generator", "dropped", "present")
        return CSource(
            fields="struct red red;",
            types=_TYPES,
            helpers=_HELPERS,
            initialize=f"""
    self->red.low = {self.least};
    self->red.high = {self.most};
    self->red.peak = {self.share};
    self->red.generator = {SEED}u;
    self->red.since_drop = -1;
""",
            before_read="    self->red.present = STORED_NEAR;\n",
            state=tuple((name, f"self->red.{name}") for name in names),
        )

    @reads("drops")
    def drops(self, state: StateView) -> str:
        return str(state.get(self.dropped))

    @reads("avg_queue_size")
    def average_text(self, state: StateView) -> str:
        return _decimal(state.get(self.average), SCALE)

    @reads("stats")
    def stats(self, state: StateView) -> str:
        return f"{state.get(self.present)} current queue\n{self.average_text(state)} avg queue\n{state.get(self.dropped)} drops\n"

    @reads("queues")
    def queues(self, state: StateView) -> str:
        return "".join(f"{name}\n" for name in self.found)

    @reads("min_thresh")
    def low_text(self, state: StateView) -> str:
        return str(state.get(self.low))

    @writes("min_thresh")
    def set_low(self, state: StateView, text: str) -> None:
        low = unsigned16(text.strip())
        if low > state.get(self.high):
            raise ValueError("MIN_THRESH must be <= MAX_THRESH")
        state.set(self.low, low)

    @reads("max_thresh")
    def high_text(self, state: StateView) -> str:
        return str(state.get(self.high))

    @writes("max_thresh")
    def set_high(self, state: StateView, text: str) -> None:
        high = unsigned16(text.strip())
        if high < max(1, state.get(self.low)):
            raise ValueError("MIN_THRESH must be <= MAX_THRESH")
        state.set(self.high, high)

    @reads("max_p")
    def peak_text(self, state: StateView) -> str:
        return _decimal(state.get(self.peak), 16)

    @writes("max_p")
    def set_peak(self, state: StateView, text: str) -> None:
        state.set(self.peak, _share(text.strip()))


def _decimal(number: int, bits: int) -> str:
    """``number`` with ``bits`` of fraction, in the fewest decimals that tell it from its neighbours."""
    value = number / (1 << bits)
    texts = (f"{value:.{digits}f}" for digits in range(bits + 1))
    return next(text for text in texts if round(float(text) * (1 << bits)) == number)


_TYPES: Final = """
struct red { uint64_t average, idle_since; uint32_t low, high, peak, since_drop, draw, generator, dropped, present; };
"""
_HELPERS: Final = f"""
/* Random Early Detection; see the element's reference. */
static int red_drops(struct red *r, uint64_t length, uint64_t now, int stability, int gentle)
{{
    if (stability == 0) {{
        r->average = length << {SCALE};
    }} else {{
        uint64_t times = 1;
        if (length) {{
            r->idle_since = 0;
        }} else {{
            now /= {IDLE};
            if (r->idle_since) times = now - r->idle_since;
            r->idle_since = now;
        }}
        if (times >= 100) r->average = 0;
        else
            for (; times; times--)
                r->average += (int64_t)((length << {SCALE}) + (1u << (stability - 1)) - r->average) >> stability;
    }}
    uint64_t average = r->average >> {SCALE}, ceiling = gentle && r->peak != {ONE} ? 2 * r->high : r->high;
    if (average <= r->low || average > ceiling) {{
        r->since_drop = -1;
        return average > ceiling;
    }}
    int64_t slope = 0, offset = 1;
    if (average > r->high) {{
        slope = ({ONE} - r->peak) / r->high;
        offset = {ONE} - 2 * (int64_t)r->peak;
    }} else if (r->low < r->high) {{
        slope = r->peak / (r->high - r->low);
        offset = (uint64_t)r->peak * r->low / (r->high - r->low);
    }}
    int64_t chance = (slope * (int64_t)r->average >> {SCALE}) - offset;
    int32_t since = (int32_t)r->since_drop + 1;
    int drops = since > 0 && chance > 0 && since > r->draw / chance;
    r->since_drop = drops ? 0 : since;
    if (drops || since == 0) {{
        uint32_t number = r->generator;
        number ^= number << 13;
        number ^= number >> 17;
        number ^= number << 5;
        r->generator = number;
        r->draw = number >> 5 & 0xFFFF;
    }}
    return drops;
}}
"""
