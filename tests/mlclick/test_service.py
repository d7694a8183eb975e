"""What each tenant is sure of is said in words, in both modes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast

import pytest
from amaranth.hdl import Fragment

from hdl.datapath import Datapath, DatapathParameters
from mlclick.design import Source
from mlclick.flow import build_core, merge_tenants, rates_of, split
from mlclick.service import delays, service_lines
from sim.evidence import Mode

TENANT = "FromDevice(in) -> Queue -> ToDevice(out);"
POLICY = "".join(f"[tenants.{name}]\nvlan = {vlan}\ndevices = {{ in = 0, out = 0 }}\n" for name, vlan in (("a", 100), ("b", 200)))


def built(folder: Path, mode: str, asked: Mode | None = None) -> Datapath:
    slot = "slot = 2000\n" if mode == "strict" and asked else ""
    (folder / "policy.toml").write_text(f'[machine]\nmode = "{mode}"\n{slot}{POLICY}')
    for name in "ab":
        (folder / f"{name}.click").write_text(TENANT)
    merged = merge_tenants(Source(("a", "b"), folder, asked))
    core = build_core(split(merged, rates_of(merged, None)), DatapathParameters(64, 1))
    Fragment.get(core, None)
    return core.datapath


def lines(folder: Path, mode: str, asked: Mode | None = None) -> list[str]:
    return service_lines(built(folder, mode, asked), ("a", "b"))


WORDS = {
    "shared": "{} (shared): pipeline at least 4.00 bytes a cycle, waits at most 2375 cycles; ",
    "strict": "{} (strict): pipeline at least 3.96 bytes a cycle, waits at most 606 cycles; ",
}


@pytest.mark.parametrize(("mode", "words"), WORDS.items())
def test_each_tenant_s_service_is_said_place_by_place(tmp_path: Path, mode: str, words: str) -> None:
    found = lines(tmp_path, mode)
    assert [line.startswith(words.format(name)) for name, line in zip("ab", found, strict=True)] == [True, True], found
    # Asked for it, a machine is the same under a policy of the other mode.
    other = "shared" if mode == "strict" else "strict"
    assert lines(tmp_path, other, cast("Mode", mode)) == found
    assert all(f"; {place} at least " in line for line in found for place in ("port 0", "host"))


def test_a_delay_is_that_of_an_output(tmp_path: Path) -> None:
    """The wire's longest frame, and the waits that are said of the pipeline and of the port."""
    datapath = built(tmp_path, "shared")
    pipeline, port, host = (int(cycles) for cycles in re.findall(r"waits at most (\d+) cycles", service_lines(datapath, ("a", "b"))[0]))
    wire = -(-8 * datapath.parameters.max_frame // 64)
    assert delays(datapath, 0) == {"tx0": wire + pipeline + port, "tx_host": wire + pipeline + host}
