"""A configuration is read once, its libraries are where Click looks for them, its clock is one, and what takes its place leaves nothing
of it."""

from __future__ import annotations

import os
import resource
import threading
import time
from pathlib import Path

import pytest

from graph.diagnostics import ClickError
from graph.load import load_text
from swclick.arguments import parse_arguments
from swclick.live import Clock, Live
from swclick.running import Running, source_of
from tests.swclick.program import swclick

TEXT = b"c :: Counter; Idle -> c -> Discard;"


@pytest.mark.parametrize("words", [(), ("-",), ("/dev/stdin",), ("-f", "/dev/stdin")])
def test_standard_input_is_read_once(words: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.write(writing, TEXT)
    os.close(writing)
    done = swclick("-q", "-h", "c.count", "-h", "config", *words, stdin=reading)
    os.close(reading)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"c.count:\n0\n\nconfig:\n" + TEXT + b"\n\n", b"")


def test_a_named_pipe_is_read_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.click")
    thread = threading.Thread(target=lambda: (tmp_path / "x.click").write_bytes(TEXT))
    thread.start()
    done = swclick("-q", "-h", "c.count", str(tmp_path / "x.click"), timeout=120)
    thread.join()
    assert (done.returncode, done.stdout, done.stderr) == (0, b"0\n", b"")


def test_libraries_are_looked_for_along_clickpath(tmp_path: Path) -> None:
    for name, paint in {"own": 1, "path/conf/click": 2, "path/conf": 3, "path": 4, "last": 5}.items():
        (tmp_path / name).mkdir(exist_ok=True, parents=True)
        (tmp_path / name / "lib.click").write_text(f"define($paint {paint});")
    main = tmp_path / "own" / "main.click"
    main.write_text("require(library lib.click); Idle -> p :: Paint($paint) -> Discard;")

    def found(*words: str, path: str | None = None) -> bytes:
        env = {name: value for name, value in os.environ.items() if name != "CLICKPATH"} | ({} if path is None else {"CLICKPATH": path})
        done = swclick("-q", "-h", "p.config", *words, str(main), env=env)
        return done.stdout + done.stderr

    assert found() == found(path="") == found("-C", f":{tmp_path}/path", path="/nowhere") == b"1\n"
    assert found("-C", f"{tmp_path}/path") == found("-C", f"/nowhere:{tmp_path}/path:") == found(path=f"{tmp_path}/path") == b"2\n"
    (tmp_path / "path/conf/click/lib.click").unlink()
    assert found("-C", f"{tmp_path}/path:{tmp_path}/last") == b"3\n"
    (tmp_path / "path/conf/lib.click").unlink()
    assert found("-C", f"{tmp_path}/path:{tmp_path}/last") == b"4\n"
    (tmp_path / "path/lib.click").unlink()
    assert found("-C", f"{tmp_path}/path:{tmp_path}/last") == b"5\n"
    assert found("-C", "/nowhere") == f"{main}:1: the library 'lib.click' is not found\n".encode()


def test_the_clock_is_one_and_does_not_follow_the_walls(monkeypatch: pytest.MonkeyPatch) -> None:
    live = Live(load_text("s :: Script(TYPE PASSIVE, return $(now)); Idle -> Discard", "t"))
    before = live.now
    assert abs(before - time.time_ns()) < 60 * 10**9
    # The wall's clock is set an hour forward, and nobody sees it who does not make a machine then.
    monkeypatch.setattr(time, "time_ns", lambda: before + 3600 * 10**9)
    times = [live.now, round(float(live.read_handler("s.run")) * 1e9), live.now]
    assert [before, *times] == sorted([before, *times])
    assert times[-1] - before < 600 * 10**9
    later = Live(load_text("Idle -> Discard", "t"), Clock(after=live.now))
    assert later.now >= before + 3600 * 10**9
    monkeypatch.setattr(time, "time_ns", lambda: before - 3600 * 10**9)
    assert Live(load_text("Idle -> Discard", "t"), Clock(after=later.now)).now >= later.now - 600 * 10**9
    assert Live(load_text("Idle -> Discard", "t"), Clock(5, after=7_000_000_001)).now == 7_000_000_001


def test_stop_with_what_is_no_number_stops_once(monkeypatch: pytest.MonkeyPatch) -> None:
    live = Live(load_text("Idle -> Discard", "t"))
    counts: list[int] = []
    monkeypatch.setattr(live, "stop", counts.append)
    for text in ("", "2", " 3 ", "x", "\u00b2", "9" * 5000, "-4"):
        live.write_handler("stop", text)
    assert counts == [1, 2, 3, 1, 1, 1, 1]


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def mapped() -> int:
    return sum(".so" in line and "/software/" in line for line in Path("/proc/self/maps").read_text().splitlines())


def test_a_machine_whose_place_is_taken_leaves_no_file_no_socket_and_no_code(tmp_path: Path) -> None:
    def text(number: int) -> str:
        last = "write s.run" if number < 9 else "stop"
        return f"""ControlSocket(UNIX, {tmp_path}/s{number}); s :: Script(TYPE PASSIVE, write hotconfig $(cat {tmp_path}/x{number + 1}));
            TimedSource(1, x{number}) -> ToDump({tmp_path}/d{number}); DriverManager(wait 1ms, {last});"""

    for number in range(10):
        (tmp_path / f"x{number}").write_text(text(number))
    arguments = parse_arguments(["-R", str(tmp_path / "x0")])
    files, code = open_files(), mapped()
    source = source_of(arguments)
    running = Running(source, source.graph({}), arguments)
    first = running.live
    running.run()
    assert running.live is not first
    assert sorted(each.name for each in tmp_path.glob("s*")) == ["s9"]
    running.live.close()
    running.live.unload()
    assert (open_files(), mapped()) == (files, code)
    with pytest.raises(ValueError, match="this machine is closed"):
        first.drive()


def test_one_that_never_came_to_run_is_taken_down_too(tmp_path: Path) -> None:
    source = source_of(parse_arguments(["-R", "-e", "Idle -> Discard"]))
    running = Running(source, source.graph({}), parse_arguments(["-R", "-e", "Idle -> Discard"]))
    for number in range(3):
        running.live.write_handler("hotconfig", f"ControlSocket(UNIX, {tmp_path}/s{number}); DriverManager(stop)")
    assert [each.name for each in tmp_path.iterdir()] == ["s2"]
    running.run()
    running.live.close()
    assert list(tmp_path.iterdir()) == []


def test_file_descriptors_that_cannot_be_waited_for_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    live = Live(load_text("s :: Script(wait 1ms, stop)", "t"))
    pipes = [end for _ in range(4) for end in os.pipe()]
    for end in pipes:
        live.watch("s", end, 1)
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    monkeypatch.setattr(live.elements["s"], "due", lambda _: resource.setrlimit(resource.RLIMIT_NOFILE, (4, before[1])))
    try:
        with pytest.raises(ClickError, match=r"^error: cannot wait for file descriptors: Invalid argument\n  allow more of them"):
            live.drive()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
        live.close()
        for end in pipes:
            os.close(end)
