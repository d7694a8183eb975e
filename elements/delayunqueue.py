"""DelayUnqueue(DELAY)

Pulls packets and pushes each one on when its time is DELAY ago.

A packet without a time, or with one in the first second of 1970, has that at which it is pulled; what leaves has the time at which it was
to leave. Packets stay in order: the next is pulled when the one before has left. At most 4096 leave before other tasks have their
turn.

Arguments:
    DELAY: time that a packet waits.

Handlers:
    delay (read): time that a packet waits.
    delay (write): sets that, from the next packet on.

Examples:
    DelayUnqueue(20ms)
    DelayUnqueue(0)
"""

from elements.definition.csource import CSource
from elements.definition.loops import MOST_A_RUN
from elements.definition.ports import Ports
from elements.rates.delay import Delay
from elements.reference.machine import Machine


class DelayUnqueue(Delay):
    ports = Ports("1/1", "l/h")

    def task(self, machine: Machine) -> int:
        for moved in range(MOST_A_RUN):
            packet = self.ripe(machine)
            if packet is None:
                return moved
            machine.push_out(self.name, 0, packet)
        return MOST_A_RUN

    def timer(self, machine: Machine) -> None:
        """Its task runs by itself then."""

    def c_source(self) -> CSource:
        return self.delay_source(
            task=f"""
    int most = BATCH({MOST_A_RUN});
    for (int moved = 0; moved < most; moved++) {{
{self.ripe_c("return moved;")}
        OUT(0, p);
    }}
    return most;
""",
        )
