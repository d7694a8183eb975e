"""FromDump sends what is in a capture, all of it or what it is asked for, and says where a capture breaks off."""

import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import ARP, Dot1Q, Ether
from scapy.utils import PcapNgWriter, PcapWriter

from elements.captures.pcap import write_capture
from graph.diagnostics import ClickError
from tests.elements.bench import Bench

SECOND = 1_000_000_000
START = 1_700_000_000 * SECOND


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names are relative to the folder that one is in, so that the same C is compiled once."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def dump(bench: Callable[..., Bench], tmp_path: Path) -> Callable[..., Bench]:
    """A FromDump of `in.pcap` with more arguments."""

    def make(arguments: str = "", outputs: int = 1) -> Bench:
        text = f"x :: FromDump(in.pcap{arguments}) -> d0 :: ToCrossing(t:0);" + "x [1] -> d1 :: ToCrossing(t:1);" * (outputs - 1)
        return bench("", text=text)

    return make


def capture(folder: Path, seconds: list[float] | None = None) -> list[tuple[int, bytes]]:
    times = seconds if seconds is not None else [0, 0.5, 1, 2.25, 10]
    packets = [(START + round(time * SECOND), bytes([number]) * (number + 1)) for number, time in enumerate(times)]
    write_capture(folder / "in.pcap", packets)
    return packets


def sent(bench: Bench, now: int = 0) -> list[tuple[int, bytes]]:
    return [(packet.time, packet.data) for port, packet in bench.settle(now) if port == 0]


def test_all_packets_leave_in_order_with_their_times(dump: Callable[..., Bench], tmp_path: Path) -> None:
    packets = capture(tmp_path)
    x = dump()
    assert sent(x) == packets
    assert sent(x, 5) == []
    size = str((tmp_path / "in.pcap").stat().st_size)
    read = {handler: x.read(handler) for handler in ("count", "active", "encap", "filename", "filesize", "filepos", "packet_filepos")}
    assert read == {
        "count": "5", "active": "true", "encap": "ETHER", "filename": "in.pcap", "filesize": size, "filepos": size,
        "packet_filepos": str(int(size) - 21),
    }  # fmt: skip
    assert x.read("sampling_prob") == "1"
    x.write("reset_counts")
    x.write("filepos", x.read("packet_filepos"))
    assert sent(x) == packets[-1:]
    assert x.read("count") == "1"


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("magic", "unit"), [(0xA1B2C3D4, 1000), (0xA1B23C4D, 1)])
def test_both_byte_orders_and_units_are_read(dump: Callable[..., Bench], tmp_path: Path, order: str, magic: int, unit: int) -> None:
    header = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 65535, 1)
    record = struct.pack(order + "IIII", 7, 999, 3, 60) + b"abc"
    (tmp_path / "in.pcap").write_bytes(header + record)
    assert sent(dump()) == [(7 * SECOND + 999 * unit, b"abc")]


BROKEN: dict[str, tuple[Callable[[bytes], bytes], int, str]] = {
    "the header": (lambda data: data[:-30], 3, "the file ends inside a packet's header at byte {at}"),
    "the packet": (lambda data: data[:-1], 4, "the file ends inside a packet at byte {at}"),
    "the length": (
        lambda data: data[:-13] + b"\x00\x00\x00\x7f" + data[-9:],
        4,
        "a packet claims to have 2130706432 bytes at byte {at}",
    ),
}


@pytest.mark.parametrize("kind", list(BROKEN))
def test_a_capture_that_breaks_off_is_used_up_to_there_and_reported(dump: Callable[..., Bench], tmp_path: Path, kind: str) -> None:
    cut, count, text = BROKEN[kind]
    packets = capture(tmp_path)
    whole = (tmp_path / "in.pcap").read_bytes()
    (tmp_path / "in.pcap").write_bytes(cut(whole))
    x = dump()
    assert sent(x) == packets[:count]
    at = 24 + sum(16 + len(data) for _, data in packets[:count])
    said = text.format(at=at)
    assert list(x.log) == [f"x :: FromDump: in.pcap: {said}; the {count} packet(s) before it are used"]
    assert (sent(x), list(x.log)) == ([], [])


def test_a_packet_that_is_too_long_is_left_out_and_reported(dump: Callable[..., Bench], tmp_path: Path) -> None:
    write_capture(tmp_path / "in.pcap", [(1, bytes(9216)), (2, bytes(9217)), (3, b"z")])
    x = dump()
    assert [len(data) for _, data in sent(x)] == [9216, 1]
    assert list(x.log) == ["x :: FromDump: in.pcap: a packet of 9217 bytes at byte 9256 is longer than 9216, and left out"]


WINDOWS = {
    ", START 1700000001": [2, 3, 4],
    ", START 1700000000.5": [1, 2, 3, 4],
    ", START_AFTER 600ms": [2, 3, 4],
    ", END 1700000001": [0, 1],
    ", END_AFTER 2.25": [0, 1, 2],
    ", START_AFTER 500 ms, INTERVAL 1.75s": [1, 2],
    ", INTERVAL 1min": [0, 1, 2, 3, 4],
    ", FILEPOS 41": [1, 2, 3, 4],
}


@pytest.mark.parametrize("arguments", list(WINDOWS))
def test_a_part_of_the_capture(dump: Callable[..., Bench], tmp_path: Path, arguments: str) -> None:
    packets = capture(tmp_path)
    x = dump(arguments)
    assert sent(x) == [packets[index] for index in WINDOWS[arguments]]
    ended = "END" in arguments or "1.75" in arguments
    assert x.read("active") == ("false" if ended else "true")


