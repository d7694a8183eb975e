"""A whole graph as one C file: every element a few static functions that call each other, for the compiler to fuse."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from elements.definition.csource import CSource
from elements.definition.element import Element
from elements.definition.loops import DEEPEST, MOST_PASSES, find_rings
from elements.program.program import Program, State
from elements.reference.packet import HEADROOM, LONGEST
from graph.check import Checked
from graph.model import Graph
from swclick.generate_machine import Parts, machine_functions
from swclick.generate_program import first_word, program_fields, program_functions
from swclick.wakes import Wakes

RUNTIME = ("runtime.h", "table.h", "wide.h")
DRIVER = "live.h"


def generate(checked: Checked, elements: Mapping[str, Element]) -> str:
    """The C file of a checked graph. Elements are numbered in the graph's order."""
    return _Generator(checked, elements).text()


def state_words(element: Element) -> list[State]:
    """The state variables that can be read from outside, in a fixed order."""
    accessed = [access.state for access in element.trace().accesses] if element.has_program else []
    names = [name for name, _ in _source(element).state]
    return accessed + [getattr(type(element), name) for name in names]


def state_strides(element: Element) -> dict[str, int]:
    """The state variables whose words do not stand one behind the other, with the bytes from one to the next."""
    return dict(_source(element).strides)


def _source(element: Element) -> CSource:
    """What of ``element`` is written by hand: all, or what stands beside its program."""
    return element.c_source() if not element.has_program or type(element).c_source is not Element.c_source else CSource()


