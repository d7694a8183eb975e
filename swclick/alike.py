"""Alike regions as one text: their functions once, and of each region what differs as data.

A function of an element in a shared region takes, behind the machine, a pointer to what the region has of its own: ``of``, the numbers by
which it is known outside and whatever integers, strings and small tables its configuration has and others have not, and the state of its
elements. It names no other region's, so that whoever calls it says whose packet it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from swclick.generate_element import ElementTexts
from swclick.holes import Hole, split_text
from swclick.in_code import in_code
from swclick.regions import Region
from swclick.spread import Entry, spread_text
from swclick.tasks import Job, run_of

_FUNCTION: Final = re.compile(r"\beR(\d+_\w+)\((struct machine \*m?)(?=[,)])")
_CALL: Final = re.compile(r"\beR(\d+_\w+)\(m(?=[,)])")
_OUTSIDE: Final = re.compile(r"\be(\d+)_(\w+)\(m(?=[,)])|\bm->e(\d+)\b|\bstruct e(\d+)\b|\be(\d+)_(timer|push|slow|pull|full|empty)\b")
_HANDED: Final = {
    "timer": ("void ", "", ""),
    "push": ("void ", ", int port, struct packet *p", ", port, p"),
    "slow": ("void ", ", int port, struct packet *p", ", port, p"),
    "pull": ("struct packet *", ", int port", ", port"),
    "full": ("int ", "", ""),
    "empty": ("int ", "", ""),
}
"""Functions that are known by their address: what they give, what they are given beside the machine, and that handed on."""


@dataclass(frozen=True)
class Piece:
    """What is generated of one element of a region."""

    structure: str
    prototypes: str
    words: str
    begins: str
    functions: str


def piece_of(texts: ElementTexts, name: str, place: int) -> Piece:
    """That of element ``name``, whose place in its region is ``place``."""
    words = "\n".join(texts.words(name, place))
    return Piece(texts.structure(name), texts.prototypes(name), words, texts.begins(name), texts.shared(name))


@dataclass
class Class:
    """Regions that are alike but for data, with the pieces of each."""

    members: list[Region]
    pieces: list[list[Piece]]


def classes_of(groups: Sequence[Sequence[Region]], piece: Callable[[str, int], Piece]) -> list[Class]:
    """The regions of ``groups`` by what their functions do; those whose functions keep something in static variables are left out."""
    skeletons: dict[tuple[str, ...], int] = {}
    numbers: dict[str, int] = {}

    def number(text: str) -> int:
        if text not in numbers:
            numbers[text] = skeletons.setdefault(split_text(text).skeleton, len(skeletons))
        return numbers[text]

    found: list[Class] = []
    for group in groups:
        mine: dict[tuple[tuple[str, str, str, int], ...], Class] = {}
        for region in group:
            pieces = [piece(name, place) for place, name in enumerate(region.names)]
            if not any(split_text(each.functions).keeps for each in pieces):
                key = tuple((each.structure, each.prototypes, each.words, number(each.functions)) for each in pieces)
                known = mine.setdefault(key, Class([], []))
                known.members.append(region)
                known.pieces.append(pieces)
        found += mine.values()
    return found


class Shared:
    """The texts of ``classes``; regions are numbered through all of them."""

    def __init__(self, texts: ElementTexts, classes: Sequence[Class]) -> None:
        self._texts = texts
        self._classes = classes
        regions = [(kind, region) for kind, each in enumerate(classes) for region in each.members]
        self._regions = list(enumerate(regions))
        self.home = {
            texts.numbers[name]: (number, kind, place)
            for number, (kind, region) in self._regions
            for place, name in enumerate(region.names)
        }
        self._begins = [self._variants(each) for each in classes]
        self._handed: dict[tuple[int, str], None] = {}
        filled = [_filled(each) for each in classes]
        self._bodies = [text for text, _ in filled]
        self._data = [data for _, data in filled]

    @staticmethod
    def _variants(each: Class) -> list[dict[str, int]]:
        """By place, the texts that make an element ready, with a number for each."""
        places = range(len(each.members[0].names))
        return [
            {text: number for number, text in enumerate(dict.fromkeys(pieces[place].begins for pieces in each.pieces))} for place in places
        ]

    def structures(self) -> str:
        """Those of elements, and of regions with all that is their own."""
        text = ""
        for kind, each in enumerate(self._classes):
            first = each.pieces[0]
            text += "\n".join(_named(piece.structure, kind) for piece in first) + "\n"
            region = each.members[0]
            counts = len(region.names), max(1, len(self._texts.tasks_of(region))), max(1, len(self._texts.rings_of(region)))
            data = "".join(f"    {hole.declaration.format(f'k{number}')};\n" for number, (hole, _) in enumerate(self._data[kind]))
            text += f"struct s{kind}_of {{\n    int32_t number[{counts[0]}], task[{counts[1]}], ring[{counts[2]}];\n{data}}};\n"
            members = "".join(f" struct s{kind}_{place} s{kind}_{place};" for place in range(len(first)))
            text += f"struct s{kind} {{ struct s{kind}_of of;{members} }};\n"
        return text

    def members(self) -> str:
        """Those of the machine: one for each region."""
        return "".join(f"    struct s{kind} r{number};\n" for number, (kind, _) in self._regions)

    def prototypes(self) -> str:
        """Of all that is called from elsewhere in the text."""
        return "\n".join(_named(piece.prototypes, kind) for kind, each in enumerate(self._classes) for piece in each.pieces[0])

    def functions(self) -> str:
        """Of all elements, each once."""
        return "".join(self._class(kind, each) for kind, each in enumerate(self._classes))

    def _class(self, kind: int, each: Class) -> str:
        region, text = each.members[0], ""
        for place, name in enumerate(region.names):
            title = f"{name.replace('*/', '')} :: {self._texts.graph.node(name).class_name}"
            text += f"\n/* {title}, and in {len(each.members) - 1} more that are alike */\n"
            text += self.outside(_named(self._bodies[kind][place], kind))
            for begins, number in self._begins[kind][place].items():
                text += self.outside(_named(_renamed(begins, place, number), kind))
        text += "".join(self._run(kind, place, name) for place, name in enumerate(region.names) if name in self._texts.wakes.tasks)
        words = "\n".join(_named(piece.words, kind) for piece in each.pieces[0])
        wrote = "".join(f"    case {place}: s{kind}_{place}_wrote(m, region); break;\n" for place in range(len(region.names)))
        return f"""{text}
