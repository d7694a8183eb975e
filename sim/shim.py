"""The C face of a Verilated model: its ports, read from the header that Verilator wrote, and functions over arrays that
ctypes can call.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

Probe = Literal["none", "coverage", "trace"]
"""What a model has beside its ports: nothing; counters of the lines and toggles that it has seen; or signals that can be written to a
waveform."""

_PORT = re.compile(r"VL_(IN|OUT|INOUT)(8|16|64|W)?\(&(\w+),(\d+),(\d+)(?:,(\d+))?\);")


@dataclass(frozen=True)
class Port:
    """A port of the top module: its name in Verilog, its width in bits, and its name in the C++ that Verilator
    wrote.
    """

    name: str
    width: int
    is_input: bool
    member: str = ""

    @property
    def words(self) -> int:
        """32-bit words that hold a value."""
        return (self.width + 31) // 32

    @property
    def dtype(self) -> str:
        """The numpy type of one value a cycle; beyond 64 bits, of one word of it."""
        for bits in (8, 16, 32, 64):
            if self.width <= bits:
                return f"uint{bits}"
        return "uint32"

    @property
    def is_wide(self) -> bool:
        """Whether a value is several words rather than one number."""
        return self.width > 64


def parse_ports(header: str) -> list[Port]:
    """The ports of the model in the order of the module's ports. Raises ValueError for one that goes both ways."""
    ports = []
    for direction, _, member, high, low, _ in _PORT.findall(header):
        name = _plain_name(member)
        if direction == "INOUT":
            raise ValueError(f"port {name} goes both ways; a model has inputs and outputs")
        ports.append(Port(name, int(high) - int(low) + 1, direction == "IN", member))
    return ports


def _plain_name(member: str) -> str:
    # Verilator writes a character that C++ or its own names cannot have as __0 and two hexadecimal digits, and
    # marks a name that C++ reserves.
    return re.sub(r"__0([0-9A-F]{2})", lambda m: chr(int(m[1], 16)), member.removeprefix("__SYM__"))


_HEAD = """\
#include "Vtop.h"
#include "verilated.h"
#include <cstdint>
#include <cstdio>

struct Model { VerilatedContext* context; Vtop* top; };

static thread_local bool failed;
static thread_local char message[512];

static void fail(const char* file, int line, const char* text) {
    if (!failed) snprintf(message, sizeof message, "%s (line %d of the Verilog)", text, line);
    (void)file;
    failed = true;
}
void vl_stop(const char* file, int line, const char*) { fail(file, line, "an assertion failed"); }
void vl_fatal(const char* file, int line, const char*, const char* text) { fail(file, line, text); }

extern "C" {
const char* model_failure() { return failed ? message : nullptr; }
void model_clear_failure() { failed = false; }
Model* model_new() {
    Model* m = new Model;
    m->context = new VerilatedContext;
    m->context->randReset(0);
    m->context->fatalOnError(false);
    m->top = new Vtop{m->context, "top"};
    return m;
}
void model_delete(Model* m) { m->top->final(); delete m->top; delete m->context; delete m; }
void model_settle(Model* m) { m->top->eval(); }
"""

_ACCESS = """\
void model_set(Model* m, int port, const uint32_t* w) {
    Vtop* const t = m->top;
    switch (port) {
%(set)s    }
}
void model_get(Model* m, int port, uint32_t* w) {
    Vtop* const t = m->top;
    switch (port) {
%(get)s    }
}
"""

_COVERAGE: Final = """\
void model_coverage(Model* m, const char* path) {
    m->context->coveragep()->write(path);
    m->context->coveragep()->zero();
}
"""

# A cycle is ten units of time: inputs settle at its start, and the clock rises in its middle.
_TRACE: Final = """\
static VerilatedVcdC* trace;
static uint64_t now, first, last;
void model_trace(Model* m, const char* path, uint64_t from, uint64_t to) {
    trace = new VerilatedVcdC;
    first = from; last = to; now = 0;
    m->top->trace(trace, 99);
    trace->open(path);
}
void model_trace_end(Model*) { trace->close(); delete trace; trace = nullptr; }
static inline void settled() { if (trace && now >= first && now <= last) trace->dump(10 * now); }
static inline void risen() { if (trace && now >= first && now <= last) trace->dump(10 * now + 5); now++; }
"""

