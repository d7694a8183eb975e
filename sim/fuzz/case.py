"""A case of fuzzing: all that is needed to run it again, as files that people can read."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from elements.captures.pcap import read_capture, write_capture
from graph.diagnostics import Location, fail
from sim.fuzz.scenario import FAULTS, Arrival, Volley

FILE = "case.json"
WIDTHS = (0, 64, 128, 256, 512, 1024)


@dataclass(frozen=True)
class Case:
    """Tenants' configurations by name with their policy, the elements in ``hardware``, the ``width`` of the data path (0 where the pipeline
    is evaluated as values, and nothing is simulated), and volleys.

    ``seed`` chooses in which cycles sources and sinks are there. ``apart`` names a victim and an attacker whose two runs are compared;
    where it is None the two halves are compared with the software.
    """

    tenants: Mapping[str, str]
    policy: str
    hardware: frozenset[str]
    width: int
    seed: int
    volleys: tuple[Volley, ...]
    apart: tuple[str, str] | None = None

    @property
    def packets(self) -> int:
        """Frames in all."""
        return sum(len(volley.arrivals) for volley in self.volleys)


def write_tenants(folder: Path, case: Case) -> None:
    """The tenants and the policy, as every command of ``mlclick`` takes them."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "policy.toml").write_text(case.policy, encoding="utf-8")
    for name, text in case.tenants.items():
        (folder / f"{name}.click").write_text(text, encoding="utf-8")


def write_case(folder: Path, case: Case) -> None:
    """`tenants/`, a capture `in-N.pcap` for each port with one time a volley, and what captures cannot say in `case.json`."""
    write_tenants(folder / "tenants", case)
    for old in folder.glob("in-*.pcap"):
        old.unlink()
    ports = sorted({arrival.port for volley in case.volleys for arrival in volley.arrivals})
    for port in ports:
        frames = ((volley.time, a.frame) for volley in case.volleys for a in volley.arrivals if a.port == port)
        write_capture(folder / f"in-{port}.pcap", frames)
    broken: dict[str, dict[int, str]] = {}
    seen: Counter[int] = Counter()
    for volley in case.volleys:
        for arrival in volley.arrivals:
            if arrival.fault:
                broken.setdefault(str(arrival.port), {})[seen[arrival.port]] = arrival.fault
            seen[arrival.port] += 1
    rest = {
        "tenants": list(case.tenants),
        "hardware": sorted(case.hardware),
        "width": case.width,
        "seed": case.seed,
        "apart": case.apart,
        "volleys": [{"time": v.time, "pace": v.pace, "patience": v.patience} for v in case.volleys],
        "broken": broken,
    }
    (folder / FILE).write_text(json.dumps(rest, indent=1) + "\n", encoding="utf-8")


def read_case(folder: Path) -> Case:
    """What `write_case` wrote. Errors: `ClickError` where something is missing or is none."""
    here = Location(None, str(folder / FILE), 1, 1)
    try:
        rest = json.loads((folder / FILE).read_text(encoding="utf-8"))
        for name in rest["tenants"]:
            # A name may lead nowhere else.
            if not name.isidentifier():
                raise ValueError(f"{name!r} is no name of a tenant")
        tenants = {name: (folder / "tenants" / f"{name}.click").read_text(encoding="utf-8") for name in rest["tenants"]}
        policy = (folder / "tenants" / "policy.toml").read_text(encoding="utf-8")
        volleys = [Volley(v["time"], (), v["pace"], v["patience"]) for v in rest["volleys"]]
        broken, apart = rest["broken"], rest["apart"]
        arrivals: dict[int, list[Arrival]] = {volley.time: [] for volley in volleys}
        for path in sorted(folder.glob("in-*.pcap")):
            port = int(path.stem.partition("-")[2])
            for number, (time, frame) in enumerate(read_capture(path).packets):
                arrivals[time].append(Arrival(port, frame, broken.get(str(port), {}).get(str(number), "")))
        filled = tuple(Volley(v.time, tuple(arrivals[v.time]), v.pace, v.patience) for v in volleys)
        names = None if apart is None else (str(apart[0]), str(apart[1]))
        case = Case(tenants, policy, frozenset(rest["hardware"]), int(rest["width"]), int(rest["seed"]), filled, names)
        _check(case)
        return case
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        fail(f"this is no case of fuzzing: {error}", "name a folder that mlclick fuzz wrote, build/fuzz/SEED", here)


def _check(case: Case) -> None:
    """Errors: ``ValueError`` for what no run could have written."""
    if not case.tenants:
        raise ValueError("there are no tenants")
    if case.seed < 0:
        raise ValueError(f"the seed {case.seed} is below 0")
    times = [volley.time for volley in case.volleys]
    if any(not isinstance(time, int) or time < 0 for time in times) or times != sorted(set(times)):
        raise ValueError("the times of the volleys do not grow from 0")
    if case.width not in WIDTHS:
        raise ValueError(f"the width {case.width} is none of {', '.join(map(str, WIDTHS))}")
    if case.apart is not None and (len({*case.apart} & {*case.tenants}) != 2 or not case.width):
        raise ValueError(f"apart = {', '.join(case.apart)} are not two of the tenants, on a data path that has a width")
    for volley in case.volleys:
        if not (0 < volley.pace <= 1 and 0 < volley.patience <= 1):
            raise ValueError(f"the volley at {volley.time} ns has a pace or patience that is no share above 0")
        for arrival in volley.arrivals:
            if arrival.port < 0 or (arrival.fault and arrival.fault not in FAULTS):
                raise ValueError(f"port {arrival.port} has no fault {arrival.fault!r}")
