"""Elements that set single fields and addresses of headers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from elements.checksums.sums import ones_sum
from elements.reference.machine import instantiate
from graph.load import load_text
from tests.elements.bench import Bench

Made = Callable[..., Bench]
IP = bytes.fromhex("45010014000000004032 6699 0a000001 0a000002".replace(" ", ""))
TCP = bytes.fromhex("450000280000000040060000 0a000001 0a000002 00010002 00000003 00000004 5000 0000 0000 0000".replace(" ", ""))


def test_congestion_is_marked(bench: Made) -> None:
    x = bench("", text="s0 :: FromCrossing(t:0) -> x :: MarkIPCE -> d0 :: ToCrossing(t:0); s1 :: FromCrossing(t:1) -> MarkIPCE(true)"
              " -> d1 :: ToCrossing(t:1);")  # fmt: skip
    assert x.out(IP, network=0) == [(0, b"\x45\x03" + IP[2:10] + b"\x66\x97" + IP[12:])]
    incapable, congested = IP[:1] + b"\0" + IP[2:], IP[:1] + b"\3" + IP[2:]
    assert (x.out(incapable, network=0), x.read("drops")) == ([], "1")
    assert x.out(congested, network=0) == [(0, congested)]
    assert x.out(incapable, 1, network=0)[0][1][1] == 3


def test_code_points_are_set(bench: Made) -> None:
    x = bench("", text="s0 :: FromCrossing(t:0) -> x :: SetIPDSCP(DSCP 10) -> d0 :: ToCrossing(t:0);"
              " s1 :: FromCrossing(t:1) -> y :: SetIPECN(ECT(0)) -> d1 :: ToCrossing(t:1);")  # fmt: skip
    ((_, data),) = x.out(IP, network=0)
    assert (data[1], ones_sum(data)) == (0x29, ones_sum(IP))
    assert (x.out(IP, 1, network=0)[0][1][1], x.read("dscp"), x.read("ecn", element="y")) == (2, "10", "ECT(0)")
    x.write("dscp", "2")
    for word, number in (("0", 0), ("1", 1), ("2", 2), ("3", 3), ("-", 0), ("ect1", 1), ("ect2", 2), ("CE", 3), ("no", 0), ("ECT(1)", 1)):
        x.write("ecn", word, element="y")
        assert (x.read("ecn", element="y"), x.out(IP, 1, network=0)[0][1][1]) == (word, number)
    x.write("ecn", "ce", element="y")
    assert (x.out(IP, network=0)[0][1][1], x.out(IP, 1, network=0)[0][1][1], x.read("dscp")) == (9, 3, "2")
    with pytest.raises(ValueError, match=r"^a number from 0 to 3, no, ect1, ect2 or ce is wanted, not 'x'$"):
        x.write("ecn", "x", element="y")


def test_a_setting_is_a_constant_where_no_handler_can_write() -> None:
    element = instantiate(load_text("Idle -> x :: SetIPDSCP(10) -> Idle;", "t"))["x"]
    assert (len(element.trace().accesses), len(element.trace_live().accesses)) == (0, 1)
    plain = instantiate(load_text("Idle -> x :: DecIPTTL -> Idle;", "t"))["x"]
    assert plain.trace() is plain.trace_live()


def test_addresses_are_stored(bench: Made) -> None:
    x = bench("", text="".join(f"s{i} :: FromCrossing(t:{i}) -> x{i} :: StoreIPAddress({a}) -> d{i} :: ToCrossing(t:{i});"
                               for i, a in enumerate(("4", "9.9.9.9, 4", "src", "ADDR 1.2.3.4, OFFSET dst")))
              + " x0[1] -> d9 :: ToCrossing(t:9);")  # fmt: skip
    data = bytes(range(10))
    assert x.out(data, dst_ip=0x01020304) == [(0, data[:4] + b"\1\2\3\4" + data[8:])]
    assert x.out(data) == [(9, data)]
    assert (x.out(data[:7], dst_ip=1), x.out(data[:7], 1)) == ([(9, data[:7])], [])
    assert x.out(data, 1) == [(1, data[:4] + b"\t\t\t\t" + data[8:])]
    ((_, source),) = x.out(IP, 2, network=0, dst_ip=0x05060708)
    assert (source[12:16], ones_sum(source)) == (b"\5\6\7\x08", ones_sum(IP))
    ((_, target),) = x.out(TCP, 3, network=0)
    assert target[16:20] == b"\1\2\3\4"
    assert (ones_sum(target[:20]), ones_sum(target[36:38] + target[16:20])) == (ones_sum(TCP[:20]), ones_sum(TCP[36:38] + TCP[16:20]))
    assert x.out(b"\x45", 3, network=0) == []


def test_packets_are_mirrored(bench: Made) -> None:
    x = bench("", text="s0 :: FromCrossing(t:0) -> IPMirror -> d0 :: ToCrossing(t:0); s1 :: FromCrossing(t:1) -> IPMirror(false)"
              " -> d1 :: ToCrossing(t:1); s2 :: FromCrossing(t:2) -> EtherMirror -> d2 :: ToCrossing(t:2);")  # fmt: skip
    ((_, packet),) = x.push(TCP, network=0)
    assert packet.data == TCP[:12] + TCP[16:20] + TCP[12:16] + TCP[22:24] + TCP[20:22] + TCP[28:32] + TCP[24:28] + TCP[32:]
    assert packet.dst_ip == 0x0A000001
    ((_, kept),) = x.push(TCP, 1, network=0, dst_ip=7)
    assert kept.dst_ip == 7
    later = TCP[:7] + b"\1" + TCP[8:]
    assert x.out(later, network=0)[0][1][20:] == TCP[20:]
    assert x.out(b"abcdefghijklmn", 2) == [(2, b"ghijklabcdefmn")]
    assert x.out(b"abcdefghijk", 2) == []


def test_ethernet_headers_change_while_the_machine_runs(bench: Made) -> None:
    x = bench("", text="s0 :: FromCrossing(t:0) -> x :: EtherEncap(0x0800, 1:1:1:1:1:1, 2:2:2:2:2:2) -> d0 :: ToCrossing(t:0);"
              " s1 :: FromCrossing(t:1) -> y :: EtherVLANEncap(0x0800, 1:1:1:1:1:1, 2:2:2:2:2:2, VLAN_ID 5, VLAN_PCP 1)"
              " -> d1 :: ToCrossing(t:1); s2 :: FromCrossing(t:2) -> a :: SetVLANAnno(2, 1) -> d2 :: ToCrossing(t:2);"
              " s3 :: FromCrossing(t:3) -> e :: IPEncap(4, 1.1.1.1, 2.2.2.2) -> d3 :: ToCrossing(t:3);"
              " s4 :: FromCrossing(t:4) -> i :: SetIPAddress(1.1.1.1) -> d4 :: ToCrossing(t:4);")  # fmt: skip
    assert x.out(b"", 1) == [(1, bytes.fromhex("0202020202020101010101018100 2005 0800".replace(" ", "")))]
    for element in "xy":
        for handler, text in (("src", "3:3:3:3:3:3"), ("dst", "4:4:4:4:4:4"), ("ethertype", "0x86dd")):
            x.write(handler, text, element=element)
    assert x.out(b"") == [(0, bytes.fromhex("04040404040403030303030386dd"))]
    assert x.out(b"", 1) == [(1, bytes.fromhex("0404040404040303030303038100200586dd"))]
    assert [x.read(handler) for handler in ("src", "dst", "ethertype")] == ["03-03-03-03-03-03", "04-04-04-04-04-04", "34525"]
    assert [x.read(handler, element="y") for handler in ("vlan_tci", "vlan_id", "vlan_pcp", "native_vlan")] == ["8197", "5", "1", ""]
    assert [(x.push(b"a", 2)[0][1].vlan_tci), x.read("vlan_tci", element="a")] == [0x2002, "8194"]
    x.write("vlan_id", "7", element="a")
    x.write("vlan_pcp", "3", element="a")
    assert (x.push(b"a", 2)[0][1].vlan_tci, x.read("vlan_id", element="a"), x.read("vlan_pcp", element="a")) == (0x6007, "7", "3")
    x.write("src", "9.9.9.9", element="e")
    x.write("dst", "8.8.8.8", element="e")
    x.write("addr", "7.7.7.7", element="i")
    ((_, packet),) = x.push(b"", 3)
    assert (packet.data[12:20], packet.dst_ip, ones_sum(packet.data)) == (b"\t\t\t\t\x08\x08\x08\x08", 0x08080808, 0xFFFF)
    assert (x.push(b"", 4)[0][1].dst_ip, x.read("addr", element="i")) == (0x07070707, "7.7.7.7")


def test_tags_are_stripped(bench: Made) -> None:
    x = bench("", text="s0 :: FromCrossing(t:0) -> x :: StripEtherVLANHeader(-1) -> d0 :: ToCrossing(t:0); x[1] -> d1 :: ToCrossing(t:1);"
              " s1 :: FromCrossing(t:1) -> StripEtherVLANHeader(NATIVE_VLAN 7) -> d2 :: ToCrossing(t:2);")  # fmt: skip
    tagged, plain = bytes(12) + b"\x81\0\x20\5\x08\0ab", bytes(12) + b"\x08\0ab"
    ((output, packet),) = x.push(tagged)
    assert (output, packet.data, packet.vlan_tci) == (0, b"ab", 0x2005)
    assert x.out(plain) == [(1, plain)]
    ((output, packet),) = x.push(plain, 1)
    assert (output, packet.data, packet.vlan_tci) == (2, b"ab", 7)
    assert x.out(tagged[:17]) == x.out(plain[:13], 1) == []


def test_frames_for_others_are_kept_away(bench: Made) -> None:
    x = bench("HostEtherFilter(1:2:3:4:5:6, true)", outputs=2)
    own, other, group, everybody = bytes((1, 2, 3, 4, 5, 6)), bytes((2, 2, 3, 4, 5, 6)), bytes((3, 2, 3, 4, 5, 6)), b"\xff" * 6
    seen = [(output, packet.packet_type) for to in (own, other, group, everybody) for output, packet in x.push(to + bytes(8))]
    assert seen == [(0, 0), (1, 3), (0, 2), (0, 1)]
    assert x.out(other + own) == [(1, other + own)]
    x.write("ether", "2:2:3:4:5:6")
    assert (x.out(other + bytes(8)), x.read("ether")) == ([(0, other + bytes(8))], "02-02-03-04-05-06")
