"""The frame check sequence of IEEE 802.3, clause 3.2.9: CRC-32, polynomial 0x04C11DB7, sent bit-reversed, a byte at a time."""

from __future__ import annotations

from typing import Any, Final

from amaranth.hdl import Cat, Const, Value

# Bits run as they do on the wire, least significant first, so the polynomial stands reversed.
POLYNOMIAL: Final = 0xEDB88320
INITIAL: Final = 0xFFFFFFFF
# What the register holds after a frame and its own, right, check sequence.
RESIDUE: Final = 0xDEBB20E3


def crc32_step(crc: int, byte: int) -> int:
    """The register after one more byte, on numbers: what `crc32_next` is derived from. Start with `INITIAL`; the sequence is the
    inverse.
    """
    crc ^= byte
    for _ in range(8):
        crc = (crc >> 1) ^ (POLYNOMIAL if crc & 1 else 0)
    return crc


def crc32_next(crc: Value, byte: Value) -> Value:
    """The 32-bit register after one more 8-bit byte. The step is linear, so each bit is the parity of a fixed set of inputs."""
    inputs = Cat(crc, byte)
    columns = [crc32_step(1 << bit, 0) for bit in range(32)] + [crc32_step(0, 1 << bit) for bit in range(8)]
    bits: list[Any] = []
    for row in range(32):
        terms = [inputs[index] for index, column in enumerate(columns) if column >> row & 1]
        bits.append(Cat(*terms).xor() if terms else Const(0))
    return Cat(*bits)
