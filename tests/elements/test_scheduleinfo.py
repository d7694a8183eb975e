"""ScheduleInfo settles how often tasks are run."""

import pytest

from elements.reference.machine import instantiate
from graph.diagnostics import ClickError
from graph.load import load_text
from swclick.live import Clock, Live

TEXT = """elementclass C { i :: InfiniteSource(LIMIT {0}) -> Discard; ScheduleInfo(i 4) }
c :: C; a, b :: InfiniteSource(LIMIT 90); a -> e :: Discard; b -> Discard; ScheduleInfo(c 0.5, a 4, e 2);"""


def test_tickets_are_shares_of_1024_and_multiply() -> None:
    live = Live(load_text(TEXT.replace("{0}", "1"), "t"), Clock(1))
    assert [live.read_handler(f"{name}.tickets") for name in ("a", "b", "c/i")] == ["4096", "1024", "2048"]


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
