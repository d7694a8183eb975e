"""FromDevice and ToDevice at devices of the host."""

import os
import re
import socket
import struct
import subprocess
from pathlib import Path

import pytest

from elements.devices.packet_socket import DeviceError, open_to_send
from graph.diagnostics import ClickError
from graph.load import load_text
from swclick.live import Live
from tests.swclick.network import ip, own_network, wire

OTHER, ALL, SOME = bytes.fromhex("0200000000ff"), b"\xff" * 6, bytes.fromhex("01005e000001")
FROM = bytes.fromhex("020000000001")


def frame(destination: bytes, text: bytes = b"", kind: bytes = b"\x88\xb5") -> bytes:
    return destination + FROM + kind + text.ljust(46, b".")


def mac(device: str) -> bytes:
    with wire(device) as raw:
        found: bytes = raw.getsockname()[4]
        return found


def live(text: str) -> Live:
    return Live(load_text(text, "t"))


def packets(file: Path) -> list[bytes]:
    """The packets of a capture."""
    data, at, found = file.read_bytes(), 24, []
    while at < len(data):
        (length,) = struct.unpack_from("=I", data, at + 8)
        found.append(data[at + 16 : at + 16 + length])
        at += 16 + length
    return found


def test_what_is_on_the_wire_comes_as_it_is(tmp_path: Path) -> None:
    with own_network(("v0", "v1")):
        machine = live(
            f"""every :: FromDevice(v0, PROMISC true, HEADROOM 200) -> ToDump({tmp_path}/every)
                    -> d :: DropBroadcasts -> n :: Counter -> Discard;
                short :: FromDevice(v0, false, 60, BURST 1, OUTBOUND true) -> ToDump({tmp_path}/short) -> Discard;
                FromDevice(v0, TIMESTAMP false) -> own :: Counter -> Discard;
                Script(wait 0.05s, stop)"""
        )
        tagged, doubly = b"\x81\x00\x20\x64\x08\x06", b"\x88\xa8\x00\x05\x81\x00\x20\x64\x08\x06"
        frames = [
            frame(mac("v0"), b"mine"), frame(OTHER, b"other"), frame(ALL), frame(SOME), frame(mac("v0"), b"tagged", tagged),
            frame(mac("v0"), b"doubly", doubly), frame(mac("v0"), b"x" * 1500),
        ]  # fmt: skip
        with wire("v1") as near, wire("v0") as far:
            for each in frames:
                near.send(each)
            far.send(frame(OTHER, b"by this host"))
        machine.run_driver()
        reads = {
            name: machine.read_handler(name) for name in ("every.count", "every.kernel_drops", "every.encap", "n.count", "short.count")
        }
        machine.write_handler("every.reset_counts", "")
        assert machine.read_handler("every.count") == "0"
        machine.close()
    assert packets(tmp_path / "every") == frames
    assert packets(tmp_path / "short") == [each[:60] for each in [*frames, frame(OTHER, b"by this host")]]
    assert reads == {"every.count": "7", "every.kernel_drops": "0", "every.encap": "ETHER", "n.count": "5", "short.count": "8"}


def test_checksums_that_are_left_to_the_device_are_put_in(tmp_path: Path) -> None:
    with own_network(("v0", "v1")):
        ip("addr add 10.9.0.1/24 dev v1")
        ip("neigh add 10.9.0.2 lladdr 02:00:00:00:00:02 dev v1")
        machine = live(f"FromDevice(v0, PROMISC true) -> ToDump({tmp_path}/out) -> Discard; Script(wait 0.05s, stop)")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
            udp.sendto(b"odd", ("10.9.0.2", 53))
            tcp.setblocking(False)
            tcp.connect_ex(("10.9.0.2", 80))
        machine.run_driver()
        machine.close()
    seen = [each for each in packets(tmp_path / "out") if each[12:14] == b"\x08\x00"]
    assert {each[23] for each in seen} == {17, 6}
    for each in seen:
        whole = each[26:34] + struct.pack("!HH", each[23], len(each) - 34) + each[34:]
        total = sum(struct.unpack(f"!{(len(whole) + 1) // 2}H", whole + bytes(len(whole) % 2)))
        assert (total & 0xFFFF) + (total >> 16) in (0xFFFF, 0x1FFFE, 0x1FFFF)


