"""The register map: which word is where, once, for Verilog, Python, C and people.

A window of 4 KiB for the operator (0) and one for each tenant (its number plus 1). Every entry has 8 bytes: the low 32 bits, then the high.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

WINDOW_BITS: Final = 12
WINDOW: Final = 1 << WINDOW_BITS


@dataclass(frozen=True)
class Register:
    """``name`` at ``offset`` in ``window``; ``width`` bits, at most 64; ``resettable`` by the owner of the window,
    with a write to its low word."""

    window: int
    offset: int
    name: str
    width: int
    resettable: bool

    @property
    def address(self) -> int:
        """The byte address of the low word."""
        return self.window << WINDOW_BITS | self.offset


def place(entries: list[tuple[int, str, int, bool]]) -> tuple[Register, ...]:
    """Registers for (window, name, width, resettable), in the order given within each window. Errors: ``ValueError`` for a full window."""
    used: dict[int, int] = {}
    placed = []
    for window, name, width, resettable in entries:
        offset = used.get(window, 0)
        if offset + 8 > WINDOW:
            raise ValueError(f"window {window} has no room for {name}")
        used[window] = offset + 8
        placed.append(Register(window, offset, name, width, resettable))
    return tuple(placed)


def c_header(registers: tuple[Register, ...]) -> str:
    """The map as a C header."""
    lines = ["/* Byte addresses of 64-bit registers: the low word here, the high word 4 bytes on. */"]
    for register in registers:
        name = "".join(c if c.isalnum() else "_" for c in register.name).upper()
        lines.append(f"#define MLCLICK_W{register.window}_{name} 0x{register.address:06x}u")
    return "\n".join(lines) + "\n"


def markdown(registers: tuple[Register, ...]) -> str:
    """The map as a table for people."""
    rows = [f"| 0x{r.address:06x} | {r.window} | `{r.name}` | {r.width} | {'read, reset' if r.resettable else 'read'} |" for r in registers]
    return "\n".join(["| address | window | register | bits | access |", "|---|---|---|---|---|", *rows]) + "\n"
