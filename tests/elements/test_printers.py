"""IPPrint and ARPPrint write Click's lines, in both readings."""

from collections.abc import Callable
from pathlib import Path

import pytest

from elements.reference.packet import HEADROOM
from tests.elements.bench import Bench

NOW = 7_000_020_000


def ip(protocol: int, payload: str, length: int | None = None, fragment: str = "0000") -> bytes:
    data = bytes.fromhex(payload)
    total = 20 + len(data) if length is None else length
    return bytes.fromhex(f"4503{total:04x}0007{fragment}40{protocol:02x}00000a0000010a000002") + data


TCP = "0014005000000005000000065052001000000000" + "61" * 4
IP_LINES = (
    (ip(6, TCP), "10.0.0.1.20 > 10.0.0.2.80: S 5:10(5,44,44) ack 6 win 16"),
    (ip(6, TCP[:30]), "10.0.0.1.20 > 10.0.0.2.80: S 5:1(-4,35,35) ack 6truncated-tcp"),
    (ip(6, "0014005000"), "10.0.0.1.20 > 10.0.0.2.80: truncated-tcp"),
    (ip(6, "001400"), "10.0.0.1 > 10.0.0.2: truncated-tcp"),
    (ip(6, "00140050", fragment="2001"), "10.0.0.1 > 10.0.0.2: tcp (frag 7:4@8+)"),
    (ip(17, "0014005000080000"), "10.0.0.1.20 > 10.0.0.2.80: udp 8"),
    (ip(17, "00140050"), "10.0.0.1.20 > 10.0.0.2.80: truncated-udp"),
    (ip(1, "08000000010200ff"), "10.0.0.1 > 10.0.0.2: icmp echo (258, 255)"),
    (ip(1, "0000"), "10.0.0.1 > 10.0.0.2: icmp echo-reply truncated-icmp"),
    (ip(1, "08"), "10.0.0.1 > 10.0.0.2: truncated-icmp"),
    (ip(1, "0303000000000000") , "10.0.0.1 > 10.0.0.2: icmp unreachable port truncated-icmp"),
    (ip(1, "0303000000000000" + ip(17, "00010035").hex()), "10.0.0.1 > 10.0.0.2: icmp 10.0.0.2 unreachable port udp/53"),
    (ip(1, "0303000000000000" + ip(99, "00").hex()), "10.0.0.1 > 10.0.0.2: icmp 10.0.0.2 unreachable port protocol 99truncated-icmp"),
    (ip(1, "0302000000000000" + ip(47, "").hex()), "10.0.0.1 > 10.0.0.2: icmp 10.0.0.2 unreachable protocol gre"),
    (ip(1, "0304000000000578" + ip(6, "").hex()), "10.0.0.1 > 10.0.0.2: icmp 10.0.0.2 unreachable needfrag (mtu 1400)"),
    (ip(1, "0363000000000000" + ip(6, "").hex()), "10.0.0.1 > 10.0.0.2: icmp 10.0.0.2 unreachable code 99"),
    (ip(1, "0501"), "10.0.0.1 > 10.0.0.2: icmp redirect host"),
    (ip(1, "c805"), "10.0.0.1 > 10.0.0.2: icmp type 200 code 5"),
    (ip(50, ""), "10.0.0.1 > 10.0.0.2: ip-proto-50"),
    (ip(6, TCP)[:19], "truncated-ip"),
)  # fmt: skip


def test_lines_about_ip_are_click_s(bench: Callable[..., Bench]) -> None:
    x = bench("IPPrint(p, PAINT true)")
    for data, line in IP_LINES:
        assert x.out(data, now=NOW, network=0, paint=3) == [(0, data)]
        assert list(x.log) == [f"p: 7.000020: paint 3: {line}"]
    x.out(ip(50, ""), now=NOW)
    assert list(x.log) == []


def test_all_that_ip_lines_can_have(bench: Callable[..., Bench]) -> None:
    options = (
        "TIMESTAMP false, AGGREGATE true, PAINT true, ID true, TTL true, TOS true, LENGTH true, SWAP false, CONTENTS hex, MAXLENGTH 30"
    )
    x = bench(f"IPPrint({options})")
    x.out(b"\1\2" + ip(1, "0800000001020304"), network=2, paint=5, aggregate=77)
    assert list(x.log) == [
        "#77.5: id 7 ttl 64 tos 3 length 28 10.0.0.1 > 10.0.0.2: icmp echo (513, 1027)\n"
        "  01024503 001c0007 00004001 00000a00 00010a00 00020800\n  00000102 0304"
    ]


