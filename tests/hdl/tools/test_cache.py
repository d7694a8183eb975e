import multiprocessing
from pathlib import Path

import pytest

from hdl.tools.cache import cache_folder, cached, content_key


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MLCLICK_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def write(folder: Path, text: str) -> None:
    (folder / "text").write_text(text)


def test_a_key_is_produced_once() -> None:
    first = cached("kind", "a", produce=lambda folder: write(folder, "one"))
    again = cached("kind", "a", produce=lambda folder: write(folder, "two"))
    other = cached("kind", "b", produce=lambda folder: write(folder, "three"))
    assert first == again
    assert [(first / "text").read_text(), (other / "text").read_text()] == ["one", "three"]


def test_parts_are_kept_apart() -> None:
    assert content_key("ab", "c") != content_key("a", "bc")
    assert content_key("a") == content_key(b"a")


def test_what_failed_leaves_nothing(own_cache: Path) -> None:
    def fail(folder: Path) -> None:
        write(folder, "half")
        raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        cached("kind", "a", produce=fail)
    assert not [path for path in (own_cache / "kind").iterdir() if path.is_dir()]
    assert (cached("kind", "a", produce=lambda folder: write(folder, "whole")) / "text").read_text() == "whole"


def produce_and_log(log: Path) -> str:
    def produce(folder: Path) -> None:
        with log.open("a") as out:
            out.write("made\n")
        for number in range(50):
            (folder / str(number)).write_text("x")

    folder = cached("kind", "shared", produce=produce)
    return f"{len(list(folder.iterdir()))}"


def test_processes_that_meet_produce_once(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        counts = pool.map(produce_and_log, [tmp_path / "log"] * 6)
    assert counts == ["50"] * 6
    assert (tmp_path / "log").read_text() == "made\n"


def test_without_a_writable_home_the_cache_is_in_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.delenv("MLCLICK_CACHE")
    monkeypatch.setenv("HOME", str(tmp_path / "file"))
    monkeypatch.chdir(tmp_path)
    assert cache_folder() == tmp_path / "build" / "cache"
