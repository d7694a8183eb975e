"""Handlers of elements that are hardware, from the registers."""

from pathlib import Path

from mlclick.design import Source
from mlclick.flow import merge_tenants, rates_of, split
from mlclick.read_hardware import readers
from tests.mlclick.test_readme import small_tenants

TEXT = "FromDevice(eth0) -> c :: Classifier(12/0800, -); c[1] -> d :: Discard; c[0] -> n :: Counter -> Queue -> ToDevice(eth1);"


def test_a_variable_without_a_register_reads_as_the_element_starts(tmp_path: Path) -> None:
    folder = small_tenants(tmp_path) / "tenants"
    (folder / "a.click").write_text(TEXT)
    merged = merge_tenants(Source(("a",), folder))
    registers = {(1, "a/n.packets"): 7, (2, "a/n.packets"): 9, (1, "port1/sent"): 5}
    found = {name: read for name, _, read in readers(split(merged, rates_of(merged, None)), registers)}
    assert found["a/d"]("active") == "true"
    assert found["a/d"]("count") == "0"
    assert found["a/n"]("count") == "7"
    assert found["a/port1_out"]("count") == "5"
    # A queue and the operator's elements have registers by port, and no handlers.
    assert not any(name.startswith("port") or "Queue" in name for name in found)
