"""The software reading, for conformance: the functions that a compiled machine runs, called for many packets at once."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

import numpy as np

from elements.definition.catalogue import class_info
from elements.program.program import Program
from elements.reference.machine import instantiate
from elements.reference.packet import HEADROOM
from graph.check import check
from sim.conformance.cases import Case
from sim.conformance.examples import Example, graph_of
from sim.conformance.outcome import Left, Outcome, annotations_of
from swclick.compile import load_c
from swclick.generate import generate
from swclick.machine import NO_NETWORK
from swclick.runtime import runtime_c

FRONT: Final = HEADROOM
"""Bytes in front of each packet's data that are given."""
STRIDE: Final = 2048
"""Bytes of room for each packet that leaves."""
WORD: Final = 16
"""Bytes of a word of state, as it is recorded."""

_CASE: Final = np.dtype(
    [
        ("offset", "u8"),
        ("clock", "u8"),
        ("poke", "u8"),
        ("length", "u4"),
        ("network", "i4"),
        ("dst_ip", "u4"),
        ("ways", "i4"),
        ("vlan_tci", "u2"),
        ("paint", "u1"),
        ("device", "u1"),
        ("packet_type", "u1"),
        ("fix_ip_src", "u1"),
        ("poked", "u1"),
        ("unused", "u1"),
    ]
)

_DRIVER: Final = """
struct conformance_case {
    uint64_t offset, clock, poke;
    uint32_t length;
    int32_t network;
    uint32_t dst_ip;
    int32_t ways;
    uint16_t vlan_tci;
    uint8_t paint, device, packet_type, fix_ip_src, poked, unused;
};
static void conformance_word(unsigned __int128 value, uint8_t **words) { memcpy(*words, &value, 16); *words += 16; }
%(elements)s
void conformance_run(struct machine *m, int element, uint64_t count, const uint8_t *bytes, struct conformance_case *c, uint8_t *out,
                     uint8_t *words)
{
    for (uint64_t i = 0; i < count; i++, c++, out += %(stride)d) {
        struct packet *p = new_packet(&m->base, c->length);
        memcpy(p->data - %(front)d, bytes + c->offset, %(front)d + c->length);
        p->network = c->network; p->dst_ip = c->dst_ip; p->vlan_tci = c->vlan_tci; p->paint = c->paint;
        p->device = c->device; p->packet_type = c->packet_type; p->fix_ip_src = c->fix_ip_src;
        m->base.now = p->time = c->clock;
        switch (element) {
%(cases)s
        }
        c->length = p->length; c->network = p->network; c->dst_ip = p->dst_ip; c->vlan_tci = p->vlan_tci; c->paint = p->paint;
        c->device = p->device; c->packet_type = p->packet_type; c->fix_ip_src = p->fix_ip_src;
        memcpy(out, p->data, p->length < %(stride)d ? p->length : %(stride)d);
        kill_packet(&m->base, p);
    }
}
"""


class SoftwareLibrary:
    """All ``examples`` as one compiled machine, element n of them being example n."""

    def __init__(self, examples: Sequence[Example]) -> None:
        graph = graph_of(examples)
        numbers = {node.name: number for number, node in enumerate(graph.nodes)}
        elements_by_name = instantiate(graph)
        for n, example in enumerate(examples):
            # What is compiled is the example's program, whatever its element would trace to.
            elements_by_name[f"x{n}"].__dict__.update(trace=partial(_program_of, example), trace_live=partial(_program_of, example))
        text = generate(check(graph, class_info), elements_by_name)
        elements = "".join(_element(numbers[f"x{n}"], example.program) for n, example in enumerate(examples))
        cases = "\n".join(f"        case {n}: c->ways = e{numbers[f'x{n}']}_conform(m, p, c, &words); break;" for n in range(len(examples)))
        self.library = load_c(text + _DRIVER % {"elements": elements, "cases": cases, "front": FRONT, "stride": STRIDE}, runtime_c())
        self.library.machine_new.restype = ctypes.c_void_p
        self.machine = ctypes.c_void_p(self.library.machine_new(0, 0, ctypes.c_uint64(0), None))

    def close(self) -> None:
        """Take the machine down."""
        self.library.machine_free(self.machine)


