"""A machine that was made before is found by what it is made of, without its C."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from elements.definition.catalogue import class_info
from elements.definition.element import Element
from elements.reference.machine import instantiate
from elements.reference.packet import Packet
from graph.check import Checked, check
from graph.load import load, load_text
from swclick import generate, kept
from swclick.machine import Machine

TEXT = "s :: FromCrossing(t:0) -> c :: Classifier(0/{byte}, -) -> a :: ToCrossing(t:0); c[1] -> b :: ToCrossing(t:1);"


@pytest.fixture
def made(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The texts that were generated; the cache is empty at first."""
    monkeypatch.setenv("MLCLICK_CACHE", str(tmp_path_factory.mktemp("cache")))
    texts: list[str] = []
    whole = generate.generate

    def counted(checked: Checked, elements: Mapping[str, Element], *, share: bool = True, cuts: Mapping[str, int] | None = None) -> str:
        texts.append(whole(checked, elements, share=share, cuts=cuts))
        return texts[-1]

    monkeypatch.setattr(generate, "generate", counted)
    yield texts


def sent(machine: Machine) -> list[str]:
    for byte in (5, 6):
        machine.inject("s", Packet.of(bytes([byte]) * 60))
    return [name for name, _ in machine.emitted]


def test_what_was_made_before_is_not_written_again(made: list[str]) -> None:
    graph = load_text(TEXT.format(byte="05"), "t")
    assert sent(Machine(graph, keep=True)) == sent(Machine(graph, keep=True)) == ["a", "b"]
    assert len(made) == 1


def test_another_configuration_is_another_machine(made: list[str]) -> None:
    assert sent(Machine(load_text(TEXT.format(byte="05"), "t"), keep=True)) == ["a", "b"]
    assert sent(Machine(load_text(TEXT.format(byte="06"), "t"), keep=True)) == ["b", "a"]
    assert len(made) == 2


def test_a_file_of_routes_that_has_changed_makes_another_machine(made: list[str], tmp_path: Path) -> None:
    click = tmp_path / "x.click"
    click.write_text(
        "s :: FromCrossing(t:0) -> SetIPAddress(10.0.0.1) -> r :: RadixIPLookup(FILE routes);\n"
        "r -> a :: ToCrossing(t:0); r[1] -> b :: ToCrossing(t:1);\n"
    )
    for port, names in (("0", ["a", "a"]), ("1", ["b", "b"]), ("0", ["a", "a"])):
        (tmp_path / "routes").write_text(f"10.0.0.0/8 {port}\n")
        assert sent(Machine(load(click), keep=True)) == names
    assert len(made) == 2


def test_a_library_that_was_taken_away_is_made_again(made: list[str]) -> None:
    graph = load_text(TEXT.format(byte="05"), "t")
    Machine(graph, keep=True).close()
    for library in Path(os.environ["MLCLICK_CACHE"], "software").glob("*.so"):
        library.unlink()
    assert sent(Machine(graph, keep=True)) == ["a", "b"]
    assert len(made) == 2


def test_other_sources_make_another_machine(made: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    graph = load_text(TEXT.format(byte="05"), "t")
    Machine(graph, keep=True)
    monkeypatch.setattr(kept, "_AT_START", ("swclick/generate.py 1 2",))
    Machine(graph, keep=True)
    assert len(made) == 2


def test_what_sources_made_that_have_changed_since_they_were_loaded_is_not_kept(made: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    graph = load_text(TEXT.format(byte="05"), "t")
    with monkeypatch.context() as patch:
        patch.setattr(kept, "_sources", lambda: ["swclick/generate.py 1 2"])
        Machine(graph, keep=True).close()
    Machine(graph, keep=True).close()
    assert len(made) == 2
    Machine(graph, keep=True).close()
    assert len(made) == 2


def test_elements_that_are_not_ours_are_made_each_time(made: list[str]) -> None:
    graph = load_text(TEXT.format(byte="05"), "t")
    elements = instantiate(graph)
    other = type("Other", (type(elements["c"]),), {"__module__": "somewhere"})
    for _ in range(2):
        Machine(graph, {**elements, "c": other(graph.node("c"), 1, 2)}, keep=True)
    assert len(made) == 2


def test_without_being_asked_to_nothing_is_kept(made: list[str]) -> None:
    """What a test or a mutant has changed in this process is not in the sources."""
    graph = load_text(TEXT.format(byte="05"), "t")
    for _ in range(2):
        Machine(graph).close()
    assert len(made) == 2
    assert not list(Path(os.environ["MLCLICK_CACHE"], "software").glob("*.at"))


def test_a_router_that_is_driven_by_a_script_is_found_again(made: list[str]) -> None:
    text = "s :: FromCrossing(t:0) -> Queue -> Unqueue -> Discard; DriverManager(wait_stop);"
    for _ in range(2):
        Machine(load_text(text, "t"), keep=True).close()
    assert len(made) == 1


def test_other_places_where_packets_may_wait_make_another_machine(made: list[str]) -> None:
    checked = check(load_text("s :: FromCrossing(t:0) -> c :: Counter -> Paint(1) -> ToCrossing(t:0);", "t"), class_info)
    elements = instantiate(checked.graph)
    for cuts in ({}, {"c": 0}, {}):
        kept.library_of(checked, elements, share=True, cuts=cuts)
    assert ["meet_cut(&m->live, &m->base, " in text for text in made] == [False, True]


def test_who_finds_a_machine_loads_nothing_that_makes_one(tmp_path: Path) -> None:
    text = "import sys; from swclick.command import run; run(['-q', '-e', 'Idle -> Discard'], keep=True); print(*sys.modules)"
    environment = os.environ | {"MLCLICK_CACHE": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[2])}
    first, second = (
        subprocess.run([sys.executable, "-c", text], env=environment, capture_output=True, text=True, check=True).stdout.split()
        for _ in range(2)
    )
    making = {"swclick.generate", "swclick.compile", "subprocess", "tempfile", "concurrent.futures"}
    assert making <= set(first)
    assert not making & set(second)
