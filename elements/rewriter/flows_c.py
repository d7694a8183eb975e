"""The C reading of the tables of `elements.rewriter`: their arrays, and the same steps."""

from __future__ import annotations

from typing import Final

ENTRY: Final = ("addresses", "ports_of", "chain")
"""What each entry has. The two of a flow are the halves of 128 bytes, two lines of the cache, the first of which has the flow's, too."""
FLOW: Final = ("used_at", "linked", "rules", "flags", "origin", "spec_of", "mark", "list_of", "older", "newer")
HALF: Final = 64
SPEC: Final = ("kind", "forward", "reply", "source", "source_port", "destination", "destination_port", "more", "order", "has_ports")
_ARRAYS: Final = ("buckets", "oldest", "newest", "counts", "following")
_SHIFTS: Final = ("shift_base", "shift_count", "shift_from", "shift_by")
_WORDS: Final = ("unused", "used", "flows", "most_flows", "failures", "clock", "next_reap", "seen_flows", "seen_capacity", "asked")

STATE: Final = (
    *((name, f"self->rw->{name}[0]") for name in (*_ARRAYS, *_SHIFTS, *(f"spec_{each}" for each in SPEC))),
    *((name, f"self->rw->halves[0].{name}") for name in (*ENTRY, *FLOW)),
    *((name, f"self->rw->{name}") for name in _WORDS),
)
"""The table's state variables, for handlers."""
STRIDES: Final = (*((name, HALF) for name in ENTRY), *((name, 2 * HALF) for name in FLOW))

_SPEC_ARRAYS: Final = ", ".join(f"spec_{each}[RW_SPECS]" for each in SPEC)
_SPEC_MEMBERS: Final = ", ".join(SPEC)
_SPEC_COPIES: Final = "\n".join(f"        t->spec_{each}[i] = specs[i].{each};" for each in SPEC)
_FREED: Final = " ".join(f"free(t->{each});" for each in _SHIFTS)
_SHIFT_MEMBERS: Final = ", ".join(f"*{each}" for each in _SHIFTS)

