"""Conformance: every element with a packet program, four readings, the same packets, no difference; and that a difference is told."""

import os
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from elements.captures.pcap import write_capture
from elements.definition.catalogue import class_names, find
from elements.definition.element import Element
from elements.program.combine import walk
from elements.program.program import LAYERS, Program
from elements.program.rules import HARDWARE_ONLY
from elements.program.values import FALSE, OPERATIONS, const
from sim.conformance.cases import Case, captured_cases, random_cases
from sim.conformance.examples import Example, class_examples, configured
from sim.conformance.hardware import Hardware, HardwareLibrary
from sim.conformance.logic import Logic
from sim.conformance.random_programs import random_program
from sim.conformance.reference import Reference
from sim.conformance.software import Software, SoftwareLibrary
from sim.conformance.suite import Suite, compare
from sim.packets import ethernet, ip_packet
from tests.sim.packet_strategies import MOST_EXAMPLES, stories

SEEDS = range(1, 1 + int(os.environ.get("CONFORMANCE_SEEDS", "1")))
"""One in the suite; `make conformance` takes four."""
WHOLE = "CONFORMANCE_SEEDS" in os.environ
"""What is asked for by itself has more of each."""
EACH = 2_500 if WHOLE else 600
"""Packets an element and seed."""
CAPTURED = 500 if WHOLE else 150
"""Packets of each real capture."""
STORIES = 300 if WHOLE else 80
"""Lists of packets that hypothesis makes up."""
PROGRAMS = range(8)
"""Seeds of random programs."""
READINGS = ("reference", "C", "hardware", "logic")


def with_programs() -> list[str]:
    classes = [(name, find(name)) for name in class_names()]
    return [name for name, found in classes if found is not None and found.program is not Element.program]


@pytest.fixture(scope="module")
def suite() -> Iterator[Suite]:
    with Suite() as made:
        yield made


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_all_readings_of_all_elements_agree(suite: Suite, seed: int) -> None:
    report = suite.run(f"seed {seed}", random_cases(seed, EACH))
    assert not report.differences, "\n".join(report.differences)
    assert report.compared == {(name, reading): EACH for name in with_programs() for reading in READINGS}


@pytest.mark.slow
@settings(max_examples=STORIES, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=stories())
def test_all_readings_of_all_elements_agree_on_what_hypothesis_finds(suite: Suite, story: list[Case]) -> None:
    report = suite.run("a story", story)
    assert not report.differences, "\n".join(report.differences)


def test_stories_are_long_enough_for_all_examples_of_an_element() -> None:
    assert all(0 < len(class_examples(name)) <= MOST_EXAMPLES for name in with_programs())


@pytest.mark.slow
def test_all_readings_agree_on_captured_packets(suite: Suite, tmp_path: Path) -> None:
    rng = random.Random(5)
    frames = [ethernet(b"\x02" * 6, b"\x04" * 6, 0x0800, ip_packet(rng, (1, 2), (3, 4), (53, 80))) for _ in range(100)]
    write_capture(tmp_path / "small.pcap", [(1_000_000 * number, frame) for number, frame in enumerate(frames)])
    folders = [tmp_path]
    if "MLCLICK_DATA" in os.environ:
        folders.append(Path(os.environ["MLCLICK_DATA"]) / "pcap")
    for folder in folders:
        cases = captured_cases(folder, CAPTURED)
        assert cases, f"there are no captures in {folder}"
        report = suite.run(f"captures in {folder.name}", cases)
        assert not report.differences, "\n".join(report.differences)


def invented() -> list[Example]:
    """Random programs in the place of an element's."""
    return [replace(configured("Null", "Null"), class_name=f"random program {seed}", program=random_program(seed)) for seed in PROGRAMS]


def test_random_programs_have_every_operation_and_every_layer() -> None:
    values = [value for example in invented() for value in walk(example.program.roots())]
    assert {value.op for value in values} == set(OPERATIONS) - set(HARDWARE_ONLY)
    assert {edit.layer for example in invented() for edit in example.program.edits} == set(LAYERS)
    assert {table.kind for example in invented() for table in example.program.tables} == {"lpm", "exact", "ternary"}


