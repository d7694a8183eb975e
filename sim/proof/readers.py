"""That whoever reads a store in turns of shares keeps to what `sim.proof.stores` presumes, and reads each word of what it takes once and no
more: proved of the netlists of the arbiter and of a way out, for every tenant and store at once.

A packet that is popped waits in a buffer of grants until it is sent. The words that are owed for it, counted by a ghost from the cycle in
which its note is known, are always those of the packets in the buffer and what is left of the one that is sent: so a word is read only
where one is owed, none is left over, and the buffer is never too full for a grant.
"""

from __future__ import annotations

from typing import Final

from elements.program.values import TRUE, Value, bit_not, const, eq, extend, mux, part, sub
from hdl.datapath import Datapath
from sim.proof import duties
from sim.proof.claims import one_of
from sim.proof.cut_stores import cut_stores
from sim.proof.noninterference import Result, deeply
from sim.proof.reading import Reader, Reading, prove_each
from sim.proof.segments import minus, plus
from sim.proof.sent import leaves
from sim.proof.spread_memories import spread_memories, word_name

_BUFFER: Final = "grants.storage"
_GRANTS: Final = 4


def prove_readers(datapath: Datapath, only: str = "") -> dict[str, Result]:
    """Of the arbiter and of each way out, or of ``only`` one of them, where turns are shares; those that are alike are proved once."""
    return prove_each(datapath, "ahead_port", lambda reader: deeply(lambda: _Sends(reader).claims.proved()), only)


class _Sends(Reading):
    def __init__(self, reader: Reader) -> None:
        cut, _ = cut_stores(spread_memories(reader.netlist, [_BUFFER]))
        super().__init__(reader, cut)
        claims = self.claims
        self.granted = claims.net("turns.granted")
        self.known_tenant = claims.net("turns.granted_tenant", 8)
        self._buffer()
        self._turns()
        claims.keeps(duties.CHARGED, self.granted, claims.net("turns.length", 16), reader.charged)
        came = self._came()
        owed, waits = self.owed(came, at_once=False), self._grants(came)
        claims.always("what is owed is granted, or left of what is sent", eq(owed, plus(waits, self.rest())))
        if reader.arbiter is not None:
            leaves(claims, reader.arbiter)

    def _buffer(self) -> None:
        """It has room for every grant."""
        claims = self.claims
        self.level, self.consume, produce = (
            claims.net(f"grants.{name}", bits) for name, bits in (("level", 3), ("consume", 2), ("produce", 2))
        )
        claims.always(
            "the buffer's ends are as far apart as it is full", eq(part(self.level, 0, 2), part(sub(produce, self.consume), 0, 2))
        )
        claims.always("there is room for a grant", self.level + self.granted <= _GRANTS)

    def _turns(self) -> None:
        """Who is granted waits, and is a tenant."""
        claims, reader = self.claims, self.reader
        claims.always("a grant is somebody's", self.known_tenant < reader.tenants)
        if reader.tenants > 1:
            claims.always("a turn is somebody's", extend(claims.net("turns.turn", None), 8) < reader.tenants)
        claims.keeps(duties.WAITING, self.pops, self.waiting)
        claims.keeps(duties.LOOKED, TRUE, self.pops, self.looks)

    def _came(self) -> Value:
        """The words of the tenant's packet that was popped of the store in the cycle before: its note is known, and it is granted."""
        claims, told = self.claims, self.claims.ghost("a packet was popped", self.pops)
        granted = self.granted & self.mine(self.known_tenant, self.known_store)
        claims.always("what was popped is granted, and nothing else", eq(told, granted))
        return mux(told, self.beats(self.known(self.granted)), const(0, self.bits))

    def _grants(self, came: Value) -> Value:
        """The words of the grants in the buffer, one behind another."""
        claims, reader, none = self.claims, self.reader, const(0, self.bits)
        # A grant has the store's number, where there are several, or else the tenant's, and then the note, which has the tenant's.
        store_bits = (len(reader.stores) - 1).bit_length()
        tenant_at, length_at = store_bits + reader.sent_tenant[1], (store_bits or 8) + reader.length_at
        waits = claims.ghost("words that are granted", none)
        rests = [claims.ghost(f"words from grant {n} on", none) for n in range(_GRANTS)]
        produce, starts = claims.net("grants.produce", 2), claims.net("grants.r_en") & self.level.any()
        ages = [part(sub(const(n, 2), self.consume), 0, 2) for n in range(_GRANTS)]
        live = [extend(age, 3) < self.level for age in ages]
        mine = []
        for n in range(_GRANTS):
            grant = claims.register(word_name(_BUFFER, n))
            tenant, length = part(grant, tenant_at, 8), part(grant, length_at, 16)
            store = extend(part(grant, 0, store_bits), 8) if store_bits else const(0, 8)
            mine.append(mux(self.mine(tenant, store), self.beats(length), none))
            fits = (tenant < reader.tenants) & length.any() & (length <= reader.longest)
            claims.always(f"grant {n} is of a tenant's packet", fits, where=live[n])
        taken = mux(starts, one_of(self.consume, mine), none)
        claims.becomes("words that are granted", minus(plus(waits, came), taken))
        claims.always("where nothing is granted, nothing is owed for it", eq(waits, none), where=bit_not(self.level.any()))
        most = const(1 << (self.bits - 4), self.bits)
        for n in range(_GRANTS):
            comes = self.granted & eq(produce, const(n, 2))
            claims.becomes(f"words from grant {n} on", mux(comes, came, plus(rests[n], came)))
            oldest = eq(ages[n], const(0, 2))
            claims.always(f"grant {n} is the oldest", eq(rests[n], waits), where=live[n] & oldest)
            last = eq(extend(ages[n], 4) + 1, extend(self.level, 5))
            follows = eq(rests[n], mux(last, mine[n], plus(mine[n], rests[(n + 1) % _GRANTS])))
            claims.always(f"grant {n} is followed", follows, where=live[n])
            behind = extend(part(sub(self.level, extend(ages[n], 3)), 0, 3), self.bits)
            claims.always(f"grant {n} has so many behind it", rests[n] <= part(behind * most, 0, self.bits), where=live[n])
        return waits