def test_the_end_can_be_moved(dump: Callable[..., Bench], tmp_path: Path) -> None:
    packets = capture(tmp_path)
    x = dump(", END_AFTER 1")
    assert sent(x) == packets[:2]
    x.write("extend_interval", "5s")
    # The packet at which it ended is passed over, as in Click.
    assert sent(x) == packets[3:4]
    assert x.read("active") == "false"


def test_timing_keeps_the_distances_of_the_capture(dump: Callable[..., Bench], tmp_path: Path) -> None:
    packets = capture(tmp_path)
    x = dump(", true")
    assert sent(x, 100) == packets[:1]
    assert sent(x, 100 + SECOND // 2 - 1) == []
    assert sent(x, 100 + SECOND // 2) == packets[1:2]
    assert sent(x, 100 + 3 * SECOND) == packets[2:4]
    x.write("reset_timing")
    assert sent(x, 100 + 3 * SECOND) == packets[4:]


def test_sampling_takes_its_share_and_the_same_each_time(dump: Callable[..., Bench], tmp_path: Path) -> None:
    capture(tmp_path, [0.001 * n for n in range(250)])
    x, y = dump(", SAMPLE 0.25"), dump(", SAMPLE 0.25")
    taken = sent(x)
    assert 40 < len(taken) < 85
    assert taken == sent(y)
    # Drawn by hand from the generator of Knuth's MMIX.
    state, expected = 1, []
    for number in range(250):
        state = (state * 6364136223846793005 + 1442695040888963407) % (1 << 64)
        if state >> 36 < 1 << 26:
            expected.append(number)
    assert [len(data) - 1 for _, data in taken] == expected
    assert x.read("sampling_prob") == "0.25"
    assert sent(dump(", SAMPLE 0")) == []


def test_it_is_switched_off_and_on(dump: Callable[..., Bench], tmp_path: Path) -> None:
    packets = capture(tmp_path)
    x = dump(", ACTIVE false, STOP true")
    assert sent(x) == []
    x.write("active", "true")
    assert sent(x) == packets
    assert x.read("active") == "false"
    x.write("active", "yes")
    x.write("stop")
    assert x.read("active") == "false"


def test_force_ip_marks_ip_packets_and_sends_others_elsewhere(dump: Callable[..., Bench], tmp_path: Path) -> None:
    ip = IP(src="1.2.3.4", dst="5.6.7.8") / UDP() / b"hello"
    frames = [
        Ether(src="2:2:2:2:2:2", dst="4:4:4:4:4:4") / ip,
        Ether(src="2:2:2:2:2:2", dst="4:4:4:4:4:4") / Dot1Q(vlan=9) / ip,
        Ether(src="2:2:2:2:2:2", dst="4:4:4:4:4:4") / IPv6(src="::1", dst="::2"),
        Ether(src="2:2:2:2:2:2", dst="4:4:4:4:4:4") / ARP(),
        Ether(src="2:2:2:2:2:2", dst="4:4:4:4:4:4", type=0x0800) / b"\x46" / bytes(20),
        Ether(src="2:2:2:2:2:2", dst="4:4:4:4:4:4", type=0x0800) / b"\x55" / bytes(40),
        Ether(src="2:2:2:2:2:2", dst="4:4:4:4:4:4", type=0x0800),
    ]
    data = [bytes(frame) for frame in frames] + [b"tiny"]
    write_capture(tmp_path / "in.pcap", list(enumerate(data)))
    x = dump(", FORCE_IP true", outputs=2)
    found = [(port, p.data, None if p.network is None else p.network - p.start, p.dst_ip) for port, p in x.settle()]
    where = {0: (14, 0x05060708), 1: (18, 0x05060708), 2: (14, 0)}
    assert found == [(0, d, *where[i]) if i in where else (1, d, None, 0) for i, d in enumerate(data)]
    assert x.read("count") == "3"
    assert len(dump(", FORCE_IP true").settle()) == 3


def test_raw_ip_is_read_as_ip(dump: Callable[..., Bench], tmp_path: Path) -> None:
    packets = [bytes(IP(src="1.2.3.4", dst="5.6.7.8") / UDP() / bytes(n)) for n in range(3)]
    with PcapWriter(str(tmp_path / "in.pcap"), linktype=101) as writer:
        for packet in packets:
            writer.write(IP(packet))
    x = dump()
    assert [(p.data, p.network == p.start, p.dst_ip) for _, p in x.settle()] == [(data, True, 0x05060708) for data in packets]
    assert x.read("encap") == "IP"


def test_it_is_pulled(bench: Callable[..., Bench], tmp_path: Path) -> None:
    packets = capture(tmp_path)
    x = bench("", text="x :: FromDump(in.pcap) -> d0 :: ToDevice(0);")
    assert sent(x) == packets


def test_what_todump_writes_it_reads(bench: Callable[..., Bench], tmp_path: Path) -> None:
    packets = capture(tmp_path)
    bench("", text="FromDump(in.pcap) -> ToDump(out.pcap);").settle()
    assert (tmp_path / "out.pcap").read_bytes()[24:] == (tmp_path / "in.pcap").read_bytes()[24:]
    assert len(packets) == 5


def test_a_file_that_is_no_capture_is_named_before_the_machine_is_made(dump: Callable[..., Bench], tmp_path: Path) -> None:
    with pytest.raises(ClickError) as refused:
        dump()
    assert "in.pcap:1:1: error: cannot read the capture: No such file or directory" in str(refused.value)
    with PcapNgWriter(str(tmp_path / "in.pcap")) as writer:
        writer.write(Ether() / b"x")
    with pytest.raises(ClickError, match="this is a pcapng capture"):
        dump()
