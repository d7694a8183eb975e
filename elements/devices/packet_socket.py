"""Packet sockets of Linux: opened with what may go wrong said in one sentence."""

from __future__ import annotations

import errno
import os
import socket
import struct
from dataclasses import dataclass
from fcntl import ioctl
from typing import Final

SOL_PACKET: Final = 263
ADD_MEMBERSHIP, RX_RING, STATISTICS, VERSION, IGNORE_OUTGOING = 1, 5, 6, 10, 23
PROMISCUOUS, ALL_MULTICAST = 1, 2
TPACKET_V2: Final = 1
ETH_P_ALL: Final = 3
SIOCGIFMTU: Final = 0x8921
ETHERNET_KINDS: Final = (1, 772)
"""Kinds of hardware whose frames are those of Ethernet: Ethernet, and the loopback device."""
BLOCK, BLOCKS = 1 << 16, 64
"""Bytes of a block of the ring, and how many there are."""
IN_FRONT: Final = 96
"""Bytes that the kernel keeps in front of a packet in the ring, at most."""
MOST: Final = BLOCK - IN_FRONT - 16
"""Bytes of the longest packet that has a place in the ring."""
USUAL: Final = 2046
"""Bytes of a packet that are taken where nothing is said and the device's frames are not longer."""


class DeviceError(Exception):
    """Why a device cannot be used: one sentence, and what to do about it."""

    def __init__(self, text: str, advice: str) -> None:
        super().__init__(text)
        self.advice = advice


@dataclass(frozen=True)
class Reception:
    """What is wanted of a device: ``snaplen`` bytes of each packet (0: whole frames), those to others, those that this host sends."""

    snaplen: int
    promiscuous: bool
    outbound: bool


@dataclass(frozen=True)
class Opened:
    """A bound socket, which does not block, that the caller has to close; ``frame`` is the bytes of a packet's place in the ring of one
    that receives, ``snaplen`` the most of a packet in it."""

    descriptor: int
    index: int
    is_ethernet: bool
    frame: int = 0
    snaplen: int = 0


def open_to_send(device: str) -> Opened:
    """A socket that packets of ``device`` are sent with and that receives none. Errors: `DeviceError`."""
    with _opened(device) as opened:
        _bind(opened, device, 0)
        return _described(opened, device)


def open_to_receive(device: str, wanted: Reception) -> Opened:
    """A socket with a ring (PACKET_MMAP) that packets of ``device`` come to. Errors: `DeviceError`."""
    with _opened(device) as opened:
        try:
            index = _index(device)
            snaplen = min(MOST, wanted.snaplen or max(USUAL, _longest_frame(opened, device)))
            frame = (snaplen + IN_FRONT + 15) // 16 * 16
            opened.setsockopt(SOL_PACKET, VERSION, TPACKET_V2)
            opened.setsockopt(SOL_PACKET, IGNORE_OUTGOING, int(not wanted.outbound))
            kind = PROMISCUOUS if wanted.promiscuous else ALL_MULTICAST
            opened.setsockopt(SOL_PACKET, ADD_MEMBERSHIP, struct.pack("iHH8s", index, kind, 0, b""))
            opened.setsockopt(SOL_PACKET, RX_RING, struct.pack("IIII", BLOCK, BLOCKS, frame, BLOCK // frame * BLOCKS))
        except OSError as error:
            raise failure(device, error.errno or 0) from None
        _bind(opened, device, ETH_P_ALL)
        return _described(opened, device, frame, snaplen)


def failure(device: str, number: int) -> DeviceError:
    """What is said of a device where the system gives the error ``number``."""
    if number in (errno.ENODEV, errno.ENXIO):
        return DeviceError(f"there is no device {device}", "name a device that `ip link` lists")
    if number in (errno.EPERM, errno.EACCES):
        return DeviceError(f"{device}: who runs this may not use packets of devices", "run it as root, or with the capability CAP_NET_RAW")
    return DeviceError(f"{device}: {os.strerror(number)}", "look at the device with `ip link`")


def dropped_by_kernel(descriptor: int) -> int:
    """How many packets found no room in the ring since this was asked last."""
    with socket.socket(fileno=os.dup(descriptor)) as opened:
        return int(struct.unpack("II", opened.getsockopt(SOL_PACKET, STATISTICS, 8))[1])


def _opened(device: str) -> socket.socket:
    try:
        return socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_NONBLOCK, 0)
    except OSError as error:
        raise failure(device, error.errno or 0) from None


def _index(device: str) -> int:
    try:
        return socket.if_nametoindex(device)
    except OSError:
        raise failure(device, errno.ENODEV) from None


def _bind(opened: socket.socket, device: str, protocol: int) -> None:
    try:
        opened.bind((device, protocol))
    except OSError as error:
        raise failure(device, error.errno or 0) from None


def _longest_frame(opened: socket.socket, device: str) -> int:
    """Bytes of the longest frame of the device, with Ethernet header and tag."""
    request = struct.pack("16si12x", os.fsencode(device), 0)
    return int(struct.unpack("16xi12x", ioctl(opened, SIOCGIFMTU, request))[0]) + 18


def _described(opened: socket.socket, device: str, frame: int = 0, snaplen: int = 0) -> Opened:
    kind = opened.getsockname()[3]
    index = _index(device)
    return Opened(opened.detach(), index, kind in ETHERNET_KINDS, frame, snaplen)
