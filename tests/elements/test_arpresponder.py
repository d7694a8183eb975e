"""ARPResponder answers as RFC 826 says, for the longest prefix that it is told."""

from collections.abc import Callable

import pytest
from scapy.layers.l2 import ARP, Ether

from tests.elements.bench import Bench

HIM, ME, OTHER = "02:00:00:00:00:09", "01:01:01:01:01:01", "02:02:02:02:02:02"


def request(target: str, operation: int = 1) -> bytes:
    return bytes(Ether(src=HIM, dst="ff:ff:ff:ff:ff:ff") / ARP(op=operation, hwsrc=HIM, psrc="10.0.0.9", pdst=target))


def reply(target: str, ethernet: str) -> bytes:
    return bytes(Ether(src=ethernet, dst=HIM) / ARP(op=2, hwsrc=ethernet, psrc=target, hwdst=HIM, pdst="10.0.0.9"))


CONFIGURATION = f"ARPResponder({ME} 10.0.0.0/8, 10.0.0.0/255.255.0.0 10.0.0.1 {OTHER}, 10.0.0.1 3:3:3:3:3:3)"
ANSWERS = {"10.9.0.1": ME, "10.0.9.9": OTHER, "10.0.0.1": "03:03:03:03:03:03", "11.0.0.1": None}


@pytest.mark.parametrize("target", list(ANSWERS))
def test_the_longest_prefix_answers_and_of_equals_the_last(bench: Callable[..., Bench], target: str) -> None:
    x = bench(CONFIGURATION, outputs=2)
    answer = ANSWERS[target]
    assert x.out(request(target)) == ([(1, request(target))] if answer is None else [(0, reply(target, answer))])
    assert x.out(request(target) + bytes(18)) == ([(1, request(target) + bytes(18))] if answer is None else [(0, reply(target, answer))])


def test_the_table_is_read_longest_first(bench: Callable[..., Bench]) -> None:
    expected = "10.0.0.1/32 03-03-03-03-03-03\n10.0.0.0/16 02-02-02-02-02-02\n10.0.0.0/8 01-01-01-01-01-01\n"
    assert bench(CONFIGURATION, outputs=2).read("table") == expected


def test_what_is_no_request_is_not_answered(bench: Callable[..., Bench]) -> None:
    x = bench(f"ARPResponder(0.0.0.0/0 {ME})")
    good = request("1.2.3.4")
    wrong = [request("1.2.3.4", 2), good[:41], b"", good[:12] + b"\x08\x00" + good[14:], good[:15] + b"\x06" + good[16:]]
    assert [x.out(data) for data in wrong] == [[]] * len(wrong)
    assert x.out(good) == [(0, reply("1.2.3.4", ME))]


def test_entries_change_while_the_machine_runs(bench: Callable[..., Bench], capsys: pytest.CaptureFixture[str]) -> None:
    text = "AddressInfo(a 1.0.0.2/24 1:1:1:1:1:1, b 2:2:2:2:2:2); s0 :: FromCrossing(t:0) -> x :: ARPResponder -> d0 :: ToCrossing(t:0);"
    x = bench("", text=text)
    assert (x.read("table"), x.out(request("1.0.0.2"))) == ("", [])
    x.write("config", "a, a:ipnet b:eth")
    assert x.read("table") == "1.0.0.2/32 01-01-01-01-01-01\n1.0.0.0/24 02-02-02-02-02-02\n"
    assert [x.read("lookup", each) for each in ("1.0.0.2", "1.0.0.3", "2.0.0.1")] == ["01-01-01-01-01-01", "02-02-02-02-02-02", ""]
    assert (x.out(request("1.0.0.2")), x.out(request("1.0.0.3"))) == ([(0, reply("1.0.0.2", ME))], [(0, reply("1.0.0.3", OTHER))])
    x.write("remove", "1.0.0.2")
    x.write("add", "a:ipnet 3:3:3:3:3:3")
    assert x.read("table") == "1.0.0.0/24 03-03-03-03-03-03\n"
    assert x.out(request("1.0.0.2")) == [(0, reply("1.0.0.2", "03:03:03:03:03:03"))]
    x.write("config", "a, a")
    assert capsys.readouterr().err == "  warning: multiple entries for 1.0.0.2/32\n"
    for handler, value, why in (("remove", "9.9.9.9", "9.9.9.9/32 not found"), ("remove", "x", "expected IP/MASK"),
                                ("add", "1.1.1.1", "addresses and one Ethernet address are wanted, not '1.1.1.1'")):  # fmt: skip
        with pytest.raises(ValueError) as refused:
            x.write(handler, value)
        assert str(refused.value) == why
    with pytest.raises(ValueError, match=r"^expected IP address$"):
        x.read("lookup", "x")