def _program_of(example: Example) -> Program:
    return example.program


def _element(number: int, program: Program) -> str:
    """The function that puts one packet through an element: sets its state where that is asked for, and appends it to a record after."""
    pokes, records = [], []
    for state in (access.state for access in program.accesses):
        each = f"        for (int i = 0; i < {state.depth}; i++)"
        pokes.append(f"{each} self->{state.name}[i] = c->poke & 0x{(1 << min(state.width, 64)) - 1:x}ULL;")
        records.append(f"{each} conformance_word(self->{state.name}[i], words);")
    pokes_text, records_text = "\n".join(pokes), "\n".join(records)
    run = f"    int ways = e{number}_run(m, p, &seen);"
    if not program.exclusive:
        count = len(program.exits)
        run = f"""    uint8_t taken[{count}];
    e{number}_run(m, p, &seen, taken);
    int ways = 0;
    for (int i = 0; i < {count}; i++) ways |= taken[i] << i;"""
    # Not inlined: one function of all elements would take the compiler minutes.
    return f"""
static __attribute__((noinline))
int e{number}_conform(struct machine *m, struct packet *p, const struct conformance_case *c, uint8_t **words)
{{
    struct e{number} *self = &m->e{number};
    (void)self;
    if (c->poked) {{
{pokes_text}
    }}
    struct view seen;
    look(p, &seen);
{run}
    keep(p, &seen);
{records_text}
    return ways;
}}
"""


class Software:
    """One example's function in a `SoftwareLibrary`."""

    def __init__(self, library: SoftwareLibrary, number: int, program: Program) -> None:
        self._library = library
        self._number = number
        self._program = program
        self._words = sum(access.state.depth for access in program.accesses)

    def run(self, cases: Sequence[Case]) -> Iterator[Outcome]:
        """See `Reading`."""
        records, data = np.zeros(len(cases), _CASE), bytearray()
        for record, case in zip(records, cases, strict=True):
            packet = case.packet
            record["offset"], record["length"], record["clock"] = len(data), packet.length, packet.time
            record["network"] = NO_NETWORK if packet.network is None else packet.network - packet.start
            record["poked"], record["poke"] = case.poke is not None, case.poke or 0
            names = ("paint", "dst_ip", "vlan_tci", "device", "packet_type", "fix_ip_src")
            for name, value in zip(names, annotations_of(packet), strict=True):
                record[name] = value
            data += packet.buffer[packet.start - FRONT : packet.end]
        out = np.zeros((len(cases), STRIDE), np.uint8)
        words = np.zeros((len(cases), max(1, self._words), WORD), np.uint8)
        source = np.frombuffer(bytes(data), np.uint8)
        pointers = [array.ctypes.data_as(ctypes.c_void_p) for array in (source, records, out, words)]
        self._library.library.conformance_run(self._library.machine, self._number, ctypes.c_uint64(len(cases)), *pointers)
        flat = words.tobytes()
        for index, fields in enumerate(records.tolist()):
            start = index * self._words * WORD
            state = [int.from_bytes(flat[start + WORD * k : start + WORD * (k + 1)], "little") for k in range(self._words)]
            yield Outcome(tuple(self._left(tuple(fields), out[index])), tuple(state))

    def _left(self, record: tuple[int, ...], row: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> Iterator[Left]:
        _, _, _, length, network, dst_ip, ways, vlan_tci, paint, device, packet_type, fix_ip_src, _, _ = record
        marks = (paint, dst_ip, vlan_tci, device, packet_type, fix_ip_src)
        taken = [ways] if self._program.exclusive else [number for number in range(len(self._program.exits)) if ways >> number & 1]
        for number in taken:
            if number >= 0:
                yield Left(number, row[:length].tobytes(), None if network == NO_NETWORK else network, marks)
