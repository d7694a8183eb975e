"""What runs have reached of a core's Verilog: its lines and branches, and the toggles of its named bits; and what they have not, hole by
hole.
"""

from __future__ import annotations

import re
import tempfile
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from sim.verilated import Verilated

Kind = Literal["line", "toggle", "function"]
Figure = tuple[int, int]
"""Points that were reached, of how many."""
CHECKERS: Final = re.compile(r"\.watch(_memory)?\d+(\.|$)")
"""Modules of the checkers that a simulated core has (`hdl.watch`): no part of the core itself."""
CONSTANT: Final = "the netlist makes it constant in this configuration"
_POINT: Final = re.compile(rb"^C '(.*)' (\d+)$", re.MULTILINE)
_DECLARED: Final = re.compile(r"^  (?:input|output|wire|reg) (?:\[\d+:\d+\] )?(\S+?) ?(?:;| = )")
_TAKES: Final = re.compile(r"^    (?:(?:else )?if \(\S+ ?\) )?(\S+) +<= (\S+) ?;$")
_MAKES: Final = re.compile(r"^    (\S+) += ")
_BRANCHES: Final = {"else": "never otherwise", "cond_then": "never the first", "cond_else": "never the second"}
"""What is missing of a line, by what Verilator calls it, where that is not all of it."""
_BIT: Final = re.compile(r"^(.*?)(?:\[(\d+)\])?:([01]->[01])$")


@dataclass(frozen=True, order=True)
class Hole:
    """Points that no run has reached, on one line of the Verilog. ``what``: for a toggle the signal with its bits and which way they never
    went; for a line what stands there; for a function what did not happen. ``source``: the line of ours that made it, empty where none
    is known. ``reason``: why nothing can reach it, where that is known."""

    kind: Kind
    module: str
    what: str
    source: str = ""
    verilog: int = 0
    points: int = 1
    reason: str = ""


@dataclass(frozen=True)
class Coverage:
    """What all runs together have reached, as figures in all and by module (lines, of; toggles, of), and the ``holes``; lines and toggles
    are None where they were not counted."""

    lines: Figure | None
    toggles: Figure | None
    functions: Figure
    modules: Mapping[str, tuple[int, int, int, int]]
    holes: tuple[Hole, ...]

    @property
    def unexplained(self) -> tuple[Hole, ...]:
        """Holes without a reason."""
        return tuple(hole for hole in self.holes if not hole.reason)

    def figures(self) -> dict[str, tuple[Figure, Figure]]:
        """By what was counted: points reached, of all, and of those that have no reason not to be."""
        counted: dict[Kind, tuple[str, Figure | None]] = {
            "line": ("lines and branches", self.lines),
            "toggle": ("toggles", self.toggles),
            "function": ("things that should happen", self.functions),
        }
        reasoned: dict[Kind, int] = defaultdict(int)
        for hole in self.holes:
            reasoned[hole.kind] += hole.points if hole.reason else 0
        return {name: (figure, (figure[0], figure[1] - reasoned[kind])) for kind, (name, figure) in counted.items() if figure is not None}


@dataclass(frozen=True)
class Point:
    """One thing that a run can reach: ``at`` a line of the Verilog; ``what``: a bit and its way, or the kind of statement."""

    kind: Kind
    module: str
    at: int
    what: str


