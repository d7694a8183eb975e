"""A Verilated design as a Python object: ports by name, cycles one at a time or millions in one call."""

from __future__ import annotations

import ctypes
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.shim import Port, Probe
from sim.verilator import build_library

Array = npt.NDArray[Any]


class AssertionFailed(Exception):
    """An assertion of the design failed, ``into`` so many cycles of what was asked for; the model must not be used further."""

    def __init__(self, text: str, into: int = 0) -> None:
        super().__init__(text)
        self.into = into


class Verilated:
    """One instance of a design, with state of its own.

    A cycle is: inputs settle, outputs are what they show before the rising edge, the clock rises and falls. After a
    cycle the outputs show the new state under the same inputs.
    """

    def __init__(self, library: Path, probe: Probe = "none") -> None:
        """Loads what `sim.verilator.build_library` built with this ``probe``. All inputs and the clock start at 0."""
        self.ports: dict[str, Port] = {p["name"]: Port(**p) for p in json.loads((library.parent / "ports.json").read_text())}
        self._numbers = {name: number for number, name in enumerate(self.ports)}
        self._lib = _load(library, probe)
        self._source = library.parent / "top.v"
        self._model: int | None = self._lib.model_new()
        self._settled = False
        self.cycles = 0

    @classmethod
    def from_verilog(cls, verilog: str, top: str, clock: str = "clk", level: str = "", probe: Probe = "none") -> Verilated:
        """A design from its Verilog, compiled if it never was at this ``level`` (of the C++ compiler) with this ``probe``."""
        return cls(build_library(verilog, top, clock, level, probe), probe)

    def set(self, name: str, value: int) -> None:
        """Drives an input, from now on. Raises ValueError for a value that does not fit, KeyError for no such port."""
        port = self._port(name, is_input=True)
        if value < 0 or value >> port.width:
            raise ValueError(f"{value:#x} does not fit the {port.width} bits of {name}")
        words = (ctypes.c_uint32 * port.words)(*((value >> 32 * k) & 0xFFFFFFFF for k in range(port.words)))
        self._lib.model_set(self._alive(), self._numbers[name], words)
        self._settled = False

    def get(self, name: str) -> int:
        """The value of a port under the inputs as they are now."""
        port = self.ports.get(name)
        if port is None:
            raise KeyError(self._no_such(name))
        self.settle()
        words = (ctypes.c_uint32 * port.words)()
        self._lib.model_get(self._alive(), self._numbers[name], words)
        return sum(int(word) << 32 * k for k, word in enumerate(words))

    def settle(self) -> None:
        """Lets combinational logic follow the inputs; reading an output does it by itself."""
        if self._settled:
            return
        self._lib.model_settle(self._alive())
        self._check(0)
        self._settled = True

    def step(self, n: int = 1) -> None:
        """``n`` cycles with the inputs as they are."""
        done = self._lib.model_step(self._alive(), n)
        self._check(done)
        self.cycles += n
        self._settled = True

    def reset(self, name: str = "rst", cycles: int = 1) -> None:
        """Holds an active-high synchronous reset for ``cycles`` cycles."""
        self.set(name, 1)
        self.step(cycles)
        self.set(name, 0)

    def run(self, inputs: Mapping[str, Array], outputs: Sequence[str], cycles: int | None = None) -> dict[str, Array]:
        """As many cycles as the arrays are long: input i of a cycle is driven before, output i sampled just before its
        rising edge.

        Arrays are unsigned, ``[cycles]`` for ports up to 64 bits and ``[cycles, words]`` of uint32, least significant
        word first, for wider ones; so are the results, in the smallest type that holds the port. Inputs that are not
        named keep their value, and named ones keep their last. ``cycles`` is needed only when no input is given. Raises
        ValueError for an array of another shape or with a value that does not fit.
        """
        lengths = {name: len(array) for name, array in inputs.items()}
        count = next(iter(lengths.values()), 0) if cycles is None else cycles
        for name, length in lengths.items():
            if length != count:
                raise ValueError(f"{name} has {length} cycles, but the run {count}")
        driven = {name: _prepared(self._port(name, is_input=True), array) for name, array in inputs.items()}
        sampled = {name: _empty(self._port(name, is_input=False), count) for name in outputs}
        pointers = (ctypes.c_void_p * len(self.ports))()
        for name, array in (*driven.items(), *sampled.items()):
            pointers[self._numbers[name]] = array.ctypes.data
        done = self._lib.model_run(self._alive(), count, pointers)
        self._check(done)
        self.cycles += count
        self._settled = True
        return sampled

    def take_coverage(self, path: Path) -> None:
        """Writes what lines and toggles this model has seen since it was made or last asked, as Verilator writes it. It was built with
        that probe."""
        self._lib.model_coverage(self._alive(), os.fsencode(path))

    @contextmanager
    def traced(self, path: Path, first: int, last: int) -> Iterator[None]:
        """Writes the cycles from ``first`` to ``last``, counted from here, as a waveform (VCD). It was built with that probe."""
        self._lib.model_trace(self._alive(), os.fsencode(path), first, last)
        try:
            yield
        finally:
            self._lib.model_trace_end(self._alive())

    def close(self) -> None:
        """Frees the model."""
        if self._model is not None:
            self._lib.model_delete(self._model)
            self._model = None

    def __enter__(self) -> Verilated:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __del__(self) -> None:
        # A constructor that failed leaves no model to free.
        if getattr(self, "_model", None) is not None:
            self.close()

    def _alive(self) -> int:
        if self._model is None:
            raise ValueError("the model was closed")
        return self._model

    def _port(self, name: str, is_input: bool) -> Port:
        port = self.ports.get(name)
        if port is None or port.is_input != is_input:
            raise KeyError(self._no_such(name, is_input))
        return port

    def _no_such(self, name: str, is_input: bool | None = None) -> str:
        kind = {None: "port", True: "input", False: "output"}[is_input]
        known = ", ".join(p.name for p in self.ports.values() if is_input in (None, p.is_input))
        return f"the design has no {kind} {name}; it has {known}"

    def _check(self, done: int) -> None:
        failure = self._lib.model_failure()
        if failure is None:
            return
        self._lib.model_clear_failure()
        raise AssertionFailed(f"cycle {self.cycles + done}: {_in_words(failure.decode(), self._source)}", done)


