"""The functions of a compiled machine: made, taken down, offered packets, driven, looked into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from elements.definition.loops import MOST_ROUNDS, MOST_TIMERS, MOVED_A_ROUND
from swclick.tasks import Job


@dataclass(frozen=True)
class Parts:
    """Numbers of all elements and of those that have a timer, file descriptors or something to do before handlers are read; the tasks; what
    follows from write handlers; by task, whether it has nothing to pull, where it pulls; the cases of where state variables and tables are;
    and the numbers of elements without an input, which packets are offered to. Of regions that are shared: statements that give them what
    is their own, and cases, by region, of where state variables are and of what follows from write handlers. Elements at which packets may
    wait, with the input."""

    elements: Sequence[int]
    working: Sequence[Job]
    timed: Sequence[int]
    watching: Sequence[int]
    looked_at: Sequence[int]
    after_write: Sequence[str]
    idle: Sequence[str]
    state: Sequence[str]
    tables: Sequence[str]
    sources: Sequence[int]
    given: str = ""
    shared_state: str = ""
    shared_writes: str = ""
    cuts: Sequence[tuple[int, int]] = ()


def machine_functions(parts: Parts) -> str:
    """All of them, behind the functions of the elements."""
    return _life(parts) + _ENDS + _rounds(parts) + _offers(parts) + _looks(parts)


def _life(parts: Parts) -> str:
    tasks = "".join(f"    add_task(&m->live, {place}, {job.element}, {job.run}, {job.of});\n" for place, job in enumerate(parts.working))
    timers = "".join(f"    m->live.timers[{n}].run = e{n}_timer;\n" for n in parts.timed)
    cuts = "".join(f"    add_cut(&m->live, &m->e{n}.cut, {n}, {port}, e{n}_push);\n" for n, port in parts.cuts)
    initialize = "".join(f"    e{n}_initialize(m);\n" for n in parts.elements)
    finish = "".join(f"    e{n}_finish(m);\n" for n in parts.elements)
    # A task that pulls begins asleep where there is nothing.
    busy = "".join(f"    case {task}: return !({idle});\n" for task, idle in enumerate(parts.idle) if idle)
    wakes = "".join(f"    {f'if (!({idle})) ' if idle else ''}wake_task(&m->live, {task});\n" for task, idle in enumerate(parts.idle))
    ready = "".join(f"    case {n}: e{n}_ready(m, fd, events); break;\n" for n in parts.watching)
    return f"""
void machine_ready(struct machine *m, int32_t element, int fd, int events)
{{
    (void)m; (void)fd; (void)events;
    switch (element) {{
{ready}    default: if (m->base.call) m->base.call(element, READY, (struct packet *)((uintptr_t)fd << 16 | (events & 0xffff)));
    }}
}}
/* Whether a task is to run or, where it pulls, might find something if it did. */
PLAIN int machine_scheduled(struct machine *m, int task)
{{
    if (m->live.tasks[task].entry.place >= 0) return 1;
    switch (task) {{
{busy}    default: return 0;
    }}
}}
PLAIN struct machine *machine_new(int driven, int simulated, uint64_t now, int64_t (*call)(int32_t, int32_t, struct packet *))
{{
    struct base first = {{.driven = driven}};
    struct machine *m = lasting(&first, 1, sizeof *m);
    m->base = first;
    m->base.simulated = simulated;
    begin_clock(&m->base, now);
    m->base.call = call;
    open_live(&m->base, &m->live, {len(parts.elements)}, {len(parts.working)});
{parts.given}{tasks}{timers}{cuts}{initialize}{wakes}    return m;
}}
PLAIN void machine_free(struct machine *m)
{{
{finish}    close_live(&m->live);
    struct base last = m->base;
    free_base(&last);
}}
"""


_ENDS = """
uint64_t machine_now(struct machine *m) { tick(&m->base); return m->base.now; }
int machine_drive(struct machine *m) { return drive(m, &m->live, &m->base); }
void machine_at(struct machine *m, int element, uint64_t at) { set_timer(&m->live, element, at); }
void machine_watch(struct machine *m, int element, int fd, int events) { watch_fd(&m->live, element, fd, events); }
struct task *machine_tasks(struct machine *m) { return m->live.tasks; }
int machine_task_count(struct machine *m) { return m->live.task_count; }
void machine_contain(struct machine *m, int elements, int count, const struct grant *grants, const uint32_t *owners, uint64_t bound,
                     uint64_t (*counter)(void), uint64_t (*spent)(void))
{ contain(&m->live, elements, count, grants, owners, bound, counter, spent); }
struct bucket *machine_bucket(struct machine *m, int number) { return bucket_of(&m->live, number); }
int64_t machine_level(struct machine *m, int number) { return level_in(&m->live, number); }
uint64_t machine_whole(struct machine *m, int number) { return whole_of(&m->live, number); }
uint64_t machine_lost(struct machine *m) { return lost_time(&m->live); }
struct cut *machine_cuts(struct machine *m) { return m->live.cuts; }
"""


def _rounds(parts: Parts) -> str:
    return f"""