@pytest.mark.parametrize(
    ("payload", "shown"), [("PAYLOAD ascii, NBYTES -1", "\n  aaaa"), ("PAYLOAD yes, MAXLENGTH 2", "\n  6161"), ("CONTENTS none", "")]
)
def test_payloads_are_shown(bench: Callable[..., Bench], payload: str, shown: str) -> None:
    x = bench(f"IPPrint(TIMESTAMP false, {payload})")
    x.out(ip(6, TCP), network=0)
    assert list(x.log) == ["10.0.0.1.20 > 10.0.0.2.80: S 5:10(5,44,44) ack 6 win 16" + shown]


def test_what_is_in_front_of_the_buffer_is_zero(bench: Callable[..., Bench]) -> None:
    x = bench("IPPrint(TIMESTAMP false, ID true, PAYLOAD hex, MAXLENGTH 24)")
    x.out(ip(17, "0014005000080000"), network=-HEADROOM - 20)
    assert list(x.log) == ["id 0 0.0.0.0 > 0.0.0.0: ip-proto-0\n  " + " ".join(["00000000"] * 6)]


def test_lines_go_to_a_file_where_one_is_named(bench: Callable[..., Bench], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    x = bench("IPPrint(TIMESTAMP false, OUTFILE p.txt, ACTIVE false)")
    x.out(ip(50, ""), network=0)
    x.write("active", "true")
    x.out(ip(51, ""), network=0)
    assert (x.read("active"), list(x.log)) == ("true", [])
    if hasattr(x.machine, "close"):
        x.machine.close()
    assert (tmp_path / "p.txt").read_text() == "10.0.0.1 > 10.0.0.2: ip-proto-51\n"


ARP = "0001 {} 06 04 {} 020000000001 0a000001 {} 0a000002"
ARP_LINES = (
    (ARP.format("0800", "0001", "000000000000"), "arp who-has 10.0.0.2 tell 10.0.0.1"),
    (ARP.format("0800", "0001", "020000000002"), "arp who-has 10.0.0.2 (02-00-00-00-00-02) tell 10.0.0.1"),
    (ARP.format("0800", "0002", "020000000002"), "arp reply 10.0.0.1 is-at 02-00-00-00-00-01"),
    (ARP.format("1000", "0003", "020000000002"), "trailer-rarp who-is 02-00-00-00-00-02 tell 02-00-00-00-00-01"),
    (ARP.format("0800", "0004", "020000000002"), "rarp reply 02-00-00-00-00-02 at 10.0.0.2"),
    (ARP.format("0800", "0008", "020000000002"), "invarp who-is 02-00-00-00-00-02 tell 02-00-00-00-00-01"),
    (ARP.format("0800", "0009", "020000000002"), "invarp reply 02-00-00-00-00-02 at 10.0.0.2"),
    ("0006" + ARP.format("0800", "0063", "020000000002")[4:], "arp-#99hardware #6"),
    ("00010800060400", "truncated-arp (7)"),
    ("0001080006040001", "arp who-has 0.0.0.0 tell 0.0.0.0"),
)  # fmt: skip


def test_lines_about_arp_are_click_s(bench: Callable[..., Bench]) -> None:
    x = bench("ARPPrint(a, ETHER true)")
    for data, line in ARP_LINES:
        frame = bytes.fromhex("ffffffffffff 020000000009 0806" + data)
        assert x.out(frame, now=NOW, network=14) == [(0, frame)]
        assert list(x.log) == [f"a: 7.000020: 02-00-00-00-00-09 > FF-FF-FF-FF-FF-FF: {line}"]
    for data in (ARP.format("86dd", "0001", "000000000000"), "0001080000040001"):
        x.out(bytes(14) + bytes.fromhex(data), network=14)
        assert list(x.log) == []
    x.out(bytes(40))
    assert list(x.log) == []
