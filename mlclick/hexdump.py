"""Two packets side by side, byte by byte, with the place where they part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

ROW: Final = 16
Mark = Literal["same", "first", "differs", "absent"]


@dataclass(frozen=True)
class Cell:
    """A byte as two digits, blank where its packet has ended; ``mark``: whether the other packet has it too, and whether it is the first
    that it has not."""

    text: str
    mark: Mark


@dataclass(frozen=True)
class Row:
    """`ROW` bytes of each packet, from ``offset`` on."""

    offset: int
    left: tuple[Cell, ...]
    right: tuple[Cell, ...]


def first_difference(left: bytes, right: bytes) -> int | None:
    """The place of the first byte that is not in both; None for packets that are equal."""
    if left == right:
        return None
    return next((at for at, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right)))


def side_by_side(left: bytes, right: bytes) -> tuple[Row, ...]:
    """Both packets to the end of the longer one."""
    first = first_difference(left, right)

    def cell(mine: bytes, other: bytes, at: int) -> Cell:
        text = f"{mine[at]:02x}" if at < len(mine) else "  "
        if at == first:
            return Cell(text, "first")
        if mine[at : at + 1] == other[at : at + 1]:
            return Cell(text, "same" if at < len(mine) else "absent")
        return Cell(text, "differs")

    return tuple(
        Row(
            offset,
            tuple(cell(left, right, at) for at in range(offset, offset + ROW)),
            tuple(cell(right, left, at) for at in range(offset, offset + ROW)),
        )
        for offset in range(0, max(len(left), len(right)), ROW)
    )


def as_text(rows: tuple[Row, ...]) -> str:
    """The rows for a terminal or a log: the first byte that differs in brackets."""
    return "\n".join(f"{row.offset:04x}  {_line(row.left)} | {_line(row.right)}".rstrip() for row in rows)


def _line(cells: tuple[Cell, ...]) -> str:
    return "".join(f"[{cell.text}]" if cell.mark == "first" else f" {cell.text} " for cell in cells)
