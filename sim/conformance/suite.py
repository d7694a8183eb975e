"""Conformance: one body for every reading. The same packets through all four readings of every element that has a packet program.

The examples of an element's manual page take its packets by turns. The reference is what the others are held to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from types import TracebackType

from sim.conformance.cases import Case
from sim.conformance.examples import Example, catalogue_examples
from sim.conformance.hardware import Hardware, HardwareLibrary
from sim.conformance.logic import Logic
from sim.conformance.outcome import Outcome, differences
from sim.conformance.reference import Reference
from sim.conformance.software import Software, SoftwareLibrary


@dataclass
class Report:
    """How many packets were compared, by (element, reading), and every first difference of a reading of an example."""

    compared: Counter[tuple[str, str]] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)


class Suite:
    """All readings of ``examples`` (of the whole catalogue, where none are given), with their state. To be closed."""

    def __init__(self, examples: Sequence[Example] | None = None) -> None:
        self.examples = list(catalogue_examples() if examples is None else examples)
        self._software = SoftwareLibrary(self.examples)
        self._hardware = HardwareLibrary(self.examples)
        self._references = [Reference(example.program) for example in self.examples]
        self._c = [Software(self._software, number, example.program) for number, example in enumerate(self.examples)]
        self._modules = [Hardware(self._hardware, number, example.program) for number, example in enumerate(self.examples)]
        self._logic = [Logic(example.program) for example in self.examples]

    def run(self, label: str, cases: Sequence[Case]) -> Report:
        """Put ``cases`` through every element; ``label`` (the seed, say) stands in the report of a difference."""
        report = Report()
        turns = [list(self._turn(number, len(cases))) for number in range(len(self.examples))]
        self._hardware.offer(cases, turns)
        for number, example in enumerate(self.examples):
            mine = [cases[index] for index in turns[number]]
            expected = list(self._references[number].run(mine))
            readings: dict[str, Iterable[Outcome]] = {
                "C": self._c[number].run(mine),
                "hardware": self._modules[number].of(cases, turns[number]),
                "logic": self._logic[number].run(mine),
            }
            report.compared[example.class_name, "reference"] += len(expected)
            for reading, outcomes in readings.items():
                report.compared[example.class_name, reading] += len(expected)
                report.differences += compare(example, label, reading, mine, expected, outcomes)
        return report

    def _turn(self, number: int, count: int) -> Iterator[int]:
        same = [n for n, example in enumerate(self.examples) if example.class_name == self.examples[number].class_name]
        yield from range(same.index(number), count, len(same))

    def close(self) -> None:
        """Free the compiled machines."""
        self._software.close()
        self._hardware.close()

    def __enter__(self) -> Suite:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def compare(
    example: Example, label: str, reading: str, cases: Sequence[Case], expected: Sequence[Outcome], found: Iterable[Outcome]
) -> Iterator[str]:
    """The first case in which ``found`` is not as ``expected``, told in full: after it, state may differ because it did."""
    for case, right, outcome in zip(cases, expected, found, strict=True):
        if right == outcome:
            continue
        packet = case.packet
        network = "not set" if packet.network is None else packet.network - packet.start
        lines = [f"{example.class_name}: {reading} differs from the reference", f"example: {example.text}, {example.outputs} output(s)"]
        lines += [f"{label}; time {packet.time}; network header {network}; state set to {case.poke}"]
        lines += [f"packet: {packet.data.hex()}", *differences(example, right, outcome)]
        yield "\n  ".join(lines)
        return
