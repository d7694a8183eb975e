"""ScheduleInfo(SHARE, ...)

Says how often elements' tasks are run, against those of others.

A share of 2 is twice that of an element that is not named, which has 1; tickets are 1024 times that, and no less than 1 and no more
than 32768. Names are those of elements in the
compound element that it stands in; the share of a compound element multiplies those of the elements in it.

A tenant's says so for its own elements, and its tasks share what the tenant has of the processor.

Arguments:
    SHARE: an element's name and a number.

Examples:
    ScheduleInfo
    ScheduleInfo(a 2, b 0.5)
"""

from fractions import Fraction
from typing import Final

from elements.definition.arguments import Rest
from elements.definition.csource import CSource
from elements.definition.element import Element
from elements.definition.host import HandlerError, Host
from elements.definition.parsers import decimal
from elements.definition.ports import Ports

TICKETS: Final = 1024
MOST_TICKETS: Final = 1 << 15


def _share(text: str) -> tuple[str, Fraction]:
    words = text.split()
    if len(words) != 2:
        raise ValueError("expected 'ELEMENTNAME PARAM'")
    return words[0], decimal(words[1])


class ScheduleInfo(Element):
    ports = Ports("0/0")
    shares = Rest("SHARE", _share)

    def started(self, host: Host) -> None:
        around = f"{self.name.rpartition('/')[0]}/".lstrip("/")
        for name, share in self.shares:
            full = around + name
            for each in host.names:
                if each == full or each.startswith(f"{full}/"):
                    self._multiply(host, each, share)

    def c_source(self) -> CSource:
        return CSource()

    @staticmethod
    def _multiply(host: Host, name: str, share: Fraction) -> None:
        try:
            tickets = int(host.read_handler(f"{name}.tickets"))
            host.write_handler(f"{name}.tickets", str(min(max(int(tickets * share), 1), MOST_TICKETS)))
        except HandlerError:
            # An element without a task has no tickets.
            return
