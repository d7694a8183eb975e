"""The register map: which word is where, once, for Verilog, Python, C and people.

A window for the operator (0) and one for each tenant (its number plus 1), all of one size: 4 KiB, or as much more as the largest needs.
Every entry has 8 bytes: the low 32 bits, then the high.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

LEAST_WINDOW_BITS: Final = 12
"""Address bits of the smallest window there is."""
_STEP: Final = 8
"""Bytes from one register to the next."""


@dataclass(frozen=True)
class Register:
    """``name`` at ``offset`` in ``window``, all of which have ``window_bits`` address bits; ``width`` bits, at most 64; ``resettable`` by
    the owner of the window, with a write to its low word."""

    window_bits: int
    window: int
    offset: int
    name: str
    width: int
    resettable: bool

    @property
    def address(self) -> int:
        """The byte address of the low word."""
        return self.window << self.window_bits | self.offset


def place(names: Sequence[str], width: int, window: int, bits: int) -> tuple[Register, ...]:
    """Registers of ``width`` bits that can only be read, one after the other from the start of ``window``, which has ``bits``."""
    return tuple(Register(bits, window, _STEP * index, name, width, False) for index, name in enumerate(names))


@dataclass(frozen=True)
class Block:
    """What stands in one memory: by (tenant, slot) each register's name and whether it is resettable; ``width`` bits each."""

    width: int
    entries: Mapping[tuple[int, int], tuple[str, bool]]

    @property
    def slots(self) -> int:
        """Places for each tenant: a power of two."""
        return 2 << max(0, max(slot for _, slot in self.entries).bit_length() - 1)


@dataclass(frozen=True)
class PlacedBlock:
    """``base``: the offset of slot 0 in every tenant's window, a multiple of the block's size; tenant t has the window t + 1."""

    base: int
    registers: Mapping[tuple[int, int], Register]


def window_bits(operators: int, blocks: Sequence[Block]) -> int:
    """Address bits of a window that has room for as many registers of the operator's, and for ``blocks``."""
    most = _STEP * max(operators, sum(block.slots for block in blocks))
    return max(LEAST_WINDOW_BITS, (most - 1).bit_length())


def place_blocks(blocks: Sequence[Block], bits: int) -> tuple[PlacedBlock, ...]:
    """A place for each block in windows of ``bits``, as `window_bits` says, so that the slot is a few bits of the address."""
    order = sorted(range(len(blocks)), key=lambda index: (-blocks[index].slots, index))
    placed: dict[int, PlacedBlock] = {}
    base = 0
    for index in order:
        block = blocks[index]
        registers = {
            (tenant, slot): Register(bits, tenant + 1, base + _STEP * slot, name, block.width, resettable)
            for (tenant, slot), (name, resettable) in block.entries.items()
        }
        placed[index] = PlacedBlock(base, registers)
        base += _STEP * block.slots
    return tuple(placed[index] for index in range(len(blocks)))


def c_header(registers: tuple[Register, ...], way: str) -> str:
    """The map as a C header. ``way``: how a board's host reaches ADDRESS."""
    lines = ["/* Byte addresses of 64-bit registers: the low word here, the high word 4 bytes on.", f"   To reach one: {way}. */"]
    for register in registers:
        name = "".join(c if c.isalnum() else "_" for c in register.name).upper()
        lines.append(f"#define MLCLICK_W{register.window}_{name} 0x{register.address:06x}u")
    return "\n".join(lines) + "\n"


def markdown(registers: tuple[Register, ...], way: str) -> str:
    """The map as a table for people. ``way``: how a board's host reaches ADDRESS."""
    rows = [f"| 0x{r.address:06x} | {r.window} | `{r.name}` | {r.width} | {'read, reset' if r.resettable else 'read'} |" for r in registers]
    return (
        "\n".join([f"To reach a register: {way}.", "", "| address | window | register | bits | access |", "|---|---|---|---|---|", *rows])
        + "\n"
    )
