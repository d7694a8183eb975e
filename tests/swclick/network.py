"""Networks of their own for tests: the process moves to a new network namespace, with pairs of devices in it, and back."""

from __future__ import annotations

import ctypes
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

CLONE_NEWNET = 0x4000_0000
_LIBRARY = ctypes.CDLL(None, use_errno=True)


def why_not() -> str | None:
    """Why there can be no network namespaces here, None where there can."""
    missing = [tool for tool in ("ip", "unshare", "nsenter") if shutil.which(tool) is None]
    if missing:
        return f"network namespaces need {' and '.join(missing)} (iproute2, util-linux)"
    if subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False).returncode:
        return "who runs this may not make network namespaces"
    return None


@contextmanager
def own_network(*pairs: tuple[str, str]) -> Iterator[None]:
    """In a new network, with ``pairs`` of connected devices that are up."""
    reason = why_not()
    if reason is not None:
        pytest.skip(reason)
    before = os.open("/proc/self/ns/net", os.O_RDONLY)
    try:
        if _LIBRARY.unshare(CLONE_NEWNET):
            pytest.skip("this process may not leave its network namespace")
        # What the hosts say by themselves would disturb.
        Path("/proc/sys/net/ipv6/conf/default/disable_ipv6").write_text("1")
        for one, other in pairs:
            ip(f"link add {one} type veth peer name {other}")
            ip(f"link set {one} up")
            ip(f"link set {other} up")
        yield
    finally:
        _LIBRARY.setns(before, CLONE_NEWNET)
        os.close(before)


def ip(words: str) -> None:
    """Run the command `ip`."""
    subprocess.run(["ip", *words.split()], check=True, capture_output=True)


@contextmanager
def wire(device: str) -> Iterator[socket.socket]:
    """The device for raw frames; what comes is waited for at most a second."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)) as raw:
        raw.bind((device, 3))
        raw.settimeout(1)
        yield raw