class _Generator:
    def __init__(self, checked: Checked, elements: Mapping[str, Element]) -> None:
        self.checked = checked
        self.graph: Graph = checked.graph
        self.elements = elements
        self.numbers = {node.name: index for index, node in enumerate(self.graph.nodes)}
        rings = find_rings(checked)
        self.within = {(edge.source, edge.source_port): number for number, edge in enumerate(rings.within)}
        self.into = {(edge.source, edge.source_port) for edge in rings.into}
        self.programs: dict[str, Program] = {n: e.trace() for n, e in elements.items() if e.has_program}
        self.sources: dict[str, CSource] = {n: _source(e) for n, e in elements.items()}
        self.wakes = Wakes(checked, self.sources)

    def text(self) -> str:
        limits = {"HEADROOM": HEADROOM, "LONGEST": LONGEST, "DEEPEST": DEEPEST, "MOST_PASSES": MOST_PASSES}
        parts = ["\n".join(f"#define {name} {number}" for name, number in limits.items())]
        parts += [(Path(__file__).parent / name).read_text(encoding="utf-8") for name in RUNTIME]
        parts += [
            *dict.fromkeys(s.types for s in self.sources.values() if s.types),
            self._structures(),
            (Path(__file__).parent / DRIVER).read_text(encoding="utf-8"),
            self._prototypes(),
        ]
        shared = dict.fromkeys(piece for s in self.sources.values() for piece in s.shared)
        helpers = [*shared, *dict.fromkeys(s.helpers for s in self.sources.values() if s.helpers)]
        parts += [*helpers, *(self._element(node.name) for node in self.graph.nodes), self._machine()]
        return "\n".join(parts)

    def _structures(self) -> str:
        lines = []
        for name, number in self.numbers.items():
            fields = [*(program_fields(self.programs[name]) if name in self.programs else ()), self.sources[name].fields]
            lines.append(f"struct e{number} {{ char unused; {' '.join(fields)} }};")
        members = "".join(f"    struct e{number} e{number};\n" for number in self.numbers.values())
        counts = f"    uint64_t unsettled[{len(self.numbers) + 1}], runaway[{len(self.within) + 1}];\n"
        own = f"    struct base base;\n    struct live live;\n{counts}"
        return "\n".join(lines) + f"\nstruct machine {{\n{own}{members}}};\n"

    def _prototypes(self) -> str:
        return "".join(
            f"static void e{n}_push(struct machine *, int, struct packet *);\nstatic struct packet *e{n}_pull(struct machine *, int);\n"
            for n in self.numbers.values()
        ) + "".join(f"static int e{n}_full(struct machine *);\nstatic int e{n}_empty(struct machine *);\n" for n in self.numbers.values())

    def _element(self, name: str) -> str:
        number = self.numbers[name]
        title = f"\n/* {name.replace('*/', '')} :: {self.graph.node(name).class_name} */\n"
        functions = self._hand_written(name, number)
        if name in self.programs:
            functions = program_functions(self.programs[name], number, self.sources[name]) + self._events(name, number)
        return title + self._ports(name, number) + self._within(name, number, self._says(name, number) + functions)

    def _ports(self, name: str, number: int) -> str:
        """``eN_out`` hands a packet to a push output's successor, ``eN_in`` asks a pull input's predecessor.

        A packet that has grown too long, or went round a ring too often, is dropped on its way out: `LONGEST` holds on every edge.
        """
        push, pull = [], []
        for edge in self.graph.outgoing(name):
            if self.checked.kind(name, True, edge.source_port) == "push":
                hand = f"e{self.numbers[edge.target]}_push(m, {edge.target_port}, p); return;"
                place = name, edge.source_port
                if place in self.within:
                    may = f"if (!pass_on_ring(&m->base, &m->runaway[{self.within[place]}])) break;"
                    hand = f"{may} {hand.replace('return;', 'm->base.depth--; return;')}"
                if place in self.into:
                    hand = f"if (!m->base.depth) m->base.passes = 0; {hand}"
                push.append(f"    case {edge.source_port}: {hand}")
        for edge in self.graph.incoming(name):
            if self.checked.kind(name, False, edge.target_port) == "pull":
                pull.append(f"    case {edge.target_port}: p = e{self.numbers[edge.source]}_pull(m, {edge.source_port}); break;")
        outs, ins = "\n".join(push), "\n".join(pull)
        return f"""
static inline void e{number}_out(struct machine *m, int port, struct packet *p)
{{
    if (p->length > LONGEST) port = -1;
    switch (port) {{
{outs}
    default: break;
    }}
    kill_packet(&m->base, p);
}}
static inline struct packet *e{number}_in(struct machine *m, int port)
{{
    struct packet *p = NULL;
    switch (port) {{
{ins}
    default: return NULL;
    }}
    if (!p || p->length <= LONGEST) return p;
    kill_packet(&m->base, p);
    return NULL;
}}
"""

    def _hand_written(self, name: str, number: int) -> str:
        source = self.sources[name]
        self_line = f"    struct e{number} *self = &m->e{number}; (void)self;\n"
        return f"""static void e{number}_push(struct machine *m, int port, struct packet *p)
{{
{self_line}    (void)port; (void)p;
{source.push or "    KILL(p);"}
}}
static struct packet *e{number}_pull(struct machine *m, int port)
{{
{self_line}    (void)port;
{source.pull or "    return NULL;"}
}}
static int e{number}_task(struct machine *m)
{{
{self_line}{source.task or "    return 0;"}
}}
{self._events(name, number)}static void e{number}_initialize(struct machine *m)
{{
{self_line}{source.initialize}
}}
static void e{number}_finish(struct machine *m)
{{
{self_line}{source.finish}
}}
"""

    def _within(self, name: str, number: int, functions: str) -> str:
        """``functions`` with what hand-written C may call defined around them."""
        pulled = int(self.graph.input_count(name) > 0 and self.checked.kind(name, False, 0) == "pull")
        asked = int(self.graph.output_count(name) > 0 and self.checked.kind(name, True, 0) == "pull")
        downstream, upstream = ("".join(f" wake_task(&m->live, {task});" for task in tasks) for tasks in self.wakes.of(name))
        element = self.elements[name]
        full = " && ".join(f"e{self.numbers[other]}_full(m)" for other in self.wakes.storage_behind(name)) or "0"
        meanings = {
            "OUT(k, q)": f"e{number}_out(m, k, q)",
            "IN(k)": f"e{number}_in(m, k)",
            "OFFER(k, q)": f"e{number}_push(m, k, q)",
            "EMIT(q)": f"emit_packet(&m->base, {number}, q)",
            "INPUT_IS_PULL": pulled,
            "OUTPUT_IS_PULL": asked,
            "WAKE": f"do {{{downstream} }} while (0)",
            "WAKE_SOURCES": f"do {{{upstream} }} while (0)",
            "OUTPUT_IS_FULL": f"({full})",
            "INPUT_IS_EMPTY(k)": f"e{number}_in_is_empty(m, k)",
            "STORED_NEAR": " + ".join(self._stored(other) for other in element.storage_near(self.checked, self.elements)) or "0",
            "FULLS_AHEAD": len(self.wakes.storage_behind(name)),
            "EMPTIES_BEHIND": len(self.wakes.sources_before(name)),
            "AT(t)": f"set_timer(&m->live, {number}, t)",
            "WATCH(fd, events)": f"watch_fd(&m->live, {number}, fd, events)",
            "CALL(what, q)": f"(m->base.call ? m->base.call({number}, what, q) : 0)",
            "PEER(k)": "PEER_##k",
            **{f"PEER_{k}": f"(&m->e{self.numbers[peer]})" for k, peer in enumerate(self.sources[name].peers)},
        }
        define = "".join(f"#define {macro} {meaning}\n" for macro, meaning in meanings.items())
        forget = "".join(f"#undef {macro.partition('(')[0]}\n" for macro in meanings)
        return f"\n{define}{functions}{forget}"

    def _events(self, name: str, number: int) -> str:
        """What is done at the element's time, when its file descriptor is ready, and around its handlers."""
        source, text = self.sources[name], ""
        own = f"    struct e{number} *self = &m->e{number}; (void)self;\n"
        if source.timer:
            text += f"static void e{number}_timer(struct machine *m)\n{{\n{own}{source.timer}\n}}\n"
        if source.ready:
            text += f"static void e{number}_ready(struct machine *m, int fd, int events)\n{{\n{own}{source.ready}\n}}\n"
        for what in ("after_write", "before_read"):
            if getattr(source, what):
                text += f"static void e{number}_{what}(struct machine *m)\n{{\n{own}{getattr(source, what)}\n}}\n"
        return text

    def _says(self, name: str, number: int) -> str:
        """Whether a pull gives nothing before somebody says WAKE, at an input and of the element itself; whether what it stores is full."""
        own = f"    struct e{number} *self = &m->e{number}; (void)self;\n"
        pulled = self.wakes.pulled(name)
        cases = "".join(f"    case {edge.target_port}: return e{self.numbers[edge.source]}_empty(m);\n" for edge in pulled)
        empty = self.sources[name].empty or self._all_empty(name)
        return f"""static inline int e{number}_in_is_empty(struct machine *m, int port)
{{
    (void)m;
    switch (port) {{
{cases}    default: return 1;
    }}
}}
static int e{number}_empty(struct machine *m)
{{
{own}    return {empty};
}}
static int e{number}_full(struct machine *m)
{{
{own}    return {self.sources[name].full or 0};
}}
"""

    def _stored(self, name: str) -> str:
        return "(uint64_t)" + self.sources[name].stored.replace("self->", f"m->e{self.numbers[name]}.")

    def _all_empty(self, name: str) -> str:
        """Whether all that the element pulls from is empty. One that pulls from nothing may always have something, but for a program."""
        pulled = self.wakes.pulled(name)
        return " && ".join(f"e{self.numbers[edge.source]}_empty(m)" for edge in pulled) or str(int(name in self.programs))

    def _machine(self) -> str:
        return machine_functions(
            Parts(
                [*self.numbers.values()],
                [number for name, number in self.numbers.items() if self.sources[name].task],
                [number for name, number in self.numbers.items() if self.sources[name].timer],
                [number for name, number in self.numbers.items() if self.sources[name].ready],
                [number for name, number in self.numbers.items() if self.sources[name].before_read],
                self._after_writes(),
                [self._all_empty(name) if self.wakes.pulled(name) else "" for name in self.wakes.tasks],
                self._state_cases(),
            )
        )

    def _after_writes(self) -> list[str]:
        """What follows from a write handler: what the element does, and whose tasks it wakes, those that pull where there is something."""
        pulling = {task: name for name, task in self.wakes.tasks.items() if self.wakes.pulled(name)}
        lines = []
        for name, number in self.numbers.items():
            own = self.wakes.tasks.get(name)
            text = f" e{number}_after_write(m);" if self.sources[name].after_write else ""
            downstream, upstream = self.wakes.of(name)
            for task in dict.fromkeys([*downstream, *upstream]):
                lone = task == own or task not in pulling or task in upstream
                unless = "" if lone else f" if (!({self._all_empty(pulling[task])}))"
                text += f"{unless} wake_task(&m->live, {task});"
            lines += [f"    case {number}:{text} break;\n"] if text else []
        return lines

    def _state_cases(self) -> list[str]:
        lines = []
        for name, number in self.numbers.items():
            lvalues = [first_word(access.state, number) for access in self.programs[name].accesses] if name in self.programs else []
            lvalues += [lvalue.replace("self->", f"m->e{number}.") for _, lvalue in self.sources[name].state]
            lines += [f"    case {number << 16 | index}: return &{lvalue};" for index, lvalue in enumerate(lvalues)]
        return lines