def test_packets_wait_in_order_for_a_device_that_is_slow(tmp_path: Path) -> None:
    with own_network(("v0", "v1")):
        limited = subprocess.run(
            ["tc", "qdisc", "add", "dev", "v1", "root", "tbf", "rate", "200mbit", "burst", "4kb", "limit", "20kb"],
            capture_output=True,
            text=True,
            check=False,
        )
        # Any other failure is the test's.
        if "qdisc kind is unknown" in limited.stderr:
            pytest.skip("the kernel has no queue of limited rate (tc, tbf)")
        assert limited.returncode == 0, limited.stderr
        source = tmp_path / "in"
        lines = [struct.pack("=IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)]
        sent = [frame(OTHER, b"%d" % number) for number in range(2000)]
        lines += [struct.pack("=IIII", 1, 0, len(each), len(each)) + each for each in sent]
        source.write_bytes(b"".join(lines))
        machine = live(
            f"""FromDump({source}) -> Queue(4000) -> out :: ToDevice(v1, BURST 64);
                FromDevice(v0, PROMISC true) -> ToDump({tmp_path}/out) -> Discard; Script(wait 0.4s, stop)"""
        )
        machine.run_driver()
        counts = [machine.read_handler(f"out.{name}") for name in ("count", "drops", "q")]
        machine.close()
    assert packets(tmp_path / "out") == sent
    assert counts == ["2000", "0", "false"]


def test_a_device_that_is_taken_away_is_reported_once(capfd: pytest.CaptureFixture[str]) -> None:
    with own_network(("v0", "v1")):
        machine = live(
            """in :: FromDevice(v0) -> Discard; InfiniteSource(LIMIT 100, LENGTH 60, BURST 100) -> q :: Queue
                   -> out :: ToDevice(v0, BURST 1);
               down :: FromDevice(v1) -> Discard; Script(wait 0.4s, stop)"""
        )
        ip("link set v1 down")
        ip("link del v0")
        machine.run_driver()
        counts = [machine.read_handler(name) for name in ("out.count", "out.drops", "q.length")]
        machine.close()
    said = sorted(capfd.readouterr().err.splitlines())
    assert said == [f"{place}: the device is gone" for place in ("down :: FromDevice: v1", "in :: FromDevice: v0", "out :: ToDevice: v0")]
    assert counts == ["0", "100", "0"]


def test_a_device_that_is_down_is_reported_and_used_again(capfd: pytest.CaptureFixture[str]) -> None:
    text = """in :: FromDevice(v0, PROMISC true) -> Discard; s :: InfiniteSource(LIMIT 3, LENGTH 60) -> Queue
                  -> out :: ToDevice(v1, BURST 1);
              Script(wait 0.4s, stop); Script(wait 1s, stop)"""
    with own_network(("v0", "v1")):
        machine = live(text)
        ip("link set v1 down")
        machine.run_driver()
        first = [machine.read_handler(name) for name in ("out.count", "out.drops", "in.count")]
        ip("link set v1 up")
        machine.stop(-1)
        machine.write_handler("s.reset", "")
        machine.run_driver()
        second = [machine.read_handler(name) for name in ("out.count", "out.drops", "in.count")]
        machine.close()
    places = ("out :: ToDevice: v1", "in :: FromDevice: v0")
    assert set(capfd.readouterr().err.splitlines()) <= {f"{place}: the device is down" for place in places}
    assert (first, second) == (["0", "3", "0"], ["3", "3", "3"])


@pytest.mark.parametrize("text", ["in :: FromDevice(nosuch) -> Discard", "Idle -> in :: ToDevice(nosuch)"])
def test_a_device_that_is_not_there_is_an_error(text: str) -> None:
    found = re.search(r"From\w+|To\w+", text)
    assert found is not None
    with own_network(), pytest.raises(ClickError) as error:
        live(text)
    assert f"in :: {found.group()}: there is no device nosuch" in str(error.value)
    assert "name a device that `ip link` lists" in str(error.value)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can lay down its rights")
def test_who_may_not_is_told() -> None:
    os.seteuid(65534)
    try:
        with pytest.raises(DeviceError) as error:
            open_to_send("lo")
    finally:
        os.seteuid(0)
    assert str(error.value) == "lo: who runs this may not use packets of devices"
    assert error.value.advice == "run it as root, or with the capability CAP_NET_RAW"


@pytest.mark.parametrize(
    ("configuration", "why"),
    [
        ("FromDevice(a, SNAPLEN 70000)", "SNAPLEN: a whole number from 0 to 65424 is wanted, not '70000'"),
        ("FromDevice(a, BURST 0)", "BURST: a whole number from 1 to 65536 is wanted, not '0'"),
        ("ToDevice(a, BURST 0)", "BURST: a whole number from 1 to 65536 is wanted, not '0'"),
    ],
)
def test_bad_arguments_are_errors(configuration: str, why: str) -> None:
    with pytest.raises(ClickError) as error:
        live(f"Idle -> {configuration}" if configuration.startswith("To") else f"{configuration} -> Idle")
    assert why in str(error.value)
