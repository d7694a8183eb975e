"""Every element with a program, in the smallest router around it, is built as tenants' machines are: cut, composed, packed, scheduled and
elaborated with its registers; or it is software, with a reason that is known here."""

from __future__ import annotations

from pathlib import Path

import pytest
from amaranth.back import rtlil
from amaranth.hdl import Fragment

from elements.definition.catalogue import class_info
from graph.diagnostics import ClickError
from hdl.datapath import DatapathParameters
from mlclick.design import Source
from mlclick.flow import build_core, merge_tenants, rates_of, split
from sim.conformance.examples import Example, catalogue_examples

POLICY = "[tenants.a]\nvlan = 100\ndevices = { eth0 = 0, eth1 = 1 }\n"
EXAMPLES = catalogue_examples()
SOFTWARE = {
    "ARPResponder": "answers are rare, and rewrite a whole packet",
    **dict.fromkeys(("CheckIPHeader", "CheckIPHeader2"), "it keeps an array of state"),
    "DecIP6HLIM": "IPv6 addresses beside packets are the software's",
    **dict.fromkeys(("BandwidthMeter", "Meter"), "its average is not done in a cycle of hardware"),
    "PullTee": "a/Counter@10: it keeps state behind a queue; the egress only counts what departs",
    "Tee": "a/q: two copies of one packet meet here; hardware sends a packet to a queue once",
}
"""Why examples of these classes may be software: by themselves, or by what stands behind them."""
REFUSED = {"Counter(COUNT_CALL 100 x.reset)"}
"""Examples that no tenant may write: they call handlers."""


def router(example: Example) -> str:
    """The element behind a device; where it is pulled from, that is done by a device of its own, and the queue stands in front of it."""
    info = class_info(example.class_name)
    is_pulled = info is not None and info.processing.startswith("l")
    ways = "".join(f"x [{output}] -> Counter -> q;\n" for output in range(int(is_pulled), example.outputs))
    x = f"FromDevice(eth0) -> Strip(14) -> CheckIPHeader -> {'Queue -> ' * is_pulled}x :: {example.text};\n"
    pulls = "x [0] -> ToDevice(eth1);\nq :: Queue -> ToDevice(eth0);\n" if is_pulled else "q :: Queue -> ToDevice(eth1);\n"
    return f"{x}{pulls}FromDevice(eth1) -> q;\n{ways}"


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted({example.class_name for example in EXAMPLES}))
def test_it_is_built_or_software_with_a_reason(name: str, tmp_path: Path) -> None:
    for number, example in enumerate(each for each in EXAMPLES if each.class_name == name):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "policy.toml").write_text(POLICY)
        (folder / "a.click").write_text(router(example))
        if example.text in REFUSED:
            with pytest.raises(ClickError, match="may not stop the machine, nor call handlers"):
                merge_tenants(Source(("a",), folder))
            continue
        merged = merge_tenants(Source(("a",), folder))
        found = split(merged, rates_of(merged, None))
        if "a/x" not in found.placement.hardware:
            assert SOFTWARE[name] in {**found.question.software, **found.pinned}.values(), example.text
        core = build_core(found, DatapathParameters(64, 2))
        pipeline = core.datapath.pipeline
        Fragment.get(core, None)
        homes = [home for bank in pipeline.composition.banks for home in bank.homes.values() if home.element == "a/x"]
        kept = [access.state.name for access in example.program.accesses] if "a/x" in found.placement.hardware else []
        assert sorted(home.state.name for home in homes) == sorted(kept), example.text
        if not pipeline.composition.engines:
            # Tables are large, and written to no purpose here.
            assert "module" in rtlil.convert(pipeline)
