"""That each byte of a packet that is put into a store is the one that came with it, as many positions on as the pipeline says, or the one
that the pipeline says of this packet, where it writes over it or puts it in front, or zero, where neither is and the packet grew: whatever
its length, and with its tail.

The beats of a packet are one place apart, from where they leave the arbiter to the editor's window. A beat of the packet that leaves stands
in a place where there is one and where no packet begins between that place and the one from which packets leave. A byte of any one lane is
looked at, and so each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from elements.program.values import TRUE, Value, bit_and, bit_not, cat, const, eq, extend, mux, part, sub
from hdl.editor import Editor
from sim.proof.claims import Claims, every, implies, one_of
from sim.proof.way import Way


@dataclass(frozen=True)
class Put:
    """What is put into the store of ``port``, which is any: whether a packet for it ``begins`` to leave, the beats of it that are ``owed``,
    one of which is there in each cycle, and the ``data`` of that."""

    port: Value
    begins: Value
    owed: Value
    data: Value


def places_beyond(editor: Editor) -> int:
    """How many places of the way behind the one from which packets leave the claims speak of."""
    return max(editor.depth - editor.ahead, _in_front(editor)) + 1


def _in_front(editor: Editor) -> int:
    """Beats of an outgoing frame that may have bytes from before the incoming one."""
    return -(-max(0, -min(editor.shifts)) // editor.lanes)


def claim_tails(way: Way, put: Put) -> None:
    """It, and what it follows from."""
    _Tails(way, put).claim()


class _Tails:
    def __init__(self, way: Way, put: Put) -> None:
        self.way, self.put = way, put
        self.claims: Final[Claims] = way.claims
        self.editor: Final[Editor] = way.datapath.editor
        self.lanes: Final = self.editor.lanes
        self.edited_beats: Final = max([0, *self.editor.positions]) // self.lanes + 1
        self.in_front: Final = [number for number, position in enumerate(self.editor.positions) if position < 0]
        """Of the bytes that the pipeline says those that stand in front of the packet."""

    def claim(self) -> None:
        """All of it."""
        self._together()
        self._window()
        self._owned()
        self._bytes()

    def _place(self, age: int) -> int:
        """Where the beat of this age in the editor's window is."""
        return self.way.verdict + 1 + age

    def _together(self) -> None:
        """The beats of a packet are one place apart, and none of them is there when a slot begins."""
        way, claims, out = self.way, self.claims, self.way.out
        claims.always("what is to come follows what was there", implies(out.to_come.any(), way.places[1].valid))
        claims.always("beats have no more than their cycles", out.to_come <= out.rest)
        pairs = list(zip(way.places[1:], way.places[2:], strict=False))
        claims.always("a beat that is no first one follows another", every(implies(a.valid & bit_not(a.first), b.valid) for a, b in pairs))
        claims.always("a packet begins with a beat", every(implies(place.first, place.valid) for place in way.places[1:]))
        if way.kind.slots:
            facts = [implies(place.begins & place.valid, place.first) for place in way.places[1:]]
            claims.always("no packet goes on when a slot begins", every(facts))

    def _window(self) -> None:
        """What stands in the window is what was sent, but for what is edited."""
        way, claims, editor = self.way, self.claims, self.editor
        body = way.places[1 : way.verdict + 1]
        way.moves("beats come to the editor when their time is come", way.net("editor.body.data"), [(TRUE, place.data) for place in body])
        there = way.net(f"editor.window{editor.ahead}.valid", 1)
        way.moves("a beat is there when its time is come", there, [(TRUE, place.valid) for place in way.places[1 : way.leaves + 1]])
        number = claims.ghost("number of the beat that comes", const(0, self.edited_beats.bit_length()))
        came = mux(way.places[way.verdict].first, const(0, number.width), number)
        most = const(self.edited_beats, number.width)
        claims.becomes("number of the beat that comes", mux(eq(came, most), most, part(came + 1, 0, number.width)))
        if "editor.index_next" in claims.nets:
            claims.always("beats are counted as they come", eq(way.net("editor.index_next", number.width), number))
        edits = claims.ghost("what is written over the packet that came last", const(0, 8 * max(1, len(editor.positions))))
        said = mux(way.places[way.verdict].first, way.net("pipeline.bytes", edits.width), edits)
        claims.becomes("what is written over the packet that came last", said)
        if "editor.edits_next" in claims.nets:
            claims.always("what is written over a packet is what is said of it", eq(way.net("editor.edits_next", edits.width), edits))
        self.numbers, self.edits = {way.verdict: came}, {way.verdict: said}
        for age in range(editor.depth):
            place = self._place(age)
            self.numbers[place] = came = claims.ghost(f"number of the beat in place {place}", came)
            self.edits[place] = said = claims.ghost(f"what is written over the beat in place {place}", said)
            data = way.net(f"editor.window{age}.data")
            facts = [eq(_byte(data, lane), self._edited(place, lane)) for lane in range(self.lanes)]
            claims.always(f"beat {age} of the window is as it was sent, but for what is edited", every(facts))

    def _edited(self, place: int, lane: int) -> Value:
        """This byte of the beat that is there: as it was sent, or as the pipeline says of its packet where it edits it."""
        result = _byte(self.way.places[place].data, lane)
        for number, position in enumerate(self.editor.positions):
            if position >= 0 and position % self.lanes == lane:
                result = mux(self.numbers[place].equals(position // self.lanes), _byte(self.edits[place], number), result)
        return result

    def _belongs(self, place: int) -> Value:
        """Whether the beat that is there is of the packet that leaves."""
        leaves = self.way.leaves
        between = range(place, leaves) if place < leaves else range(leaves, place)
        return bit_and(self.way.places[place].valid, every(bit_not(self.way.places[n].first) for n in between))

    def _owned(self) -> None:
        """What the editor takes for the leaving packet's is."""
        way, claims, editor, leaves = self.way, self.claims, self.editor, self.way.leaves
        active = way.net("editor.active", 1)
        claims.always("the beat of the packet that leaves is known", eq(way.net("editor.middle_next", 1), way.places[leaves + 1].valid))
        for age in range(editor.ahead + 1, editor.depth):
            place = self._place(age)
            before = bit_and(way.places[place].valid, every(bit_not(way.places[n].first) for n in range(leaves + 1, place)))
            claims.always(f"beat {age} of the window is known", eq(way.net(f"editor.own{age}_next", 1), before), where=active)
        if in_front := _in_front(editor):
            number = way.net("editor.number")
            facts = []
            for n in range(1, in_front + 1):
                between = every(bit_not(place.first) for place in way.places[leaves + 1 : leaves + n])
                facts.append(eq(number.equals(n), bit_and(way.places[leaves + n].first, between)))
            claims.always("the beats that leave are counted", number.any() & every(facts), where=active)
        if self.in_front:
            way.moves(
                "what stands in front goes with it",
                self._front(way.net(f"editor.verdict{editor.ahead}.bytes"), kept=True),
                [(place.first, self._front(place.says["bytes"])) for place in way.places[way.verdict + 1 : leaves + 1]],
            )
            kept = self._front(way.net("editor.kept.bytes"), kept=True)
            facts = [implies(number.equals(n), eq(kept, self._front(way.places[leaves + n].says["bytes"]))) for n in range(1, in_front + 1)]
            claims.always("what stands in front is kept", every(facts), where=active)

    def _bytes(self) -> None:
        """A byte of what is put."""
        way, claims, put, editor = self.way, self.claims, self.put, self.editor
        lane = claims.any_of("the lane", self.lanes)
        none = const(0, 16)
        shift, left = claims.ghost("how its packet is moved", const(0, 4)), claims.ghost("bytes that are owed", none)
        now = mux(put.begins, way.start.says["shift_index"], shift)
        claims.becomes("how its packet is moved", now)
        rest = mux(left < self.lanes, none, part(sub(left, const(self.lanes, 16)), 0, 16))
        claims.becomes("bytes that are owed", mux(put.begins, way.start.says["out_length"], rest))
        wanted = []
        for index, moved in enumerate(editor.shifts):
            pairs = [self._in_front_of(number, moved, self._came(number, moved)) for number in range(self.lanes)]
            wanted.append(mux(now.equals(index), one_of(lane, [mux(known, byte, const(0, 8)) for known, byte in pairs]), const(0, 8)))
        expected = wanted[0]
        for byte in wanted[1:]:
            expected = expected | byte
        expected = claims.ghost("the byte that is to be put", expected)
        shown = one_of(lane, [_byte(put.data, number) for number in range(self.lanes)])
        self._left(left, rest, now, shift)
        within = extend(lane, 16) < left
        claims.always("a byte is put as it came, where it belongs, or else is zero", eq(shown, expected), where=put.owed.any() & within)

    def _left(self, left: Value, rest: Value, now: Value, shift: Value) -> None:
        """The editor counts the same bytes, and moves the packet as was said."""
        way, claims, put = self.way, self.claims, self.put
        ports = way.datapath.egresses
        select = way.net("editor.kept.select", ports)
        mine = way.net("editor.active", 1) & one_of(put.port, [part(select, port, 1) for port in range(ports)])
        claims.always("the bytes that are left are counted", eq(way.net("editor.left_next", 16), rest), where=mine)
        claims.always("what leaves is moved as was said", eq(way.net("editor.kept.shift_index", 4), shift), where=mine)

    def _came(self, lane: int, moved: int) -> tuple[Value, Value]:
        """Of the byte in this lane of what leaves, of a packet that is moved by so many positions: whether it came with it, and what it
        is."""
        beats, at = divmod(lane + moved, self.lanes)
        place = self.way.leaves - beats
        return self._belongs(place), self._edited(place, at)

    def _in_front_of(self, lane: int, moved: int, came: tuple[Value, Value]) -> tuple[Value, Value]:
        """The same, where what ``came`` is said; of one in front of the packet it is what the pipeline says."""
        known, byte = came
        for number in self.in_front:
            beat, at = divmod(self.editor.positions[number] - moved, self.lanes)
            if beat < 0 or at != lane:
                continue
            places = self.way.places[self.way.leaves : self.way.leaves + beat + 1]
            here = every([*(bit_not(place.first) for place in places[:-1]), places[-1].first])
            known, byte = known | here, mux(here, _byte(places[-1].says["bytes"], number), byte)
        return known, byte

    def _front(self, said: Value, *, kept: bool = False) -> Value:
        """Of the bytes that are said, or of those of them that are kept, those in front of the packet."""
        return cat(*reversed([_byte(said, at if kept else number) for at, number in enumerate(self.in_front)]))


def _byte(word: Value, number: int) -> Value:
    return part(word, 8 * number, 8)
