"""A capture that breaks off, a disk that is full, a device that is taken away: each is one clear error, and what was written is whole."""

from __future__ import annotations

import resource
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from elements.captures.pcap import read_capture, write_capture
from tests.swclick.network import ip, own_network, wire
from tests.swclick.program import PROGRAM, swclick

FRAME = bytes(12) + b"\x88\xb5" + bytes(46)
COUNTED = ("-h", "c.count", "-e")
ENDLESS = "InfiniteSource(LENGTH 1000, LIMIT 1000, STOP true) -> c :: Counter -> ToDump({}) -> Discard"


def whole(capture: Path) -> list[bytes]:
    """The packets of a capture that can be read to its end."""
    found = read_capture(capture)
    assert found.broken is None
    return [data for _, data in found.packets]


def test_of_a_truncated_capture_what_is_whole_is_written_and_the_break_said(tmp_path: Path) -> None:
    write_capture(tmp_path / "in.pcap", ((number, FRAME) for number in range(5)))
    (tmp_path / "in.pcap").write_bytes((tmp_path / "in.pcap").read_bytes()[:-7])
    text = "f :: FromDump(in.pcap, STOP true) -> c :: Counter -> ToDump(out.pcap) -> Discard"
    done = swclick(*COUNTED, text, cwd=tmp_path)
    said = b"f :: FromDump: in.pcap: the file ends inside a packet at byte 328; the 4 packet(s) before it are used\n"
    assert (done.stdout, done.stderr) == (b"4\n", said)
    assert whole(tmp_path / "out.pcap") == [FRAME] * 4


def test_a_file_that_may_not_grow_is_said_once_and_packets_pass(tmp_path: Path) -> None:
    def little() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))

    swclick(*COUNTED, ENDLESS.format("out.pcap"), cwd=tmp_path)
    assert len(whole(tmp_path / "out.pcap")) == 1000
    done = swclick(*COUNTED, ENDLESS.format("out.pcap"), cwd=tmp_path, preexec_fn=little)
    assert (done.returncode, done.stdout) == (0, b"1000\n")
    assert done.stderr == b"ToDump@3 :: ToDump: out.pcap: File too large\n"
    assert len(whole(tmp_path / "out.pcap")) == (10_000 - 24) // 1016


def test_a_disk_that_becomes_full_is_said_once_and_packets_pass(tmp_path: Path) -> None:
    """A disk of 64 KiB of its own, which nobody else sees."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = f"mount -t tmpfs -o size=64k none {disk} && "
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-m", "sh", "-c", f"{mounted}:"], capture_output=True).returncode:
        pytest.skip("who runs this may not mount a disk (unshare -m, mount -t tmpfs)")
    script = f'{mounted}"$@"; code=$?; cp {disk}/out.pcap {tmp_path}; exit $code'
    command = ["unshare", "-m", "sh", "-c", script, "sh", *PROGRAM, *COUNTED, ENDLESS.format(f"{disk}/out.pcap")]
    done = subprocess.run(command, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, b"1000\n")
    assert done.stderr == f"ToDump@3 :: ToDump: {disk}/out.pcap: No space left on device\n".encode()
    assert len(whole(tmp_path / "out.pcap")) == (65536 - 24) // 1016


def test_a_disk_without_any_room_is_said_once() -> None:
    done = swclick(*COUNTED, ENDLESS.format("/dev/full"))
    assert (done.returncode, done.stdout) == (0, b"1000\n")
    assert done.stderr == b"ToDump@3 :: ToDump: /dev/full: No space left on device\n"


@contextmanager
def ended(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """It is, whatever becomes of the test."""
    with process:
        try:
            yield process
        finally:
            process.kill()


def test_of_devices_that_are_taken_away_what_came_is_written(tmp_path: Path) -> None:
    """The program goes on without them, until it is told to stop."""
    out = tmp_path / "out.pcap"
    text = f"""in :: FromDevice(v0, PROMISC true) -> ToDump({out}) -> Discard;
               RatedSource(RATE 100, LENGTH 60) -> Queue -> out :: ToDevice(v2)"""
    with own_network(("v0", "v1"), ("v2", "v3")), ended(subprocess.Popen([*PROGRAM, "-e", text], stderr=subprocess.PIPE)) as process:
        sent = 0
        with wire("v1") as sender:
            while not out.exists() or len(read_capture(out).packets) < 3:
                assert process.poll() is None and sent < 2000
                # What is sent before the device is open is nobody's.
                sender.send(FRAME)
                sent += 1
                time.sleep(0.05)
        ip("link del v0")
        ip("link del v2")
        assert process.stderr is not None
        said = {process.stderr.readline(), process.stderr.readline()}
        process.terminate()
        assert process.stderr.read() == b""
    assert said == {b"in :: FromDevice: v0: the device is gone\n", b"out :: ToDevice: v2: the device is gone\n"}
    assert 3 <= len(whole(out)) <= sent
    assert set(whole(out)) == {FRAME}
