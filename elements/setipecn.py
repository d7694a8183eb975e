"""SetIPECN(ECN)

Sets the ECN field of IP headers, and updates the checksum.

The IP header must be marked.

Arguments:
    ECN: a number from 0 to 3, or `no` or `-` for 0, `ect1` or `ECT(1)` for 1, `ect2` or `ECT(0)` for 2, `ce` or `CE` for 3.

Handlers:
    ecn (read): what is set, in the word that was given, as Click says it.
    ecn (write): sets that; in hardware it is as it was configured.

Examples:
    SetIPECN(ce)
    SetIPECN(ECT(0))
"""

from typing import Final

from elements.definition.arguments import Argument
from elements.definition.element import Element
from elements.definition.handlers import StateView, reads, writes
from elements.definition.ports import Ports
from elements.program.headers import checksum_update
from elements.program.packet import Packet
from elements.program.program import State
from elements.program.values import cat

_WORDS: Final = ("0", "1", "2", "3", "no", "ect1", "ect2", "ce", "-", "ECT(1)", "ECT(0)", "CE")
"""What may be given: the last two bits of a word's place are its number."""


def _congestion(text: str) -> int:
    """The place of a word. Errors: ``ValueError``."""
    if text not in _WORDS:
        raise ValueError(f"a number from 0 to 3, no, ect1, ect2 or ce is wanted, not {text!r}")
    return _WORDS.index(text)


class SetIPECN(Element):
    ports = Ports("1/1", "a/a")
    ecn = Argument("ECN", _congestion)

    def setup(self) -> None:
        self.setting = State("ecn", 4, initial=self.ecn)

    def program(self, p: Packet) -> None:
        value, old = p.read(self.setting)[0:2], p.ip[0:2]
        p.ip[1] = cat(p.ip.tos[2:8], value)
        p.ip.checksum = checksum_update(p.ip.checksum, old, p.ip[0:2])
        p.output(0)

    @reads("ecn")
    def ecn_text(self, state: StateView) -> str:
        return _WORDS[state.get(self.setting)]

    @writes("ecn")
    def set_ecn(self, state: StateView, text: str) -> None:
        state.set(self.setting, _congestion(text.strip()))
