"""An element with a packet program as C functions: members, push, pull, initialize and finish around `lower_program`."""

from __future__ import annotations

from elements.definition.csource import CSource
from elements.program.program import Program, State
from swclick.inline import PART, RARE, Kinds
from swclick.lower_effects import move_text
from swclick.lower_program import lower_program
from swclick.lower_table import initialize_table, lower_table
from swclick.lower_value import c_type
from swclick.lower_wide import NARROW, word_constants, words


def program_fields(program: Program) -> list[str]:
    """The members of the element's structure."""
    return [
        *(f"{c_type(a.state.width)} {a.state.name}[{a.state.depth}]{_more(a.state)};" for a in program.accesses),
        *(f"struct table {table.name};" for table in program.tables),
    ]


def first_word(state: State, number: int | str) -> str:
    """The C lvalue of the first word of a state variable."""
    return f"m->e{number}.{state.name}[0]" + ("[0]" if state.width > NARROW else "")


def meets_cut(number: int | str, is_cut: bool, first: str = "") -> str:
    """The statement that lets a packet wait, where there is a cut in front of the element and it is not off; ``first`` puts its header
    down."""
    cut = f"m->e{number}.cut"
    asked = f"{first}if (meet_cut(&m->live, &m->base, &{cut}, p)) return;"
    return f"    if (__builtin_expect({cut}.mode, 0)) {{ {asked} }}\n" if is_cut else ""


def program_functions(
    program: Program, number: int | str, beside: CSource, kinds: Kinds, is_cut: bool, spread: frozenset[int] = frozenset()
) -> str:
    """The functions of element ``number``, which has ``beside`` its program, but for `program_begin`. ``eN_out_K`` and
    ``eN_in``, its ways to its neighbours, stand before them; and ``eN_spread``, which hands on what leaves by outputs in ``spread``."""
    passed = f"    {{ struct e{number} *self = &m->e{number}; (void)self; {beside.passed} }}\n" if beside.passed else ""
    push, slow, pull = _exclusive(program, number, passed, spread) if program.exclusive else _copies(program, number, passed)
    frees = "".join(f"    table_free(&m->e{number}.{table.name});\n" for table in program.tables)
    return f"""{lower_program(program, number)}
static {PART} void e{number}_pushv(struct machine *m, int port, struct packet *p, struct view *v)
{{
    (void)port;
{meets_cut(number, is_cut, "keep(p, v); ")}    if (!e{number}_usual(v)) {{ keep(p, v); e{number}_slow(m, port, p); return; }}
{push}
}}
static {kinds.push} void e{number}_push(struct machine *m, int port, struct packet *p)
{{
    struct view seen;
    look(p, &seen);
    e{number}_pushv(m, port, p, &seen);
}}
static {RARE} void e{number}_slow(struct machine *m, int port, struct packet *p)
{{
    (void)port;
{meets_cut(number, is_cut)}{slow}
}}
static {kinds.pull} struct packet *e{number}_pull(struct machine *m, int port)
{{
    (void)port;
    for (int pulled = 0; pulled < MOST_PULLS; pulled++) {{
    struct packet *p = e{number}_in(m, 0);
    if (!p) return NULL;
    struct view seen, *v = &seen;
    look(p, v);
{pull}
    }}
    m->live.again = 1;
    return NULL;
}}
static int e{number}_task(struct machine *m)
{{
    struct e{number} *self = &m->e{number};
    (void)self;
{beside.task or "    return 0;"}
}}
static void e{number}_finish(struct machine *m)
{{
    (void)m;
{frees}}}
"""


def program_begin(program: Program, number: int | str, beside: CSource) -> str:
    """The function that makes element ``number`` ready, behind the entries of its tables."""
    tables = "".join(lower_table(table, number) for table in program.tables)
    return f"""{tables}static void e{number}_initialize(struct machine *m)
{{
    struct e{number} *self = &m->e{number};
    (void)self;
{_initialize(program, number)}
{beside.initialize}
}}
"""


def _more(state: State) -> str:
    return f"[{words(state.width)}]" if state.width > NARROW else ""


