"""Memories of state become registers, a word each, also where the memory has none; what is not understood is refused."""

from dataclasses import replace

import pytest

from elements.program.substitute import substitute
from elements.program.values import Value, const
from sim.proof.design import Design
from sim.proof.netlist import Netlist
from sim.proof.spread_memories import NotState, spread_memories, words_of
from tests.sim.proof.by_hand import Bench


def _bench(**parameters: object) -> Bench:
    """A memory of three words, written and read where the packet's two low bits say, and the rest of the netlist."""
    bench = Bench()
    bench.one_stage(bench.memory("words", 3, bench.header[:2], bench.valid, bench.time, **parameters))
    return bench


def _spread(netlist: Netlist) -> Design:
    return Design(spread_memories(netlist, ["words"]))


def _number(term: Value, **values: int) -> int | None:
    """What ``term`` is where registers and inputs are ``values``, and every other one is zero."""
    named = {"words_0": "words[0]", "words_3": "words[3]"}
    known = {named.get(name, name): value for name, value in values.items()}
    return substitute([term], lambda leaf, _: const(known.get(str(leaf.attributes[0]), 0), leaf.width))[term].constant


def test_every_value_of_the_address_has_its_word() -> None:
    netlist = _bench().netlist()
    assert words_of(netlist, ["words"]) == ["words[0]", "words[1]", "words[2]", "words[3]"]
    assert words_of(netlist, ["other"]) == []
    assert set(words_of(netlist, ["words"])) < set(_spread(netlist).registers)


def test_a_word_is_written_where_the_address_says_and_else_kept() -> None:
    design = _spread(_bench().netlist())
    for address in range(4):
        for word in range(4):
            term = design.next[f"words[{word}]"]
            assert _number(term, valid=1, header=address, time=9) == (9 if word == address else 0)
            assert _number(term, valid=0, header=address, time=9) == 0
    assert _number(design.next["words[0]"], valid=1, header=1, time=9, words_0=5) == 5


def test_a_word_is_read_where_the_address_says() -> None:
    read = _spread(_bench().netlist()).next["data_s1"]
    assert [_number(read, header=address, words_0=5, words_3=7) for address in range(4)] == [5, 0, 0, 7]


def test_new_nets_are_none_that_a_port_has() -> None:
    bench = _bench()
    bench.common.append("unread")
    bench.input("unread", 4)
    assert "unread" not in set().union(*_spread(bench.netlist()).support.values())


@pytest.mark.parametrize(
    ("parameters", "why"),
    [
        ({"WR_PORTS": 2}, "has not one port to write"),
        ({"RD_CLK_ENABLE": "1"}, "has not one port to write and others to read at once"),
        ({"OFFSET": 1}, "do not begin at 0"),
        ({"SIZE": 5}, "more than its address has values"),
    ],
    ids=["two writes", "read late", "offset", "size"],
)
def test_what_is_no_memory_of_state_is_refused(parameters: dict[str, object], why: str) -> None:
    with pytest.raises(NotState, match=why):
        spread_memories(_bench(**parameters).netlist(), ["words"])


def test_a_word_written_in_parts_is_refused() -> None:
    bench = _bench()
    parts = {"WR_EN": (*bench.valid, "1", "1", "1")}
    bench.cells = [replace(cell, connections={**cell.connections, **parts}) if cell.name == "words" else cell for cell in bench.cells]
    with pytest.raises(NotState, match="is written in parts"):
        spread_memories(bench.netlist(), ["words"])


def test_a_memory_that_there_is_not_is_an_error() -> None:
    with pytest.raises(NotState, match="the memory gone is not in the netlist"):
        spread_memories(_bench().netlist(), ["gone"])
