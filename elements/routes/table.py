"""The longest-prefix routing table behind StaticIPLookup, RadixIPLookup, DirectIPLookup, RangeIPLookup and LinearIPLookup."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from ipaddress import IPv4Address
from pathlib import Path

from elements.definition.arguments import Rest, keyword
from elements.definition.element import Element
from elements.definition.folders import inside
from elements.definition.handlers import StateView, reads, writes
from elements.definition.octets import as_text
from elements.definition.parsers import integer, ip_address, ip_prefix, word
from elements.program.packet import Packet
from elements.program.program import Table
from elements.program.values import mux, part
from graph.diagnostics import Location, fail


@dataclass(frozen=True)
class Route:
    """Packets to ``address``/``length`` leave by ``port``; where ``gateway`` is not 0 their destination annotation becomes it."""

    address: int
    length: int
    gateway: int
    port: int

    def __str__(self) -> str:
        gateway = f"{IPv4Address(self.gateway)} " if self.gateway else ""
        return f"{IPv4Address(self.address)}/{self.length} {gateway}{self.port}"

    @property
    def tabbed(self) -> str:
        """The route as Click's `table` handlers print it: columns 16 and 8 wide by tabs, `-` for no gateway."""
        prefix = f"{IPv4Address(self.address)}/{self.length}\t"
        gateway = f"{IPv4Address(self.gateway) if self.gateway else '-'}\t"
        return prefix + "\t" * (len(prefix) < 17) + gateway + "\t" * (len(gateway) < 9) + str(self.port)

    @property
    def spaced(self) -> str:
        """The route as Click's messages name it."""
        return f"{IPv4Address(self.address)}/{self.length} {IPv4Address(self.gateway) if self.gateway else '-'} {self.port}"

    def has(self, address: int) -> bool:
        """Whether ``address`` is of this prefix."""
        return not (self.address ^ address) >> (32 - self.length)


_port = integer(0, 255)


def route(text: str) -> Route:
    """A route as `ADDR/MASK [GW] OUT`. Errors: ``ValueError``. Bits of ADDR beyond the mask are cleared, as in Click."""
    words = text.split()
    if not 2 <= len(words) <= 3:
        raise ValueError(f"a route such as `10.0.0.0/8 10.0.0.1 1` (ADDR/MASK [GW] OUT) is wanted, not {text!r}")
    address, length = ip_prefix(words[0])
    gateway = ip_address(words[1]) if len(words) == 3 and words[1] != "-" else 0
    return Route(address >> (32 - length) << (32 - length) if length else 0, length, gateway, _port(words[-1]))


def _is_port(text: str) -> bool:
    try:
        _port(text)
    except ValueError:
        return False
    return True


def _removed(text: str) -> Route:
    """A route that is to go, as `ADDR/MASK [[GW] OUT]`; its port is -1 where any is meant. Errors: ``ValueError``."""
    words = text.split()
    if len(words) > 1 and _is_port(words[-1]):
        return route(text)
    return replace(route(" ".join([*words, "0"])), port=-1)


