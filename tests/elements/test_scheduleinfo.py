"""ScheduleInfo settles how often tasks are run."""

import pytest

from elements.definition.host import HandlerError
from elements.reference.machine import instantiate
from graph.diagnostics import ClickError
from graph.load import load_text
from swclick.live import Clock, Live

TEXT = """elementclass C { i :: InfiniteSource(LIMIT {0}) -> Discard; ScheduleInfo(i 4) }
c :: C; a, b :: InfiniteSource(LIMIT 90); a -> e :: Discard; b -> Discard; ScheduleInfo(c 0.5, a 4, e 2);"""


def test_tickets_are_shares_of_1024_and_multiply() -> None:
    live = Live(load_text(TEXT.replace("{0}", "1"), "t"), Clock(1))
    assert [live.read_handler(f"{name}.tickets") for name in ("a", "b", "c/i")] == ["4096", "1024", "2048"]


@pytest.mark.parametrize(
    ("written", "kept", "said"),
    [
        ("1500", "1500", ""),
        (" 0x10 ", "16", ""),
        ("0", "1", "While calling 'a.tickets 0':\n  warning: tickets pinned at 1\n"),
        ("-5", "1", "While calling 'a.tickets -5':\n  warning: tickets pinned at 1\n"),
        ("40000", "32768", "While calling 'a.tickets 40000':\n  warning: tickets pinned at 32768\n"),
    ],
)
def test_tickets_are_kept_as_they_are_written(written: str, kept: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    live = Live(load_text("a :: InfiniteSource(LIMIT 1) -> Discard", "t"), Clock(1))
    live.write_handler("a.tickets", written)
    assert (live.read_handler("a.tickets"), capsys.readouterr().err) == (kept, said)


@pytest.mark.parametrize("text", ["", "abc", "1.5"])
def test_what_is_no_number_of_tickets_is_refused(text: str) -> None:
    live = Live(load_text("a :: InfiniteSource(LIMIT 1) -> Discard", "t"), Clock(1))
    with pytest.raises(HandlerError, match=r"^syntax error$"):
        live.write_handler("a.tickets", text)
    assert live.read_handler("a.tickets") == "1024"


def test_shares_do_not_round_twice(capsys: pytest.CaptureFixture[str]) -> None:
    text = "a, b :: InfiniteSource(LIMIT 1); a -> Discard; b -> Discard; ScheduleInfo(a 1.5, b 0); ScheduleInfo(a 1.5)"
    live = Live(load_text(text, "t"), Clock(1))
    assert [live.read_handler(f"{name}.tickets") for name in "ab"] == ["2304", "1"]
    assert capsys.readouterr().err == ""


def test_tasks_run_in_their_shares() -> None:
    live = Live(
        load_text("a, b :: InfiniteSource; a -> c :: Counter(COUNT_CALL 300 stop) -> Discard; b -> Discard; ScheduleInfo(a 3)", "t"),
        Clock(1),
    )
    live.drive()
    assert 98 <= int(live.read_handler("b.count")) <= 102


@pytest.mark.parametrize(
    ("text", "said"), [("a", "SHARE 1: expected 'ELEMENTNAME PARAM'"), ("a x", "SHARE 1: a number is wanted, not 'x'")]
)
def test_what_is_no_share_is_refused(text: str, said: str) -> None:
    with pytest.raises(ClickError, match=said):
        instantiate(load_text(f"ScheduleInfo({text})", "t"))
