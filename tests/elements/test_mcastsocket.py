"""McastSocket sends to a multicast group, and hears what others send to it."""

from __future__ import annotations

import re
import resource
from pathlib import Path

import pytest

from elements.devices.multicast import Group, open_group
from graph.diagnostics import ClickError
from graph.load import load_text
from swclick.live import Live
from tests.elements.test_live_devices import packets
from tests.swclick.network import ip, own_network

ONE, OTHER = b"one says hi", b"the other, too"


def run(text: str) -> dict[str, str]:
    """Run it for a moment; what counters and sockets say then."""
    machine = Live(load_text(f"{text} Script(wait 0.2s, stop);", "t"))
    machine.run_driver()
    handlers = {"a": "a.drops", "b": "b.drops", "n": "n.count"}
    found = {handler: machine.read_handler(handler) for name, handler in handlers.items() if name in machine.names}
    machine.close()
    return found


@pytest.mark.parametrize("queue", ["", "Queue -> "])
def test_each_hears_the_others_alone_where_it_has_an_address(tmp_path: Path, queue: str) -> None:
    with own_network():
        ip("link set lo up")
        found = run(
            f"""InfiniteSource(DATA "{ONE.decode()}", LIMIT 40, BURST 40) -> {queue}a :: McastSocket(233.252.0.0, 1234, 127.0.0.1)
                    -> ToDump({tmp_path}/a) -> Discard;
                InfiniteSource(DATA "{OTHER.decode()}", LIMIT 3) -> {queue}b :: McastSocket(233.252.0.0, 1234, 127.0.0.1, 999, SNAPLEN 7)
                    -> ToDump({tmp_path}/b) -> n :: AggregateCounter(BYTES true) -> Discard;"""
        )
    assert (packets(tmp_path / "a"), packets(tmp_path / "b")) == ([OTHER] * 3, [ONE[:7]] * 40)
    assert found == {"a.drops": "0", "b.drops": "0", "n.count": str(40 * len(ONE))}


@pytest.mark.parametrize(("loop", "heard"), [("true", [ONE]), ("false", [])])
def test_it_hears_itself_where_routes_say_its_address_unless_it_is_not_to(tmp_path: Path, loop: str, heard: list[bytes]) -> None:
    with own_network(("v0", "v1")):
        ip("addr add 10.9.0.1/24 dev v0")
        ip("route add 224.0.0.0/4 dev v0")
        run(
            f"""InfiniteSource(DATA "{ONE.decode()}", LIMIT 1) -> a :: McastSocket(233.252.0.0, 1234, LOOP {loop}, SNDBUF 9999, RCVBUF 9999)
                    -> ToDump({tmp_path}/a) -> Discard;"""
        )
    assert packets(tmp_path / "a") == heard


def test_what_is_not_sent_is_counted_and_reported_once(capfd: pytest.CaptureFixture[str]) -> None:
    with own_network():
        ip("link set lo up")
        assert run("InfiniteSource(LENGTH 70, LIMIT 5) -> a :: McastSocket(233.252.0.0, 1234, 127.0.0.1);") == {"a.drops": "0"}
        long = "TimedSource(0.001, LIMIT 5) -> Pad(65535) -> a :: McastSocket(233.252.0.0, 1234, 127.0.0.1);"
        assert run(long) == {"a.drops": "5"}
    assert capfd.readouterr().err == "a :: McastSocket: Message too long\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("127.0.0.1, 1234", "setsockopt(IP_ADD_MEMBERSHIP): Invalid argument"),
        ("233.252.0.0, 1234, 10.9.9.9", "bind: Cannot assign requested address"),
    ],
)
def test_a_group_that_cannot_be_joined_is_refused(arguments: str, said: str) -> None:
    with own_network():
        ip("link set lo up")
        with pytest.raises(ClickError, match=f"a :: McastSocket: {re.escape(said)}\n") as refused:
            Live(load_text(f"Idle -> a :: McastSocket({arguments}) -> Discard;", "t"))
    ((_, known),) = refused.value.diagnostics[0].click
    assert known == f"While initializing 'a :: McastSocket':\n  {said}"


def test_without_descriptors_it_is_refused() -> None:
    wanted = Group(0xE9FC0000, 1234, 0, 0, -1, -1, loop=True)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        with pytest.raises(OSError, match="Too many open files") as refused:
            open_group(wanted)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert refused.value.filename == "socket"


def test_it_only_sends_or_only_hears_where_that_is_all_that_is_in_use(tmp_path: Path) -> None:
    with own_network():
        ip("link set lo up")
        found = run(
            f"""InfiniteSource(DATA "{ONE.decode()}", LIMIT 2) -> a :: McastSocket(233.252.0.0, 1234, 127.0.0.1);
                b :: McastSocket(233.252.0.0, 1234, 127.0.0.1) -> ToDump({tmp_path}/b) -> Discard;
                McastSocket(233.252.0.0, 1234, 127.0.0.1);"""
        )
    assert (packets(tmp_path / "b"), found) == ([ONE] * 2, {"a.drops": "0", "b.drops": "0"})
