"""The configurations that elements are compared in: what is in them, and that every element is in some or is said not to be."""

from __future__ import annotations

from elements.definition.catalogue import class_names, manual_page
from graph.load import load_text
from mlclick.stock.apart import CLASSES, EMPTY, EXAMPLES, OWN, WAYS
from mlclick.stock.configurations import BUSY, configurations, examples
from mlclick.stock.odd import ODD
from mlclick.stock.settled import ADJUSTED, HANDLERS, IDENTIFIED, NEAR, PRINTING
from mlclick.stock.times import CLOCKED, TIMES, UNTIMED

DRESSED = """\
elementclass Dressed {
  input -> HostEtherFilter(1:1:1:1:1:1, DROP_OWN false, DROP_OTHER false) -> s :: RoundRobinSwitch;
  s [0] -> Paint(0) -> SetVLANAnno(0) -> output;
  s [1] -> Paint(1) -> SetVLANAnno(7) -> output;
  s [2] -> Paint(255) -> SetVLANAnno(100, 3) -> output;
}
elementclass Headed { input -> c :: CheckLength(25) -> Discard; c [1] -> output }
"""


def test_an_element_of_either_kind_is_pushed_to_and_pulled_from() -> None:
    first, _ = configurations("VLANEncap")[:2]
    assert (first.name, first.class_name, first.example) == ("VLANEncap-0", "VLANEncap", "VLANEncap(VLAN_ID 100)")
    assert (first.ways, first.simulated) == (2, True)
    assert first.text == DRESSED + (
        "w0 :: {\n"
        "  x :: VLANEncap(VLAN_ID 100);\n"
        "  input -> [0] x;\n"
        "  x [0] -> Print(w0.0, CONTENTS NONE, PRINTANNO true) -> ToDump(w0.0.pcap, 0);\n"
        "};\n"
        "w1 :: {\n"
        "  x :: VLANEncap(VLAN_ID 100);\n"
        "  input -> Queue(10000) -> [0] x;\n"
        "  x [0] -> u0 :: Unqueue(ACTIVE false) -> Print(w1.0, CONTENTS NONE, PRINTANNO true) -> ToDump(w1.0.pcap, 0);\n"
        "};\n"
        "FromDump(in.pcap, STOP false) -> Dressed -> t :: Tee(1);\n"
        "t [0] -> Headed -> t0 :: Tee(2);\n"
        "t0 [0] -> w0;\n"
        "t0 [1] -> w1;\n"
        "Script(wait 200, write w1/u0.active true, wait 200, stop);\n"
    )


def test_an_element_that_pulls_has_what_comes_to_each_input_in_a_queue() -> None:
    text = configurations("PrioSched")[0].text
    assert text.startswith(
        DRESSED + "w0 :: {\n"
        "  x :: PrioSched;\n"
        "  input -> r :: RoundRobinSwitch;\n"
        "  r [0] -> Queue(10000) -> [0] x;\n"
        "  r [1] -> Queue(10000) -> [1] x;\n"
        "  r [2] -> Queue(10000) -> [2] x;\n"
        "  x [0] -> u0 :: Unqueue(ACTIVE true) -> Print(w0.0, CONTENTS NONE, PRINTANNO true) -> ToDump(w0.0.pcap, 0);\n"
        "};\n"
    )


def test_an_element_with_outputs_of_its_own_number_has_all_of_them() -> None:
    text = configurations("Classifier")[0].text
    assert [f"x [{port}] -> Print(w0.{port}," in text for port in range(4)] == [True, True, True, False]


def test_what_is_remembered_for_a_time_is_compared_when_packets_come_at_theirs_too() -> None:
    timed, at_once = configurations("UDPRewriter")[:2]
    assert (timed.name, at_once.name) == ("UDPRewriter-0-timed", "UDPRewriter-0")
    assert timed.text.replace(", TIMING true", "").replace("wait 10", "wait 0.1") == at_once.text != timed.text
    assert timed.asked == at_once.asked


def test_packets_that_come_at_their_times_have_all_come_before_the_end() -> None:
    for name in ("UDPRewriter", "ARPQuerier"):
        timed, at_once = configurations(name, 123)[:2]
        assert "Script(wait 133, stop);" in timed.text
        assert at_once == configurations(name)[1]


def test_every_element_is_compared_or_said_not_to_be() -> None:
    compared = {name for name in class_names() if any(each.example not in EXAMPLES for each in configurations(name))}
    assert compared | CLASSES.keys() == set(class_names())
    assert set(class_names()) >= CLASSES.keys() | BUSY


def test_every_example_that_is_named_is_one() -> None:
    there = {example for name in class_names() for example in examples(name)}
    assert there >= {
        *EXAMPLES,
        *EMPTY,
        *ODD,
        *(each for each in (*CLOCKED, *(name.rpartition(".")[0] for name in NEAR)) if "(" in each[:-2]),
    }
    assert not {each.partition("(")[0] for each in EXAMPLES} & CLASSES.keys()


def test_each_reason_is_a_phrase() -> None:
    reasons = [*CLASSES.values(), *EXAMPLES.values(), *EMPTY.values(), *OWN.values(), *TIMES.values(), *CLOCKED.values(), *UNTIMED.values()]
    assert all(reason and reason == reason.strip() and not reason.endswith(".") for reason in reasons)


def test_every_configuration_is_sound_and_the_same_each_time() -> None:
    for name in class_names():
        for made, again in zip(configurations(name), configurations(name), strict=True):
            assert made == again
            if name not in CLASSES:
                assert load_text(made.text, "t").nodes


def test_a_way_that_is_left_out_is_one_of_a_class_that_is_compared() -> None:
    for (class_name, how), why in WAYS.items():
        assert class_name in class_names()
        assert how in ("push", "pull", "store")
        assert why
        assert all(each.ways for each in configurations(class_name))


def class_of(name: str) -> str:
    return name.partition("(")[0].partition(".")[0]


def test_what_is_settled_is_settled_of_elements_that_there_are() -> None:
    named = [class_of(name) for name in (*HANDLERS, *NEAR, *ADJUSTED, *OWN) if "." in name]
    assert set(class_names()) >= {*named, *TIMES, *map(class_of, CLOCKED), *IDENTIFIED, *PRINTING}


def test_where_ours_says_something_else_its_manual_page_says_so() -> None:
    adjusted = {name: why for name, (why, _, _) in ADJUSTED.items()} | {name: why for name, (why, _) in NEAR.items()}
    reasons = {**HANDLERS, **adjusted, **OWN, **TIMES, **IDENTIFIED}
    named = {class_of(name) for name, why in reasons.items() if "time of the clock" not in why and "times of the clock" not in why}
    assert [name for name in sorted(named - {"calls", "cycles"}) if "Click" not in manual_page(name)] == []
    assert "Click" in manual_page("Paint")
