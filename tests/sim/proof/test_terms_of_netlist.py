"""The terms that proofs are about compute what Verilator computes of the same Verilog, register by register and cycle by cycle."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from elements.program.evaluate import Evaluation
from elements.program.values import Value
from hdl.datapath import Datapath
from sim.frames import encode
from sim.proof.cut_datapath import cut_verilog
from sim.proof.cut_stores import Written, cut_stores
from sim.proof.design import Design
from sim.proof.netlist import read_netlist
from sim.proof.noninterference import deeply
from sim.proof.terms import symbol
from sim.proof.unroll_delays import unroll_delays
from sim.verilated import Verilated
from tests.sim.proof.small_datapath import LONGEST, small_datapath, vlan

CYCLES = 400
pytestmark = pytest.mark.slow


class Machine:
    """The design as its terms have it, from reset on."""

    def __init__(self, design: Design, written: tuple[Written, ...]) -> None:
        self.design = design
        word = design.evaluator({name: symbol(name, width) for name, width in design.widths.items()}).word
        self.writes = [(each.memory, word(each.enable), word(each.address), word(each.data)) for each in written]
        self.memories: dict[str, dict[int, int]] = {each.memory: {} for each in written}
        self.state = {name: design.initial.get(name, 0) for name in design.registers}
        roots = [*design.next.values(), *design.outputs.values(), *(value for _, *values in self.writes for value in values)]
        self.evaluation = Evaluation(roots)
        self.inputs: dict[str, int] = {}

    def leaf(self, value: Value, operands: tuple[int, ...]) -> int:
        name = str(value.attributes[0])
        if value.op == "meta":
            return self.inputs[name] if name in self.inputs else self.state[name]
        # What the Verilog leaves open, no output may depend on here: no number of a tenant or port is beyond those that there are.
        return 0 if name == "undefined" else self.memories[name].get(operands[0], 0)

    def step(self, inputs: dict[str, int]) -> dict[str, int]:
        """The outputs under ``inputs``, just before the clock's edge, and then a step."""
        self.inputs = inputs
        numbers = self.evaluation.run(self)
        outputs = {name: numbers[term] for name, term in self.design.outputs.items()}
        self.state = {name: numbers[term] for name, term in self.design.next.items()}
        for memory, enable, address, data in self.writes:
            if numbers[enable]:
                self.memories[memory][numbers[address]] = numbers[data]
        return outputs


def frames(seed: int, width: int) -> tuple[Any, Any]:
    """(valid, payload) of frames of both tenants and of nobody, whole and broken, one behind another."""
    chance = random.Random(seed)
    made = []
    for _ in range(CYCLES // 12):
        tag = b"\x81\x00" + vlan(chance.randrange(3)).to_bytes(2, "big")
        made.append((0, bytes(12) + tag + chance.randbytes(chance.randrange(LONGEST - 16))))
    valid, payload = encode(made, width, CYCLES * 4)
    return valid[:CYCLES], payload[:CYCLES]


def driven(datapath: Datapath, design: Design) -> dict[str, list[int]]:
    """Every input by cycle: frames on the wires, and behind them anything that the pipeline and the shim's strip could say."""
    chance, width = random.Random(1), datapath.parameters.width
    found = {name: [chance.getrandbits(len(bits)) for _ in range(CYCLES)] for name, bits in design.inputs.items()}
    for seed, (valid, payload) in enumerate((("in0__valid", "in0__payload"), ("stripped_valid", "stripped_payload"))):
        there, beats = frames(seed, width)
        found[valid] = [int(each) for each in there]
        found[payload] = [int.from_bytes(each.tobytes(), "little") for each in beats]
    shim = bytes.fromhex("88b501") + b"\x01\x00\x01" + bytes(8) + (40).to_bytes(2, "big")
    found["stripped_shim"] = [int.from_bytes(shim, "little")] * CYCLES
    # What else it says has no time in a slot, and would never leave.
    found["said_out_length"] = [chance.randrange(LONGEST) for _ in range(CYCLES)]
    found["said_shift_index"] = [chance.randrange(3) for _ in range(CYCLES)]
    return found | {"rst": [int(cycle == 0) for cycle in range(CYCLES)]}


def as_array(numbers: list[int], bits: int) -> Any:
    if bits <= 64:
        return np.array(numbers, dtype=np.uint64)
    words = -(-bits // 32)
    return np.array([[number >> 32 * word & 0xFFFFFFFF for word in range(words)] for number in numbers], dtype=np.uint32)


def test_terms_are_what_the_netlist_computes() -> None:
    datapath = small_datapath()
    verilog = cut_verilog(datapath)
    stores, written = cut_stores(read_netlist(verilog, "datapath"))
    design = deeply(lambda: Design(unroll_delays(stores)))
    inputs = driven(datapath, design)
    outputs = [name for name in design.outputs if design.outputs[name].width]
    with Verilated.from_verilog(verilog, "datapath", level="-O0") as model:
        arrays = {name: as_array(numbers, design.widths[name]) for name, numbers in inputs.items() if name != "clk"}
        result = model.run(arrays, outputs, CYCLES)
    machine = Machine(design, written)
    left = 0
    for cycle in range(CYCLES):
        found = machine.step({name: numbers[cycle] for name, numbers in inputs.items()})
        for name in outputs:
            assert found[name] == int.from_bytes(result[name][cycle].tobytes(), "little"), f"{name} in cycle {cycle}"
        left += found["out0__valid"] + found["host_out__valid"]
    assert left > CYCLES // 20
