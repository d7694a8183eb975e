"""Addresses of this machine's network devices, as Linux tells them."""

from __future__ import annotations

import fcntl
import socket
import struct
from pathlib import Path
from typing import Final

_ADDRESS, _MASK, _HARDWARE = 0x8915, 0x891B, 0x8927
_ETHERNETS: Final = (1, 801)
"""Hardware types of devices with Ethernet addresses."""


def device_address(kind: str, name: str) -> int | tuple[int, int] | None:
    """The device's `ip` address, `prefix` (address, length), `ether` address or `gw` (default gateway); None where it has none."""
    if not 0 < len(name.encode()) < 16:
        return None
    if kind == "gw":
        return _gateway(name)
    if kind == "ether":
        answer = _asked(name, _HARDWARE)
        known = answer is not None and int.from_bytes(answer[:2], "little") in _ETHERNETS
        return int.from_bytes(answer[2:8], "big") if answer is not None and known else None
    address = _asked(name, _ADDRESS)
    mask = _asked(name, _MASK) if kind == "prefix" else None
    if address is None or (kind == "prefix" and mask is None):
        return None
    number = int.from_bytes(address[4:8], "big")
    return number if mask is None else (number, int.from_bytes(mask[4:8], "big").bit_count())


def _asked(name: str, request: int) -> bytes | None:
    """What the device's structure has behind its name, after ``request``."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            answer: bytes = fcntl.ioctl(asking, request, struct.pack("16s24x", name.encode()))
    except OSError:
        return None
    return answer[16:]


def _gateway(name: str) -> int | None:
    try:
        lines = Path("/proc/net/route").read_text(encoding="ascii").splitlines()[1:]
    except OSError:
        return None
    for device, destination, gateway, *_, mask, _mtu, _window, _rtt in (line.split() for line in lines):
        if device == name and int(destination, 16) == int(mask, 16) == 0 and int(gateway, 16):
            return int.from_bytes(int(gateway, 16).to_bytes(4, "little"), "big")
    return None