static void *s{kind}_word(struct machine *m, struct s{kind} *region, uint64_t place)
{{
    (void)m; (void)region;
    switch (place) {{
{words}
    }}
    return NULL;
}}
static void s{kind}_wrote(struct machine *m, struct s{kind} *region, int element)
{{
    switch (element) {{
{wrote}    default: break;
    }}
}}
"""

    def _run(self, kind: int, place: int, name: str) -> str:
        """How the task of an element is run, whichever region's it is."""
        function = f"s{kind}_{place}"
        idle = f"{function}_idle(m, region)" if self._texts.wakes.rests_at_once(name) else "0"
        return run_of(f"{function}_serve", f"    struct s{kind} *region = of;\n", f"{function}_task(m, region)", idle)

    def job(self, element: int) -> Job:
        """The task of an element."""
        if element not in self.home:
            return Job(element, f"e{element}_serve")
        region, kind, place = self.home[element]
        return Job(element, f"s{kind}_{place}_serve", _there(region))

    def outside(self, text: str) -> str:
        """``text``, which is of no shared region or of another, with what it says of elements in shared regions as it is called."""

        def called(found: re.Match[str]) -> str:
            element = int(next(filter(None, (found[1], found[3], found[4], found[5]))))
            if element not in self.home:
                return found[0]
            region, kind, place = self.home[element]
            if found[1]:
                function = self._begin(element) if found[2] == "initialize" else found[2]
                return f"s{kind}_{place}_{function}(m, {_there(region)}"
            if found[3]:
                return f"m->r{region}.s{kind}_{place}"
            if found[4]:
                return f"struct s{kind}_{place}"
            self._handed[element, found[6]] = None
            return found[0]

        return in_code(text, lambda code: _OUTSIDE.sub(called, code))

    def spread(self, name: str) -> str:
        """``eN_spread`` of an element that is in no region: hands a packet to the region that its way leads to."""
        ports = self._texts.spread(name)
        if not ports:
            return ""
        ways: list[tuple[int, Entry] | None] = []
        for way in self._texts.programs[name].exits:
            edge = ports.get(way.port)
            if edge is None:
                ways.append(None)
                continue
            region, kind, place = self.home[self._texts.numbers[edge.target]]
            ways.append((region, (kind, place, edge.target_port)))
        return spread_text(self._texts.numbers[name], ways)

    def _begin(self, element: int) -> str:
        region, kind, place = self.home[element]
        first = next(number for number, (each, _) in self._regions if each == kind)
        text = self._classes[kind].pieces[region - first][place].begins
        return f"initialize_{self._begins[kind][place][text]}"

    def given(self) -> str:
        """The statements that give regions what is their own."""
        return "".join(f"    m->r{number}.of = s{kind}_given[{place}];\n" for number, kind, place in self._places())

    def _places(self) -> list[tuple[int, int, int]]:
        """Of each region its number, its class, and its place there."""
        counts = [0] * len(self._classes)
        found = []
        for number, (kind, _) in self._regions:
            found.append((number, kind, counts[kind]))
            counts[kind] += 1
        return found

    def state(self) -> str:
        """The cases, by region, of where state variables are."""
        local = "(uint64_t)local_at[element] << 16 | word"
        return "".join(f"    case {number}: return s{kind}_word(m, &m->r{number}, {local});\n" for number, (kind, _) in self._regions)

    def writes(self) -> str:
        """The cases, by region, of what follows from write handlers."""
        return "".join(
            f"    case {number}: s{kind}_wrote(m, &m->r{number}, local_at[element]); break;\n" for number, (kind, _) in self._regions
        )

    def data(self) -> str:
        """What of elements is known by its address, what each region has of its own, and where elements are. It stands behind what was
        told to `outside`."""
        given = "".join(self._given(kind, each) for kind, each in enumerate(self._classes))
        text = given and self.outside(given)
        wrappers = ""
        for element, function in self._handed:
            region, kind, place = self.home[element]
            gives, takes, hands = _HANDED[function]
            call = f"{'' if gives == 'void ' else 'return '}s{kind}_{place}_{function}(m, {_there(region)}{hands});"
            wrappers += f"static {gives}e{element}_{function}(struct machine *m{takes}) {{ {call} }}\n"
        homes = [self.home.get(element, (-1, 0, 0)) for element in range(len(self._texts.numbers))]
        where = "".join(
            f"static const int32_t {name}[] = {{{','.join(str(each[index]) for each in homes)}}};\n"
            for name, index in (("region_at", 0), ("local_at", 2))
        )
        return wrappers + text + where

    def _given(self, kind: int, each: Class) -> str:
        rows = []
        for place, region in enumerate(each.members):
            numbers = [self._texts.numbers[name] for name in region.names], self._texts.tasks_of(region), self._texts.rings_of(region)
            own = [
                f".{name} = {{{', '.join(map(str, values)) or '0'}}}"
                for name, values in zip(("number", "task", "ring"), numbers, strict=True)
            ]
            own += [f".k{number} = {values[place]}" for number, (_, values) in enumerate(self._data[kind])]
            rows.append(f"    {{{', '.join(own)}}},\n")
        return f"static const struct s{kind}_of s{kind}_given[] = {{\n{''.join(rows)}}};\n"


