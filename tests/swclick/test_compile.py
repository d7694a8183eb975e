"""C is compiled once, and where it cannot be, one message says why and what to do."""

from __future__ import annotations

import errno
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from swclick.compile import load_c, make_room
from swclick.compiler import CompilerError, cache_folder, compiler


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLCLICK_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("CC", raising=False)


def command(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    made = folder / name
    made.write_text(f"#!/bin/sh\n{text}\n")
    made.chmod(0o755)
    return made


def test_a_library_is_compiled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = compiler()[0]
    log = tmp_path / "log"
    monkeypatch.setenv("CC", str(command(tmp_path / "bin", "mycc", f'echo once >> {log}; exec {real} "$@"')))
    assert [load_c(f"int answer(void) {{ return {n}; }}").answer() for n in (41, 42, 41, 42)] == [41, 42, 41, 42]
    assert log.read_text() == "once\nonce\n"
    assert sorted({path.suffix for path in cache_folder().iterdir()}) == [".c", ".so"]


def test_the_command_in_cc_may_have_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", f"{compiler()[0]} -DANSWER=7")
    assert load_c("int answer(void) { return ANSWER; }").answer() == 7


def test_no_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(CompilerError) as found:
        load_c("int x;")
    assert str(found.value) == "error: there is no C compiler\n  install gcc or clang, or the Python package ziglang"


def test_the_compiler_of_the_wheel_is_the_last_resort(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name)
    assert compiler() == [sys.executable, "-m", "ziglang", "cc"]
    clang = command(tmp_path, "clang", "exit 0")
    assert compiler() == [clang.name]


def test_the_compiler_that_cc_names_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "no-such-compiler -m64")
    with pytest.raises(CompilerError) as found:
        load_c("int x;")
    assert str(found.value) == "error: CC names the C compiler 'no-such-compiler', which is not there\n  install it, or unset CC"


def test_c_that_does_not_compile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = command(tmp_path / "bin", "badcc", 'echo "engine.c:3:1: error: something is wrong" >&2; echo "a note" >&2; exit 4')
    monkeypatch.setenv("CC", str(bad))
    with pytest.raises(CompilerError) as found:
        load_c("int x;")
    (kept,) = cache_folder().glob("*.c")
    assert kept.read_text() == "int x;"
    assert str(found.value) == (
        f"error: the generated C does not compile: {bad} ended with 4\nengine.c:3:1: error: something is wrong\n"
        f"  try another compiler by setting CC; else report this with the file {kept}"
    )
    monkeypatch.delenv("CC")
    with pytest.raises(CompilerError, match="the generated C does not compile"):
        load_c("this is not C")
    assert not list(cache_folder().glob("*.so"))


def test_the_cache_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MLCLICK_CACHE", str(tmp_path / "file"))
    with pytest.raises(CompilerError) as found:
        load_c("int x;")
    place = tmp_path / "file" / "software"
    assert str(found.value) == (
        f"error: cannot keep compiled C in {place}: Not a directory\n  set MLCLICK_CACHE to a folder that can be written"
    )


def test_what_was_not_used_for_longest_makes_room(tmp_path: Path) -> None:
    for hours, name in enumerate(("now.so", "new.so", "old.c", "older.so", "oldest.o")):
        file = tmp_path / name
        file.write_bytes(bytes(100))
        os.utime(file, (time.time() - 3600 * hours - 5,) * 2)
    (tmp_path / "other").write_bytes(bytes(1000))
    make_room(tmp_path, 300)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["new.so", "now.so", "old.c", "other"]
    make_room(tmp_path, 0)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["now.so", "other"]


def test_what_is_loaded_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLCLICK_CACHE", str(tmp_path))
    load_c("int used(void) { return 1; }")
    (made,) = cache_folder().glob("*.so")
    os.utime(made, (0, 0))
    load_c("int used(void) { return 1; }")
    make_room(cache_folder(), 0)
    assert made.exists()


def make_three_old(folder: Path) -> None:
    """Files that make room, of one age."""
    for name in ("a.so", "b.so", "c.so"):
        (folder / name).write_bytes(bytes(100))
        os.utime(folder / name, (0, 0))


