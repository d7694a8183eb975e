"""What the words of a memory are at first, written at once.

Amaranth makes an object of every bit of every word that a memory holds at first and looks at each several times: of a packet memory
of 256 bit, that is most of the time that a design takes to become text. The same text is made here from the words.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from amaranth.back import rtlil


@contextmanager
def memory_words() -> Iterator[None]:
    """Within it, what Amaranth (of the version that is pinned) writes of the words that a memory holds at first is made here."""
    theirs = rtlil.ModuleEmitter.emit_memory
    rtlil.ModuleEmitter.emit_memory = _emit_memory
    try:
        yield
    finally:
        rtlil.ModuleEmitter.emit_memory = theirs


def _emit_memory(self: Any, cell_idx: int, cell: Any) -> None:
    """As ``ModuleEmitter.emit_memory``: a cell ``$meminit_v2`` with ``cell.depth`` words of ``cell.width`` bits, the last one first."""
    width = cell.width
    mask = (1 << width) - 1
    words = "".join(format(word & mask, f"0{width}b") for word in reversed(cell.init)) if width else ""
    self.builder.cell(
        "$meminit_v2",
        ports={
            "ADDR": self.sigspec(),
            "DATA": f"{len(words)}'{words}" if words else self.sigspec(),
            "EN": f"{width}'{'1' * width}" if width else self.sigspec(),
        },
        parameters={
            "MEMID": self.memories[cell_idx].memid,
            "ABITS": 0,
            "WIDTH": width,
            "WORDS": cell.depth,
            "PRIORITY": 0,
        },
        src_loc=cell.src_loc,
    )
