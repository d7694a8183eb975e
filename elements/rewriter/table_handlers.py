"""The handlers that all rewriters have. Those that write say what is asked for, which is done behind them."""

from __future__ import annotations

from ipaddress import IPv4Address

from elements.definition.handlers import StateView, reads, writes
from elements.definition.parsers import integer, ip_address, unsigned16
from elements.rewriter.flows import DEPTH
from elements.rewriter.shifts import ShiftedFlows
from elements.rewriter.specifications import InputSpec

CAPACITY, CLEAR, PATTERN = 1, 2, 3
"""What `FlowTable.asked` says."""
capacity_of = integer(0, DEPTH - 1)


class TableHandlers(ShiftedFlows):
    """Handlers of a table."""

    @property
    def handler_ports(self) -> int:
        """Inputs, each with handlers of its own."""
        return max(1, self.inputs)

    def spec_of_text(self, text: str) -> InputSpec:
        """An input specification, with outputs that are there. Errors: ``ValueError``."""
        raise NotImplementedError

    def looked_up(self, state: StateView, rules: int, question: str) -> str:
        """What the flow ``SADDR SPORT DADDR DPORT`` becomes, in the same words; empty where it has no mapping. Errors: ``ValueError``."""
        words = question.split()
        if len(words) != 4:
            raise ValueError(f"a flow `SADDR SPORT DADDR DPORT` is wanted, not {question!r}")
        addresses = ip_address(words[0]) << 32 | ip_address(words[2])
        entry = self.find(state, rules, addresses, unsigned16(words[1]) << 16 | unsigned16(words[3]))
        return flow_text(*self.becomes(state, entry)).translate({ord(mark): None for mark in "(,)"}) if entry else ""

    def mappings(self, state: StateView, rules: int) -> str:
        """A line for each mapping by these rules, as Click prints them: what becomes what, the outputs (a star at its own), the input that
        made it and the seconds until it expires.
        """
        lines = []
        for entry in self.entries(state, rules):
            place, direction = entry + 1 >> 1, entry - 1 & 1
            spec = state.get(self.spec_of, place - 1)
            outputs = [str(state.get(self.spec_forward, spec)), str(state.get(self.spec_reply, spec))]
            outputs[direction] = f"*{outputs[direction]}"
            left = state.get(self.used_at, place - 1) + self.times[self.lasts(state, place)] + 500 - state.get(self.clock)
            before, after = self.mapping_text(*self.key(state, entry)[1:], *self.becomes(state, entry))
            shift = self.shifted_now(state, entry - 1)
            shifted = f" seq {shift - (shift >> 31 << 32):+d}" if shift else ""
            port = state.get(self.origin, place - 1)
            lines.append(f"{before} => {after}{shifted} [{' '.join(outputs)}] i{port} exp{max(left, 0) // 1000}\n")
        return "".join(lines)

    def mapping_text(self, addresses: int, ports: int, new: int, new_ports: int) -> tuple[str, str]:
        """What Click prints of a flow, before and after."""
        if self.keyed_by == "flows":
            return flow_text(addresses, ports), flow_text(new, new_ports)
        if self.keyed_by == "hosts":
            # Of an answer's mapping, too, sources are printed, which it has none.
            return host_text(addresses >> 32), host_text(new >> 32)
        numbers = (_ping_number(ports), _ping_number(new_ports)) if self.keyed_by == "pings" else (None, None)
        texts = [
            ", ".join((host_text(pair >> 32), host_text(pair & 0xFFFF_FFFF), *(() if number is None else (str(number),))))
            for pair, number in zip((addresses, new), numbers, strict=True)
        ]
        return f"({texts[0]})", f"({texts[1]})"

    @reads("table_size")
    def table_size(self, state: StateView) -> str:
        return str(state.get(self.flows))

    @reads("nmappings")
    def nmappings(self, state: StateView) -> str:
        return str(state.get(self.flows))

    @reads("size")
    def size(self, state: StateView) -> str:
        return str(state.get(self.seen_flows))

    @reads("mapping_failures")
    def mapping_failures(self, state: StateView) -> str:
        return str(state.get(self.failures))

    @reads("patterns")
    def patterns(self, state: StateView) -> str:
        return "".join(self.pattern_text(state, port) for port in range(max(1, self.inputs)))

    @reads("pattern#")
    def pattern_text(self, state: StateView, port: int) -> str:
        count = state.get(self.counts, port)
        return f"{self.spec(state, port)}{f' [{count}]' if count else ''}\n"

    @writes("pattern#")
    def set_pattern(self, state: StateView, text: str, port: int) -> None:
        spec = self.spec_of_text(text)
        if spec.kind == "map":
            raise ValueError("an element that maps has to be in the configuration")
        self.put_spec(state, port, spec)
        state.set(self.asked, PATTERN + port)

    @reads("capacity")
    def capacity_text(self, state: StateView) -> str:
        return str(state.get(self.seen_capacity))

    @writes("capacity")
    def set_capacity(self, state: StateView, text: str) -> None:
        state.set(self.seen_capacity, capacity_of(text.strip()))
        state.set(self.asked, CAPACITY)

    @writes("clear")
    def clear_all(self, state: StateView, text: str) -> None:
        state.set(self.asked, CLEAR)


def host_text(address: int) -> str:
    """An address as Click prints it."""
    return str(IPv4Address(address))


def flow_text(addresses: int, ports: int) -> str:
    """A flow as Click prints it."""
    return f"({host_text(addresses >> 32)}, {ports >> 16}, {host_text(addresses & 0xFFFF_FFFF)}, {ports & 0xFFFF})"


def _ping_number(ports: int) -> int:
    """The number that Click prints of a ping's mapping. That of replies has one more in its first byte."""
    number = ports & 0xFFFF
    if number + 1 & 0xFFFF != ports >> 16:
        return ports >> 16
    return _swapped(_swapped(number) + 1 & 0xFFFF)


def _swapped(number: int) -> int:
    return number << 8 & 0xFF00 | number >> 8
