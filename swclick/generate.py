"""A whole graph as one C file: every element a few static functions that call each other, for the compiler to fuse."""

from __future__ import annotations

from collections.abc import Mapping

from elements.definition.copies import added_by
from elements.definition.csource import CSource
from elements.definition.element import Element
from elements.definition.loops import find_rings
from elements.program.program import Program, State
from graph.check import Checked
from graph.model import Graph
from swclick.find_common_case import CommonCase
from swclick.generate_machine import Parts, machine_functions
from swclick.generate_program import first_word, program_fields, program_functions
from swclick.generate_ways import way_out, ways_out
from swclick.inline import ALWAYS, NEVER, inline_kinds
from swclick.look_ahead import look_ahead
from swclick.lower_table import has_levels
from swclick.lower_value import ValueLowering
from swclick.runtime import headers, live_header
from swclick.wakes import Wakes


def generate(checked: Checked, elements: Mapping[str, Element]) -> str:
    """The C file of a checked graph, to be linked with `runtime_c`. Elements are numbered in the graph's order."""
    return _Generator(checked, elements).text()


def state_words(element: Element) -> list[State]:
    """The state variables that can be read from outside, in a fixed order."""
    accessed = [access.state for access in element.trace_live().accesses] if element.has_program else []
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
        added = added_by(checked, elements, rings)
        self.back = {(e.source, e.source_port): (number, size, added[e]) for number, (e, size) in enumerate(rings.back.items())}
        self.starts = rings.starts
        self.programs: dict[str, Program] = {n: e.trace_live() for n, e in elements.items() if e.has_program}
        self.sources: dict[str, CSource] = {n: _source(e) for n, e in elements.items()}
        self.wakes = Wakes(checked, self.sources)
        rare = frozenset(name for name, element in elements.items() if element.is_rare)
        self.kinds = {name: inline_kinds(checked, rings, rare, name, self.sources[name]) for name in self.numbers}

        self.ahead = {
            name: look_ahead(checked, elements, self.programs, name) for name, source in self.sources.items() if "LOOK_AHEAD" in source.task
        }

    def text(self) -> str:
        parts = [
            headers(),
            *dict.fromkeys(s.types for s in self.sources.values() if s.types),
            self._structures(),
            live_header(),
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
        counts = f"    uint64_t unsettled[{len(self.numbers) + 1}], runaway[{len(self.back) + 1}];\n"
        own = f"    struct base base;\n    struct live live;\n{counts}"
        return "\n".join(lines) + f"\nstruct machine {{\n{own}{members}}};\n"

    def _prototypes(self) -> str:
        lines = []
        for name, n in self.numbers.items():
            kinds = self.kinds[name]
            lines.append(f"static {kinds.push} void e{n}_push(struct machine *, int, struct packet *);")
            lines.append(f"static {kinds.pull} struct packet *e{n}_pull(struct machine *, int);")
            if self._sees(name):
                lines.append(f"static {ALWAYS} void e{n}_pushv(struct machine *, int, struct packet *, struct view *);")
            if name in self.programs:
                lines.append(f"static {NEVER} void e{n}_slow(struct machine *, int, struct packet *);")
            lines += [f"static int e{n}_full(struct machine *);", f"static int e{n}_empty(struct machine *);"]
        return "\n".join(lines)

    def _entry(self, source: str, target: str) -> str:
        """How an element is entered from one that puts a packet's header down: what is rare does not need the quick way."""
        is_rare = self.elements[source].is_rare or (source in self.programs and self.programs[source].exclusive)
        return "slow" if target in self.programs and is_rare else "push"

    def _sees(self, name: str) -> bool:
        """Whether the element takes packets whose header is in registers."""
        return name in self.programs or bool(self.sources[name].quick) or self._is_small(name)

    def _is_small(self, name: str) -> bool:
        """Whether what a hand-written element does to a packet may be a part of whoever pushes it."""
        return self.sources[name].is_short and self.kinds[name].follows is not None

    def _element(self, name: str) -> str:
        number = self.numbers[name]
        title = f"\n/* {name.replace('*/', '')} :: {self.graph.node(name).class_name} */\n"
        functions = self._hand_written(name, number)
        if name in self.programs:
            functions = program_functions(self.programs[name], number, self.sources[name], self.kinds[name]) + self._events(name, number)
        return (
            title
            + self._ports(name, number)
            + self._within(name, number, self._look_ahead(name, number) + self._says(name, number) + functions)
        )

    def _ports(self, name: str, number: int) -> str:
        """``eN_out`` hands a packet to a push output's successor, ``eN_in`` asks a pull input's predecessor.

        A packet that has grown too long, or went round a ring too often, is dropped on its way out: `LONGEST` holds on every edge.
        """
        hands: dict[int, str] = {}
        handsv: dict[int, str] = {}
        pull = []
        for edge in self.graph.outgoing(name):
            if self.checked.kind(name, True, edge.source_port) == "push":
                target, place = self.numbers[edge.target], (name, edge.source_port)
                handv = f"keep(p, v); e{target}_push(m, {edge.target_port}, p);"
                hand = f"e{target}_{self._entry(name, edge.target)}(m, {edge.target_port}, p);"
                if self._sees(edge.target) and self.kinds[edge.target].follows == edge:
                    handv = f"e{target}_pushv(m, {edge.target_port}, p, v);"
                if place in self.back:
                    ring, size, added = self.back[place]
                    may = f"if (!pass_on_ring(&m->base, &m->runaway[{ring}], {size}, {added})) break;"
                    hand, handv = (f"{may} {each} m->base.depth -= {size};" for each in (hand, handv))
                begins = "begin_pushing(&m->base); " if place in self.starts else ""
                hands[edge.source_port], handsv[edge.source_port] = begins + hand, begins + handv
        for edge in self.graph.incoming(name):
            if self.checked.kind(name, False, edge.target_port) == "pull":
                begins = "begin_pushing(&m->base); " if (edge.source, edge.source_port) in self.starts else ""
                pull.append(f"    case {edge.target_port}: {begins}p = e{self.numbers[edge.source]}_pull(m, {edge.source_port}); break;")
        grows = name not in self.programs or not self.graph.incoming(name) or any(way.shift < 0 for way in self.programs[name].exits)
        kinds = [("", hands, "p" if grows else ""), *([("v", handsv, "v" if grows else "")] if self._sees(name) else [])]
        ways = "".join(self._ways(name, number, *kind) for kind in kinds)
        ins = "\n".join(pull)
        return f"""{ways}static inline struct packet *e{number}_in(struct machine *m, int port)
{{
    for (int pulled = 0; pulled < MOST_PULLS; pulled++) {{
        struct packet *p = NULL;
        switch (port) {{
{ins}
        default: return NULL;
        }}
        if (!p || p->length <= LONGEST) return p;
        kill_packet(&m->base, p);
    }}
    if (m->live.running) m->live.running->again = 1;
    return NULL;
}}
"""

    def _ways(self, name: str, number: int, kind: str, hands: Mapping[int, str], long: str) -> str:
        """Those of the program by their numbers, those of what is written by hand by a number that it has when it runs."""
        known = ways_out(number, kind, hands, long, (way.port for way in self.programs[name].exits)) if name in self.programs else ""
        return known + (way_out(number, kind, hands, long) if self.sources[name] != CSource() or not known else "")

    def _hand_written(self, name: str, number: int) -> str:
        source = self.sources[name]
        self_line = f"    struct e{number} *self = &m->e{number}; (void)self;\n"
        kinds = self.kinds[name]
        return f"""static {ALWAYS} void e{number}_take(struct machine *m, int port, struct packet *p)
{{
{self_line}    (void)port; (void)p;
{source.push or "    KILL(p);"}
}}
static {kinds.push} void e{number}_push(struct machine *m, int port, struct packet *p) {{ e{number}_take(m, port, p); }}
{self._quick(name, number)}static {kinds.pull} struct packet *e{number}_pull(struct machine *m, int port)
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

    def _look_ahead(self, name: str, number: int) -> str:
        """Fetches what the tables behind the element will read for a packet that it is going to push."""
        if "LOOK_AHEAD" not in self.sources[name].task:
            return ""
        text = ""
        for ahead in self.ahead[name]:
            program = self.programs[ahead.element]
            values = ValueLowering(program, number, CommonCase(program, near={"data": ahead.length}))
            lines = "\n".join(values.lines([ahead.key]))
            table = f"m->e{self.numbers[ahead.element]}.{ahead.table}"
            text += f"    if (p->length >= {ahead.length}u) {{\n{lines}\n    fetch_levels(&{table}, {values.names[ahead.key]});\n    }}\n"
        return f"""static {ALWAYS} void e{number}_ahead(struct machine *m, const struct packet *p)
{{
    const uint8_t *const near_data = p->data;
    (void)m; (void)near_data;
{text}}}
"""

    def _quick(self, name: str, number: int) -> str:
        """What the element does to packets whose header is in registers, if that is not to put it down."""
        if not self._sees(name):
            return ""
        rest = "take" if self._is_small(name) else "push"
        return f"""static {ALWAYS} void e{number}_pushv(struct machine *m, int port, struct packet *p, struct view *v)
{{
    struct e{number} *self = &m->e{number}; (void)self; (void)port;
{self.sources[name].quick}    keep(p, v);
    e{number}_{rest}(m, port, p);
}}
"""

    def _within(self, name: str, number: int, functions: str) -> str:
        """``functions`` with what hand-written C may call defined around them."""
        pulled = int(self.graph.input_count(name) > 0 and self.checked.kind(name, False, 0) == "pull")
        asked = int(self.graph.output_count(name) > 0 and self.checked.kind(name, True, 0) == "pull")
        downstream, upstream = ("".join(f" wake_task(&m->live, {task});" for task in tasks) for tasks in self.wakes.of(name))
        element = self.elements[name]
        full = " && ".join(f"e{self.numbers[other]}_full(m)" for other in self.wakes.storage_behind(name)) or "0"
        ahead = self.wakes.storages_ahead(name) if "ONE_AHEAD_IS_FULL" in self.sources[name].task else []
        one_full = " || ".join(f"e{self.numbers[other]}_full(m)" for other in ahead) or "0"
        empties = self.wakes.sources_before(name)
        meanings = {
            "OUT(k, q)": f"e{number}_out(m, k, q)",
            "PASS(k)": f"do {{ e{number}_outv(m, k, p, v); return; }} while (0)",
            "HAS_AHEAD": int(bool(self.ahead.get(name))),
            "LOOK_AHEAD(q)": f"e{number}_ahead(m, q)",
            "IN(k)": f"e{number}_in(m, k)",
            "PULL_AGAIN": "do { if (m->live.running) m->live.running->again = 1; } while (0)",
            "OFFER(k, q)": f"e{number}_push(m, k, q)",
            "EMIT(q)": f"emit_packet(&m->base, {number}, q)",
            "INPUT_IS_PULL": pulled,
            "OUTPUT_IS_PULL": asked,
            "WAKE": f"do {{{downstream} }} while (0)",
            "WAKE_SOURCES": f"do {{{upstream} }} while (0)",
            "OUTPUT_IS_FULL": f"({full})",
            "ONE_AHEAD_IS_FULL": f"({one_full})",
            "INPUT_IS_EMPTY(k)": f"e{number}_in_is_empty(m, k)",
            "STORED_NEAR": " + ".join(self._stored(other) for other in element.storage_near(self.checked, self.elements)) or "0",
            "FULLS_AHEAD": len(self.wakes.storage_behind(name)),
            "EMPTIES_BEHIND": len(empties),
            "EMPTY_BEHIND(i)": "("
            + "".join(f"(i) == {place} ? e{self.numbers[other]}_empty(m) : " for place, other in enumerate(empties))
            + "1)",
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
            text += f"static void e{number}_timer(struct machine *m)\n{{\n{own}    begin_pushing(&m->base);\n{source.timer}\n}}\n"
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
                [self._idle(name) if self.wakes.pulled(name) else "" for name in self.wakes.tasks],
                self._state_cases(),
                self._table_cases(),
                [number for name, number in self.numbers.items() if not self.graph.incoming(name)],
            )
        )

    def _idle(self, name: str) -> str:
        """Whether the task of an element has nothing to do before somebody says WAKE, as far as it and those that it pulls from can say."""
        own = [f"e{self.numbers[name]}_empty(m)"] if self.sources[name].empty else []
        return " || ".join(own + ([f"({self._all_empty(name)})"] if self.wakes.pulled(name) else [])) or "0"

    def _after_writes(self) -> list[str]:
        """What follows from a write handler: what the element does, and which tasks have something to do then."""
        names = list(self.wakes.tasks)
        lines = []
        for name, number in self.numbers.items():
            text = f" e{number}_after_write(m);" if self.sources[name].after_write else ""
            downstream, upstream = self.wakes.of(name)
            for task in dict.fromkeys([*downstream, *upstream]):
                text += f" if (!({self._idle(names[task])})) wake_task(&m->live, {task});"
            lines += [f"    case {number}:{text} break;\n"] if text else []
        return lines

    def _table_cases(self) -> list[str]:
        given = "numbers, sizes, groups, group_count, count"
        return [
            f"    case {self.numbers[name] << 16 | index}: "
            f"table_replace(&m->e{self.numbers[name]}.{table.name}, {int(has_levels(table))}, {given}); return;"
            for name, program in self.programs.items()
            for index, table in enumerate(program.tables)
        ]

    def _state_cases(self) -> list[str]:
        lines = []
        for name, number in self.numbers.items():
            lvalues = [first_word(access.state, number) for access in self.programs[name].accesses] if name in self.programs else []
            lvalues += [lvalue.replace("self->", f"m->e{number}.") for _, lvalue in self.sources[name].state]
            lines += [f"    case {number << 16 | index}: return &{lvalue};" for index, lvalue in enumerate(lvalues)]
        return lines
