"""The elements of a graph as C: each a structure and a few functions that call those of its neighbours."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

from elements.definition.copies import added_by
from elements.definition.csource import CSource
from elements.definition.element import Element
from elements.definition.loops import find_rings
from elements.program.program import Program
from graph.check import Checked
from graph.model import Edge, Graph
from swclick.fetch_ahead import fetch_ahead
from swclick.generate_program import first_word, meets_cut, program_begin, program_fields, program_functions
from swclick.generate_ways import way_out, ways_out
from swclick.inline import ALWAYS, PART, RARE, Kinds, inline_kinds
from swclick.look_ahead import look_ahead
from swclick.regions import Region, crossing
from swclick.spread import spread_of
from swclick.state_words import source_of
from swclick.tasks import run_of
from swclick.wakes import Wakes


class ElementTexts:
    """The texts of a graph's elements. Element N is called eN. In a region that is shared its functions are said to call each other eRL, by
    their places L there; `region`, a pointer to what the region has of its own, is added to them by `swclick.alike`."""

    def __init__(self, checked: Checked, elements: Mapping[str, Element], cuts: Mapping[str, int]) -> None:
        self.checked = checked
        self.cuts = cuts
        self.graph: Graph = checked.graph
        self.elements = elements
        self.numbers = {node.name: index for index, node in enumerate(self.graph.nodes)}
        self._rings = find_rings(checked)
        added = added_by(checked, elements, self._rings)
        self.back = {(e.source, e.source_port): (number, size, added[e]) for number, (e, size) in enumerate(self._rings.back.items())}
        self.starts = self._rings.starts
        self.programs: dict[str, Program] = {n: e.trace_live() for n, e in elements.items() if e.has_program}
        self.sources: dict[str, CSource] = {n: source_of(e) for n, e in elements.items()}
        self.wakes = Wakes(checked, self.sources)
        self._task_names = list(self.wakes.tasks)
        self.ahead = {
            name: look_ahead(checked, elements, self.programs, self.sources, name)
            for name, source in self.sources.items()
            if "LOOK_AHEAD(" in source.task
        }
        self.kinds: dict[str, Kinds] = {}
        self._known: dict[Hashable, str] = {}
        self.share([])

    def share(self, regions: Sequence[Region]) -> None:
        """From now on the elements of these regions have texts that do not say which region it is."""
        self._home = {name: (region, place) for region in regions for place, name in enumerate(region.names)}
        self._defined: dict[str, tuple[str, str]] = {}
        self._tasks = {region: [self.wakes.tasks[name] for name in region.names if name in self.wakes.tasks] for region in regions}
        self._closed: dict[Region, list[int]] = {region: [] for region in regions}
        for (name, _), (number, _, _) in self.back.items():
            if name in self._home:
                self._closed[self._home[name][0]].append(number)
        rare = frozenset(name for name, element in self.elements.items() if element.is_rare)
        cut = crossing(self.graph, regions)
        self.kinds = {name: inline_kinds(self.checked, self._rings, rare, name, self.sources[name], cut) for name in self.numbers}

    def tasks_of(self, region: Region) -> list[int]:
        """The tasks of its elements, in their order."""
        return self._tasks[region]

    def rings_of(self, region: Region) -> list[int]:
        """The rings that are closed by outputs of its elements, in their order."""
        return self._closed[region]

    def _number(self, here: str | None, name: str) -> str:
        """What element ``name`` is called by ``here``."""
        if here is not None and here in self._home and name in self._home and self._home[here][0] is self._home[name][0]:
            return f"R{self._home[name][1]}"
        return str(self.numbers[name])

    def _own(self, name: str) -> str:
        """The number of an element among all."""
        return f"region->of.number[{self._home[name][1]}]" if name in self._home else str(self.numbers[name])

    def _task(self, here: str, task: int) -> str:
        """The number of a task among all, as element ``here`` says it."""
        if self._number(here, self._task_names[task]).startswith("R"):
            return f"region->of.task[{self.tasks_of(self._home[here][0]).index(task)}]"
        return str(task)

    def _ring(self, here: str, ring: int) -> str:
        return f"region->of.ring[{self.rings_of(self._home[here][0]).index(ring)}]" if here in self._home else str(ring)

    def structure(self, name: str) -> str:
        """What the element has of its own."""
        fields = ["struct cut cut;"] if name in self.cuts else []
        fields += [*(program_fields(self.programs[name]) if name in self.programs else ()), self.sources[name].fields]
        return f"struct e{self._number(name, name)} {{ {' '.join(fields).strip() or 'char unused;'} }};"

    def prototypes(self, name: str) -> str:
        """Those of its functions that others call."""
        n, kinds = self._number(name, name), self.kinds[name]
        lines = [
            f"static {kinds.push} void e{n}_push(struct machine *, int, struct packet *);",
            f"static {kinds.pull} struct packet *e{n}_pull(struct machine *, int);",
        ]
        if self._sees(name):
            lines.append(f"static {PART} void e{n}_pushv(struct machine *, int, struct packet *, struct view *);")
        if name in self.programs:
            lines.append(f"static {RARE} void e{n}_slow(struct machine *, int, struct packet *);")
        lines += [f"static int e{n}_full(struct machine *);", f"static int e{n}_empty(struct machine *);"]
        return "\n".join(lines)

    def element(self, name: str) -> str:
        """All functions of an element that shares nothing."""
        number = self._number(name, name)
        title = f"\n/* {name.replace('*/', '')} :: {self.graph.node(name).class_name} */\n"
        inside = self._within(name, number, self._functions(name, number) + self._begin(name, number))
        idle = self.idle(None, name) if self.wakes.rests_at_once(name) else "0"
        run = run_of(f"e{number}_serve", "", f"e{number}_task(m)", idle) if name in self.wakes.tasks else ""
        return title + self._ports(name, number) + inside + run

    def shared(self, name: str) -> str:
        """Those of one in a shared region, but for `begins`; among them what follows from a write handler, and whether its task is idle."""
        number = self._number(name, name)
        more = f"static void e{number}_wrote(struct machine *m)\n{{\n   {self.written(name)}\n}}\n"
        if self.wakes.pulled(name) and name in self.wakes.tasks:
            more += f"static int e{number}_idle(struct machine *m)\n{{\n    return {self.idle(name, name)};\n}}\n"
        return self._ports(name, number) + self._within(name, number, self._functions(name, number) + more)

    def begins(self, name: str) -> str:
        """Of one in a shared region what makes it ready, with its tables."""
        number = self._number(name, name)
        return self._within(name, number, self._begin(name, number))

    def words(self, name: str, place: int) -> list[str]:
        """The cases of where the state variables of an element are, whose number is ``place``."""
        number = self._number(name, name)
        lvalues = [first_word(access.state, number) for access in self.programs[name].accesses] if name in self.programs else []
        lvalues += [lvalue.replace("self->", f"m->e{number}.") for _, lvalue in self.sources[name].state]
        return [f"    case {place << 16 | index}: return &{lvalue};" for index, lvalue in enumerate(lvalues)]

    def written(self, name: str) -> str:
        """What follows from a write handler: what the element does, and which tasks have something to do then."""
        text = f" e{self._number(name, name)}_after_write(m);" if self.sources[name].after_write else ""
        downstream, upstream = self.wakes.of(name)
        for task in dict.fromkeys([*downstream, *upstream]):
            text += f" if (!({self.idle(name, self._task_names[task])})) wake_task(&m->live, {self._task(name, task)});"
        return text

    def idle(self, here: str | None, name: str) -> str:
        """Whether the task of an element has nothing to do before somebody says WAKE, as far as it and those that it pulls from can say."""
        own = [f"e{self._number(here, name)}_empty(m)"] if self.sources[name].empty else []
        return " || ".join(own + ([f"({self._all_empty(here, name)})"] if self.wakes.pulled(name) else [])) or "0"

    def _functions(self, name: str, number: str) -> str:
        before = self._look_ahead(name, number) + self._says(name, number)
        if name in self.programs:
            cut, spread = name in self.cuts, frozenset(self.spread(name))
            own = self._lowered(self.programs[name], number, self.sources[name], self.kinds[name], cut, spread)
        else:
            own = self._hand_written(name, number)
        return before + own + self._events(name, number)

    def _lowered(self, program: Program, number: str, beside: CSource, kinds: Kinds, is_cut: bool, spread: frozenset[int]) -> str:
        """`program_functions`, once for all that are alike."""
        key = program, number, beside, kinds.push, kinds.pull, is_cut, spread
        if key not in self._known:
            self._known[key] = program_functions(program, number, beside, kinds, is_cut, spread)
        return self._known[key]

    def _begin(self, name: str, number: str) -> str:
        if name in self.programs:
            return program_begin(self.programs[name], number, self.sources[name])
        own = f"    struct e{number} *self = &m->e{number}; (void)self;\n"
        return f"static void e{number}_initialize(struct machine *m)\n{{\n{own}{self.sources[name].initialize}\n}}\n"

    def spread(self, name: str) -> dict[int, Edge]:
        """As `swclick.spread.spread_of`; none where packets may have become longer, or close a ring, or begin to be pushed there."""
        if name in self._home or name not in self.programs or self._grows(name):
            return {}
        return spread_of(self.checked, self.programs[name], name, self._home, {*self.back, *self.starts})

    def _grows(self, name: str) -> bool:
        """Whether packets may have become longer when they leave."""
        return name not in self.programs or not self.graph.incoming(name) or any(way.shift < 0 for way in self.programs[name].exits)

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

    def _ports(self, name: str, number: str) -> str:
        """``eN_out`` hands a packet to a push output's successor, ``eN_in`` asks a pull input's predecessor.

        A packet that has grown too long, or went round a ring too often, is dropped on its way out: `LONGEST` holds on every edge.
        """
        hands: dict[int, str] = {}
        handsv: dict[int, str] = {}
        pull = []
        for edge in self.graph.outgoing(name):
            if self.checked.kind(name, True, edge.source_port) == "push":
                target, place = self._number(name, edge.target), (name, edge.source_port)
                handv = f"keep(p, v); e{target}_push(m, {edge.target_port}, p);"
                hand = f"e{target}_{self._entry(name, edge.target)}(m, {edge.target_port}, p);"
                if self._sees(edge.target) and self.kinds[edge.target].follows == edge:
                    handv = f"e{target}_pushv(m, {edge.target_port}, p, v);"
                if place in self.back:
                    ring, size, added = self.back[place]
                    may = f"if (!pass_on_ring(&m->base, &m->runaway[{self._ring(name, ring)}], {size}, {added})) break;"
                    hand, handv = (f"{may} {each} m->base.depth -= {size};" for each in (hand, handv))
                begins = "begin_pushing(&m->base); " if place in self.starts else ""
                hands[edge.source_port], handsv[edge.source_port] = begins + hand, begins + handv
        for edge in self.graph.incoming(name):
            if self.checked.kind(name, False, edge.target_port) == "pull":
                begins = "begin_pushing(&m->base); " if (edge.source, edge.source_port) in self.starts else ""
                pull.append(
                    f"    case {edge.target_port}: {begins}p = e{self._number(name, edge.source)}_pull(m, {edge.source_port}); break;"
                )
        grows = self._grows(name)
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
    m->live.again = 1;
    return NULL;
}}
"""

    def _ways(self, name: str, number: str, kind: str, hands: Mapping[int, str], long: str) -> str:
        """Those of the program by their numbers, those of what is written by hand by a number that it has when it runs."""
        known = ways_out(number, kind, hands, long, (way.port for way in self.programs[name].exits)) if name in self.programs else ""
        return known + (way_out(number, kind, hands, long) if self.sources[name] != CSource() or not known else "")

    def _hand_written(self, name: str, number: str) -> str:
        source = self.sources[name]
        self_line = f"    struct e{number} *self = &m->e{number}; (void)self;\n"
        kinds, meets = self.kinds[name], meets_cut(number, name in self.cuts).rstrip()
        return f"""static {ALWAYS} void e{number}_take(struct machine *m, int port, struct packet *p)
{{
{self_line}    (void)port; (void)p;
{source.push or "    KILL(p);"}
}}
static {kinds.push} void e{number}_push(struct machine *m, int port, struct packet *p) {{{meets} e{number}_take(m, port, p); }}
{self._quick(name, number)}static {kinds.pull} struct packet *e{number}_pull(struct machine *m, int port)
{{
{self_line}    (void)port;
{source.pull or "    return NULL;"}
}}
static int e{number}_task(struct machine *m)
{{
{self_line}{source.task or "    return 0;"}
}}
static void e{number}_finish(struct machine *m)
{{
{self_line}{source.finish}
}}
"""

    def _look_ahead(self, name: str, number: str) -> str:
        """Fetches what will be read behind the element for packets that it is going to push."""
        if "LOOK_AHEAD(" not in self.sources[name].task:
            return ""
        called = {each.element: self._number(name, each.element) for each in self.ahead[name]}
        return fetch_ahead(number, self.ahead[name], self.programs, self.sources, called)

    def _quick(self, name: str, number: str) -> str:
        """What the element does to packets whose header is in registers, if that is not to put it down."""
        if not self._sees(name):
            return ""
        rest = "take" if self._is_small(name) else "push"
        return f"""static {PART} void e{number}_pushv(struct machine *m, int port, struct packet *p, struct view *v)
{{
    struct e{number} *self = &m->e{number}; (void)self; (void)port;
{meets_cut(number, name in self.cuts, "keep(p, v); ")}{self.sources[name].quick}    keep(p, v);
    e{number}_{rest}(m, port, p);
}}
"""

    def _within(self, name: str, number: str, functions: str) -> str:
        """``functions`` with what hand-written C may call defined around them."""
        if name not in self._defined:
            self._defined[name] = self._definitions(name, number)
        define, forget = self._defined[name]
        return f"\n{define}{functions}{forget}"

    def _definitions(self, name: str, number: str) -> tuple[str, str]:
        """What hand-written C may call, and its end."""
        pulled = int(self.graph.input_count(name) > 0 and self.checked.kind(name, False, 0) == "pull")
        asked = int(self.graph.output_count(name) > 0 and self.checked.kind(name, True, 0) == "pull")
        downstream, upstream = (
            "".join(f" wake_task(&m->live, {self._task(name, task)});" for task in tasks) for tasks in self.wakes.of(name)
        )
        element, own = self.elements[name], self._own(name)
        fulls, empties = self.wakes.storage_behind(name), self.wakes.sources_before(name)
        full = " && ".join(f"e{self._number(name, other)}_full(m)" for other in fulls) or "0"
        ahead = self.wakes.storages_ahead(name) if "ONE_AHEAD_IS_FULL" in self.sources[name].task else []
        one_full = " || ".join(f"e{self._number(name, other)}_full(m)" for other in ahead) or "0"
        meanings = {
            "OUT(k, q)": f"e{number}_out(m, k, q)",
            "PASS(k)": f"do {{ e{number}_outv(m, k, p, v); return; }} while (0)",
            "HAS_AHEAD": int(bool(self.ahead.get(name))),
            "BATCH(n)": "batch_of(&m->live, n)",
            "LOOK_AHEAD(q, n)": f"e{number}_ahead(m, q, n)",
            "IN(k)": f"e{number}_in(m, k)",
            "PULL_AGAIN": "(void)(m->live.again = 1)",
            "OFFER(k, q)": f"e{number}_push(m, k, q)",
            "EMIT(q)": f"emit_packet(&m->base, {own}, q)",
            "INPUT_IS_PULL": pulled,
            "OUTPUT_IS_PULL": asked,
            "WAKE": f"do {{{downstream} }} while (0)",
            "WAKE_SOURCES": f"do {{{upstream} }} while (0)",
            "OUTPUT_IS_FULL": f"({full})",
            "ONE_AHEAD_IS_FULL": f"({one_full})",
            "INPUT_IS_EMPTY(k)": f"e{number}_in_is_empty(m, k)",
            "STORED_NEAR": " + ".join(self._stored(name, other) for other in element.storage_near(self.checked, self.elements)) or "0",
            "FULLS_AHEAD": len(fulls),
            "EMPTIES_BEHIND": len(empties),
            "EMPTY_BEHIND(i)": "("
            + "".join(f"(i) == {place} ? e{self._number(name, other)}_empty(m) : " for place, other in enumerate(empties))
            + "1)",
            "AT(t)": f"set_timer(&m->live, {own}, t)",
            "WATCH(fd, events)": f"watch_fd(&m->live, {own}, fd, events)",
            "CALL(what, q)": f"(m->base.call ? m->base.call({own}, what, q) : 0)",
            "PEER(k)": "PEER_##k",
            **{f"PEER_{k}": f"(&m->e{self._number(name, peer)})" for k, peer in enumerate(self.sources[name].peers)},
        }
        define = "".join(f"#define {macro} {meaning}\n" for macro, meaning in meanings.items())
        forget = "".join(f"#undef {macro.partition('(')[0]}\n" for macro in meanings)
        return define, forget

    def _events(self, name: str, number: str) -> str:
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

    def _says(self, name: str, number: str) -> str:
        """Whether a pull gives nothing before somebody says WAKE, at an input and of the element itself; whether what it stores is full."""
        own = f"    struct e{number} *self = &m->e{number}; (void)self;\n"
        pulled = self.wakes.pulled(name)
        cases = "".join(f"    case {edge.target_port}: return e{self._number(name, edge.source)}_empty(m);\n" for edge in pulled)
        empty = self.sources[name].empty or self._all_empty(name, name)
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

    def _stored(self, name: str, other: str) -> str:
        return "(uint64_t)" + self.sources[other].stored.replace("self->", f"m->e{self._number(name, other)}.")

    def _all_empty(self, here: str | None, name: str) -> str:
        """Whether all that the element pulls from is empty. One that pulls from nothing may always have something, but for a program."""
        pulled = self.wakes.pulled(name)
        return " && ".join(f"e{self._number(here, edge.source)}_empty(m)" for edge in pulled) or str(int(name in self.programs))
