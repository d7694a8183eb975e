"""Messages are said where the configuration is read, and watched elements stop the driver."""

import pytest

from graph.diagnostics import ClickError
from graph.load import load_text
from swclick.live import Clock, Live


def test_a_message_is_said_below_its_place(capfd: pytest.CaptureFixture[str]) -> None:
    Live(load_text('m :: Message("one\\ntwo");\nMessage(old, WARNING)', "t"))
    assert capfd.readouterr().err == (
        "t:1: While configuring 'm :: Message':\n  one\n  two\nt:2: While configuring 'Message@2 :: Message':\n  warning: old\n"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Message(wrong, ERROR)", "Message: wrong\n"),
        ("Message(x, FOO)", "Message: unrecognized message type\n"),
        ("q :: Idle; w :: QuitWatcher(q)", "w :: QuitWatcher: no 'q.scheduled' read handler\n"),
    ],
)
def test_what_cannot_be_is_said(text: str, said: str) -> None:
    with pytest.raises(ClickError, match=said):
        Live(load_text(text, "t"))


def test_the_driver_stops_when_a_watched_element_has_nothing_to_do() -> None:
    live = Live(load_text("s :: InfiniteSource(LIMIT 5) -> d :: Discard; QuitWatcher(s)", "t"), Clock(1000.0))
    live.run_driver()
    assert live.read_handler("s.count") == "5"
    assert live.now == 1000 * 10**9 + 10**7
