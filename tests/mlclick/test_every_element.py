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

BATCH = 8
"""Examples of one machine, each as a tenant: as much as one alone has is made once for all of them."""
SOFTWARE = {
    "ARPResponder": ("x", "answers are rare, and rewrite a whole packet"),
    **dict.fromkeys(("CheckIPHeader", "CheckIPHeader2"), ("x", "it keeps an array of state")),
    "DecIP6HLIM": ("x", "IPv6 addresses beside packets are the software's"),
    **dict.fromkeys(("BandwidthMeter", "Meter"), ("x", "its average is not done in a cycle of hardware")),
    # Of what stands behind them something cannot be hardware, and then it is cheaper to have them beside that.
    "PullTee": ("Counter@10", "{tenant}/Counter@10: it keeps state behind a queue; the egress only counts what departs"),
    "Tee": ("q", "{tenant}/q: two copies of one packet meet here; hardware sends a packet to a queue once"),
}
"""Which element of the router is the reason why examples of these classes may be software, and what is said of it."""
REFUSED = {"Counter(COUNT_CALL 100 x.reset)"}
"""Examples that no tenant may write: they call handlers."""


def batches() -> list[list[Example]]:
    """All examples that a tenant may write, those with tables apart."""
    found = []
    for has_tables in (False, True):
        alike = [each for each in catalogue_examples() if bool(each.program.tables) is has_tables and each.text not in REFUSED]
        found += [alike[first : first + BATCH] for first in range(0, len(alike), BATCH)]
    return found


def written(folder: Path, examples: list[Example]) -> Source:
    """Tenants t0, t1, … of the examples."""
    names = tuple(f"t{number}" for number in range(len(examples)))
    policy = [f"[tenants.{name}]\nvlan = {100 + number}\ndevices = {{ eth0 = 0, eth1 = 1 }}\n" for number, name in enumerate(names)]
    (folder / "policy.toml").write_text("".join(policy))
    for name, example in zip(names, examples, strict=True):
        (folder / f"{name}.click").write_text(router(example))
    return Source(names, folder)


def router(example: Example) -> str:
    """The element behind a device; where it is pulled from, that is done by a device of its own, and the queue stands in front of it."""
    info = class_info(example.class_name)
    is_pulled = info is not None and info.processing.startswith("l")
    ways = "".join(f"x [{output}] -> Counter -> q;\n" for output in range(int(is_pulled), example.outputs))
    x = f"FromDevice(eth0) -> Strip(14) -> CheckIPHeader -> {'Queue -> ' * is_pulled}x :: {example.text};\n"
    pulls = "x [0] -> ToDevice(eth1);\nq :: Queue -> ToDevice(eth0);\n" if is_pulled else "q :: Queue -> ToDevice(eth1);\n"
    return f"{x}{pulls}FromDevice(eth1) -> q;\n{ways}"


@pytest.mark.slow
@pytest.mark.parametrize("examples", batches(), ids=lambda examples: f"{examples[0].text} to {examples[-1].text}")
def test_each_is_built_or_software_with_a_reason(examples: list[Example], tmp_path: Path) -> None:
    merged = merge_tenants(written(tmp_path, examples))
    found = split(merged, rates_of(merged, None))
    reasons = {**found.question.software, **found.pinned}
    core = build_core(found, DatapathParameters(64, 2))
    pipeline = core.datapath.pipeline
    Fragment.get(core, None)
    homes = [home for bank in pipeline.composition.banks for home in bank.homes.values()]
    for number, example in enumerate(examples):
        tenant = f"t{number}"
        is_hardware = f"{tenant}/x" in found.placement.hardware
        if not is_hardware:
            element, reason = SOFTWARE[example.class_name]
            assert reasons[f"{tenant}/{element}"] == reason.format(tenant=tenant), example.text
        kept = [access.state.name for access in example.program.accesses] if is_hardware else []
        assert sorted(home.state.name for home in homes if home.element == f"{tenant}/x") == sorted(kept), example.text
    if not pipeline.composition.engines:
        # Tables are large, and written to no purpose here.
        assert "module" in rtlil.convert(pipeline)


@pytest.mark.parametrize("text", sorted(REFUSED))
def test_what_calls_handlers_no_tenant_may_write(text: str, tmp_path: Path) -> None:
    [example] = [each for each in catalogue_examples() if each.text == text]
    with pytest.raises(ClickError, match="may not stop the machine, nor call handlers"):
        merge_tenants(written(tmp_path, [example]))
