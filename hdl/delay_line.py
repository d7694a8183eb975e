"""Delay lines: what travels several stages without being looked at waits in small memories, not in a register a stage.

A line of n words is written and read at one address that goes round: what is read was written n cycles before. With the register behind
it the delay is n + 1 cycles, at one lookup-table memory for four bits instead of a flip-flop for each bit and cycle.
"""

from __future__ import annotations

from typing import Final

from amaranth.hdl import Cat, Module, Mux, Signal, Value
from amaranth.lib import memory

SHORTEST: Final = 4
"""The fewest cycles for which a memory takes less room than registers do."""
LONGEST: Final = 17
"""The most cycles that one memory of 16 words, the smallest there is, can delay."""


class DelayLines:
    """All delay lines of one pipeline; those between the same two stages are one memory. Latency: as asked for. Initiation interval: 1.

    Owner of a word: the packet that was in the stage where it was written. Owner of the addresses: shared; they count cycles and depend
    on nothing else.
    """

    def __init__(self, m: Module) -> None:
        self.m = m
        self._lines: dict[tuple[int, int], list[tuple[Value, Signal]]] = {}
        self._addresses: dict[int, Signal] = {}

    def carry(self, source: Value, start: int, target: Signal, end: int) -> None:
        """``target``, a register of stage ``end``, gets what ``source`` is in stage ``start``; at least `SHORTEST` stages lie between."""
        while end - start > LONGEST:
            # What is left must again be long enough for a line.
            middle = min(start + LONGEST, end - SHORTEST)
            between = Signal(len(source), name=f"{target.name}_from_s{middle}", reset_less=True)
            self._lines.setdefault((start, middle), []).append((source, between))
            source, start = between, middle
        self._lines.setdefault((start, end), []).append((source, target))

    def delay(self, source: Value, cycles: int, target: Signal) -> None:
        """``target``, a register, gets what ``source`` was ``cycles`` cycles before: by registers where that takes less room."""
        if cycles >= SHORTEST:
            self.carry(source, 0, target, cycles)
            return
        for cycle in range(cycles - 1):
            held = Signal(len(source), name=f"{target.name}_{cycle}", reset_less=True)
            self.m.d.sync += held.eq(source)
            source = held
        self.m.d.sync += target.eq(source)

    def finish(self) -> None:
        """Make the memories. To be called once, after the last `carry`."""
        for (start, end), members in sorted(self._lines.items(), key=lambda line: line[0]):
            sources = Cat(source for source, _ in members)
            words = end - start - 1
            store = memory.Memory(shape=len(sources), depth=words, init=[], attrs={"ram_style": "distributed"})
            self.m.submodules[f"delay_s{start}_s{end}"] = store
            write, read = store.write_port(), store.read_port(domain="comb")
            address = self._address(words)
            self.m.d.comb += [write.addr.eq(address), write.en.eq(1), write.data.eq(sources), read.addr.eq(address)]
            self.m.d.sync += Cat(target for _, target in members).eq(read.data)

    def _address(self, words: int) -> Signal:
        if words not in self._addresses:
            address = self._addresses[words] = Signal(range(words), name=f"delay_address_{words}")
            self.m.d.sync += address.eq(Mux(address == words - 1, 0, address + 1))
        return self._addresses[words]
