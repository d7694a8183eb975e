"""NotifierDebug()

Passes packets on, and says what an element in its place would be told: where packets are pulled, whether there may be any; where they are
pushed, whether there is room.

Handlers:
    signal (read): `empty.0/` or `full.0/`, a mask of the elements that can say so, a colon and the mask of those that do not, with `*` if
        there are any; one such word for each 32 elements, `+` between them. Where nobody can say so, and in a machine that packets are
        offered to, `busy*`. (Click numbers the elements in another way.)

Examples:
    NotifierDebug
"""

from typing import Final

from elements.definition.csource import CSource
from elements.definition.element import StateVariable
from elements.definition.handlers import StateView, reads
from elements.definition.ports import Ports
from elements.passing.each_packet import EachPacket
from elements.reference.machine import Machine
from elements.reference.packet import Packet

MOST: Final = 2048
"""Elements that it can tell of."""


class NotifierDebug(EachPacket):
    ports = Ports("1/1", "a/a")
    count = StateVariable(32)
    pulls = StateVariable(32)
    active = StateVariable(32, depth=MOST // 32)

    def each(self, machine: Machine, packet: Packet) -> int:
        return 0

    def c_each(self) -> str:
        return ""

    def c_rest(self) -> CSource:
        return CSource(
            fields=f"uint32_t count, pulls, active[{MOST // 32}];",
            before_read=f"""
    self->pulls = INPUT_IS_PULL;
    self->count = !DRIVEN ? 0 : INPUT_IS_PULL ? EMPTIES_BEHIND : FULLS_AHEAD;
    if (self->count > {MOST}) self->count = {MOST};
    for (uint32_t i = 0; i < self->count; i++) {{
        uint32_t bit = 1u << i % 32;
        if (INPUT_IS_PULL ? EMPTY_BEHIND(i) : OUTPUT_IS_FULL) self->active[i / 32] &= ~bit;
        else self->active[i / 32] |= bit;
    }}
""",
            state=(("count", "self->count"), ("pulls", "self->pulls"), ("active", "self->active[0]")),
        )

    @reads("signal")
    def signal(self, state: StateView) -> str:
        kind, words = "empty" if state.get(self.pulls) else "full", []
        for word, first in enumerate(range(0, state.get(self.count), 32)):
            mask, active = (1 << min(32, state.get(self.count) - first)) - 1, state.get(self.active, word)
            words.append(f"{kind}.{word}/{mask:x}:{active:x}{'*' if active else ''}")
        return "+".join(words) or "busy*"
