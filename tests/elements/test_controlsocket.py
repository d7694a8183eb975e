"""Control sockets take connections and let their clients call handlers while the machine runs."""

import socket
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from graph.diagnostics import ClickError
from graph.load import load_text
from graph.merge import MADE_BY_MERGE
from graph.model import Node
from swclick.live import Live
from tests.swclick.tenants import merged


def run(text: str, client: Callable[[Live], None]) -> None:
    """Run the machine of ``text`` until the client is done."""
    live = Live(load_text(text, "t"))
    with ThreadPoolExecutor(1) as pool:
        talk = pool.submit(client, live)
        live.run_driver()
    live.close()
    talk.result()


def everything(client: socket.socket, text: bytes) -> bytes:
    client.sendall(text)
    found = b""
    while data := client.recv(65536):
        found += data
    return found


def test_clients_call_handlers_over_tcp_and_unix(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "s"

    def client(live: Live) -> None:
        taken = int(live.read_handler("b.port"))
        assert 41981 <= taken <= 41991
        with socket.create_connection(("127.0.0.1", int(live.read_handler("a.port")))) as first, socket.socket(socket.AF_UNIX) as second:
            second.connect(str(path))
            assert everything(second, b"read u.filename\nwrite stop\nquit\n").endswith(f"DATA {len(str(path))}\r\n{path}".encode() + DENIED)
            assert everything(first, b"read s.add 1 2\nread s.cat /etc/passwd\nwrite stop\nquit\n") == ANSWER

    run(
        f"""a :: ControlSocket(TCP, 41980+, LOCALHOST true, VERBOSE true); b :: ControlSocket(TCP, PORT 41980+);
        u :: ControlSocket(unix, FILENAME "{path}", READONLY true);
        s :: Script(TYPE PASSIVE); DriverManager(pause, wait 50ms, stop)""",
        client,
    )
    assert not path.exists()
    assert "a :: ControlSocket: opened connection" in capfd.readouterr().err


ANSWER = (
    b"Click::ControlSocket/1.3\r\n200 Read handler 's.add' OK\r\nDATA 1\r\n3511 No handler named 's.cat'\r\n"
    b"200 Write handler 'stop' OK\r\n200 Goodbye!\r\n"
)
DENIED = b"530 Permission denied for 'stop'\r\n200 Goodbye!\r\n"


def test_a_connection_that_is_there_can_be_named() -> None:
    ours, theirs = socket.socketpair()
    with ours:
        descriptor = theirs.detach()
        run(
            f"ControlSocket(SOCKET, FD {descriptor}); DriverManager(pause, wait 50ms, stop)",
            lambda _: ours.sendall(b"write stop\n"),
        )
        assert ours.recv(4096) == b"Click::ControlSocket/1.3\r\n200 Write handler 'stop' OK\r\n"


def test_a_socket_that_cannot_be_opened_is_tried_again(capfd: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ClickError, match="bind: Address already in use"):
            Live(load_text(f"ControlSocket(TCP, {port}, LOCALHOST true)", "t"))
        live = Live(load_text(f"ControlSocket(TCP, {port}, LOCALHOST true, RETRIES 1)", "t"))
        live.run_driver()
        live.close()
    assert capfd.readouterr().err == "warning: bind: Address already in use (1 try left)\nbind: Address already in use\n"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("FOO, 3", "unknown socket type 'FOO'"),
        ("TCP", "ADDRESS is missing"),
        ("TCP, 1, PORT 2", "ADDRESS, PORT, FILENAME and FD are one argument: give it once"),
        ("TCP, 70000", "PORT requires TCP port"),
        ("TCP, x+", "PORT requires TCP port"),
        ("UNIX, " + "x" * 108, "filename too long"),
        ("SOCKET, x", "FD: a file descriptor is wanted"),
        ("TCP, 41999, PROXY nobody", "PROXY: there is no element 'nobody'"),
    ],
)
def test_what_a_socket_cannot_be_is_said(given: str, said: str) -> None:
    with pytest.raises(ClickError, match=f"ControlSocket: {said.replace('+', '.')}\n"):
        Live(load_text(f"ControlSocket({given})", "t"))


def test_a_switch_is_turned_by_number() -> None:
    live = Live(load_text("Idle -> s :: Switch(0) -> Discard; s [1] -> Discard", "t"))
    assert live.llrpc("s", 5, bytes(4)) == bytes(4)
    assert live.llrpc("s", 6, (1).to_bytes(4, sys.byteorder)) == (1).to_bytes(4, sys.byteorder)
    assert (live.read_handler("s.switch"), live.read_handler("s.config")) == ("1", "1")
    for number, wanted in ((6, 2), (7, 0)):
        with pytest.raises(OSError, match="Invalid argument"):
            live.llrpc("s", number, wanted.to_bytes(4, sys.byteorder))


def test_the_operator_asks_for_a_tenants_time(tmp_path: Path) -> None:
    text = ("", "InfiniteSource -> c :: Counter -> Discard;")
    found = merged(tmp_path, {"a": text, "b": text})
    assert found is not None
    extra = (("s", "ControlSocket", f"UNIX, {tmp_path}/s"), ("d", "DriverManager", "pause, wait 50ms, stop"))
    nodes = (Node(name, kind, config, MADE_BY_MERGE) for name, kind, config in extra)
    live = Live(replace(found.graph, nodes=(*found.graph.nodes, *nodes)), containers=found)

    def client() -> bytes:
        with socket.socket(socket.AF_UNIX) as taken:
            taken.connect(f"{tmp_path}/s")
            return everything(taken, b"read a.name\nread a.no\nread d.time\nwrite a.time 1\nllrpc a#40044001\nwrite stop\nquit\n")

    with ThreadPoolExecutor(1) as pool:
        talk = pool.submit(client)
        live.run_driver()
    live.close()
    assert talk.result() == TENANT_SAYS


TENANT_SAYS = (
    b"Click::ControlSocket/1.3\r\n200 Read handler 'a.name' OK\r\nDATA 1\r\na511 No handler named 'a.no'\r\n"
    b"511 No handler named 'd.time'\r\n530 Handler 'a.time' read-only\r\n"
    b"522 LLRPC 'a#40044001' error: Invalid argument\r\n200 Write handler 'stop' OK\r\n200 Goodbye!\r\n"
)