TABLE: Final = (
    f"""
enum {{ RW_DEPTH = 65536, RW_BUCKETS = 131072, RW_INPUTS = 256, RW_SPECS = 512, RW_LISTS = 7, RW_NO_DATA = 2, RW_MOST_TRIES = 1024 }};
enum {{ RW_MOST_IN_BUCKET = 32, RW_SHIFTS = 8 }};
enum {{ RW_DROP, RW_PASS, RW_KEEP, RW_PATTERN, RW_MAP }};
enum {{ RW_SAME, RW_SEQUENTIAL, RW_HASHED }};
enum {{ RW_FLOWS, RW_HOSTS, RW_PAIRS, RW_PINGS }};
enum {{ RW_CAPACITY = 1, RW_CLEAR = 2, RW_NEW_PATTERN = 3 }};
struct rw_spec {{ uint32_t kind, forward, reply, source, source_port, destination, destination_port, more, order, has_ports; }};
struct rw_settings {{
    int keyed_by;
    uint64_t times[RW_LISTS];
    uint8_t protocols[256]; /* one more than the rules, 0 for none: 1 for TCP, 2 for UDP */
    uint64_t reap_interval;
    int set_destination, reply_annotation;
}};
struct rw_key {{ uint32_t rules, ports; uint64_t addresses; }};
struct rw_half {{
    uint64_t addresses, used_at;
    uint32_t ports_of, chain, rules, older, newer, list_of, flags, origin, spec_of, mark, linked, unused;
}};
_Static_assert(sizeof(struct rw_half) == 64, "a half is a line of the cache");
struct rewriter {{
    const struct rw_settings *settings;
    struct rewriter *leader, *next; /* those that share a capacity, in order, the leader first */
    uint32_t group_flows; /* the leader's counts */
    struct rw_half *halves;
    uint32_t {_SHIFT_MEMBERS}, *buckets;
    uint32_t oldest[RW_LISTS], newest[RW_LISTS], counts[RW_INPUTS], following[RW_SPECS];
    uint32_t {_SPEC_ARRAYS};
    uint32_t *turns[RW_INPUTS]; /* of the elements that map, by input */
    uint32_t *chance, *chance_at; /* random numbers, where there are any */
    uint32_t unused, used, flows, most_flows, seen_flows, seen_capacity, asked;
    uint64_t failures, clock, next_reap, shifts;
}};
static void *rw_array(size_t count, size_t size)
{{
    void *made = calloc(count, size);
    if (!made) no_memory();
    return made;
}}
/* The table of an element, which others may look for before it is opened. */
static struct rewriter *rw_at(struct rewriter **place)
{{
    if (!*place) {{
        *place = rw_array(1, sizeof **place);
        (*place)->leader = *place;
    }}
    return *place;
}}
static void rw_open(struct base *b, struct rewriter *t, const struct rw_settings *settings, const struct rw_spec *specs, uint32_t count,
                    uint32_t capacity)
{{
    t->halves = lasting(b, 2 * RW_DEPTH, sizeof *t->halves);
    t->buckets = lasting(b, RW_BUCKETS, sizeof *t->buckets);
    t->shift_base = rw_array(2 * RW_DEPTH, sizeof(uint32_t));
    t->shift_count = rw_array(2 * RW_DEPTH, sizeof(uint32_t));
    t->shift_from = rw_array(2 * RW_DEPTH * RW_SHIFTS, sizeof(uint32_t));
    t->shift_by = rw_array(2 * RW_DEPTH * RW_SHIFTS, sizeof(uint32_t));
    t->settings = settings;
    t->most_flows = capacity;
    for (uint32_t i = 0; i < count; i++) {{
{_SPEC_COPIES}
    }}
}}
static void rw_join(struct rewriter *t, struct rewriter *leader)
{{
    struct rewriter *last = leader;
    while (last->next) last = last->next;
    last->next = t;
    t->leader = leader;
}}
static void rw_free(struct rewriter *t)
{{
    {_FREED}
    free(t);
}}
"""
    + """static inline uint64_t rw_turned_addresses(uint64_t a) { return a << 32 | a >> 32; }
static inline uint32_t rw_turned_ports(uint32_t a) { return a << 16 | a >> 16; }
static inline uint64_t rw_mix(struct rw_key key)
{
    uint64_t x = key.addresses + ((uint64_t)key.rules << 32 | key.ports) * 0x9e3779b97f4a7c15ULL;
    x = (x ^ x >> 32) * 0xd6e8feb86659fd93ULL;
    x = (x ^ x >> 32) * 0xd6e8feb86659fd93ULL;
    return x ^ x >> 32;
}
static inline uint32_t rw_bucket(struct rw_key key) { return rw_mix(key) & (RW_BUCKETS - 1); }
static inline struct rw_key rw_key_of(const struct rewriter *t, uint32_t entry)
{
    return (struct rw_key){t->halves[entry - 1].rules, t->halves[entry - 1].ports_of, t->halves[entry - 1].addresses};
}
ALWAYS uint32_t rw_find(const struct rewriter *t, struct rw_key key)
{
    uint32_t entry = t->buckets[rw_bucket(key)];
    while (entry && !(t->halves[entry - 1].addresses == key.addresses && t->halves[entry - 1].ports_of == key.ports
                      && t->halves[entry - 1].rules == key.rules))
        entry = t->halves[entry - 1].chain;
    return entry;
}
static void rw_link(struct rewriter *t, uint32_t entry, struct rw_key key)
{
    uint32_t *bucket = &t->buckets[rw_bucket(key)];
    t->halves[entry - 1].addresses = key.addresses;
    t->halves[entry - 1].rules = key.rules;
    t->halves[entry - 1].ports_of = key.ports;
    t->halves[entry - 1].chain = *bucket;
    *bucket = entry;
    t->halves[2 * ((entry - 1) >> 1)].linked |= 1u << ((entry - 1) & 1);
}
static void rw_unlink(struct rewriter *t, uint32_t entry)
{
    uint32_t *at = &t->buckets[rw_bucket(rw_key_of(t, entry))];
    while (*at != entry) at = &t->halves[*at - 1].chain;
    *at = t->halves[entry - 1].chain;
    t->halves[2 * ((entry - 1) >> 1)].linked &= ~(1u << ((entry - 1) & 1));
}
static void rw_append(struct rewriter *t, uint32_t place, uint32_t number)
{
    uint32_t before = t->newest[number];
    t->halves[2 * (place - 1)].list_of = number;
    t->halves[2 * (place - 1)].older = before;
    t->halves[2 * (place - 1)].newer = 0;
    t->newest[number] = place;
    if (before) t->halves[2 * (before - 1)].newer = place; else t->oldest[number] = place;
}
static void rw_leave(struct rewriter *t, uint32_t place)
{
    const struct rw_half *flow = &t->halves[2 * (place - 1)];
    uint32_t number = flow->list_of, before = flow->older, after = flow->newer;
    if (before) t->halves[2 * (before - 1)].newer = after; else t->oldest[number] = after;
    if (after) t->halves[2 * (after - 1)].older = before; else t->newest[number] = before;
}
static uint32_t rw_lasts(const struct rewriter *t, uint32_t place)
{
    uint32_t flags = t->halves[2 * (place - 1)].flags;
    if (t->halves[2 * (place - 1)].rules) return flags > 6 ? 6 : 5;
    if ((flags & 3) == 3) return 4;
    return (flags & 12) == 12 ? 3 : 2;
}
static void rw_enter(struct rewriter *t, uint32_t place, uint64_t time)
{
    uint32_t guaranteed = t->halves[2 * (place - 1)].rules;
    t->halves[2 * (place - 1)].used_at = time;
    rw_append(t, place, t->settings->times[guaranteed] ? guaranteed : rw_lasts(t, place));
}
static inline uint64_t rw_end(const struct rewriter *t, uint32_t place, uint32_t number)
{
    return t->halves[2 * (place - 1)].used_at + t->settings->times[number];
}
static void rw_remove(struct rewriter *t, uint32_t place)
{
    for (uint32_t way = 0; way < 2; way++)
        if (t->halves[2 * (place - 1)].linked >> way & 1) rw_unlink(t, 2 * place - 1 + way);
    rw_leave(t, place);
    for (uint32_t way = 2 * place - 2; t->shifts && way < 2 * place; way++) t->shift_base[way] = t->shift_count[way] = 0;
    t->flows--;
    t->leader->group_flows--;
    t->counts[t->halves[2 * (place - 1)].origin]--;
    t->halves[2 * (place - 1)].older = t->unused;
    t->unused = place;
}
/* Flows of the group whose guarantee is over go on to the other lists. */
static void rw_release(struct rewriter *leader, uint64_t time)
{
    for (struct rewriter *t = leader; t; t = t->next)
        for (uint32_t number = 0; number < RW_NO_DATA; number++)
            for (uint32_t place; (place = t->oldest[number]) && rw_end(t, place, number) <= time;) {
                rw_leave(t, place);
                rw_append(t, place, rw_lasts(t, place));
            }
}
/* The flow of lists ``from`` to ``to`` of the group that expires first, and its table; 0 where there is none. */
static uint32_t rw_first_to_go(struct rewriter *leader, uint32_t from, uint32_t to, struct rewriter **table)
{
    uint32_t found = 0;
    uint64_t end = 0;
    for (struct rewriter *t = leader; t; t = t->next)
        for (uint32_t number = from; number < to; number++) {
            uint32_t place = t->oldest[number];
            if (place && (!found || rw_end(t, place, number) < end)) {
                *table = t;
                found = place;
                end = rw_end(t, place, number);
            }
        }
    return found;
}
static void rw_shrink(struct rewriter *one, uint64_t time)
{
    struct rewriter *leader = one->leader, *table = leader;
    rw_release(leader, time);
    for (struct rewriter *t = leader; t; t = t->next)
        for (uint32_t number = RW_NO_DATA; number < RW_LISTS; number++)
            while (t->oldest[number] && rw_end(t, t->oldest[number], number) <= time) rw_remove(t, t->oldest[number]);
    while (leader->group_flows > leader->most_flows) {
        uint32_t place = rw_first_to_go(leader, RW_NO_DATA, RW_LISTS, &table);
        if (!place) place = rw_first_to_go(leader, 0, RW_NO_DATA, &table);
        rw_remove(table, place);
    }
}
/* Forgets every flow, or those from one input. */
static void rw_clear(struct rewriter *t, int port)
{
    for (uint32_t number = 0; number < RW_LISTS; number++)
        for (uint32_t place = t->oldest[number], next; place; place = next) {
            next = t->halves[2 * (place - 1)].newer;
            if (port < 0 || t->halves[2 * (place - 1)].origin == (uint32_t)port) rw_remove(t, place);
        }
}
static void rw_look(struct rewriter *t, uint64_t time)
{
    t->clock = time;
    t->seen_flows = t->leader->group_flows;
    t->seen_capacity = t->leader->most_flows;
}
static void rw_do(struct rewriter *one, uint64_t time)
{
    uint32_t asked = one->asked;
    one->asked = 0;
    if (asked == RW_CAPACITY) {
        one->leader->most_flows = one->seen_capacity;
        rw_shrink(one, time);
    } else if (asked == RW_CLEAR) {
        for (struct rewriter *t = one->leader; t; t = t->next) rw_clear(t, -1);
    } else if (asked) {
        rw_clear(one, asked - RW_NEW_PATTERN);
    }
}
static inline uint32_t rw_made_ports(const struct rewriter *t, uint32_t source, uint32_t destination)
{
    return source << 16 | (t->settings->keyed_by == RW_PINGS ? (source + 1) & 0xffff : destination);
}
static inline struct rw_key rw_answer(struct rw_key made)
{
    return (struct rw_key){made.rules, rw_turned_ports(made.ports), rw_turned_addresses(made.addresses)};
}
/* What a flow becomes where it is this far in a pattern's range. */
static struct rw_key rw_in_range(const struct rewriter *t, uint32_t spec, struct rw_key key, struct rw_key made, uint32_t step)
{
    if (t->spec_has_ports[spec]) {
        made.ports = rw_made_ports(t, t->spec_source_port[spec] + step, made.ports & 0xffff);
    } else {
        made.ports = key.ports;
        made.addresses = (uint64_t)(t->spec_source[spec] + step) << 32 | (uint32_t)made.addresses;
    }
    return made;
}
/* A random number from 0 to ``most``, as RandomSeed makes it. */
static uint32_t rw_random(struct rewriter *t, uint32_t most)
{
    uint32_t share = most == 1 ? 1 : 0x80000000u / (most + 1), number;
    do {
        uint32_t at = *t->chance_at;
        t->chance[at] += t->chance[(at + 28) % 31];
        *t->chance_at = (at + 1) % 31;
        number = (t->chance[at] >> 1) / share;
    } while (most != 1 && number > most);
    return most == 1 ? number >> 14 & 1 : number;
}
/* What a new flow becomes by a specification; 0 where nothing is free. */
static int rw_choose(struct rewriter *t, uint32_t spec, struct rw_key key, struct rw_key *made)
{
    uint32_t own = key.ports >> 16, source = t->spec_source[spec], destination = t->spec_destination[spec];
    uint32_t port = t->spec_source_port[spec], other = t->spec_destination_port[spec];
    if (!source) source = key.addresses >> 32;
    if (!destination) destination = key.addresses;
    made->rules = key.rules;
    made->addresses = (uint64_t)source << 32 | destination;
    made->ports = rw_made_ports(t, port ? port : own, other ? other : key.ports & 0xffff);
    if (!t->spec_more[spec]) return 1;
    static const uint32_t strides[8] = {106087, 81013, 121523, 96479, 71453, 111949, 86923, 127423};
    uint64_t mixed = rw_mix(key), size = (uint64_t)t->spec_more[spec] + 1;
    uint64_t step = own - port, stride = size <= RW_DEPTH ? strides[mixed >> 29 & 7] : 1;
    struct rw_key tried;
    if (t->spec_order[spec] == RW_SAME && t->spec_has_ports[spec] && own >= port && step < size) {
        tried = rw_in_range(t, spec, key, *made, step);
        if (!rw_find(t, rw_answer(tried))) goto found;
    }
    step = (mixed >> 32) * size >> 32;
    if (t->spec_order[spec] == RW_SEQUENTIAL) {
        step = t->following[spec] % size;
        stride = 1;
    } else if (t->chance) {
        step = rw_random(t, t->spec_more[spec]);
        stride = 1;
    }
    for (uint32_t count = 0; count < size && count < RW_MOST_TRIES; count++) {
        tried = rw_in_range(t, spec, key, *made, step);
        if (!rw_find(t, rw_answer(tried))) goto found;
        step = (step + stride) % size;
    }
    return 0;
found:
    t->following[spec] = step + 1;
    *made = tried;
    return 1;
}
static int rw_is_crowded(const struct rewriter *t, struct rw_key key)
{
    uint32_t count = 0;
    for (uint32_t entry = t->buckets[rw_bucket(key)]; entry; entry = t->halves[entry - 1].chain) count++;
    return count > RW_MOST_IN_BUCKET - 2;
}
/* The entry of a new flow, 0 where the table, or a bucket, has no room. */
static uint32_t rw_store(struct rewriter *t, int port, uint32_t spec, struct rw_key key, struct rw_key made, uint64_t time)
{
    struct rw_key answer = rw_answer(made);
    struct rewriter *leader = t->leader, *table = t;
    if (rw_is_crowded(t, key) || rw_is_crowded(t, answer)) return 0;
    uint32_t place = t->unused;
    if (place) t->unused = t->halves[2 * (place - 1)].older;
    else place = ++t->used;
    t->halves[2 * (place - 1)].rules = key.rules;
    t->halves[2 * (place - 1)].linked = t->halves[2 * (place - 1)].flags = t->halves[2 * (place - 1)].mark = 0;
    t->halves[2 * (place - 1)].origin = port;
    t->halves[2 * (place - 1)].spec_of = spec;
    rw_link(t, 2 * place - 1, key);
    uint32_t known = rw_find(t, answer);
    if (known) rw_unlink(t, known);
    rw_link(t, 2 * place, answer);
    if (known && (known + 1) >> 1 != place) rw_remove(t, (known + 1) >> 1);
    rw_enter(t, place, time);
    t->flows++;
    t->counts[port]++;
    if (++leader->group_flows > leader->most_flows) {
        rw_release(leader, time);
        uint32_t gone = rw_first_to_go(leader, RW_NO_DATA, RW_LISTS, &table);
        if (!gone) gone = place;
        rw_remove(table, gone);
        if (table == t && gone == place) return 0;
    }
    return 2 * place - 1;
}
/* The same from an input, by its specification or what the element that maps for it says. */
static __attribute__((noinline)) uint32_t rw_new_flow(struct rewriter *t, int port, struct rw_key key, uint64_t time)
{
    uint32_t kind = t->spec_kind[port], entry = 0, count = 1;
    struct rw_key made;
    if (kind == RW_DROP || kind == RW_PASS) return 0;
    if (kind == RW_MAP) count = t->spec_more[port];
    for (uint32_t i = 0; i < count; i++) {
        uint32_t spec = port;
        if (kind == RW_MAP) {
            spec = t->spec_source[port] + *t->turns[port];
            *t->turns[port] = (*t->turns[port] + 1) % count;
        }
        if (!rw_choose(t, spec, key, &made)) continue;
        entry = rw_store(t, port, spec, key, made, time);
        break;
    }
    if (!entry) t->failures++;
    return entry;
}
"""
)
