"""The hardware as values: the composed pipeline evaluated in Python, frame by frame. Nothing is built, so that many designs can be tried;
what comes before and behind the pipeline is not looked at."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Final

from elements.program.evaluate import MEANING
from elements.program.program import Table
from elements.program.values import Value
from graph.policy import Policy
from hdl.composition import Composition
from hdl.meta import SHIM_BYTES, SHIM_ETHERTYPE, SHIM_VERSION
from sim.fuzz.batch import Offered
from sim.fuzz.expect import owner_of
from sim.fuzz.scenario import Volley, let_in

DEEP: Final = 200_000
"""Values within values."""


class Modelled:
    """``composition`` with its state and tables, for packets of ``tenants`` as ``policy`` knows them."""

    cycles = 0

    def __init__(self, composition: Composition, policy: Policy, tenants: tuple[str, ...], ports: int) -> None:
        self.ports: Final = ports
        self._malformed = [0] * ports
        self._composition = composition
        self._policy = policy
        self._tenants = tenants
        sys.setrecursionlimit(max(sys.getrecursionlimit(), DEEP))
        self._state = {bank.number: {place: home.state.initial for place, home in bank.homes.items()} for bank in composition.banks}
        self._banks = {bank.number: bank for bank in composition.banks}
        self._engines = {engine.number: engine for engine in composition.engines}

    def registers(self) -> dict[tuple[int, str], int]:
        """State by (window, name), and what the ports counted."""
        found = {(0, f"port{port}/malformed"): count for port, count in enumerate(self._malformed)}
        for bank in self._composition.banks:
            for place, home in bank.homes.items():
                found[place[0] + 1, f"{home.element}.{home.state.name}"] = self._state[bank.number][place]
        return found

    def carry(self, offered: Offered, volley: Volley, trip: int) -> list[list[bytes]]:
        """See `sim.fuzz.batch.Hardware`."""
        out: list[list[bytes]] = [[] for _ in range(self.ports + 1)]
        *wires, host = offered
        for port, arrivals in enumerate(wires):
            whole, broken = let_in(arrivals)
            self._malformed[port] += broken
            for place in whole:
                owner = owner_of(self._policy, self._tenants, arrivals[place])
                if owner is not None:
                    frame = arrivals[place].frame
                    meta = {"length": len(frame), "port": port, "device": port, "tenant": self._tenants.index(owner)}
                    self._pass(frame, meta, volley.time, out)
        for arrival in host:
            self._come_back(arrival.frame, volley.time, out)
        return out

    def _come_back(self, frame: bytes, now: int, out: list[list[bytes]]) -> None:
        meta = {"port": self.ports, "from_host": 1, "tenant": frame[3], "edge": int.from_bytes(frame[4:6], "big")}
        meta |= {"device": frame[6] & 15, "fix_ip_src": frame[6] >> 4 & 1, "packet_type": frame[6] >> 5, "paint": frame[7]}
        meta |= {"dst_ip": int.from_bytes(frame[8:12], "big"), "vlan_tci": int.from_bytes(frame[12:14], "big")}
        meta["length"] = int.from_bytes(frame[14:16], "big")
        self._pass(frame[SHIM_BYTES : SHIM_BYTES + meta["length"]], meta, now, out)

    def _pass(self, frame: bytes, meta: Mapping[str, int], now: int, out: list[list[bytes]]) -> None:
        whole = self._composition
        numbers = _Numbers(self, frame, meta, now)
        ways = [port for port, value in enumerate(whole.select) if numbers.of(value)]
        if ways:
            shift, length = whole.shifts[numbers.of(whole.shift_index)], numbers.of(whole.length)
            data = bytearray(max(0, -shift)) + bytearray(frame[max(0, shift) :])
            data = data.ljust(length, b"\0")[:length]
            for position, value in whole.edits.items():
                if 0 <= position - shift < length:
                    data[position - shift] = numbers.of(value)
            for port in ways:
                out[port].append(bytes(data) if port < self.ports else self._shim(numbers, meta["tenant"], length) + bytes(data))
        written = [(bank, numbers.of(bank.slot), numbers.of(bank.value)) for bank in whole.banks if numbers.of(bank.when)]
        for bank, slot, new in written:
            self._state[bank.number][meta["tenant"], slot] = new

    def _shim(self, numbers: _Numbers, tenant: int, length: int) -> bytes:
        whole = self._composition
        note = {name: numbers.of(value) for name, value in whole.annotations.items()}
        head = SHIM_ETHERTYPE.to_bytes(2, "big") + bytes((SHIM_VERSION, tenant)) + numbers.of(whole.edge).to_bytes(2, "big")
        head += bytes((note["packet_type"] << 5 | note["fix_ip_src"] << 4 | note["device"], note["paint"]))
        return head + note["dst_ip"].to_bytes(4, "big") + note["vlan_tci"].to_bytes(2, "big") + length.to_bytes(2, "big")

    def outside(self, numbers: _Numbers, value: Value) -> int:
        """The number of a leaf that is state or a table's."""
        number = int(value.attributes[0])
        if value.op == "old":
            bank = self._banks[number]
            return self._state[number].get((numbers.meta["tenant"], numbers.of(bank.slot)), 0)
        engine = self._engines[number]
        table = engine.tables.get(numbers.meta["tenant"])
        found = None if table is None else _longest(table, numbers.of(engine.key))
        return int(found is not None) if value.op == "hit" else found or 0


class _Numbers:
    """The numbers of values for one packet, each evaluated once, when it is asked for."""

    def __init__(self, pipeline: Modelled, frame: bytes, meta: Mapping[str, int], now: int) -> None:
        self.meta = meta
        self._pipeline, self._frame, self._now = pipeline, frame, now
        self._known: dict[Value, int] = {}

    def of(self, value: Value) -> int:
        """The number of ``value``."""
        found = self._known.get(value)
        if found is None:
            found = self._known[value] = self._made(value) & ((1 << value.width) - 1)
        return found

    def _made(self, value: Value) -> int:
        if value.op == "load":
            place = int(value.attributes[1])
            return self._frame[place] if 0 <= place < len(self._frame) else 0
        if value.op == "meta":
            return self.meta.get(str(value.attributes[0]), 0)
        if value.op == "now":
            return self._now
        if value.op == "mux":
            chosen, a, b = value.operands
            return self.of(a) if self.of(chosen) else self.of(b)
        meaning = MEANING.get(value.op)
        if meaning is None:
            return self._pipeline.outside(self, value)
        return meaning(value, [self.of(operand) for operand in value.operands])


def _longest(table: Table, key: int) -> int | None:
    """The value of the longest prefix that has ``key``, None where none has."""
    fitting = [(length, value) for prefix, length, value in table.entries if (key ^ prefix) >> (table.key_width - length) == 0]
    return max(fitting, key=lambda each: each[0])[1] if fitting else None
