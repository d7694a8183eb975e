"""Meter(RATE, ...)

Sends packets to the output that the average rate, in packets a second, says: output 0 below the first RATE, 1 below the second, and so on.

The average is exponentially weighted, as in Click, in epochs of about a millisecond; see elements/rates/ewma.py for the arithmetic. The
decay over k idle epochs is a product of constants that the bits of k select, where Click has k rounds. Packets for an output that is not
in use are dropped. It is software: the average is not done in a cycle of hardware.

Arguments:
    RATE: a number, a second; each larger than the one before.

Handlers:
    rate (read): the average rate in packets a second, as of the last packet.

Examples:
    Meter(1000)
    Meter(10, 2000)
"""

from elements.definition.arguments import Rest
from elements.definition.handlers import StateView, reads
from elements.definition.parsers import unsigned32
from elements.definition.ports import Ports
from elements.program.packet import Packet
from elements.program.values import const
from elements.rates.ewma import EPOCHS_PER_SECOND, FRACTION, RateMeter, threshold


class Meter(RateMeter):
    ports = Ports("1/2-", "h/h")
    rates = Rest("RATE", unsigned32, 1)

    def setup(self) -> None:
        if list(self.rates) != sorted(set(self.rates)):
            raise ValueError("each RATE must be larger than the one before")
        if self.outputs > len(self.rates) + 1:
            raise ValueError(f"{self.outputs} outputs are in use, but {len(self.rates)} RATE(s) tell {len(self.rates) + 1} apart")

    def program(self, p: Packet) -> None:
        average = self.measure(p, const(1, 1))
        for number, rate in enumerate(self.rates):
            with p.when(average < threshold(rate)):
                if number < self.outputs:
                    p.output(number)
                p.drop()
        if self.outputs > len(self.rates):
            p.output(len(self.rates))
        p.drop()

    @reads("rate")
    def rate(self, state: StateView) -> str:
        return str(round(state.get(self.average) * EPOCHS_PER_SECOND / (1 << FRACTION)))
