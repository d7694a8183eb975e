"""AddressInfo and PortInfo give names to addresses and ports, which are known where they stand and further inside."""

from __future__ import annotations

import pytest

from elements.definition.names import Names, named_address, named_ethernet, named_prefix
from elements.definition.parsers import ip_prefix
from elements.reference.machine import Machine as Reference
from elements.reference.machine import instantiate
from graph.diagnostics import ClickError
from graph.load import load_text
from tests.elements.bench import Bench

INFO = "AddressInfo(host 10.0.0.1, net 10.1.0.0/16, both 10.2.3.4/24 1:2:3:4:5:6, alias both:bcast, gate 10.9.9.9 10.9.0.0/16);"


def seen(text: str, element: str = "x") -> Names:
    return instantiate(load_text(text, "t"))[element].names


def test_a_name_stands_for_an_address_of_each_kind() -> None:
    with seen(f"{INFO} Idle -> x :: Null -> Idle;").used():
        assert [named_address(name) for name in ("host", "host:ip", "both", "net", "alias", "both:eth")] == [
            0x0A000001, 0x0A000001, 0x0A020304, None, 0x0A0203FF, None,
        ]  # fmt: skip
        assert [named_address(name) for name in ("both:bcast", "net:gw", "gate:bcast", "host:bcast", "nobody:gw")] == [
            0x0A0203FF, 0x0A010001, 0x0A09FFFF, None, None,
        ]  # fmt: skip
        assert [named_prefix(name) for name in ("net", "both:ipnet", "both:ip")] == [(0x0A010000, 16), (0x0A020304, 24), None]
        assert [named_ethernet(name) for name in ("both", "both:eth", "both:ip", "host")] == [0x010203040506, 0x010203040506, None, None]
        assert [ip_prefix(name) for name in ("both", "both:ipnet", "net", "both/20")] == [
            (0x0A020304, 32), (0x0A020304, 24), (0x0A010000, 16), (0x0A020304, 20),
        ]  # fmt: skip


def test_arguments_have_names() -> None:
    x = Bench(
        Reference, "", 0, 0, f"{INFO} s0 :: FromCrossing(t:0) -> x :: EtherEncap(0x0800, both, 2:2:2:2:2:2) -> d0 :: ToCrossing(t:0);"
    )
    assert x.out(b"") == [(0, bytes.fromhex("020202020202 010203040506 0800"))]
    lookup = Bench(Reference, "", 0, 0, f"{INFO} Idle -> x :: LinearIPLookup -> Idle;")
    lookup.write("add", "net both 0")
    assert lookup.read("table") == "10.1.0.0/16\t\t10.2.3.4\t0\n"


def test_names_are_known_inside_and_not_outside() -> None:
    text = "elementclass A {{ {inner} input -> x :: SetIPAddress(a) -> output; }} {outer} Idle -> c :: A -> Idle;"
    both = text.format(inner="AddressInfo(a 1.1.1.1);", outer="AddressInfo(a 2.2.2.2);")
    assert [seen(both, name).find("ip", "a") for name in ("c/x", "c/AddressInfo@1", "AddressInfo@1")] == [
        0x01010101,
        0x01010101,
        0x02020202,
    ]
    assert seen(text.format(inner="", outer="AddressInfo(a 2.2.2.2);"), "c/x").find("ip", "a") == 0x02020202
    with pytest.raises(ClickError, match=r"IPADDR: an IP address such as 10\.0\.0\.1 is wanted, not 'a'"):
        instantiate(load_text("elementclass A { AddressInfo(a 1.1.1.1); input -> output; } Idle -> A -> SetIPAddress(a) -> Idle;", "t"))


def test_devices_have_addresses_for_the_operator_alone() -> None:
    text = "Idle -> x :: Null -> Idle;"
    with seen(text).used():
        assert (named_address("lo"), named_prefix("lo"), named_ethernet("lo"), named_address("lo:gw")) == (
            0x7F000001, (0x7F000001, 8), None, 0x7F000001,
        )  # fmt: skip
        assert (named_address("no-such-device"), named_address("a" * 99)) == (None, None)
    with instantiate(load_text(text, "t", "a"))["x"].names.used():
        assert named_address("lo") is None


def test_ports_have_names() -> None:
    names = seen("PortInfo(game 7777/udp arcade, web 8080, odd 9/sctp, # nothing\n); Idle -> x :: Null -> Idle;")
    wanted = {("udp", "game"): 7777, ("udp", "arcade"): 7777, ("tcp", "game"): None, ("tcp", "web"): 8080, ("port 132", "odd"): 9}
    assert {key: names.find(*key) for key in wanted} == wanted
