"""The compiled machine beside the reference: long chains, long packets, many copies, bytes in front, and its life from load to close."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import NamedTuple

import pytest

from elements.definition.csource import CSource
from elements.definition.element import Element
from elements.definition.handlers import handlers_of
from elements.definition.ports import Ports
from elements.reference.machine import Machine as Reference
from elements.reference.machine import instantiate
from elements.reference.packet import HEADROOM, LONGEST, Packet
from graph.load import load_text
from swclick.machine import Machine as Compiled

ENCAP = "EtherEncap(0x0800, 1:1:1:1:1:1, 2:2:2:2:2:2)"


def chain(*elements: str) -> str:
    return " -> ".join(("s :: FromCrossing(t:0)", *elements, "ToCrossing(t:0)")) + ";"


class Whole(NamedTuple):
    """Everything of a packet, with what lies in front of its data."""

    front: bytes
    data: bytes
    network: int | None
    annotations: tuple[int, ...]


def whole(packet: Packet) -> Whole:
    """All that a packet is."""
    network = None if packet.network is None else packet.network - packet.start
    annotations = (packet.paint, packet.dst_ip, packet.vlan_tci, packet.device, packet.packet_type, packet.fix_ip_src, packet.time)
    return Whole(bytes(packet.buffer[: packet.start]), packet.data, network, annotations)


def both(text: str, packets: Sequence[Packet], source: str = "s") -> list[tuple[str, Whole]]:
    """What the compiled machine emits, after it is seen to be what the reference emits."""
    graph = load_text(text, "t")
    reference, compiled = Reference(graph), Compiled(graph)
    for packet in packets:
        reference.inject(source, packet.copy())
        compiled.inject(source, packet.copy())
    found = [(name, whole(packet)) for name, packet in compiled.emitted]
    assert found == [(name, whole(packet)) for name, packet in reference.emitted]
    compiled.close()
    return found


def some_bytes(length: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(length)


@pytest.mark.parametrize("length", [0, 60, 1514, 9216, 9600, LONGEST - 40 * 14])
def test_headers_pushed_in_a_long_chain(length: int) -> None:
    found = both(chain(*[ENCAP] * 40), [Packet.of(some_bytes(length))])
    assert [len(seen.data) for _, seen in found] == [length + 40 * 14]


def test_headers_pushed_in_a_loop() -> None:
    text = f"s :: FromCrossing(t:0) -> c :: Classifier(124/ab, -) -> ToCrossing(t:0); c [1] -> {ENCAP} -> Strip(10) -> c;"
    found = both(text, [Packet.of(b"\xab" + some_bytes(length)) for length in (0, 5000, 65300)])
    assert len(found) == 3


def test_a_loop_without_end_ends_at_the_longest_packet() -> None:
    compiled = Compiled(load_text(f"s :: FromCrossing(t:0) -> n :: Null -> {ENCAP} -> n;", "t"))
    compiled.inject("s", Packet.of(b"abc"))
    assert compiled.emitted == []


def test_bytes_put_back_and_taken_again() -> None:
    both(chain(*["Strip(100)", "Unstrip(64)", ENCAP, ENCAP, "Unstrip(64)"] * 10), [Packet.of(some_bytes(9000)), Packet.of(some_bytes(120))])


@pytest.mark.parametrize("length", [LONGEST - 14, LONGEST - 13, LONGEST, LONGEST + 1, 262144])
def test_no_packet_is_longer_than_the_longest(length: int) -> None:
    passes = both(chain("Null"), [Packet.of(some_bytes(length))])
    grows = both(chain(ENCAP), [Packet.of(some_bytes(length))])
    pulled = both(chain("Queue", ENCAP), [Packet.of(some_bytes(length)), Packet.of(b"1")])
    assert (len(passes), len(grows), len(pulled)) == (length <= LONGEST, length + 14 <= LONGEST, 1 + (length + 14 <= LONGEST))


def test_bytes_in_front_of_a_packet_are_kept_on_the_way_in_and_out() -> None:
    packet = Packet.of(b"0123456789abcdefghij")
    packet.move_start(10)
    assert both(chain("Null"), [packet])[0][1].front == bytes(HEADROOM) + b"0123456789"
    assert both(chain("Unstrip(6)"), [packet])[0][1].data == b"456789abcdefghij"
    packet.network = packet.start - 4
    both(chain("Unstrip(14)", "Strip(20)", "Unstrip(60)"), [packet, packet.copy()])
    graph = load_text(chain("Null"), "t")
    compiled = Compiled(graph)
    compiled.inject("s", packet)
    assert compiled.emitted[0][1].byte("data", -3) == ord("7")


def test_many_packets_in_one_call_say_whose_what_leaves_is() -> None:
    compiled = Compiled(
        load_text(
            "s :: FromCrossing(t:0) -> c :: Classifier(0/61, 0/62, -); c[0] -> o :: ToCrossing(t:1); c[2] -> Discard;"
            "c[1] -> t :: Tee -> o; t[1] -> o;",
            "t",
        )
    )
    assert compiled.run(["s"] * 5, [Packet.of(data) for data in (b"a", b"b", b"c", b"b", b"c")]) == [1, 3, 3, 5, 5]
    assert compiled.run(["s"], [Packet.of(b"a")]) == [6]
    compiled.clear()
    assert compiled.run([], []) == []
    assert compiled.run(["s"], [Packet.of(b"b")]) == [2]


@pytest.mark.parametrize("copies", [2, 31, 32, 33, 64, 200])
def test_many_copies(copies: int) -> None:
    text = "s :: FromCrossing(t:0) -> tee :: Tee;" + "".join(f"tee [{i}] -> Paint({i}) -> ToCrossing(t:{i});" for i in range(copies))
    assert len(both(text, [Packet.of(b"abc")])) == copies


def test_wide_patterns() -> None:
    pattern = some_bytes(40, 7)
    text = f"s :: FromCrossing(t:0) -> c :: Classifier(3/{pattern[:17].hex()}, 3/{pattern.hex()}%{'ff0f' * 20}, -);"
    text += "".join(f"c [{i}] -> d{i} :: ToCrossing(t:{i});" for i in range(3))
    near = pattern[:16] + bytes((pattern[16] ^ 1,)) + pattern[17:]
    masked = bytes((pattern[0], pattern[1] ^ 0xF0)) + pattern[2:]
    found = both(text, [Packet.of(b"abc" + body) for body in (pattern, pattern[:17], near, masked, pattern[:16], b"")])
    assert [name for name, _ in found] == ["d0", "d0", "d2", "d1", "d2", "d2"]


class Says(Element):
    """Writes each packet to the log, byte for byte."""

    ports = Ports("1/1", "h/h")

    def push(self, machine: Reference, port: int, packet: Packet) -> None:
        machine.trace(packet.data.decode())
        machine.push_out(self.name, 0, packet)

    def c_source(self) -> CSource:
        return CSource(push="\n    TRACE((const char *)p->data, p->length);\n    OUT(0, p);\n")


def test_a_line_of_the_log_may_have_any_text() -> None:
    graph = load_text(chain("says :: Null"), "t")
    compiled = Compiled(graph, {**instantiate(graph), "says": Says(graph.node("says"), 1, 1)})
    lines = ["one", "two\nlines", "", "carriage\rreturn \x0b\x1e\u2028 and \x00", "ü"]
    for line in lines:
        compiled.inject("s", Packet.of(line.encode()))
    assert compiled.log == lines
    compiled.clear()
    assert compiled.log == []


def test_a_closed_machine_says_so() -> None:
    compiled = Compiled(load_text(chain("Counter"), "t"))
    compiled.close()
    compiled.close()
    for use in (
        lambda: compiled.emitted,
        lambda: compiled.log,
        compiled.clear,
        compiled.settle,
        lambda: compiled.inject("s", Packet.of(b"")),
    ):
        with pytest.raises(ValueError, match="this machine is closed"):
            use()


def test_handlers_read_and_write_what_the_reference_does() -> None:
    graph = load_text(chain("c :: Counter", "q :: Queue(3)"), "t")
    reference, compiled = Reference(graph), Compiled(graph)
    for machine in (reference, compiled):
        for length in (0, 1, 1500):
            machine.inject("s", Packet.of(bytes(length)))
    for name in ("c", "q"):
        for handler in handlers_of(reference.elements[name], "read"):
            assert compiled.read(name, handler) == reference.read(name, handler), f"{name}.{handler}"
    assert compiled.read("c", "count") == "3"
    compiled.write("c", "reset", "")
    assert compiled.read("c", "count") == "0"
    with pytest.raises(KeyError):
        compiled.read("c", "nonsense")


def test_annotations_at_their_greatest_pass_unchanged() -> None:
    packet = Packet.of(b"abc")
    packet.device, packet.paint, packet.packet_type, packet.fix_ip_src = 15, 255, 7, 1
    packet.dst_ip, packet.vlan_tci, packet.time = 0xFFFF_FFFF, 0xFFFF, (1 << 63) + 5
    both(chain("Null", "Paint(3)", "Queue"), [packet])


def test_time_does_not_run_backwards() -> None:
    both(chain("Counter"), [Packet.of(b"a", time=5_000_000), Packet.of(b"b", time=4)])
