"""What is claimed of a design follows from it, or is named; a claim that cannot fail is no claim."""

from __future__ import annotations

import pytest

from elements.program.values import TRUE, const, eq
from sim.proof.claims import Claims, NoSuchNet
from sim.proof.design import Design
from sim.proof.duties import Duty
from sim.proof.said import Said
from tests.sim.proof.by_hand import Bench


def claims() -> Claims:
    """Of a register ``kept`` that remembers an input ``header`` of 4 bits."""
    bench = Bench()
    bench.register("kept", bench.header)
    return Claims(Design(bench.netlist()))


def test_a_claim_of_a_net_that_is_not_there_is_an_error_and_does_not_hold_of_zero() -> None:
    with pytest.raises(NoSuchNet, match=r"^the proof speaks of the net gone, which the netlist does not have$"):
        claims().net("gone")


def test_a_claim_of_a_net_of_another_width_is_an_error() -> None:
    with pytest.raises(NoSuchNet, match=r"^the proof takes the net kept as 5 bits wide, and in the netlist it has 4$"):
        claims().net("kept", 5)


def test_a_net_may_be_taken_as_wide_as_it_is() -> None:
    assert claims().net("kept", None).width == 4


def test_a_claim_of_a_register_that_is_not_there_is_an_error() -> None:
    with pytest.raises(NoSuchNet, match=r"^the proof speaks of the register header, which the netlist does not have$"):
        claims().register("header")


def test_what_follows_is_proved_and_what_does_not_is_named() -> None:
    made = claims()
    before = made.ghost("before", made.net("header", 4))
    made.always("it is remembered", eq(made.register("kept"), before))
    made.now("it is small", made.net("header", 4) < 9)
    assert made.proved().failures == ["it is small does not follow"]


def test_a_claim_is_refused_where_its_premise_cannot_be() -> None:
    made = claims()
    header = made.net("header", 4)
    made.presume("it is small", header < 4)
    made.now("where it is 3, it is odd", eq(header, const(3, 4)), where=eq(header, const(3, 4)))
    made.now("where it is 5, anything", eq(header, const(0, 4)), where=eq(header, const(5, 4)))
    assert made.proved().failures == ["where it is 5, anything says nothing"]


def test_a_premise_that_other_claims_exclude_cannot_be() -> None:
    made = claims()
    kept = made.register("kept")
    made.presume("it is small", made.net("header", 4) < 4)
    made.always("what is kept is small", kept < 4)
    made.always("where it is large, anything", eq(kept, const(0, 4)), where=kept > 9)
    assert made.proved().failures == ["where it is large, anything says nothing"]


def test_presumptions_that_contradict_each_other_prove_nothing() -> None:
    made = claims()
    made.presume("it is small", made.net("header", 4) < 4)
    made.presume("it is large", made.net("header", 4) > 9)
    made.now("anything", eq(made.net("header", 4), const(0, 4)))
    assert "what is presumed contradicts itself, and anything would follow from it" in made.proved().failures


def test_what_is_presumed_is_said_and_what_is_meant_is_not() -> None:
    made = claims()
    made.presume("it is small", made.net("header", 4) < 4)
    made.takes("a number is a number", const(1, 1))
    assert made.proved().presumed == (Said("it is small"),)


@pytest.mark.parametrize("level", [0, 2])
def test_what_holds_at_first_rests_on_no_duty(level: int) -> None:
    made = claims()
    word = made.any_word("a word", 4)
    made.expects(Duty("it is small", lambda number: number < 4, level), TRUE, word)
    made.always("the word is small", word < 4)
    assert made.proved().failures == ["the word is small does not hold at first"]


def test_what_holds_at_first_may_rest_on_what_is_meant() -> None:
    made = claims()
    word = made.any_word("a word", 4)
    made.takes("it is small", word < 4)
    made.always("the word is small", word < 4)
    assert made.proved().failures == []


@pytest.mark.parametrize("second", ["now", "always", "ghost"])
@pytest.mark.parametrize("first", ["now", "always", "ghost"])
def test_two_claims_or_ghosts_of_one_name_are_an_error(first: str, second: str) -> None:
    made = claims()
    word = made.register("kept")
    getattr(made, first)("it is small", word < 4)
    with pytest.raises(ValueError, match=r"^two things are called 'it is small', and the second would stand in the place of the first$"):
        getattr(made, second)("it is small", word < 5)


def test_a_ghost_is_not_called_as_a_register_is() -> None:
    made = claims()
    with pytest.raises(ValueError, match=r"^two things are called 'kept'"):
        made.ghost("kept", made.register("kept"))


def test_a_duty_that_is_kept_twice_is_told_apart_or_is_an_error() -> None:
    made, duty = claims(), Duty("it is small", lambda number: number < 4)
    made.keeps(duty, TRUE, made.register("kept"))
    made.keeps(duty, TRUE, made.register("kept"), of="once more")
    with pytest.raises(ValueError, match=r"^two things are called 'it is small'"):
        made.keeps(duty, TRUE, made.net("header", 4))