def _there(region: int) -> str:
    """Where what a region has of its own is."""
    return f"&m->r{region}"


def _named(text: str, kind: int) -> str:
    """A text of a region with its functions as those of the class ``kind``."""

    def named(code: str) -> str:
        code = _FUNCTION.sub(rf"s{kind}_\1(\2, struct s{kind} *region", code)
        code = _CALL.sub(rf"s{kind}_\1(m, region", code)
        code = re.sub(r"\bm->eR(\d+)\b", rf"region->s{kind}_\1", code)
        return re.sub(r"\beR(\d+)(?=_|\b)", rf"s{kind}_\1", code)

    return in_code(text, named)


def _renamed(begins: str, place: int, number: int) -> str:
    """What makes the element at ``place`` ready, with the name that those of region have to whom ``number`` belongs."""
    defined = ["initialize", *re.findall(rf"^static const [\w ]+ eR{place}_(\w+)\[", begins, re.M)]
    name = re.compile(rf"\beR{place}_({'|'.join(defined)})\b")
    return in_code(begins, lambda code: name.sub(rf"eR{place}_\1_{number}", code))


def _filled(each: Class) -> tuple[list[str], list[tuple[Hole, list[str]]]]:
    """The functions of a class, by place, with members where its regions differ; of each member the hole and the regions' values."""
    bodies: list[str] = []
    data: list[tuple[Hole, list[str]]] = []
    for place in range(len(each.pieces[0])):
        functions = [pieces[place].functions for pieces in each.pieces]
        if len(set(functions)) == 1:
            bodies.append(functions[0])
            continue
        texts = [split_text(text) for text in functions]
        body = texts[0].fixed[0]
        for number, hole in enumerate(texts[0].holes):
            values = [text.holes[number].value for text in texts]
            if len(set(values)) == 1:
                body += hole.kept
            else:
                body += hole.use.format(f"region->of.k{len(data)}")
                data.append((hole, values))
            body += texts[0].fixed[number + 1]
        bodies.append(body)
    return bodies, data
