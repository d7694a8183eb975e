"""Scripts run beside packets: they compute, print, wait, call handlers, decide about packets, and stop the driver."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from elements.definition.host import HandlerError
from elements.script import Script
from graph.diagnostics import ClickError
from graph.load import load_text
from swclick.live import Clock, Live
from tests.elements.bench import Bench


def run(text: str) -> Live:
    """The machine of ``text``, run until it stops, in simulated time from second 1000 on."""
    live = Live(load_text(text, "t"), Clock(1000.0))
    live.run_driver()
    return live


def test_a_script_computes_prints_and_calls(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "out"
    live = run(
        f"""s :: Script(set x 0, label again, print $x, set x $(add $x 1), goto again $(lt $x 3),
                print "$x and $(mul $x 2)", print '$x', print q.capacity, printn "a$x", printq "b\\n", print $(nosuch) c,
                set y q.config, print $($y), setq z "1 2", print ${{z}}, print $(first $z), print $undefined,
                write q.nosuch 1, print $?, write p.set e 5, print $(p.e) $(get e), print p.e,
                print >{file} first, print >>{file} $(p.run 7 8), save p.run {file}, append q.config {file},
                read q.config, readq length "\\<00 0102>", write p.run 1, wait 1.5s, print $(now),
                writeq p.goto "again", export out 6, error "no more");
        p :: Script(TYPE PASSIVE, exportq e "3", label again, print $args/$#/$1/$0/$write, return $(add $1 1));
        q :: Queue(7); Idle -> q -> Idle; Script(wait 2s, print "last", stop)"""
    )
    printed, said = capfd.readouterr()
    assert printed.splitlines() == [
        "0", "1", "2", "3 and 6", "$x", "7", "a3b", "$(nosuch) c7", "1 2", "1", "$undefined", "0", "5 5", "7 8/2/7/run/false",
        "/0//run/false", "1/1/1/run/true", "1001.500000000", "1/1/1/goto/true", "last",
    ]  # fmt: skip
    assert file.read_text() == "1\n7\n"
    assert live.read_handler("s.out") == "6"
    assert said.splitlines() == [
        "While executing 's :: Script':", "  no 'nosuch' read handler", "  no 'q.nosuch' write handler", "  undefined variable 'e'",
        "q.config:", "7", "s.length:", "3", "While executing 's :: Script':", '  "no more"',
    ]  # fmt: skip
    for name, line in (("s", "out\tr"), ("p", "add\tr+"), ("p", "run\trw+"), ("p", "name\tr."), ("p", "step\tw")):
        assert f"{line}\n" in live.read_handler(f"{name}.handlers")


def test_arguments_have_the_numbers_from_one_on_and_none_beyond_the_last(capfd: pytest.CaptureFixture[str]) -> None:
    live = run(f"p :: Script(TYPE PASSIVE, return $2/$3/${'9' * 5000}/${{1}}); Script(stop);")
    assert live.read_handler("p.run", "7 8") == "8///7"
    assert capfd.readouterr() == ("", "")
    script = live.elements["p"]
    assert isinstance(script, Script)
    assert script.run.value("\N{SUPERSCRIPT TWO}") is None


def test_steps_pass_pauses(capfd: pytest.CaptureFixture[str]) -> None:
    run(
        """s :: Script(print "a", pause 2, print "b", wait 100s, print "c", pause, print "d");
        Script(wait 1s, write s.step, print 1, wait 1s, write s.step, print 2, wait 1s, write s.step 2, print 3,
               write s.goto nowhere, write s.step x, write s.step 0, wait 1s, stop);"""
    )
    printed, said = capfd.readouterr()
    assert printed.split() == ["a", "1", "b", "2", "c", "d", "3"]
    assert said.splitlines() == [
        "While executing 'Script@2 :: Script':",
        "  While calling 's.goto nowhere':",
        "    jump to nonexistent label",
        "  While calling 's.step x':",
        "    syntax error",
    ]


def test_a_driver_manager_decides_about_stops(capfd: pytest.CaptureFixture[str]) -> None:
    live = run("DriverManager(pause, print $(now), wait 5s, print $(now), pause, print 3); Script(wait 1, stop); Script(wait 9, stop)")
    assert capfd.readouterr().out.split() == ["1001.000000000", "1006.000000000", "3"]
    assert live.now == 1009 * 10**9
    assert run("DriverManager(print 1, wait 1s, stop); Script(wait 9s, print 2)").now == 1001 * 10**9
    assert capfd.readouterr().out.split() == ["1"]


def test_a_script_that_never_waits_is_given_up(capfd: pytest.CaptureFixture[str]) -> None:
    run("s0 :: Script(label a, goto a); Script(wait 1, stop)")
    assert capfd.readouterr().err == "s0 :: Script: too many jumps, giving up\n"


def test_a_proxy_answers_to_every_name(capfd: pytest.CaptureFixture[str]) -> None:
    live = run(
        """x :: Script(TYPE PROXY, goto locked $(eq $0 safe), goto filled $write, returnq "<$0> is asked for <$args>",
                       label filled, print "$0 gets $args", end, label locked, error the safe is locked);
        Script(print x.shelf, print $(x.drawer pen ink), write x.box 3, print x.safe, read x.name, stop)"""
    )
    printed, said = capfd.readouterr()
    assert printed.splitlines() == ["<shelf> is asked for <>", "<drawer> is asked for <pen ink>", "box gets 3"]
    assert said.splitlines() == [
        "While executing 'Script@2 :: Script':",
        "  While calling 'x.safe':",
        "    the safe is locked",
        "x.name:",
        "x",
    ]
    with pytest.raises(HandlerError, match="the safe is locked"):
        live.read_handler("x.safe")


def test_a_signal_runs_scripts_until_they_exit(capfd: pytest.CaptureFixture[str]) -> None:
    run(
        f"""Script(TYPE SIGNAL USR1 12, init n 0, set n $(add $n 1), print "first $n", goto exit $(eq $n 3));
        Script(TYPE SIGNAL USR1, print "second", exit);
        Script(set x $(kill USR1 {os.getpid()}), wait 1ms, set x $(kill USR2 $$), wait 1ms, set x $(kill USR1 $$ $$), wait 1ms, stop)"""
    )
    assert capfd.readouterr().out.splitlines() == ["first 1", "second", "first 2", "first 3"]
    assert signal.getsignal(signal.SIGUSR1) == signal.SIG_DFL


def test_packets_leave_by_the_output_that_a_script_returns() -> None:
    live = run(
        """InfiniteSource(LIMIT 6, STOP true) -> s :: Script(TYPE PACKET, init i -1, set i $(add $i 1), goto end $(eq $i 3),
               goto exit $(eq $i 4), goto wrong $(eq $i 5), return $i, label wrong, return x) -> a :: Counter -> Discard;
        s [1] -> b :: Counter -> Discard;
        InfiniteSource(LIMIT 9) -> Queue -> t :: Script(TYPE PACKET, init i 3, set i $(sub $i 1), return $i) -> c :: Counter -> Discard;
        t [1] -> d :: Counter -> Discard;"""
    )
    assert [live.read_handler(f"{name}.count") for name in "abcd"] == ["2", "1", "1", "1"]


def test_a_machine_that_is_offered_packets_runs_no_script(bench: Callable[..., Bench]) -> None:
    x = bench("Script(TYPE PACKET, print no, exit)", inputs=2, outputs=2)
    assert x.out(b"a", 1) == [(0, b"a")]
    assert x.read("add", "1 2") == "3"
    for handler, question in (("run", ""), ("cat", "/etc/passwd"), ("kill", "INT 1"), ("now", ""), ("readable", "x.add")):
        with pytest.raises(ValueError, match=r"^a script runs in a machine that runs by itself only$"):
            x.read(handler, *([question] if question else []))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Script(TYPE PACKET)", "PACKET script must have inputs"),
        ("Idle -> Script(TYPE ACTIVE)", "ports allowed only on PACKET scripts"),
        ("Script(TYPE FOO)", "bad TYPE"),
        ("Script(TYPE SIGNAL)", "bad signal number"),
        ("Script(TYPE SIGNAL INT FOO)", "bad signal number"),
        ("Script(foo)", "syntax error at 'foo'"),
        ("Script(goto a)", "no such label 'a'"),
        ("DriverManager; DriverManager", "router has more than one driver script"),
    ],
)
def test_what_a_script_cannot_be_is_said(text: str, said: str) -> None:
    with pytest.raises(ClickError, match=f": {said}\n"):
        Live(load_text(text, "t"))


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("get", "no variable"), ("get x y", "too many arguments"), ("get x", "undefined variable 'x'"), ("random 0", "bad N"),
        ("random 3 2", "bad N"), ("cat /nonexistent", "/nonexistent: No such file or directory"), ("cat", "bad FILE"),
        ("kill FOO", "bad SIGNO"),
        ("kill INT x", "bad PID"), ("kill USR1 999999999", r"kill\(999999999, 10\): No such process"),
        ("name 3", "read handler 's.name' does not"),
        ("a.", "syntax error"),
    ],
)  # fmt: skip
def test_a_handler_refuses(call: str, said: str, scripted: Live) -> None:
    name, _, question = call.partition(" ")
    with pytest.raises(HandlerError, match=f"^{said}"):
        scripted.read_handler(name, question, asking="s")


def test_handlers_look_around(scripted: Live, tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes(b'"\xff\n')
    ask = scripted.read_handler
    assert ask("s.cat", str(tmp_path / "text")) == '"\xff\n'
    assert ask("s.readable", "add s.run version") == "true"
    assert (ask("s.writable", "s.run stop"), ask("s.writable", "s.add"), ask("s.readable", "t.x")) == ("true", "false", "false")
    assert ask("s.random", "5 5") == "5"
    assert (ask("s.random", "1"), int(ask("s.random")) < 1 << 31) == ("0", True)
    scripted.write_handler("s.set", "args a b c")
    assert (ask("s.shift"), ask("s.get", "args")) == ("a", "b c")


@pytest.fixture(scope="module")
def scripted() -> Live:
    return Live(load_text("s :: Script(TYPE PASSIVE)", "t"))
