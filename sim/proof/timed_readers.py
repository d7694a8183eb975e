"""That whoever reads a store in turns of time keeps to what `sim.proof.stores` presumes, and reads each word of what it takes once and no
more: proved of the netlists of the arbiter and of a way out, for every tenant and store at once.

What was looked at in a slot waits there, and is the packet of the note that is shown, until it begins or the slot ends. One that begins is
popped and read from the same cycle on: the words that are owed for it, counted by a ghost, are always those that are left of what is sent.
So nothing begins before all of the last one is read, and no word is read that is of none. The arbiter ends with the slot whatever is sent
then: of that there is never anything left, since what is left, and what that may grow by, takes no more cycles than the slot has. A way out
is held up by its port, and goes on.
"""

from __future__ import annotations

from typing import Final

from elements.program.values import FALSE, bit_not, const, eq, extend, mux, part
from hdl.datapath import Datapath
from sim.proof import duties
from sim.proof.claims import one_of
from sim.proof.cut_stores import cut_stores
from sim.proof.noninterference import Result, deeply
from sim.proof.reading import Reader, Reading, prove_each
from sim.proof.sent import leaves

_CYCLES: Final = 24
"""Bits in which the cycles of a slot are counted."""


def prove_timed_readers(datapath: Datapath, only: str = "") -> dict[str, Result]:
    """Of the arbiter and of each way out, or of ``only`` one of them, in turns of time; those that are alike are proved once."""
    return prove_each(datapath, "looked_port", lambda reader: deeply(lambda: _Sends(reader).claims.proved()), only)


class _Sends(Reading):
    def __init__(self, reader: Reader) -> None:
        cut, _ = cut_stores(reader.netlist)
        super().__init__(reader, cut)
        self.granted = self.claims.net("turns.grant")
        self.owner = self.claims.net("turns.owner", 8)
        self._looked()
        self._sent()

    def _looked(self) -> None:
        """What begins was looked at in this slot, and still waits."""
        claims, (somebody, _) = self.claims, self.asks("look")
        claims.always("a slot is somebody's", self.owner < self.reader.tenants)
        claims.now("what is granted is popped, and nothing else", eq(self.pops, self.granted & self.mine(self.owner, self.known_store)))
        waits, shown = (
            claims.ghost(name, FALSE) for name in ("a packet waited and was not popped", "the note is of the oldest that waits")
        )
        claims.becomes("a packet waited and was not popped", duties.not_popped(self.waiting, self.pops))
        claims.becomes("the note is of the oldest that waits", duties.shown(shown, somebody, self.looks & self.waiting, self.pops))
        claims.expects(duties.STAYS, waits, self.waiting)
        looked = claims.net("turns.looked") & self.mine(self.owner, self.known_store)
        claims.always("what was looked at is not popped", waits, where=looked)
        claims.always("what was looked at last is what may begin", shown, where=looked)
        claims.keeps(duties.WAITING, self.pops, self.waiting)
        claims.keeps(duties.LATELY, self.pops, shown)

    def _sent(self) -> None:
        """What is owed to the tenant by the store is what is still to be sent."""
        claims = self.claims
        length = self.known(self.granted)
        owed = self.owed(mux(self.pops, self.beats(length), const(0, self.bits)), at_once=True)
        claims.always("what is owed is left of what is sent", eq(owed, self.rest()))
        if self.reader.growth:
            self._ends()

    def _ends(self) -> None:
        """Nothing of what is sent in a slot, the beats among it that it may grow by, is left when the next one begins."""
        claims, growth = self.claims, self.reader.growth
        name, low = self.reader.sent_tenant
        grows = one_of(part(claims.net(name, None), low, 8), [const(beats, _CYCLES) for beats in growth])
        rest = extend(claims.net("rest", None), _CYCLES) if any(growth) else const(0, _CYCLES)
        takes = mux(claims.net("more"), part(extend(self.beats(claims.net("left", 16)), _CYCLES) + grows, 0, _CYCLES), rest)
        left = extend(claims.net("turns.left", None), _CYCLES)
        claims.always("what is sent takes no more than is left of its slot", takes <= left)
        nothing = bit_not(takes.any() | claims.net("first") | claims.net("turns.looked"))
        claims.always("a slot begins with nothing of the one before", nothing, where=claims.net("begun"))
        if self.reader.arbiter is not None:
            leaves(claims, self.reader.arbiter)
        claims.always("nothing is sent beside the beginning of a slot", bit_not(claims.net("source__valid")), where=claims.net("begins"))