static void settle_tasks(struct machine *m)
{{
    struct task *tasks = m->live.tasks;
    _Bool busy[{len(parts.working) + 1}];
    for (int moved, most, left = {MOST_ROUNDS}; left > 0; left -= (most + {MOVED_A_ROUND - 1}) / {MOVED_A_ROUND}) {{
        most = 0;
        for (uint32_t i = 0; i < {len(parts.working)}; i++) {{
            busy[i] = (moved = tasks[i].run(m, tasks[i].of)) != 0;
            if (moved > most) most = moved;
        }}
        if (!most) return;
    }}
    for (uint32_t i = 0; i < {len(parts.working)}; i++) m->unsettled[tasks[i].element] += busy[i];
}}
/* What is due until then, in the order of time, each with all that follows from it. */
static void advance(struct machine *m, uint64_t until)
{{
    int left = {MOST_TIMERS};
    for (; left && run_timer(m, &m->live, &m->base, until); left--) settle_tasks(m);
    if (!left && next_timer(&m->live) <= until) m->unsettled[(struct timer *)m->live.pending.entries[0] - m->live.timers]++;
    if (until > m->base.now) m->base.now = until;
}}
void machine_settle(struct machine *m, uint64_t now)
{{
    advance(m, now);
    settle_tasks(m);
}}
uint64_t machine_unsettled(struct machine *m, int element) {{ return m->unsettled[element]; }}
"""


def _offers(parts: Parts) -> str:
    pushes = "\n".join(f"    case {n}: e{n}_push(m, 0, p); break;" for n in parts.sources)
    return f"""
void machine_inject(struct machine *m, int source, const uint8_t *bytes, const struct emission *e)
{{
    advance(m, e->time);
    struct packet *p = raw_packet(&m->base, e->front, e->length);
    memcpy(p->buffer, bytes, (size_t)e->front + e->length);
    p->network = e->network;
    p->dst_ip = e->dst_ip;
    p->vlan_tci = e->vlan_tci;
    p->paint = e->paint;
    p->device = e->device;
    p->packet_type = e->packet_type;
    p->fix_ip_src = e->fix_ip_src;
    memcpy(p->dst_ip6, e->dst_ip6, sizeof p->dst_ip6);
    p->parameter = e->parameter;
    p->aggregate = e->aggregate;
    p->extra_packets = e->extra_packets;
    p->extra_length = e->extra_length;
    p->time = e->time;
    p->first_time = e->first_time;
    switch (source) {{
{pushes}
    default: kill_packet(&m->base, p);
    }}
    settle_tasks(m);
}}
void machine_run(struct machine *m, uint64_t count, const int32_t *sources, const uint8_t *bytes, const struct emission *packets,
                 uint64_t *ends)
{{
    for (uint64_t i = 0; i < count; i++) {{
        machine_inject(m, sources[i], bytes + packets[i].offset, &packets[i]);
        ends[i] = m->base.emitted_count;
    }}
}}
"""


def _looks(parts: Parts) -> str:
    words, tables = "\n".join(parts.state), "\n".join(parts.tables)
    written = "".join(parts.after_write)
    looked = "".join(f"    case {n}: e{n}_before_read(m); break;\n" for n in parts.looked_at)
    return f"""
uint64_t machine_runaway(struct machine *m, int ring) {{ return m->runaway[ring]; }}
struct base *machine_base(struct machine *m) {{ return &m->base; }}
void machine_clear(struct machine *m) {{ m->base.emitted_count = m->base.bytes_count = m->base.log_count = 0; }}
PLAIN void machine_after_write(struct machine *m, int element)
{{
    (void)m;
    switch (element) {{
{written}    default: break;
    }}{_by_region(parts.shared_writes)}
}}
PLAIN void machine_before_read(struct machine *m, int element)
{{
    (void)m;
    switch (element) {{
{looked}    default: break;
    }}
}}
PLAIN void *machine_word(struct machine *m, int element, int word)
{{
    (void)m;
    switch ((uint64_t)element << 16 | word) {{
{words}
    }}{_by_region(parts.shared_state)}
    return NULL;
}}
PLAIN void machine_replace(struct machine *m, int element, int table, const uint64_t *numbers, const uint64_t *sizes,
                           const struct group *groups, uint32_t group_count, uint32_t count)
{{
    (void)m; (void)numbers; (void)sizes; (void)groups; (void)group_count; (void)count;
    switch ((uint64_t)element << 16 | table) {{
{tables}
    }}
}}
"""


def _by_region(cases: str) -> str:
    return f"\n    switch (region_at[element]) {{\n{cases}    default: break;\n    }}" if cases else ""