@pytest.mark.slow
def test_all_readings_of_random_programs_agree() -> None:
    with Suite(invented()) as made:
        report = made.run("seed 21", random_cases(21, 1_000))
    assert not report.differences, "\n".join(report.differences)


def tampered(class_name: str, text: str, **fields: Any) -> tuple[Example, Example]:
    """An example as it is, and with something else in its program."""
    right = configured(class_name, text)
    return right, replace(right, program=replace(right.program, **fields))


def first_exit(program: Program, **fields: Any) -> dict[str, Any]:
    return {"exits": (replace(program.exits[0], **fields), *program.exits[1:])}


def tampers() -> list[tuple[Example, Example, str]]:
    """Examples, the same with a defect planted, and what has to be said of it."""
    ttl, mark = configured("DecIPTTL", "DecIPTTL").program, configured("MarkIPHeader", "MarkIPHeader").program
    strip, check = configured("Strip", "Strip(4)").program, "CheckIPHeader(OFFSET 14, CHECKSUM false)"
    access = ttl.accesses[0]
    return [
        (*tampered("DecIPTTL", "DecIPTTL", **first_exit(ttl, when=FALSE)), "exits none, expected 0 (output 1, shift 0)"),
        (*tampered("DecIPTTL", "DecIPTTL", edits=ttl.edits[1:]), "at exit 1 (output 0, shift 0) byte"),
        (*tampered("DecIPTTL", "DecIPTTL", accesses=(replace(access, value=const(3, 32)),)), "state expired[0] is 0x3, expected"),
        (*tampered("GetIPAddress", "GetIPAddress(16)", annotations=()), "at exit 0 (output 0, shift 0) the annotation dst_ip is"),
        (*tampered("MarkIPHeader", "MarkIPHeader", **first_exit(mark, network=2)), "the network header is at 2, expected 0"),
        (*tampered("Strip", "Strip(4)", **first_exit(strip, shift=3)), "at exit 0 (output 0, shift 4) the length is"),
        (*tampered("CheckIPHeader", check, end=strip.end), "at exit 0 (output 0, shift 0) the length is"),
    ]


@pytest.mark.slow
def test_every_reading_is_found_out_where_it_does_something_else() -> None:
    cases = random_cases(11, 400)
    rows = range(len(cases))
    wrong = [example for _, example, _ in tampers()]
    software, hardware = SoftwareLibrary(wrong), HardwareLibrary(wrong)
    hardware.offer(cases, [rows for _ in wrong])
    for number, (right, example, words) in enumerate(tampers()):
        expected = list(Reference(right.program).run(cases))
        readings = {
            "reference": Reference(example.program).run(cases),
            "C": Software(software, number, example.program).run(cases),
            "hardware": Hardware(hardware, number, example.program).of(cases, rows),
            "logic": Logic(example.program).run(cases),
        }
        for reading, outcomes in readings.items():
            told = list(compare(right, "seed 11", reading, cases, expected, outcomes))
            assert len(told) == 1, f"{reading} of {example.text}: {words}"
            assert words in told[0]
    software.close()
    hardware.close()


def test_a_difference_is_told_with_all_that_repeats_it() -> None:
    right, wrong, _ = tampers()[4]
    cases = random_cases(11, 2)
    expected = Reference(right.program).run(cases)
    told = list(compare(right, "seed 11", "logic", cases, list(expected), Logic(wrong.program).run(cases)))
    packet = cases[0].packet
    network = "not set" if packet.network is None else packet.network - packet.start
    assert told == [
        "MarkIPHeader: logic differs from the reference\n"
        "  example: MarkIPHeader, 1 output(s)\n"
        f"  seed 11; time {packet.time}; network header {network}; state set to None\n"
        f"  packet: {packet.data.hex()}\n"
        "  at exit 0 (output 0, shift 0) the network header is at 2, expected 0"
    ]


def test_the_same_seed_gives_the_same_packets() -> None:
    assert random_cases(3, 50) == random_cases(3, 50)
    assert random_cases(3, 50) != random_cases(4, 50)