def test_what_is_used_while_room_is_made_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process begins to use it after its age was looked at first."""
    make_three_old(tmp_path)
    unlink = Path.unlink

    def while_another_uses_it(file: Path, missing_ok: bool = False) -> None:
        os.utime(tmp_path / "b.so")
        unlink(file, missing_ok)

    monkeypatch.setattr(Path, "unlink", while_another_uses_it)
    make_room(tmp_path, 0)
    assert [file.name for file in tmp_path.iterdir()] == ["b.so"]


def test_what_is_another_s_stays_and_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_three_old(tmp_path)
    unlink = Path.unlink

    def of_mine(file: Path, missing_ok: bool = False) -> None:
        if file.name == "a.so":
            raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))
        unlink(file, missing_ok)

    monkeypatch.setattr(Path, "unlink", of_mine)
    make_room(tmp_path, 200)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.so", "c.so"]


def test_what_is_compiled_is_loaded_where_room_cannot_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(folder: Path) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "iterdir", refused)
    assert load_c("int crowded(void) { return 6; }").crowded() == 6


def copied(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cache at another place: a library that was loaded under its name is not looked for again."""
    shutil.copytree(cache_folder(), folder / "software")
    monkeypatch.setenv("MLCLICK_CACHE", str(folder))


def test_a_library_that_vanishes_before_it_is_loaded_is_compiled_once_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "int vanished(void) { return 5; }"
    load_c(text)
    copied(tmp_path / "copy", monkeypatch)
    taken = []

    def used(file: Path) -> None:
        file.unlink()
        taken.append(file)

    monkeypatch.setattr(os, "utime", used)
    assert load_c(text).vanished() == 5
    assert taken == list(cache_folder().glob("*.so"))


def test_a_library_that_is_damaged_is_compiled_once_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "int damaged(void) { return 4; }"
    load_c(text)
    copied(tmp_path / "copy", monkeypatch)
    (made,) = cache_folder().glob("*.so")
    made.write_bytes(b"\x7fELF")
    assert load_c(text).damaged() == 4


@pytest.mark.parametrize("left", [b"\x7fELF", b""], ids=["cut", "empty"])
def test_what_others_are_linked_to_is_compiled_once_more_if_damaged(left: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty one is linked, and what it is linked to has not what it calls."""
    beside = "int beside_damaged(void) { return 6; }"
    load_c("int first(void) { return 1; }", beside)
    (made,) = cache_folder().glob("*.o")
    made.write_bytes(left)
    for _ in ("mended", "kept"):
        assert load_c("int beside_damaged(void); int after_damaged(void) { return beside_damaged(); }", beside).after_damaged() == 6
    assert made.read_bytes() != left


def test_text_that_is_wrong_is_said_where_it_is_linked_to_others(tmp_path: Path) -> None:
    with pytest.raises(CompilerError, match="the generated C does not compile"):
        load_c("int wrong(void) { return nothing; }", "int right(void) { return 1; }")


def test_what_cannot_be_loaded_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", str(command(tmp_path / "bin", "emptycc", 'while [ "$1" != -o ]; do shift; done; : > "$2"')))
    with pytest.raises(CompilerError) as found:
        load_c("int x;")
    (made,) = cache_folder().glob("*.so")
    assert str(found.value) == (
        f"error: cannot load compiled C: {made}: file too short\n  set MLCLICK_CACHE to a folder from which programs may run"
    )


def test_what_vanishes_before_it_is_linked_is_compiled_once_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here the compiler itself takes it away, the first time that it links."""
    real, log = compiler()[0], tmp_path / "log"
    taking = f'case "$*" in *-shared*) [ -e {log} ] || rm {cache_folder()}/*.o; echo linked >> {log};; esac; exec {real} "$@"'
    monkeypatch.setenv("CC", str(command(tmp_path / "bin", "takingcc", taking)))
    assert load_c("int beside(void); int both(void) { return 1 + beside(); }", "int beside(void) { return 3; }").both() == 4
    assert log.read_text() == "linked\nlinked\n"


def test_what_can_only_be_read_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, log = compiler()[0], tmp_path / "log"
    monkeypatch.setenv("CC", str(command(tmp_path / "bin", "mycc", f'echo once >> {log}; exec {real} "$@"')))
    text = "int read_only(void) { return 8; }"
    load_c(text)
    copied(tmp_path / "copy", monkeypatch)

    def refused(file: Path) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(os, "utime", refused)
    assert load_c(text).read_only() == 8
    assert log.read_text() == "once\n"


def test_what_a_killed_compilation_leaves_is_taken_away(tmp_path: Path) -> None:
    killing = command(tmp_path / "bin", "killingcc", "kill -9 $PPID")
    done = subprocess.run(
        [sys.executable, "-c", "from swclick.compile import load_c; load_c('int x;')"], env={**os.environ, "CC": str(killing)}, check=False
    )
    assert done.returncode == -signal.SIGKILL
    (left,) = cache_folder().iterdir()
    make_room(cache_folder(), 0)
    assert (left / "engine.c").read_text() == "int x;"
    os.utime(left, (0, 0))
    make_room(cache_folder())
    assert not left.exists()
