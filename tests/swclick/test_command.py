"""The command line takes what Click's takes, prints what it prints, and exits as it exits."""

import os
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from swclick.command import run


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x :: Queue", "config:1: 'x :: Queue' input 0 unused\nconfig:1: 'x :: Queue' output 0 unused\nRouter could not be initialized!\n"),
        ("Idle -> Foo -> Discard", "config:1: undeclared element 'Foo'\n"),
        ("Idle ->\n x", "config:2: undeclared element 'x'\n"),
        (
            "Script(foo, goto bar)",
            "config:1: While configuring 'Script@1 :: Script':\n  syntax error at 'foo'\n  no such label 'bar'\n"
            "Router could not be initialized!\n",
        ),
        ("a :: Discard; Idle -> a; Idle -> [1] a", "config:1: 'a :: Discard' has no input 1\nRouter could not be initialized!\n"),
        ("elementclass", "config:1: expected element type name\nconfig:1: syntax error near ''\n"),
        (
            "Idle -> Discard; x :: Idle;\nx :: Idle",
            "config:2: redeclaration of element 'x'\nconfig:1: element 'x' previously declared here\n",
        ),
        ("-> Null", "config:1: syntax error near '->'\n"),
        ("Idle(", "config:1: expected ')'\n"),
        (
            "i :: Idle;\nrw :: IPRewriter(pattern 1.0.0.1 1x - - 0 1, pattern - - x - 0 0); i -> rw -> i; i [1] -> [1] rw;",
            "config:2: While configuring 'rw :: IPRewriter':\n  input spec 0: bad source port\n  input spec 1: bad destination address\n"
            "Router could not be initialized!\n",
        ),
        (
            "a, b :: Idle;\na [0,1] => [0,1,2] b;\na [] => [] b;",
            "config:2: connection mismatch: 2 outputs connected to 3 inputs\n"
            "config:3: at most one expandable port allowed per connection\n",
        ),
        ("a, b :: Idle;\na [0,1] -> [0,1] b;", "config:2: syntax error: many-to-many connections require '=>'\n"),
        (
            "s :: InfiniteSource -> Discard;\ns -> Discard",
            "config:1: illegal reuse of 's :: InfiniteSource' push output 0\nRouter could not be initialized!\n",
        ),
        (
            "Idle -> a :: Queue -> b :: Queue -> Idle",
            "'a :: Queue' pull output 0 connected to 'b :: Queue' push input 0\nRouter could not be initialized!\n",
        ),
    ],
)
def test_a_mistake_is_said_as_click_says_it(text: str, said: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["-q", "-e", text]) == 1
    assert capfd.readouterr().err == said