def _in_words(failure: str, source: Path) -> str:
    """``failure`` with what the design says of the assertion, where it says anything: the Verilog prints it on the line before."""
    place = re.fullmatch(r"an assertion failed \((line (\d+) of the Verilog)\)", failure)
    if place is None:
        return failure
    before = source.read_text().splitlines()[int(place[2]) - 2]
    words = re.fullmatch(r'\s*\$write\("(.*)"\);', before)
    return failure if words is None else f"{words[1]} ({place[1]})"


_PROBES: Final[Mapping[Probe, Sequence[tuple[str, Any, list[Any]]]]] = {
    "none": (),
    "coverage": (("model_coverage", None, [ctypes.c_void_p, ctypes.c_char_p]),),
    "trace": (
        ("model_trace", None, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_uint64, ctypes.c_uint64]),
        ("model_trace_end", None, [ctypes.c_void_p]),
    ),
}
"""The functions that a model has for its probe."""


def _load(library: Path, probe: Probe) -> ctypes.CDLL:
    lib = ctypes.CDLL(str(library))
    model, words = ctypes.c_void_p, ctypes.POINTER(ctypes.c_uint32)
    for name, result, arguments in (
        ("model_new", model, []),
        ("model_delete", None, [model]),
        ("model_settle", None, [model]),
        ("model_set", None, [model, ctypes.c_int, words]),
        ("model_get", None, [model, ctypes.c_int, words]),
        ("model_step", ctypes.c_uint64, [model, ctypes.c_uint64]),
        ("model_run", ctypes.c_uint64, [model, ctypes.c_uint64, ctypes.POINTER(ctypes.c_void_p)]),
        ("model_failure", ctypes.c_char_p, []),
        ("model_clear_failure", None, []),
        *_PROBES[probe],
    ):
        function = getattr(lib, name)
        function.restype, function.argtypes = result, arguments
    return lib


def _prepared(port: Port, array: Array) -> Array:
    shape = (len(array), port.words) if port.is_wide else (len(array),)
    if array.shape != shape:
        raise ValueError(f"{port.name} is {port.width} bits wide and takes an array of shape {shape}, not {array.shape}")
    if array.dtype.kind not in "ub" and (array.dtype.kind != "i" or (array.size and array.min() < 0)):
        raise ValueError(f"{port.name} takes unsigned numbers")
    # The model relies on the bits beyond a port's width being zero.
    top = array[:, -1] if port.is_wide else array
    bits = port.width - 32 * (port.words - 1) if port.is_wide else port.width
    if array.size and (int(top.max()) >> bits or (port.is_wide and int(array.max()) >> 32)):
        raise ValueError(f"{port.name} is {port.width} bits wide and was given more")
    return np.ascontiguousarray(array, dtype=port.dtype)


def _empty(port: Port, cycles: int) -> Array:
    return np.empty((cycles, port.words) if port.is_wide else cycles, dtype=port.dtype)
