"""A script's arguments become a program, and mistakes in them are told as Click tells them."""

import pytest

from elements.scripts.instructions import find_label, program_of


def test_a_program_has_a_beginning_and_an_end() -> None:
    assert [each.word for each in program_of(["print a", "", "loop"], is_driver=False)] == ["(begin)", "print", "goto", "end"]
    assert [each.word for each in program_of(["wait 1s", "stop"], is_driver=False)] == ["wait_time", "stop", "end"]
    assert [each.word for each in program_of([], is_driver=True)] == ["pause", "stop"]
    assert [(each.word, each.count) for each in program_of(["wait_stop 3", "wait"], is_driver=True)][:2] == [("pause", 3), ("pause", 1)]


def test_a_label_is_where_it_stands_or_what_it_says() -> None:
    program = program_of(["label a", "goto a true", "goto begin", "goto end $x", "label end", "return 3"], is_driver=False)
    assert [each.count for each in program if each.word == "goto"] == [1, 0, 5]
    assert [find_label(program, label) for label in ("a", "exit", "stop", "error", "b")] == [1, -1, -1, -1, len(program)]
    assert [(each.word, each.name, each.text) for each in program_of(["init x 1 2", "return a b"], is_driver=False)[1:3]] == [
        ("init", "x", "1 2"),
        ("return", "_", "a b"),
    ]


def test_all_mistakes_are_told() -> None:
    wrong = ["foo", "set x", "init", "label", "label a b", "pause x", "loop 3", "stop now", "goto nowhere"]
    with pytest.raises(ValueError) as refused:
        program_of(wrong, is_driver=False)
    words = ("foo", "set", "init", "label", "label", "pause", "loop", "stop")
    assert str(refused.value).split("\n") == [*(f"syntax error at '{word}'" for word in words), "no such label 'nowhere'"]