_CYCLES = """\
static inline void edge(Vtop* t) { %(settled)s%(rise)s t->eval(); %(risen)s%(fall)s }
/* The inputs stay as they are. Returns how many cycles passed before an assertion failed. */
uint64_t model_step(Model* m, uint64_t cycles) {
    for (uint64_t i = 0; i < cycles; i++) {
        m->top->eval();
        if (failed) return i;
        edge(m->top);
        if (failed) return i;
    }
    m->top->eval();
    return cycles;
}
/* Port p takes from (or gives to) array a[p] where it is not null, one value a cycle. */
uint64_t model_run(Model* m, uint64_t cycles, void* const* a) {
    Vtop* const t = m->top;
    for (uint64_t i = 0; i < cycles; i++) {
%(drive)s
        t->eval();
%(sample)s
        if (failed) return i;
        edge(t);
        if (failed) return i;
    }
    t->eval();
    return cycles;
}
}
"""

_C_TYPE = {"uint8": "uint8_t", "uint16": "uint16_t", "uint32": "uint32_t", "uint64": "uint64_t"}


def shim_source(ports: Sequence[Port], clock: str, probe: Probe = "none") -> str:
    """The C++ source that is linked with the model: create, settle, set, get, step and run, by port number; and what reads its ``probe``.
    A process has one waveform at a time."""
    driven = any(p.name == clock and p.is_input for p in ports)
    member = next((p.member for p in ports if p.name == clock), "")
    cases_set = "".join(f"    case {n}: {_from_words(p)} break;\n" for n, p in enumerate(ports) if p.is_input)
    cases_get = "".join(f"    case {n}: {_to_words(p)} break;\n" for n, p in enumerate(ports))
    access = _ACCESS % {"set": cases_set, "get": cases_get}
    # The clock is this shim's to drive: an array for it would be overwritten.
    drive = "\n".join(_drive(n, p) for n, p in enumerate(ports) if p.is_input and p.name != clock)
    sample = "\n".join(_sample(n, p) for n, p in enumerate(ports) if not p.is_input)
    cycles = _CYCLES % {
        "settled": "settled(); " if probe == "trace" else "",
        "risen": "risen(); " if probe == "trace" else "",
        "rise": f"t->{member} = 1;" if driven else "",
        "fall": f"t->{member} = 0;" if driven else "",
        "drive": drive,
        "sample": sample,
    }
    return _head(probe) + access + cycles


def _head(probe: Probe) -> str:
    if probe == "coverage":
        return _HEAD + _COVERAGE
    if probe == "trace":
        # Before the model is made, or it has no signals to show.
        traced = _HEAD.replace("    m->top = new", "    m->context->traceEverOn(true);\n    m->top = new")
        return '#include "verilated_vcd_c.h"\n' + traced + _TRACE
    return _HEAD


def _from_words(port: Port) -> str:
    if port.is_wide:
        return f"for (int k = 0; k < {port.words}; k++) t->{port.member}[k] = w[k];"
    if port.words == 2:
        return f"t->{port.member} = w[0] | (uint64_t)w[1] << 32;"
    return f"t->{port.member} = w[0];"


def _to_words(port: Port) -> str:
    if port.is_wide:
        return f"for (int k = 0; k < {port.words}; k++) w[k] = t->{port.member}[k];"
    if port.words == 2:
        return f"w[0] = (uint32_t)t->{port.member}; w[1] = (uint32_t)(t->{port.member} >> 32);"
    return f"w[0] = t->{port.member};"


def _drive(number: int, port: Port) -> str:
    array = f"((const {_C_TYPE[port.dtype]}*)a[{number}])"
    if port.is_wide:
        n = port.words
        return f"        if (a[{number}]) for (int k = 0; k < {n}; k++) t->{port.member}[k] = {array}[i * {n} + k];"
    return f"        if (a[{number}]) t->{port.member} = {array}[i];"


def _sample(number: int, port: Port) -> str:
    array = f"(({_C_TYPE[port.dtype]}*)a[{number}])"
    if port.is_wide:
        n = port.words
        return f"        if (a[{number}]) for (int k = 0; k < {n}; k++) {array}[i * {n} + k] = t->{port.member}[k];"
    return f"        if (a[{number}]) {array}[i] = t->{port.member};"
