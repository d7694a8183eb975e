import time
from collections.abc import Iterator

import numpy as np
import pytest

from hdl.tools.verilog import to_verilog
from sim.verilated import AssertionFailed, Verilated
from tests.sim.designs import Counter, WideAdder


@pytest.fixture
def counter() -> Iterator[Verilated]:
    with Verilated.from_verilog(to_verilog(Counter(limit=200), "counter"), "counter") as model:
        yield model


@pytest.fixture
def adder() -> Iterator[Verilated]:
    with Verilated.from_verilog(to_verilog(WideAdder(), "adder"), "adder") as model:
        yield model


def words(values: list[int], count: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint32]]:
    return np.array([[(v >> 32 * k) & 0xFFFFFFFF for k in range(count)] for v in values], dtype=np.uint32)


def test_ports_have_their_verilog_names_and_widths(adder: Verilated) -> None:
    found = {p.name: (p.width, p.is_input) for p in adder.ports.values()}
    assert found == {
        "clk": (1, True),
        "rst": (1, True),
        "a__left": (100, True),
        "b": (100, True),
        "sum": (101, False),
        "last": (101, False),
        "low": (40, False),
        "mid": (12, False),
    }


def test_outputs_follow_inputs_at_once_and_registers_at_the_edge(adder: Verilated) -> None:
    top = (1 << 100) - 1
    adder.set("a__left", top)
    adder.set("b", 0x5_0000_0001)
    expected = top + 0x5_0000_0001
    assert adder.get("sum") == expected
    assert adder.get("low") == expected & ((1 << 40) - 1)
    assert adder.get("mid") == expected & 0xFFF
    assert adder.get("last") == 0
    adder.step()
    assert adder.get("last") == expected
    assert adder.get("b") == 0x5_0000_0001


def test_two_instances_do_not_share_state(counter: Verilated) -> None:
    with Verilated.from_verilog(to_verilog(Counter(limit=200), "counter"), "counter") as other:
        counter.set("en", 1)
        counter.step(7)
        other.step(3)
        assert (counter.get("count"), other.get("count")) == (7, 0)


def test_reset_starts_again(counter: Verilated) -> None:
    counter.set("en", 1)
    counter.step(9)
    counter.reset()
    assert counter.get("count") == 0
    counter.step()
    assert counter.get("count") == 1


def test_run_drives_before_the_edge_and_samples_before_it(counter: Verilated) -> None:
    seen = counter.run({"en": np.array([1, 0, 1, 1])}, ["count", "next_count"])
    assert seen["count"].tolist() == [0, 1, 1, 2]
    assert seen["next_count"].tolist() == [1, 1, 2, 3]
    assert counter.get("count") == 3
    assert counter.cycles == 4
    # Inputs keep their last value.
    assert counter.run({}, ["count"], cycles=3)["count"].tolist() == [3, 4, 5]


def test_run_equals_set_step_get_on_wide_ports(adder: Verilated) -> None:
    rng = np.random.default_rng(5)
    left = [int.from_bytes(rng.bytes(13), "little") >> 4 for _ in range(50)]
    right = [int.from_bytes(rng.bytes(13), "little") >> 4 for _ in range(50)]
    seen = adder.run({"a__left": words(left, 4), "b": words(right, 4)}, ["sum", "last", "low", "mid"])
    sums = [a + b for a, b in zip(left, right, strict=True)]
    assert np.array_equal(seen["sum"], words(sums, 4))
    assert np.array_equal(seen["last"], words([0, *sums[:-1]], 4))
    assert seen["low"].tolist() == [s & ((1 << 40) - 1) for s in sums]
    assert seen["mid"].tolist() == [s & 0xFFF for s in sums]
    assert [str(seen[name].dtype) for name in ("low", "mid")] == ["uint64", "uint16"]


def test_run_is_fast(counter: Verilated) -> None:
    start = time.perf_counter()
    counter.run({"en": np.zeros(1_000_000, dtype=np.uint8)}, ["count"])
    assert time.perf_counter() - start < 2  # 0.1 s on an idle core; cycle by cycle from Python it takes several seconds


def test_a_failed_assertion_names_its_cycle(counter: Verilated) -> None:
    with pytest.raises(AssertionFailed, match=r"^cycle 200: an assertion failed \(line \d+ of the Verilog\)$"):
        counter.run({"en": np.ones(500, dtype=np.uint8)}, ["count"])


def test_what_does_not_fit_is_refused(counter: Verilated, adder: Verilated) -> None:
    with pytest.raises(ValueError, match="0x2 does not fit the 1 bits of en"):
        counter.set("en", 2)
    with pytest.raises(ValueError, match="en is 1 bits wide and was given more"):
        counter.run({"en": np.array([0, 2])}, [])
    with pytest.raises(ValueError, match="en takes unsigned numbers"):
        counter.run({"en": np.array([0, -1])}, [])
    with pytest.raises(ValueError, match=r"b is 100 bits wide and takes an array of shape \(3, 4\), not \(3, 2\)"):
        adder.run({"b": np.zeros((3, 2), dtype=np.uint32)}, [])
    with pytest.raises(ValueError, match="b is 100 bits wide and was given more"):
        adder.run({"b": np.array([[0, 0, 0, 16]])}, [])
    with pytest.raises(ValueError, match="en has 3 cycles, but the run 4"):
        counter.run({"en": np.zeros(3, dtype=np.uint8)}, [], cycles=4)


def test_a_port_that_is_not_there_is_named(counter: Verilated) -> None:
    with pytest.raises(KeyError, match="the design has no input count; it has clk, rst, en"):
        counter.set("count", 1)
    with pytest.raises(KeyError, match="the design has no output en; it has"):
        counter.run({}, ["en"], cycles=1)
    with pytest.raises(KeyError, match="the design has no port x; it has"):
        counter.get("x")


def test_a_closed_model_says_so(counter: Verilated) -> None:
    counter.close()
    with pytest.raises(ValueError, match="the model was closed"):
        counter.step()
