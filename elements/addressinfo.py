"""AddressInfo(NAME ADDRESS ..., ...)

Gives names to IP addresses, IP prefixes and Ethernet addresses, which other elements can use in their configurations.

It has no ports and sees no packets. A name is known in the compound element in which it stands and in those inside. It can stand for an
address of each kind at once; `10.0.0.1/24` is an address and a prefix. Where either is asked for, the address counts. `NAME:ip` is
the address, `NAME:ipnet` the prefix, `NAME:bcast` the prefix's last address, `NAME:gw` its first, `NAME:eth` the Ethernet address. What
nobody names is looked for among the network devices of this machine, for `NAME:gw` the device's default gateway; a tenant sees none of
these. (In Click: IPv6 addresses, too.)

Arguments:
    NAME: a name, and one or more addresses.

Examples:
    AddressInfo(host 10.0.0.1, net 10.1.0.0/16, router 10.2.0.1/24 1:1:1:1:1:1)
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import ClassVar

from elements.definition.arguments import Rest
from elements.definition.csource import CSource
from elements.definition.element import Element
from elements.definition.names import Definition
from elements.definition.parsers import ethernet_address, ip_address, ip_prefix
from elements.definition.ports import Ports
from graph.configuration import split_arguments


def meanings(name: str, text: str) -> Iterator[Definition]:
    """What ``name`` stands for when it is given the address ``text``."""
    with suppress(ValueError):
        yield "ether", name, ethernet_address(text)
    try:
        yield "ip", name, ip_address(text)
        return
    except ValueError:
        pass
    try:
        address, length = ip_prefix(text)
    except ValueError:
        return
    yield "prefix", name, (address, length)
    if address & (0xFFFF_FFFF >> length):
        yield "ip", name, address


def _named(text: str) -> list[Definition]:
    """All that an argument defines. Errors: ``ValueError``."""
    name, *addresses = text.split() or [""]
    if not addresses and name:
        raise ValueError(f"a name and its addresses are wanted, not {text!r}")
    found = [list(meanings(name, address)) for address in addresses]
    for address, each in zip(addresses, found, strict=True):
        if not each and not re.fullmatch(r"[0-9a-fA-F:]*:[0-9a-fA-F:.]*(/[0-9]+)?", address):
            raise ValueError(f"{address!r} is no address")
    # Of several addresses of a kind the first counts, unless a later one is of that kind alone.
    kinds: dict[str, Definition] = {}
    for each in found:
        for definition in each:
            if len(each) == 1 or definition[0] not in kinds:
                kinds[definition[0]] = definition
    return list(kinds.values())


class AddressInfo(Element):
    is_operators: ClassVar[bool] = True
    ports = Ports("0/0")
    named = Rest("NAME", _named)

    @classmethod
    def definitions(cls, config: str) -> Iterable[Definition]:
        for text in split_arguments(config):
            try:
                yield from _named(text)
            except ValueError:
                # The element itself says so when it is made.
                continue

    def c_source(self) -> CSource:
        return CSource()
