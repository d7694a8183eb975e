"""The SUME's shell as the data path sees it: its instance of the module, frames on five ports, and the DMA's way to the registers."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Mapping
from typing import Final

from boards.netfpga.nf_datapath import HOST, PORTS, WINDOWS, NfDatapath
from boards.netfpga.page_register import ADDRESS_BITS
from boards.netfpga.shell_module import DATAPATH, shell_module
from hdl.axi_lite import OKAY
from hdl.register_map import Register
from hdl.tools.verilog import to_verilog
from hdl.watch import Watched
from sim.verilated import Verilated

OVERRIDES: Final[Mapping[str, int]] = {
    "C_M_AXIS_DATA_WIDTH": 256,
    "C_S_AXIS_DATA_WIDTH": 256,
    "C_S_AXI_ADDR_WIDTH": 12,
    "C_M_AXIS_TUSER_WIDTH": 128,
    "C_S_AXIS_TUSER_WIDTH": 128,
    "NUM_QUEUES": 5,
}
"""What the shell's top says of its instance."""
_STREAM: Final = {"tdata": 256, "tkeep": 32, "tuser": 128, "tvalid": 1, "tready": 1, "tlast": 1}
_TAKEN: Final = {"AWADDR": 12, "AWVALID": 1, "WDATA": 32, "WSTRB": 4, "WVALID": 1, "BREADY": 1, "ARADDR": 12, "ARVALID": 1, "RREADY": 1}
_GIVEN: Final = {"ARREADY": 1, "RDATA": 32, "RRESP": 2, "RVALID": 1, "WREADY": 1, "BRESP": 2, "BVALID": 1, "AWREADY": 1}


def instance(**others: int) -> str:
    """A module ``top`` that instantiates nf_datapath as the shell's does, with its parameters (or ``others``) and its wires as pins."""
    pins = dict.fromkeys(("axis_aclk", "axis_resetn", "axi_aclk", "axi_resetn"), ("input", 1))
    for port in range(PORTS):
        for name, width in _STREAM.items():
            pins[f"s_axis_{port}_{name}"] = ("output" if name == "tready" else "input", width)
            pins[f"m_axis_{port}_{name}"] = ("input" if name == "tready" else "output", width)
    for window in WINDOWS:
        pins |= {f"{window}_AXI_{name}": ("input", width) for name, width in _TAKEN.items()}
        pins |= {f"{window}_AXI_{name}": ("output", width) for name, width in _GIVEN.items()}
    declared = ", ".join(f"{direction} [{width - 1}:0] {name}" for name, (direction, width) in pins.items())
    parameters = ", ".join(f".{name}({value})" for name, value in {**OVERRIDES, **others}.items())
    connected = ", ".join(f".{name}({name})" for name in pins)
    return f"module top({declared});\nnf_datapath #({parameters}) nf_datapath_0 ({connected});\nendmodule\n"


def source_bit(port: int) -> int:
    """The bit of a port in the shell's one-hot numbers; the host's is that of the DMA behind port 0."""
    return 1 << (1 if port == HOST else 2 * port)


def summary(setup: str, hold: str) -> str:
    """The timing summary of a design as Vivado prints it, with its worst slacks."""
    titles = ["WNS(ns)", "TNS(ns)", "TNS Failing Endpoints", "TNS Total Endpoints", "WHS(ns)", "THS(ns)", "THS Failing Endpoints"]
    values = [setup, "0.000", "0", "9", hold, "0.000", "0"]
    lines = ["  ".join(titles), "  ".join("-" * len(title) for title in titles), "  ".join(values)]
    return "| Design Timing Summary\n\n" + "".join(f"    {line}  \n" for line in lines) + "\n\nTiming constraints are met.\n"


class Bridge:
    """The DMA's AXI4-Lite bridge and the interconnect behind it: a queue each for AW, W and AR, which do not wait for each other; one write
    and one read are under way at a time. Every channel stalls at random. The host gets what is read, in order; what writes are answered is
    in ``answers`` for tests alone. ``orders``: of which of its two channels a write was taken first."""

    def __init__(self, model: Verilated, stall: float, seed: int = 1) -> None:
        self.model, self.stall, self.chance = model, stall, random.Random(seed)
        self.queues: dict[str, deque[tuple[int, str, dict[str, int]]]] = {"AW": deque(), "W": deque(), "AR": deque()}
        self.offered: dict[str, str] = {}
        self.asked = {"B": 0, "R": 0}
        self.answers: dict[str, list[tuple[int, int]]] = {"B": [], "R": []}
        self.waiting: dict[str, str] = {}
        self.orders: set[str] = set()

    def write(self, window: str, address: int, data: int) -> None:
        """Queue a write; nothing is waited for."""
        self._ask("B", window, AW={"AWADDR": address}, W={"WDATA": data, "WSTRB": 15})

    def read(self, window: str, address: int) -> None:
        """Queue a read."""
        self._ask("R", window, AR={"ARADDR": address})

    def _ask(self, answer: str, window: str, **channels: dict[str, int]) -> None:
        for channel, payload in channels.items():
            self.queues[channel].append((self.asked[answer], window, payload))
        self.asked[answer] += 1

    def step(self) -> None:
        """A cycle of the bus, and so of the model."""
        for channel, queue in self.queues.items():
            answer = "R" if channel == "AR" else "B"
            turn = bool(queue) and queue[0][0] == len(self.answers[answer])
            if turn and channel not in self.offered and self.chance.random() >= self.stall:
                _, window, payload = queue[0]
                for name, value in {**payload, f"{channel}VALID": 1}.items():
                    self.model.set(f"{window}_AXI_{name}", value)
                self.offered[channel] = self.waiting[answer] = window
        ready = [(a, w) for a, w in self.waiting.items() if self.chance.random() >= self.stall]
        for answer, window in ready:
            self.model.set(f"{window}_AXI_{answer}READY", 1)
        taken = {c: w for c, w in self.offered.items() if self.model.get(f"{w}_AXI_{c}READY")}
        answered = [(a, w) for a, w in ready if self.model.get(f"{w}_AXI_{a}VALID")]
        for answer, window in answered:
            data = self.model.get(f"{window}_AXI_RDATA") if answer == "R" else 0
            self.answers[answer].append((data, self.model.get(f"{window}_AXI_{answer}RESP")))
            del self.waiting[answer]
        self.orders |= {"AW and W" if len(taken.keys() - {"AR"}) == 2 else c for c in taken if c != "AR" and self._is_first(c)}
        self.model.step()
        for channel, window in taken.items():
            self.model.set(f"{window}_AXI_{channel}VALID", 0)
            del self.offered[channel]
            self.queues[channel].popleft()
        for answer, window in ready:
            self.model.set(f"{window}_AXI_{answer}READY", 0)

    def _is_first(self, channel: str) -> bool:
        """Whether the other half of the write whose ``channel`` is taken has not been taken before."""
        other = self.queues["W" if channel == "AW" else "AW"]
        return bool(other) and other[0][0] == self.queues[channel][0][0]


