"""Libraries: files that a configuration requires, from its own folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.diagnostics import ClickError
from graph.load import load
from graph.print_click import print_graph


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / (name.replace("__", "/") + ".click")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return folder / "main.click"


def test_a_library_is_read_where_it_is_required_and_once(tmp_path: Path) -> None:
    main = write(
        tmp_path,
        main="Before :: Null; require(library lib.click, library sub/../lib.click); Idle -> Way -> Discard;",
        lib="elementclass Way { -> Paint($COLOR) -> } define($COLOR 4); require(library sub/more.click, fast) one :: Idle;",
        sub__more="require(library other.click); require(library ../main.click);",
        sub__other="two :: Idle;",
    )
    assert print_graph(load(main)).splitlines()[:7] == [
        "require(fast);",
        "Before :: Null;",
        "two :: Idle;",
        "one :: Idle;",
        "Idle@4 :: Idle;",
        "Way@5/Paint@1 :: Paint(4);",
        "Discard@6 :: Discard;",
    ]


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../x.click", "sub/../../x.click", "link.click", "", ".", "a" * 5000, "'nul \0'", "loop.click"]
)
def test_what_is_not_in_the_folder_is_not_found(name: str, tmp_path: Path) -> None:
    (tmp_path / "x.click").write_text("evil :: Idle;")
    folder = tmp_path / "tenant"
    folder.mkdir()
    (folder / "link.click").symlink_to(tmp_path / "x.click")
    (folder / "loop.click").symlink_to(folder / "loop.click")
    main = write(folder, main=f'require(library "{name}");')
    with pytest.raises(ClickError, match="is not found"):
        load(main)


def test_libraries_in_groups_of_libraries_end_in_a_diagnostic(tmp_path: Path) -> None:
    for i in range(45):
        write(tmp_path, **{f"l{i}": "(" * 40 + f"require(library l{i + 1}.click);" + ")" * 40})
    with pytest.raises(ClickError, match="more than 50 compound elements and groups inside one another"):
        load(write(tmp_path, main="require(library l0.click);"))