def test_handlers_of_the_machine_and_of_elements(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    text = "elementclass A { input -> c :: Counter -> output }\ni :: Idle -> A -> d :: Discard;\n"
    (tmp_path / "x.click").write_text(text)
    handlers = ["list", "config", "flatconfig", "d.ports", "d.handlers", "version", "driver", "requirements"]
    assert run(["-q", "-o", "-", *(word for each in handlers for word in ("-h", each)), str(tmp_path / "x.click")]) == 0
    flat = "i :: Idle;\nd :: Discard;\nA@2/c :: Counter;\n\ni -> A@2/c\n    -> d;\n"
    ports = "1 input\npush~\t-\tA@2/c [0]\n0 outputs\n"
    says = capfd.readouterr().out
    assert says.startswith(flat + f"list:\n3\ni\nd\nA@2/c\n\nconfig:\n{text}\nflatconfig:\n{flat}\nd.ports:\n{ports}\nd.handlers:\n")
    assert "\nhandlers\tr.\nports\tr.\nconfig\tr.\nclass\tr.\nname\tr.\n\nversion:\n2.1\n\ndriver:\nuserlevel\n\nrequirements:\n" in says
    assert run(["-q", "-h", "config", "-e", "require(compact_config);" + text]) == 0
    assert capfd.readouterr().out == "require(compact_config);\n\n" + flat


@pytest.mark.parametrize(
    ("words", "code", "printed", "said"),
    [
        (["-h", "s.nosuch"], 1, "", "no 's.nosuch' handler\n"),
        (["-h", "s.step"], 1, "", "'s.step' is a write handler\n"),
        (["-h", "nosuch.x"], 1, "", "no element 'nosuch'\n"),
        (["-h", "n*.x"], 1, "", "no element matching 'n*'\n"),
        (["-h", "Script.name"], 0, "s.name:\ns\n\nt.name:\nt\n\n", ""),
        (["-h", "[t-z].name"], 0, "t.name:\nt\n\n", ""),
        (["-h", "s.x", "-h", "version"], 0, "s.x:\n7\n\nversion:\n2.1\n\n", ""),
        (["-x", "s.x"], 7, "", ""),
        (["-x", "s.add 1 0xff"], 256, "", ""),
        (["-x", "s.not 1"], 1, "", ""),
        (["-x", "s.not 0"], 0, "", ""),
        (["-x", "s.name"], 255, "", "exit handler value should be integer\n"),
        (["-x", "s.nosuch"], 255, "", "no 's.nosuch' read handler\n"),
    ],
)
def test_handlers_are_printed_or_are_the_exit_code(
    words: list[str], code: int, printed: str, said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    text = "s :: Script(TYPE PASSIVE, export x 7); t :: Script(TYPE PASSIVE)"
    assert run(["-q", *words, "-e", text]) & 0xFF == code & 0xFF
    assert capfd.readouterr() == (printed, said)


def test_a_configuration_without_elements_exits_with_a_warning(capfd: pytest.CaptureFixture[str]) -> None:
    for words, said in (
        (["-e", ""], "warning: config: configuration has no elements, exiting\n"),
        (["-w", "-e", ""], ""),
        (["-qe", ""], ""),
    ):
        assert run(words) == 0
        assert capfd.readouterr().err == said


def talked(port_file: Path, text: bytes, answers: list[bytes], then: Callable[[], None] = lambda: None) -> threading.Thread:
    """A client that says ``text`` at the port in the file, once it is there."""

    def talk() -> None:
        while not port_file.exists() or not port_file.read_text().strip():
            time.sleep(0.01)
        with socket.create_connection(("127.0.0.1", int(port_file.read_text()))) as client:
            client.sendall(text)
            while data := client.recv(65536):
                answers.append(data)
        then()

    thread = threading.Thread(target=talk)
    thread.start()
    return thread


def test_control_sockets_come_by_the_command_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    answers: list[bytes] = []
    client = talked(tmp_path / "port", b"read s.add 1 2\nwrite stop\nquit\n", answers)
    text = f"s :: Script(print >{tmp_path}/port click_driver@@ControlSocket.port); DriverManager(pause, wait 50ms, stop)"
    assert run(["-p", "41970+", "-u", str(tmp_path / "socket"), "-e", text, "-h", "list"]) == 0
    client.join()
    assert b"".join(answers).startswith(
        b"Click::ControlSocket/1.3\r\n200 Read handler 's.add' OK\r\nDATA 1\r\n3200 Write handler 'stop' OK\r\n"
    )
    assert capfd.readouterr().out.endswith("click_driver@@ControlSocket\nclick_driver@@ControlSocket@1\n")
    assert not (tmp_path / "socket").exists()


def test_it_stops_when_it_is_interrupted(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["-e", f"Script(wait 1ms, print $(kill INT {os.getpid()})); DriverManager(label a, pause, goto a)"]) == 0


def test_another_configuration_takes_the_place_of_the_one_that_runs(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    answers: list[bytes] = []
    said = [
        b"read s.config",
        b"write hotconfig s :: Script(TYPE PASSIVE, return 7); DriverManager(pause, wait 50ms, stop)",
        b"read s.run",
        b"write hotconfig Print",
        b"write hotconfig Nothing",
        b"write stop",
        b"quit\n",
    ]
    client = talked(tmp_path / "port", b"\n".join(said), answers)
    text = f"s :: Script(print >{tmp_path}/port click_driver@@ControlSocket.port); DriverManager(pause, print no)"
    assert run(["-R", "-p", "41990+", "-e", text, "-h", "list", "-h", "timewarp"]) == 0
    client.join()
    answer = b"".join(answers).decode().replace("\r", "")
    assert answer.partition("\n")[2].partition("\n")[2].partition("\n")[2].partition("200 Write")[2] == (
        " handler 'hotconfig' OK\n200 Read handler 's.run' OK\nDATA 1\n7520-Write handler 'hotconfig' error:\n"
        "520-config:1: 'Print@1 :: Print' input 0 unused\n520-config:1: 'Print@1 :: Print' output 0 unused\n"
        "520 Router could not be initialized!\n520-Write handler 'hotconfig' error:\n520 config:1: undeclared element 'Nothing'\n"
        "200 Write handler 'stop' OK\n200 Goodbye!\n"
    )
    out = "list:\n3\ns\nDriverManager@2\nclick_driver@@ControlSocket\n\ntimewarp:\n1\n\n"
    assert capfd.readouterr().out == out
