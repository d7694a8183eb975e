"""Back-to-back minimum-size frames on all ports at the core's full rate: nothing lost, nothing stalled, one latency."""

import json
from pathlib import Path

import numpy as np
import pytest

from hdl.datapath import DatapathParameters
from hdl.tools.verilog import to_verilog
from hdl.watch import Watched
from mlclick.design import Source
from mlclick.flow import build_core, merge_tenants, rates_of, split
from sim.frames import FrameReader, encode
from sim.packets import ethernet, ipv4
from sim.register_bus import RegisterBus
from sim.verilated import Verilated

POLICY = """[tenants.a]
vlan = 100
devices = { eth0 = 0, eth1 = 1 }
[tenants.b]
vlan = 200
devices = { eth0 = 0, eth1 = 1 }
"""
ROUTER = """FromDevice(eth0) -> CheckIPHeader(OFFSET 14) -> DecIPTTL -> Queue -> ToDevice(eth0);
FromDevice(eth1) -> CheckIPHeader(OFFSET 14) -> DecIPTTL -> Queue -> ToDevice(eth1);
"""
COUNT = 400


def frame(vlan: int, index: int) -> bytes:
    return ethernet(b"\x02" * 6, b"\x04" * 6, 0x0800, ipv4(0x0A000001, 0x0A000002, 17, index.to_bytes(4, "big") + bytes(22)), (vlan,))


@pytest.mark.slow
@pytest.mark.parametrize("width", [64, 256, 512])
def test_minimum_frames_pass_at_full_rate(width: int, tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text(POLICY)
    for name in ("a", "b"):
        (tmp_path / f"{name}.click").write_text(ROUTER)
    merged = merge_tenants(Source(("a", "b"), tmp_path))
    design = split(merged, rates_of(merged, None))
    core = build_core(design, DatapathParameters(width, 2, egress_depth=2048, egress_packets=512))
    model = Verilated.from_verilog(to_verilog(Watched(core), "core"), "core")
    bus = RegisterBus(model, core.registers)
    bus.rest()
    model.reset()
    model.step()
    frames = {port: [frame(100 if index % 2 else 200, index) for index in range(COUNT)] for port in (0, 1)}
    beats = -(-len(frames[0][0]) // (width // 8))
    # Each port at half of the core's rate: together one beat in every cycle.
    cycles = 2 * beats * COUNT + 2000
    inputs = {}
    for port in (0, 1):
        starts = [(2 * beats * index + beats * port, data) for index, data in enumerate(frames[port])]
        inputs[f"rx{port}__valid"], inputs[f"rx{port}__payload"] = encode(starts, width, cycles)
    for name in ("tx0", "tx1", "tx_host"):
        inputs[f"{name}__ready"] = np.ones(cycles, dtype=np.uint8)
    wanted = [f"tx{port}__{part}" for port in (0, 1) for part in ("valid", "payload")]
    seen = model.run(inputs, wanted, cycles)
    taken = np.stack([inputs["rx0__valid"], inputs["rx1__valid"]]).sum(axis=0)[: 2 * beats * COUNT]
    assert taken.min() == taken.max() == 1
    latencies: dict[int, list[int]] = {}
    for port in (0, 1):
        out = FrameReader(width).read(seen[f"tx{port}__valid"], seen[f"tx{port}__payload"])
        assert sorted(int.from_bytes(data[38:42], "big") for _, data in out) == list(range(COUNT))
        for cycle, data in out:
            index = int.from_bytes(data[38:42], "big")
            latencies.setdefault(port, []).append(cycle - (2 * beats * index + beats * port))
    all_latencies = [latency for each in latencies.values() for latency in each]
    figures = {
        "width": width,
        "beats_per_cycle": float(taken.mean()),
        "beats_per_frame": beats,
        "latency_cycles": {"min": min(all_latencies), "max": max(all_latencies)},
    }
    folder = Path("build") / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"line_rate_{width}.json").write_text(json.dumps(figures))
    registers = bus.read_all()
    assert {registers[window, f"port{port}/sent"] for window in (1, 2) for port in (0, 1)} == {COUNT // 2}
    assert not any(value for (_, name), value in registers.items() if name.endswith(("/overflow", "/malformed", "/unknown", "/dropped")))
    assert min(all_latencies) == max(all_latencies)