def _exclusive(program: Program, number: int | str, passed: str, spread: frozenset[int]) -> tuple[str, str, str]:
    """The insides of push, of push for packets that are rare, and of pull; what is ``passed`` sees the packet's header put down."""
    # One place for each output: what follows becomes a part of it, and if that has more such exits, of each of those.
    exits = {way.port: [i for i, each in enumerate(program.exits) if each.port == way.port] for way in program.exits}
    ways = {port: " ".join(f"case {i}:" for i in indices) for port, indices in exits.items()}
    quick = [f"    {labels} e{number}_outv_{port}(m, p, v); return;" for port, labels in ways.items() if port not in spread]
    if spread:
        quick.append(f"    {' '.join(ways[port] for port in sorted(spread))} keep(p, v); e{number}_spread(m, way, p); return;")
    cases = "\n".join(quick)
    slow_cases = "\n".join(f"    {labels} e{number}_out_{port}(m, p); return;" for port, labels in ways.items())
    wanted = "".join(f"    if (way == {i} && port == {way.port}) {{ keep(p, v); return p; }}\n" for i, way in enumerate(program.exits))
    seen = f"    keep(p, v);\n{passed}" if passed else ""
    rest = "    default: kill_packet(&m->base, p);\n    }"
    push = f"    int way = e{number}_fast(m, p, v);\n{seen}    switch (way) {{\n{cases}\n{rest}"
    slow = f"    int way = e{number}_general(m, p);\n{passed}    switch (way) {{\n{slow_cases}\n{rest}"
    pull = f"""    int way = e{number}_run(m, p, v);
{seen}{wanted}    keep(p, v);
    switch (way) {{
{slow_cases.replace("return;", "continue;")}
    default: kill_packet(&m->base, p);
    }}"""
    return push, slow, pull


def _copies(program: Program, number: int | str, passed: str) -> tuple[str, str, str]:
    """As `_exclusive`. The last copy is the packet itself; of the others, none are made where none is wanted."""
    start = f"    uint8_t taken[{max(1, len(program.exits))}];\n    int left = e{number}_"
    none = "    if (!left) { kill_packet(&m->base, p); return"
    nothing = none.replace("return", "continue")
    seen = f"    keep(p, v);\n{passed}" if passed else ""
    push = [f"{start}fast(m, p, v, taken);\n{seen}{none}; }}"]
    slow = [f"{start}general(m, p, taken);\n{passed}{none}; }}"]
    pull = [f"{start}run(m, p, v, taken);\n{seen}{nothing}; }}\n    keep(p, v);\n    struct packet *wanted = NULL;"]
    for index, way in enumerate(program.exits):
        out = f"e{number}_out_{way.port}(m, q);"
        copy = f"struct packet *q = clone_packet(&m->base, p); {move_text(way, 'q')}{out}"
        last = f"{move_text(way, 'v')}e{number}_outv_{way.port}(m, p, v); return;"
        push.append(f"    if (taken[{index}]) {{ if (!--left) {{ {last} }} keep(p, v); {copy} }}")
        last = f"{move_text(way, 'p')}e{number}_out_{way.port}(m, p); return;"
        slow.append(f"    if (taken[{index}]) {{ if (!--left) {{ {last} }} {copy} }}")
        take = f"struct packet *q = --left ? clone_packet(&m->base, p) : p; {move_text(way, 'q')}"
        found = f"if (port == {way.port}) {{ if (wanted) kill_packet(&m->base, wanted); wanted = q; }} else {out}"
        pull.append(f"    if (taken[{index}]) {{ {take}{found} if (!left && wanted) return wanted; }}")
    return "\n".join(push), "\n".join(slow), "\n".join([*pull, "    if (wanted) return wanted;"])


def _initialize(program: Program, number: int | str) -> str:
    lines = []
    for state in (access.state for access in program.accesses):
        if not state.initial:
            continue
        first = word_constants(state.initial, state.width)
        place = f"self->{state.name}[i]"
        if state.width > NARROW:
            each = " ".join(f"{place}[{index}] = {text};" for index, text in enumerate(first))
        else:
            each = f"{place} = {first[0] if len(first) == 1 else f'(unsigned __int128){first[1]} << 64 | {first[0]}'};"
        lines.append(f"    for (int i = 0; i < {state.depth}; i++) {{ {each} }}")
    return "\n".join([*lines, *(initialize_table(table, number) for table in program.tables)])
