"""DelayShaper(DELAY)

Gives, when it is pulled from, the packets that it pulls when their time is DELAY ago.

A packet without a time, or with one in the first second of 1970, has that at which it is pulled; what leaves has the time at which it
leaves. Whoever pulls from it sleeps while a packet waits.

Arguments:
    DELAY: time that a packet waits.

Handlers:
    delay (read): time that a packet waits.
    delay (write): sets that, from the next packet on.

Examples:
    DelayShaper(20ms)
    DelayShaper(0)
"""

from elements.definition.csource import CSource
from elements.definition.ports import Ports
from elements.rates.delay import Delay
from elements.reference.machine import Machine
from elements.reference.packet import Packet


class DelayShaper(Delay):
    ports = Ports("1/1", "l/l")

    def pull(self, machine: Machine, port: int) -> Packet | None:
        packet = self.ripe(machine)
        if packet is not None:
            packet.time = machine.now
        return packet

    def timer(self, machine: Machine) -> None:
        """Whoever pulls looks by itself then."""

    def c_source(self) -> CSource:
        return self.delay_source(pull=f"{self.ripe_c('return NULL;')}    p->time = NOW;\n    return p;\n")
