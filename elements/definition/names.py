"""Names of addresses and ports that configurations use: those that AddressInfo and PortInfo give around an element, and those of network
devices. Parsers of addresses and ports ask here for what is no literal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final

from elements.definition.devices import device_address
from graph.model import Graph, Node

Kind = str
"""`ip` (a 32-bit number), `prefix` ((address, length)), `ether` (a 48-bit number), `tcp`, `udp` (ports) or `port N` for IP protocol N."""
Meaning = int | tuple[int, int]
Definition = tuple[Kind, str, Meaning]
"""What a name stands for as one kind."""


@dataclass(frozen=True)
class Names:
    """The names that an element sees: those defined in the compound element ``around`` it and in those around that, the innermost first;
    of one compound element's the last counts. Those of devices are seen where ``devices`` is true: a tenant sees none."""

    defined: Mapping[tuple[Kind, str, str], Meaning] = field(default_factory=dict)
    around: str = ""
    devices: bool = False

    def find(self, kind: Kind, name: str) -> Meaning | None:
        """What ``name`` means as ``kind``; None where it has no such meaning."""
        found = self.given(kind, name)
        return found if found is not None or not self.devices else device_address(kind, name)

    def given(self, kind: Kind, name: str) -> Meaning | None:
        """What some element says that ``name`` means as ``kind``."""
        around = self.around
        while (found := self.defined.get((kind, around, name))) is None and around:
            around = around.rpartition("/")[0]
        return found

    @contextmanager
    def used(self) -> Iterator[None]:
        """Parsers know these names meanwhile."""
        token = _USED.set(self)
        try:
            yield
        finally:
            _USED.reset(token)


_NONE: Final = Names()
_USED: Final[ContextVar[Names]] = ContextVar("names")


def names_in_use() -> Names:
    """The names that parsers know now."""
    return _USED.get(_NONE)


def names_of(graph: Graph, definitions: Callable[[Node], Iterable[Definition]]) -> Callable[[Node], Names]:
    """What names each of a graph's elements sees, where ``definitions`` tells those that an element gives."""
    defined: dict[tuple[Kind, str, str], Meaning] = {}

    def seen(node: Node) -> Names:
        return Names(defined, node.name.rpartition("/")[0], node.location.tenant is None)

    for node in graph.nodes:
        with seen(node).used():
            for kind, name, meaning in definitions(node):
                defined[kind, node.name.rpartition("/")[0], name] = meaning
    return seen


def named_address(text: str) -> int | None:
    """The IP address that ``text`` names: NAME, NAME:ip, NAME:bcast (the last of its network) or NAME:gw (its gateway, else the first of
    its network)."""
    names = names_in_use()
    name, colon, suffix = text.rpartition(":")
    suffix = suffix.lower()
    if not colon or suffix in ("ip", "ip4"):
        return _number(names.find("ip", name if colon else text))
    if suffix == "bcast":
        prefix = named_prefix(name)
        return None if prefix is None else prefix[0] | 0xFFFF_FFFF >> prefix[1]
    return _gateway(names, name) if suffix == "gw" else None


def _gateway(names: Names, name: str) -> int | None:
    given = _number(names.find("ip", f"{name}:gw"))
    if given is not None:
        return given
    prefix = names.given("prefix", name)
    if prefix is None:
        known = _number(names.find("gw", name))
        if known is not None:
            return known
        prefix = names.find("prefix", name)
    if not isinstance(prefix, tuple):
        return None
    address, length = prefix
    return (address >> (32 - length) << (32 - length)) | 1


def named_prefix(text: str) -> tuple[int, int] | None:
    """The IP prefix (address, length) that ``text`` names: NAME or NAME:ipnet; host bits are kept."""
    name, colon, suffix = text.rpartition(":")
    if colon and suffix.lower() not in ("net", "ipnet", "ip4net"):
        return None
    found = names_in_use().find("prefix", name if colon else text)
    return found if isinstance(found, tuple) else None


def named_ethernet(text: str) -> int | None:
    """The Ethernet address that ``text`` names: NAME or NAME:eth."""
    name, colon, suffix = text.rpartition(":")
    if colon and suffix.lower() not in ("eth", "ether", "ethernet"):
        return None
    return _number(names_in_use().find("ether", name if colon else text))


def _number(found: Meaning | None) -> int | None:
    return found if isinstance(found, int) else None