class Ledger:
    """Adds up what models of one design have reached, by run and in all."""

    def __init__(self) -> None:
        self.points: tuple[Point, ...] = ()
        self.counts: NDArray[np.uint64] = np.zeros(0, dtype=np.uint64)

    def take(self, model: Verilated) -> tuple[float, float]:
        """What ``model`` has reached since it was made or last taken is added; returns its percentage of lines and of toggles. Errors:
        ``ValueError`` for a model of another design."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "coverage.dat"
            model.take_coverage(path)
            raw = _POINT.findall(path.read_bytes())
        if not self.points:
            points = [_point(text.decode()) for text, _ in raw]
            self._own = np.array([point is not None for point in points], dtype=bool)
            self._size = len(raw)
            self.points = tuple(point for point in points if point is not None)
            self.counts = np.zeros(len(self.points), dtype=np.uint64)
            self._lines = np.array([point.kind == "line" for point in self.points], dtype=bool)
        if len(raw) != self._size:
            raise ValueError("the model is of another design than those before")
        counts = np.array([int(count) for _, count in raw], dtype=np.uint64)[self._own]
        self.counts += counts
        return percent_of(counts[self._lines]), percent_of(counts[~self._lines])

    def add(self, other: Ledger) -> None:
        """What models have reached that ``other`` has taken is added. Errors: ``ValueError`` where those are of another design."""
        if not other.points:
            return
        if not self.points:
            self.points, self.counts = other.points, other.counts.copy()
            self._own, self._size, self._lines = other._own, other._size, other._lines
            return
        if self.points != other.points:
            raise ValueError("the model is of another design than those before")
        self.counts += other.counts

    def untouched(self) -> Ledger:
        """The ledger of models that have reached nothing."""
        ledger = copy(self)
        ledger.counts = np.zeros_like(self.counts)
        return ledger

    def figures(self) -> tuple[Figure, Figure]:
        """Lines and toggles, of all that was taken."""
        hit = self.counts > 0
        return (
            (int(hit[self._lines].sum()), int(self._lines.sum())),
            (int(hit[~self._lines].sum()), int((~self._lines).sum())),
        )


def percent_of(counts: NDArray[np.uint64]) -> float:
    """How many of ``counts`` are more than 0, in percent with two places, rounded down: what is not all is not 100."""
    return 10_000 * int((counts > 0).sum()) // len(counts) / 100 if len(counts) else 100.0


def _point(text: str) -> Point | None:
    """A point as Verilator writes it; None for one of a checker."""
    fields = dict(part.split("\x02", 1) for part in text.split("\x01") if part)
    module = _plain(fields["page"].partition("/")[2])
    if CHECKERS.search(module):
        return None
    kind: Kind = "toggle" if fields["t"] == "toggle" else "line"
    return Point(kind, module, int(fields["l"]), _plain(fields["o"]) if kind == "toggle" else fields["o"])


def _plain(name: str) -> str:
    # Verilator writes a character that C++ cannot have in a name as __0 and two hexadecimal digits.
    return re.sub(r"__0([0-9A-F]{2})", lambda m: chr(int(m[1], 16)), name, flags=re.IGNORECASE)


def functions_alone(functions: Mapping[str, int]) -> Coverage:
    """Coverage of ``functions``, things that should happen and how often each did, where lines and toggles were not counted."""
    holes = tuple(sorted(Hole("function", "", name) for name, count in functions.items() if not count))
    return Coverage(None, None, (len(functions) - len(holes), len(functions)), {}, holes)


def collect(
    ledger: Ledger, verilog: str, places: Mapping[int, str], functions: Mapping[str, int], constants: Container[tuple[str, int]] = ()
) -> Coverage:
    """The coverage of all that ``ledger`` has, of a design with this ``verilog`` and ``places`` (`hdl.tools.verilog.to_located_verilog`),
    and of ``functions``. The bits that ``constants`` has (name from the top on, place) are holes with that reason, others have none yet."""
    lines, starts = verilog.split("\n"), sorted(places)
    blocks = block_targets(lines, places)
    missed: dict[tuple[Kind, str, int, str, str], list[str]] = defaultdict(list)
    modules: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for point, count in zip(ledger.points, ledger.counts, strict=True):
        figure = modules[point.module]
        first = 0 if point.kind == "line" else 2
        figure[first + 1] += 1
        if count:
            figure[first] += 1
            continue
        bit = _BIT.match(point.what) if point.kind == "toggle" else None
        constant = bit is not None and (f"{point.module}.{bit[1]}", int(bit[2] or 0)) in constants
        missed[point.kind, point.module, point.at, bit[1] if bit else "", CONSTANT if constant else ""].append(point.what)
    holes: list[Hole] = []
    for (kind, module, at, name, why), what in missed.items():
        source = _source(places, starts, blocks, at)
        said = _bits(name, what) if name else [(_said(lines, blocks, at, what), len(what))]
        holes += [Hole(kind, module, text, source, at, points, why) for text, points in said]
    alone, (of_lines, of_toggles) = functions_alone(functions), ledger.figures()
    counted = {name: (a, b, c, d) for name, (a, b, c, d) in sorted(modules.items())}
    return Coverage(of_lines, of_toggles, alone.functions, counted, tuple(sorted((*holes, *alone.holes))))


def _said(lines: list[str], blocks: Mapping[int, tuple[str, str]], at: int, what: Iterable[str]) -> str:
    """What stands on a line, in a combinational block behind the signal that the block makes, and which of its branches was never taken."""
    text = lines[at - 1].strip()
    never = ", ".join(dict.fromkeys(_BRANCHES[each] for each in what if each in _BRANCHES))
    return (f"{blocks[at][0]}: " if at in blocks else "") + text + (f" ({never})" if never else "")


def _source(places: Mapping[int, str], starts: list[int], blocks: Mapping[int, tuple[str, str]], at: int) -> str:
    """The source of the signal that a block makes; elsewhere of the last thing that begins at or before this line."""
    if at in blocks:
        return blocks[at][1]
    found = bisect_right(starts, at)
    return places[starts[found - 1]] if found else ""


def block_targets(lines: Iterable[str], places: Mapping[int, str]) -> dict[int, tuple[str, str]]:
    """For each line of a combinational block the signal that the block makes, and where that comes from: Yosys knows no places of blocks.
    What a register takes next, which has no name, stands for the register."""
    found: dict[int, tuple[str, str]] = {}
    declared: dict[str, str] = {}
    registers: dict[str, str] = {}
    blocks: list[tuple[str, range]] = []
    start, target = 0, ""
    for at, line in enumerate(lines, 1):
        if match := _DECLARED.match(line):
            declared.setdefault(match[1], places.get(at, ""))
        elif match := _TAKES.match(line):
            registers[match[2]] = match[1]
        elif line.startswith("  always @*"):
            start, target = at, ""
        elif start and not target and (match := _MAKES.match(line)):
            target = match[1]
        elif start and line == "  end":
            blocks.append((target, range(start, at + 1)))
            start = 0
        elif line == "endmodule":
            for made, span in blocks:
                name = registers.get(made, made)
                found |= dict.fromkeys(span, (name.removeprefix("\\"), declared.get(name, "")))
            declared, registers, blocks = {}, {}, []
    return found


def _bits(name: str, what: Iterable[str]) -> list[tuple[str, int]]:
    """A signal with those of its bits that stay, that never rise and that never fall, as in ``count[4,1] stays``, and how many points that
    is. The highest that do are apart from others, since there may be a reason for them."""
    missing: dict[int, set[str]] = defaultdict(set)
    for text in what:
        match = _BIT.match(text)
        assert match is not None
        missing[-1 if match[2] is None else int(match[2])].add(match[3])
    ways = {"0->1": "never rises", "1->0": "never falls"}
    groups: dict[str, list[int]] = defaultdict(list)
    for bit in sorted(missing, reverse=True):
        groups["stays" if len(missing[bit]) == 2 else ways[next(iter(missing[bit]))]].append(bit)
    apart = [(way, part) for way, bits in sorted(groups.items()) for part in _highest_apart(bits)]
    return [(f"{name}{_ranges(bits)} {way}", len(bits) * (2 if way == "stays" else 1)) for way, bits in apart]


def _highest_apart(bits: list[int]) -> list[list[int]]:
    """``bits``, falling: those that follow the highest without a gap, and the others."""
    end = next((place for place, bit in enumerate(bits) if bit != bits[0] - place), len(bits))
    return [part for part in (bits[:end], bits[end:]) if part]


def _ranges(bits: list[int]) -> str:
    """``bits``, falling, in the brackets of Verilog; nothing for a signal that is a bit."""
    if bits == [-1]:
        return ""
    runs: list[list[int]] = []
    for bit in bits:
        if runs and runs[-1][-1] == bit + 1:
            runs[-1].append(bit)
        else:
            runs.append([bit])
    return "[" + ",".join(f"{run[0]}:{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs) + "]"