def read_routes(path: Path, tenant: str | None) -> Iterator[Route]:
    """The routes of a file, one a line; `#` starts a comment. Errors: `ClickError` with the line that is wrong."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        fail(f"cannot read the route file: {error}", "check its name and permissions", Location(tenant, str(path), 1, 1))
    for number, line in enumerate(lines, 1):
        text = line.partition("#")[0].strip()
        if not text:
            continue
        try:
            yield route(text)
        except ValueError as error:
            column = len(line) - len(line.lstrip()) + 1
            fail(f"bad route: {error}", "write ADDR/MASK [GW] OUT", Location(tenant, str(path), number, column), line)


class RouteTable(Element):
    """Looks up the destination address annotation; packets without a route are dropped. Of equal prefixes the first one counts."""

    routes = Rest("ROUTE", route)
    file = keyword("FILE", word, "")

    def setup(self) -> None:
        from_file = tuple(read_routes(self._path(), self.node.location.tenant)) if self.file else ()
        self.all_routes = (*self.routes, *from_file)
        for entry in self.routes:
            if entry.port >= max(self.outputs, 1):
                raise ValueError(f"the route {entry} names output {entry.port}, but {self.outputs} output(s) are in use")
        for entry in from_file:
            if entry.port >= max(self.outputs, 1):
                raise ValueError(f"the route {entry} of {self.file} names output {entry.port}, but {self.outputs} are in use")
        first: dict[tuple[int, int], Route] = {}
        for entry in self.all_routes:
            first.setdefault((entry.address, entry.length), entry)
        self.used_routes = tuple(first.values())
        self.port_width = max(1, (max(self.outputs, 1) - 1).bit_length())
        self.width = self.port_width + 32
        numbers = tuple((entry.address, entry.length, entry.gateway << self.port_width | entry.port) for entry in self.used_routes)
        self.table = Table("routes", "lpm", 32, self.width, numbers)

    def _path(self) -> Path:
        """Where the file is. A tenant's stands beside its Click file or below. Errors: ``ValueError`` for one that does not."""
        if self.node.location.tenant is None:
            return self.folder / as_text(self.file)
        try:
            inside(self.folder, as_text(self.file))
        except ValueError as error:
            raise ValueError(f"FILE: {error}") from None
        return self.folder / as_text(self.file)

    def inlined(self) -> str | None:
        return ", ".join(str(entry) for entry in self.all_routes) if self.file else None

    def program(self, p: Packet) -> None:
        hit, found = p.lookup(self.table, p.annotation("dst_ip"))
        with p.when(~hit):
            p.drop()
        gateway = part(found, self.port_width, 32)
        p.annotate("dst_ip", mux(gateway.any(), gateway, p.annotation("dst_ip")))
        p.output(part(found, 0, self.port_width))

    def routes_now(self, state: StateView) -> list[Route]:
        """The routes in use, in the order in which they came."""
        mask = (1 << self.port_width) - 1
        found = state.table(self.table).entries
        return [Route(address, length, value >> self.port_width, value & mask) for address, length, value in found]

    @reads("table")
    def table_text(self, state: StateView) -> str:
        return "".join(f"{entry.tabbed}\n" for entry in self.routes_now(state))

    @reads("lookup")
    def lookup_text(self, state: StateView, question: str = "") -> str:
        if not question.strip():
            return ""
        try:
            address = ip_address(question.strip())
        except ValueError:
            raise ValueError("expected IP address") from None
        fitting = [entry for entry in self.routes_now(state) if entry.has(address)]
        if not fitting:
            return "-1"
        best = max(fitting, key=lambda entry: entry.length)
        return f"{best.port} {IPv4Address(best.gateway)}" if best.gateway else str(best.port)


class ChangingRouteTable(RouteTable):
    """One whose routes can be changed while the machine runs."""

    @writes("add")
    def add(self, state: StateView, text: str) -> None:
        self._run(state, [("add", text)])

    @writes("set")
    def set(self, state: StateView, text: str) -> None:
        self._run(state, [("set", text)])

    @writes("remove")
    def remove(self, state: StateView, text: str) -> None:
        self._run(state, [("remove", text)])

    @writes("ctrl")
    def control(self, state: StateView, text: str) -> None:
        lines = (line.partition(" ") for line in text.replace("\t", " ").splitlines() if line.strip())
        self._run(state, [(command, rest) for command, _, rest in lines])

    @writes("flush")
    def flush(self, state: StateView, text: str) -> None:
        state.replace(replace(self.table, entries=()))

    def _run(self, state: StateView, commands: list[tuple[str, str]]) -> None:
        """All of these, or none where one is wrong. Errors: ``ValueError``."""
        routes = {(entry.address, entry.length): entry for entry in self.routes_now(state)}
        for command, text in commands:
            if command not in ("add", "set", "remove"):
                raise ValueError(f"bad command '{command}'")
            self._change(routes, command, text)
        entries = ((entry.address, entry.length, entry.gateway << self.port_width | entry.port) for entry in routes.values())
        state.replace(replace(self.table, entries=tuple(entries)))

    def _change(self, routes: dict[tuple[int, int], Route], command: str, text: str) -> None:
        try:
            entry = route(text) if command != "remove" else _removed(text)
        except ValueError:
            raise ValueError(f"expected 'ADDR/MASK [GATEWAY{' OUTPUT]' if command == 'remove' else '] OUTPUT'}'") from None
        if entry.port >= self.outputs:
            raise ValueError("bad OUTPUT")
        known = routes.get((entry.address, entry.length))
        if command == "remove":
            if known is None or (entry.port >= 0 and entry != known):
                raise ValueError(f"route '{entry.spaced}' not found")
            del routes[entry.address, entry.length]
            return
        if known is not None and command == "add":
            raise ValueError(f"conflict with existing route '{known.spaced}'")
        routes[entry.address, entry.length] = entry
