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
from tests.in_short import in_short

COUNT = 400


def policy(ports: int) -> str:
    devices = ", ".join(f"eth{port} = {port}" for port in range(ports))
    return "".join(f"[tenants.{name}]\nvlan = {vlan}\ndevices = {{ {devices} }}\n" for name, vlan in (("a", 100), ("b", 200)))


def router(ports: int) -> str:
    """To 10.0.P.0/24 by port P."""
    routes = ", ".join(f"10.0.{port}.0/24 {port}" for port in range(ports))
    ways = [f"FromDevice(eth{port}) -> c; rt[{port}] -> DecIPTTL -> Queue -> ToDevice(eth{port});" for port in range(ports)]
    return "\n".join([f"c :: CheckIPHeader(OFFSET 14) -> rt :: RadixIPLookup({routes});", *ways])


def frame(vlan: int, port: int, index: int) -> bytes:
    packet = ipv4(0x0A000001, 0x0A000000 | port << 8 | 2, 17, index.to_bytes(4, "big") + bytes(22))
    return ethernet(b"\x02" * 6, b"\x04" * 6, 0x0800, packet, (vlan,))


@pytest.mark.slow
@pytest.mark.parametrize(("width", "ports"), in_short([(256, 4), (64, 2), (512, 2)]))
def test_minimum_frames_pass_at_full_rate(width: int, ports: int, tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text(policy(ports))
    for name in ("a", "b"):
        (tmp_path / f"{name}.click").write_text(router(ports))
    merged = merge_tenants(Source(("a", "b"), tmp_path))
    design = split(merged, rates_of(merged, None))
    core = build_core(design, DatapathParameters(width, ports, ingress_depth=128, egress_depth=128))
    model = Verilated.from_verilog(to_verilog(Watched(core), "core"), "core")
    bus = RegisterBus(model, core.registers)
    bus.rest()
    model.reset()
    model.step()
    every = range(ports)
    # A frame that comes by a port leaves by the next.
    frames = {port: [frame(100 if index % 2 else 200, (port + 1) % ports, index) for index in range(COUNT)] for port in every}
    beats = -(-len(frames[0][0]) // (width // 8))
    # The ports share the core's rate: together one beat in every cycle.
    offered = ports * beats * COUNT
    cycles = offered + 2000
    starts = {port: [ports * beats * index + beats * port for index in range(COUNT)] for port in every}
    inputs = {}
    for port in every:
        timed = list(zip(starts[port], frames[port], strict=True))
        inputs[f"rx{port}__valid"], inputs[f"rx{port}__payload"] = encode(timed, width, cycles)
    for name in (*(f"tx{port}" for port in every), "tx_host"):
        inputs[f"{name}__ready"] = np.ones(cycles, dtype=np.uint8)
    wanted = [f"tx{port}__{part}" for port in every for part in ("valid", "payload")] + [f"rx{port}__ready" for port in every]
    seen = model.run(inputs, wanted, cycles)
    taken = np.stack([inputs[f"rx{port}__valid"] & seen[f"rx{port}__ready"] for port in every]).sum(axis=0)[:offered]
    stalled = sum(int((inputs[f"rx{port}__valid"] & ~seen[f"rx{port}__ready"] & 1).sum()) for port in every)
    latencies: list[int] = []
    for port in every:
        out = FrameReader(width).read(seen[f"tx{port}__valid"], seen[f"tx{port}__payload"])
        numbers = [int.from_bytes(data[38:42], "big") for _, data in out]
        assert sorted(numbers) == list(range(COUNT))
        latencies += [cycle - starts[(port - 1) % ports][index] for (cycle, _), index in zip(out, numbers, strict=True)]
    figures = {
        "width": width,
        "ports": ports,
        "beats_per_cycle": float(taken.mean()),
        "beats_stalled": stalled,
        "beats_per_frame": beats,
        "latency_cycles": {"min": min(latencies), "max": max(latencies)},
    }
    folder = Path("build") / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"line_rate_{width}_{ports}.json").write_text(json.dumps(figures))
    assert (taken.min(), taken.max(), stalled) == (1, 1, 0)
    registers = bus.read_all()
    assert {registers[window, f"port{port}/sent"] for window in (1, 2) for port in every} == {COUNT // 2}
    assert not any(value for (_, name), value in registers.items() if name.endswith(("/overflow", "/malformed", "/unknown", "/dropped")))
    assert min(latencies) == max(latencies)
