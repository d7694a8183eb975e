"""A netlist that can be put in any state, and is then a Verilated model that takes a step: what a solver says of a step is played on it.

Every register has a way past what it is made of, and so has every memory's port for writing; both are shut in the step that counts. So what
is simulated then is the netlist as it was, by Verilator, which knows nothing of terms.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Final

from hdl.tools.yosys import run_yosys
from sim.proof.design import one_clock, registers_of
from sim.proof.netlist import Bit, Cell, Netlist
from sim.proof.unroll_delays import Words
from sim.shim import Probe
from sim.verilated import Verilated
from sim.verilator import build_library

_LOAD: Final = "any_state_load"
_EVER: Final = 1 << 32
_Bits = tuple[Bit, ...]


@dataclass(frozen=True)
class State:
    """Before a step; inputs, registers and words of memories that are not named are 0."""

    inputs: Mapping[str, int]
    registers: Mapping[str, int]
    words: Words


@dataclass(frozen=True)
class Step:
    """What is seen of a step: ``nets`` in it; ``later``, registers behind it; and ``written``, by the memory: the address and the word."""

    nets: Mapping[str, int]
    later: Mapping[str, int]
    written: Mapping[str, tuple[int, int]]


class AnyState:
    """The Verilated model of ``netlist``, whose module is ``top``. ``watched``: the nets that are to be seen, by name, or their bits by any
    name; ``probe``: what the model has beside. Errors: `NotOneStep` for a netlist that is no step of the one clock ``clk``,
    `VerilatorError`."""

    def __init__(self, netlist: Netlist, top: str, watched: Iterable[str] | Mapping[str, _Bits] = (), probe: Probe = "none") -> None:
        one_clock(netlist, "clk")
        self.netlist: Final = netlist
        self.registers: Final = {name: register.bits for name, register in registers_of(netlist).items()}
        self.watched: Final = {name: f"any_net_{n}" for n, name in enumerate(watched)}
        self._places: Final = {name: f"any_register_{n}" for n, name in enumerate(self.registers)}
        self._at: Final = {bits: self._places[name] for name, bits in self.registers.items()}
        self._memories: Final = {cell.name: f"any_memory_{n}" for n, cell in enumerate(c for c in netlist.cells if _is_written(c))}
        self._numbers = count(netlist.unused)
        self._ports: dict[str, tuple[bool, _Bits]] = dict(netlist.ports)
        self._nets: dict[str, _Bits] = dict(netlist.names)
        load = self._input(_LOAD, 1)
        cells = [part for cell in netlist.cells for part in self._loaded(cell, load)]
        nets = watched if isinstance(watched, Mapping) else netlist.names
        for name, port in self.watched.items():
            self._ports[port] = False, nets[name]
        verilog = netlist_verilog(replace(netlist, ports=self._ports, cells=tuple(cells), names=self._nets), top)
        self._probe: Final[Probe] = probe
        self._library = build_library(verilog, top, level="-O0", probe=probe)

    def step(self, state: State) -> Step:
        """A step from ``state``."""
        with Verilated(self._library, self._probe) as model:
            return self._stepped(model, state)

    def record(self, states: Sequence[State], path: Path) -> list[int]:
        """Writes a step from each of ``states``, one after the other, as a waveform, and what comes of the last; the cycles of the steps,
        from 0. The model has that probe. Errors: ``RuntimeError`` for a step that is another one than `step` takes."""
        taken: list[int] = []
        # Before the other model is made: the waveform's time is that of both.
        played = [self.step(state) for state in states]
        # Words that stand there from the steps before.
        left: dict[tuple[str, int], int] = {}
        with Verilated(self._library, self._probe) as model, model.traced(path, 0, _EVER):
            for state, expected in zip(states, played, strict=True):
                step = self._stepped(model, replace(state, words={**left, **state.words}))
                if step != expected:
                    raise RuntimeError(f"step {len(taken) + 1} of the waveform is not the step that was played")
                taken.append(model.cycles - 1)
                left |= dict.fromkeys((*state.words, *((memory, address) for memory, (address, _) in step.written.items())), 0)
            model.step()
        return taken

    def _stepped(self, model: Verilated, state: State) -> Step:
        model.set(_LOAD, 1)
        for (memory, address), word in state.words.items():
            port = self._memories[memory]
            for what, value in (("put", 1), ("at", address), ("word", word)):
                model.set(f"{port}_{what}", value)
            model.step()
            model.set(f"{port}_put", 0)
        for name, port in self._places.items():
            model.set(f"{port}_put", state.registers.get(name, 0))
        model.step()
        model.set(_LOAD, 0)
        for name, (is_input, _) in self.netlist.ports.items():
            if is_input and name != "clk":
                model.set(name, state.inputs.get(name, 0))
        nets = {name: model.get(port) for name, port in self.watched.items()}
        written = {
            name: (model.get(f"{port}_address"), model.get(f"{port}_data"))
            for name, port in self._memories.items()
            if model.get(f"{port}_enable")
        }
        model.step()
        later = {name: model.get(f"{port}_now") for name, port in self._places.items()}
        return Step(nets, later, written)

    def _input(self, name: str, width: int) -> _Bits:
        bits: _Bits = tuple(next(self._numbers) for _ in range(width))
        self._ports[name] = True, bits
        return bits

    def _loaded(self, cell: Cell, load: _Bits) -> Iterator[Cell]:
        """``cell`` with what lets it be put in a state."""
        if cell.kind == "dff":
            port = self._at[cell.connections["Q"]]
            self._ports[f"{port}_now"] = False, cell.connections["Q"]
            chosen = yield from self._choice(cell, "D", load, self._input(f"{port}_put", len(cell.connections["Q"])))
            yield replace(cell, connections={**cell.connections, **chosen})
        elif _is_written(cell):
            port, enables = self._memories[cell.name], cell.connections["WR_EN"]
            self._ports[f"{port}_enable"] = False, enables[:1]
            self._ports[f"{port}_address"] = False, cell.connections["WR_ADDR"]
            self._ports[f"{port}_data"] = False, cell.connections["WR_DATA"]
            put, width, bits = self._input(f"{port}_put", 1), len(enables), len(cell.connections["WR_ADDR"])
            enable = yield from self._choice(cell, "WR_EN", load, put * width)
            address = yield from self._choice(cell, "WR_ADDR", load, self._input(f"{port}_at", bits))
            data = yield from self._choice(cell, "WR_DATA", load, self._input(f"{port}_word", width))
            # What stands in it at first would be in every state.
            parameters = {**cell.parameters, "INIT": str(cell.parameters["INIT"]).replace("1", "0")}
            yield replace(cell, parameters=parameters, connections={**cell.connections, **enable, **address, **data})
        else:
            yield cell

    def _choice(self, cell: Cell, port: str, load: _Bits, other: _Bits) -> Generator[Cell, None, dict[str, _Bits]]:
        made = self._nets[f"${cell.name}.{port}.any"] = tuple(next(self._numbers) for _ in other)
        connected = {"A": cell.connections[port], "B": other, "S": load, "Y": made}
        yield Cell(f"{cell.name}.{port}.any", "mux", {"WIDTH": len(other)}, connected)
        return {port: made}


def _is_written(cell: Cell) -> bool:
    return cell.kind in ("mem", "mem_v2") and bool(cell.number("WR_PORTS"))


def netlist_verilog(netlist: Netlist, top: str) -> str:
    """``netlist`` as the Verilog of a module ``top``, which Yosys writes."""
    ports = {name: {"direction": "input" if into else "output", "bits": bits} for name, (into, bits) in netlist.ports.items()}
    cells = {c.name: {"type": f"${c.kind}", "parameters": c.parameters, "connections": c.connections} for c in netlist.cells}
    nets = {name: {"bits": bits, "hide_name": int(name.startswith("$")), "attributes": {}} for name, bits in netlist.names.items()}
    module = {"attributes": {"top": 1}, "ports": ports, "cells": cells, "netnames": nets}
    text = json.dumps({"modules": {top: module}})
    return run_yosys("read_json top.json; write_verilog -noattr top.v", {"top.json": text}, ["top.v"])["top.v"]
