"""The configurations that elements are compared in: what is in them, and that every element is in some or is said not to be."""

from __future__ import annotations

import re

from elements.definition.catalogue import class_names, manual_page
from graph.load import load_text
from mlclick.stock.apart import CLASSES, EMPTY, EMPTY_WAYS, EXAMPLES, OWN, WAYS
from mlclick.stock.configurations import BUSY, configurations, examples
from mlclick.stock.odd import ODD
from mlclick.stock.settled import ADJUSTED, HANDLERS, IDENTIFIED, NEAR, PRINTING
from mlclick.stock.times import CLOCKED, CLOCKED_EXAMPLES, TIMES, UNTIMED

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
    near = {name.rpartition(".")[0] for name in NEAR} - set(class_names())
    assert near
    assert there >= {*EXAMPLES, *EMPTY, *ODD, *CLOCKED_EXAMPLES, *UNTIMED, *near}
    assert not {each.partition("(")[0] for each in EXAMPLES} & CLASSES.keys()


def test_every_way_that_may_be_empty_is_one_of_an_example_whose_others_may_not() -> None:
    made = {each.example: each.ways for name in class_names() for each in configurations(name)}
    for named in EMPTY_WAYS:
        way, _, example = named.partition(" ")
        assert way in [f"w{number}" for number in range(made[example])]
        assert example not in EMPTY


def test_each_reason_is_a_phrase() -> None:
    reasons = [*CLASSES.values(), *EXAMPLES.values(), *EMPTY.values(), *OWN.values(), *TIMES.values(), *CLOCKED.values(), *UNTIMED.values()]
    reasons += [*CLOCKED_EXAMPLES.values(), *EMPTY_WAYS.values()]
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
    assert set(class_names()) >= {*named, *TIMES, *CLOCKED, *map(class_of, CLOCKED_EXAMPLES), *IDENTIFIED, *PRINTING}


def paragraph(name: str) -> str:
    """What the manual page says of a read handler, CLASS.HANDLER, or of the one whose name that is, too. Errors: ``KeyError``."""
    handlers = manual_page(class_of(name)).partition("\nHandlers:\n")[2].partition("\n\n")[0]
    found = dict(re.findall(r"^    (\S+) \(read\): (.*(?:\n     .*)*)", handlers, re.MULTILINE))
    text: str = found[name.rpartition(".")[2]]
    other = re.fullmatch(r"an old name of (\w+)\.|the same as (\w+)\.", text)
    return text if other is None else found[other[1] or other[2]]


def test_where_a_handler_says_something_else_the_manual_page_says_so_of_it() -> None:
    named = {name for name in (*HANDLERS, *ADJUSTED, *NEAR, *OWN) if "." in name}
    assert {name for name in named if "Click" not in paragraph(name)} == set()
    assert HANDLERS.keys() - named == {"calls", "cycles"}


def test_where_packets_are_others_the_manual_page_says_so_in_front_of_its_arguments() -> None:
    assert [name for name in (*TIMES, *IDENTIFIED) if "Click" not in manual_page(name).partition("\nArguments:\n")[0]] == []
    assert "Click" in manual_page("Paint")