class Shell:
    """What stands around the module: frames on its five ports, each of which is not ready every third cycle, and the host behind `Bridge`.

    ``overtaken``: how often a read of the page register came before the write that the host had asked for first.
    """

    def __init__(self, top: NfDatapath, stall: float = 0.5) -> None:
        verilog = instance() + shell_module(top.pins) + to_verilog(Watched(top), DATAPATH, top.ports)
        self.model = Verilated.from_verilog(verilog, "top", "axis_aclk")
        self.bridge = Bridge(self.model, stall)
        self.received: list[list[tuple[bytes, int]]] = [[] for _ in range(PORTS)]
        self.parts = [b""] * PORTS
        self.tusers = [0] * PORTS
        self.overtaken = 0
        self.model.step(3)
        self.model.set("axis_resetn", 1)
        # Nothing is valid in the first cycle after reset.
        self.model.step()

    def step(self) -> None:
        """A cycle; what leaves is kept with the tuser of its first beat, and tuser must be 0 on the others."""
        for port in range(PORTS):
            ready = (self.model.cycles + port) % 3 != 0
            self.model.set(f"m_axis_{port}_tready", int(ready))
            if ready and self.model.get(f"m_axis_{port}_tvalid"):
                self.take(port)
        self.bridge.step()

    def take(self, port: int) -> None:
        keep, tuser = self.model.get(f"m_axis_{port}_tkeep"), self.model.get(f"m_axis_{port}_tuser")
        assert self.parts[port] == b"" or tuser == 0
        self.tusers[port] = self.tusers[port] or tuser
        self.parts[port] += self.model.get(f"m_axis_{port}_tdata").to_bytes(32, "little")[: keep.bit_count()]
        if self.model.get(f"m_axis_{port}_tlast"):
            self.received[port].append((self.parts[port], self.tusers[port]))
            self.parts[port], self.tusers[port] = b"", 0

    def send(self, port: int, frame: bytes) -> None:
        for start in range(0, len(frame), 32):
            part = frame[start : start + 32]
            values = {"tdata": int.from_bytes(part, "little"), "tkeep": (1 << len(part)) - 1, "tlast": int(start + 32 >= len(frame))}
            values |= {"tvalid": 1, "tuser": 0 if start else len(frame) | source_bit(port) << 16}
            for name, value in values.items():
                self.model.set(f"s_axis_{port}_{name}", value)
            while not self.model.get(f"s_axis_{port}_tready"):
                self.step()
            self.step()
        self.model.set(f"s_axis_{port}_tvalid", 0)

    def run(self, cycles: int) -> None:
        for _ in range(cycles):
            self.step()

    def read(self, window: str, address: int) -> tuple[int, int]:
        """(data, response), as the host gets them."""
        self.bridge.read(window, address)
        return self._answered("R")

    def write(self, window: str, address: int, data: int) -> int:
        """The response to a write, which the host does not get."""
        self.bridge.write(window, address, data)
        return self._answered("B")[1]

    def _answered(self, answer: str) -> tuple[int, int]:
        for _ in range(200):
            if len(self.bridge.answers[answer]) == self.bridge.asked[answer]:
                return self.bridge.answers[answer][-1]
            self.step()
        raise AssertionError("the bus does not answer")

    def register(self, register: Register) -> int:
        """A register as a driver reads it (`boards.netfpga.page_register.BUS_WAY`)."""
        page, offset = divmod(register.address, 1 << ADDRESS_BITS)
        self.bridge.write(WINDOWS[0], 0, page)
        for _ in range(50):
            if self.read(WINDOWS[0], 0) == (page, OKAY):
                break
            self.overtaken += 1
        words = [self.read(WINDOWS[1], offset + step) for step in (0, 4)]
        assert all(response == OKAY for _, response in words)
        return words[1][0] << 32 | words[0][0]
