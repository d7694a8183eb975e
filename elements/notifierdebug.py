"""NotifierDebug()

Passes packets on, and says what an element in its place would be told: where packets are pulled, whether there may be any; where they are
pushed, whether there is room.

Handlers:
    signal (read): `empty.0/` or `full.0/`, a mask of the elements that can say so, a colon and those that do not; `*` stands behind where
        packets may go. Where nobody can say so, and in a machine that packets are offered to, `busy*`.

Examples:
    NotifierDebug
"""

from elements.definition.csource import CSource
from elements.definition.element import StateVariable
from elements.definition.handlers import StateView, reads
from elements.definition.ports import Ports
from elements.queues.passing import Passing, passing_source
from elements.reference.machine import Machine
from elements.reference.packet import Packet


class NotifierDebug(Passing):
    ports = Ports("1/1", "a/a")
    count = StateVariable(32)
    pulls = StateVariable(32)
    idle = StateVariable(32)

    def change(self, machine: Machine, packet: Packet) -> None:
        """It stays as it is."""

    def c_source(self) -> CSource:
        passing = passing_source("")
        return CSource(
            fields="uint32_t count, pulls, idle;",
            push=passing.push,
            pull=passing.pull,
            before_read="""
    self->pulls = INPUT_IS_PULL;
    self->count = !DRIVEN ? 0 : INPUT_IS_PULL ? EMPTIES_BEHIND : FULLS_AHEAD;
    self->idle = INPUT_IS_PULL ? INPUT_IS_EMPTY(0) : OUTPUT_IS_FULL;
""",
            state=tuple((name, f"self->{name}") for name in ("count", "pulls", "idle")),
        )

    @reads("signal")
    def signal(self, state: StateView) -> str:
        mask = (1 << state.get(self.count)) - 1
        if not mask:
            return "busy*"
        kind = "empty" if state.get(self.pulls) else "full"
        return f"{kind}.0/{mask:x}:0" if state.get(self.idle) else f"{kind}.0/{mask:x}:{mask:x}*"
