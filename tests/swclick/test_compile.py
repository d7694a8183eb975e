"""C is compiled once, and where it cannot be, one message says why and what to do."""

from __future__ import annotations

import importlib.util
import os
import sys
import time
from pathlib import Path

import pytest

from swclick.compile import CompilerError, cache_folder, compiler, load_c, make_room


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
