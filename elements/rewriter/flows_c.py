"""The C reading of `elements.rewriter`: the arrays of the table, and the same steps."""

from __future__ import annotations

from typing import Final

SMALL: Final = ("linked", "rules", "flags", "origin", "mark", "list_of", "older", "newer")
"""Arrays of 32 bits for each flow."""

STATE: Final = (
    *((name, f"self->rw->{name}[0]") for name in (*SMALL, "addresses", "ports_of", "chain", "used_at", "buckets")),
    *((name, f"self->rw->{name}[0]") for name in ("oldest", "newest", "counts", "following")),
    *((name, f"self->rw->{name}") for name in ("unused", "used", "flows", "most_flows", "failures", "clock", "next_reap")),
)
"""The table's state variables, for handlers."""

HELPERS: Final = """
enum { RW_DEPTH = 65536, RW_BUCKETS = 131072, RW_INPUTS = 256, RW_LISTS = 7, RW_NO_DATA = 2, RW_MOST_TRIES = 1024, RW_MOST_IN_BUCKET = 32 };
enum { RW_DROP, RW_PASS, RW_PATTERN };
enum { RW_SAME, RW_SEQUENTIAL, RW_HASHED };
struct rw_input {
    int kind, forward, reply;
    uint32_t source, destination, source_port, destination_port, more;
    int order;
};
struct rw_settings {
    const struct rw_input *inputs;
    uint64_t times[RW_LISTS];
    uint8_t protocols[256]; /* one more than the rules, 0 for none: 1 for TCP, 2 for UDP */
    uint64_t reap_interval;
    int set_destination, reply_annotation;
};
struct rw_key { uint32_t rules, ports; uint64_t addresses; };
struct rewriter {
    const struct rw_settings *settings;
    uint32_t *linked, *rules, *flags, *origin, *mark, *list_of, *older, *newer, *ports_of, *chain, *buckets;
    uint64_t *addresses, *used_at;
    uint32_t oldest[RW_LISTS], newest[RW_LISTS], counts[RW_INPUTS], following[RW_INPUTS];
    uint32_t unused, used, flows, most_flows;
    uint64_t failures, clock, next_reap;
};
static void *rw_array(size_t count, size_t size)
{
    void *made = calloc(count, size);
    if (!made) abort();
    return made;
}
static struct rewriter *rw_new(const struct rw_settings *settings, uint32_t capacity)
{
    struct rewriter *t = rw_array(1, sizeof *t);
    uint32_t **small[] = {&t->linked, &t->rules, &t->flags, &t->origin, &t->mark, &t->list_of, &t->older, &t->newer};
    for (int i = 0; i < 8; i++) *small[i] = rw_array(RW_DEPTH, sizeof(uint32_t));
    t->used_at = rw_array(RW_DEPTH, sizeof(uint64_t));
    t->addresses = rw_array(2 * RW_DEPTH, sizeof(uint64_t));
    t->ports_of = rw_array(2 * RW_DEPTH, sizeof(uint32_t));
    t->chain = rw_array(2 * RW_DEPTH, sizeof(uint32_t));
    t->buckets = rw_array(RW_BUCKETS, sizeof(uint32_t));
    t->settings = settings;
    t->most_flows = capacity;
    return t;
}
static void rw_free(struct rewriter *t)
{
    free(t->linked); free(t->rules); free(t->flags); free(t->origin); free(t->mark); free(t->list_of); free(t->older); free(t->newer);
    free(t->used_at); free(t->addresses); free(t->ports_of); free(t->chain); free(t->buckets);
    free(t);
}
static inline uint64_t rw_turned_addresses(uint64_t a) { return a << 32 | a >> 32; }
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
    return (struct rw_key){t->rules[(entry - 1) >> 1], t->ports_of[entry - 1], t->addresses[entry - 1]};
}
static uint32_t rw_find(const struct rewriter *t, struct rw_key key)
{
    uint32_t entry = t->buckets[rw_bucket(key)];
    while (entry && !(t->addresses[entry - 1] == key.addresses && t->ports_of[entry - 1] == key.ports
                      && t->rules[(entry - 1) >> 1] == key.rules))
        entry = t->chain[entry - 1];
    return entry;
}
static void rw_link(struct rewriter *t, uint32_t entry, struct rw_key key)
{
    uint32_t *bucket = &t->buckets[rw_bucket(key)];
    t->addresses[entry - 1] = key.addresses;
    t->ports_of[entry - 1] = key.ports;
    t->chain[entry - 1] = *bucket;
    *bucket = entry;
    t->linked[(entry - 1) >> 1] |= 1u << ((entry - 1) & 1);
}
static void rw_unlink(struct rewriter *t, uint32_t entry)
{
    uint32_t *at = &t->buckets[rw_bucket(rw_key_of(t, entry))];
    while (*at != entry) at = &t->chain[*at - 1];
    *at = t->chain[entry - 1];
    t->linked[(entry - 1) >> 1] &= ~(1u << ((entry - 1) & 1));
}
static void rw_append(struct rewriter *t, uint32_t place, uint32_t number)
{
    uint32_t before = t->newest[number];
    t->list_of[place - 1] = number;
    t->older[place - 1] = before;
    t->newer[place - 1] = 0;
    t->newest[number] = place;
    if (before) t->newer[before - 1] = place; else t->oldest[number] = place;
}
static void rw_leave(struct rewriter *t, uint32_t place)
{
    uint32_t number = t->list_of[place - 1], before = t->older[place - 1], after = t->newer[place - 1];
    if (before) t->newer[before - 1] = after; else t->oldest[number] = after;
    if (after) t->older[after - 1] = before; else t->newest[number] = before;
}
static uint32_t rw_lasts(const struct rewriter *t, uint32_t place)
{
    uint32_t flags = t->flags[place - 1];
    if (t->rules[place - 1]) return flags > 6 ? 6 : 5;
    if ((flags & 3) == 3) return 4;
    return (flags & 12) == 12 ? 3 : 2;
}
static void rw_enter(struct rewriter *t, uint32_t place, uint64_t time)
{
    uint32_t guaranteed = t->rules[place - 1];
    t->used_at[place - 1] = time;
    rw_append(t, place, t->settings->times[guaranteed] ? guaranteed : rw_lasts(t, place));
}
static inline uint64_t rw_end(const struct rewriter *t, uint32_t place, uint32_t number)
{
    return t->used_at[place - 1] + t->settings->times[number];
}
static void rw_remove(struct rewriter *t, uint32_t place)
{
    for (uint32_t way = 0; way < 2; way++)
        if (t->linked[place - 1] >> way & 1) rw_unlink(t, 2 * place - 1 + way);
    rw_leave(t, place);
    t->flows--;
    t->counts[t->origin[place - 1]]--;
    t->older[place - 1] = t->unused;
    t->unused = place;
}
/* Flows whose guarantee is over go on to the other lists. */
static void rw_release(struct rewriter *t, uint64_t time)
{
    for (uint32_t number = 0; number < RW_NO_DATA; number++)
        for (uint32_t place; (place = t->oldest[number]) && rw_end(t, place, number) <= time;) {
            rw_leave(t, place);
            rw_append(t, place, rw_lasts(t, place));
        }
}
/* The flow of lists ``from`` to ``to`` that expires first, 0 where there is none. */
static uint32_t rw_first_to_go(const struct rewriter *t, uint32_t from, uint32_t to)
{
    uint32_t found = 0;
    uint64_t end = 0;
    for (uint32_t number = from; number < to; number++) {
        uint32_t place = t->oldest[number];
        if (place && (!found || rw_end(t, place, number) < end)) {
            found = place;
            end = rw_end(t, place, number);
        }
    }
    return found;
}
static void rw_shrink(struct rewriter *t, uint64_t time)
{
    rw_release(t, time);
    for (uint32_t number = RW_NO_DATA; number < RW_LISTS; number++)
        while (t->oldest[number] && rw_end(t, t->oldest[number], number) <= time) rw_remove(t, t->oldest[number]);
    while (t->flows > t->most_flows) {
        uint32_t place = rw_first_to_go(t, RW_NO_DATA, RW_LISTS);
        rw_remove(t, place ? place : rw_first_to_go(t, 0, RW_NO_DATA));
    }
}
/* What a new flow becomes; 0 where no port is free. */
static int rw_choose(struct rewriter *t, int port, struct rw_key key, struct rw_key *made)
{
    const struct rw_input *in = &t->settings->inputs[port];
    uint32_t source = in->source ? in->source : key.addresses >> 32, destination = in->destination ? in->destination : key.addresses;
    uint32_t own = key.ports >> 16, other = in->destination_port ? in->destination_port : key.ports & 0xffff;
    made->rules = key.rules;
    made->addresses = (uint64_t)source << 32 | destination;
    made->ports = (in->source_port ? in->source_port : own) << 16 | other;
    if (!in->more) return 1;
    struct rw_key answer = {key.rules, 0, (uint64_t)destination << 32 | source};
    static const uint32_t strides[8] = {106087, 81013, 121523, 96479, 71453, 111949, 86923, 127423};
    uint64_t mixed = rw_mix(key);
    uint32_t size = in->more + 1, step = own - in->source_port, stride = strides[mixed >> 29 & 7];
    int found = 0;
    if (in->order == RW_SAME && own >= in->source_port && step <= in->more) {
        answer.ports = other << 16 | own;
        found = !rw_find(t, answer);
    }
    if (!found) {
        step = (mixed >> 32) * size >> 32;
        if (in->order == RW_SEQUENTIAL) {
            step = t->following[port] % size;
            stride = 1;
        }
        for (uint32_t count = 0; count < size && count < RW_MOST_TRIES; count++) {
            answer.ports = other << 16 | (in->source_port + step);
            if ((found = !rw_find(t, answer))) break;
            step = (step + stride) % size;
        }
    }
    if (!found) {
        t->failures++;
        return 0;
    }
    t->following[port] = step + 1;
    made->ports = (in->source_port + step) << 16 | other;
    return 1;
}
static int rw_is_crowded(const struct rewriter *t, struct rw_key key)
{
    uint32_t count = 0;
    for (uint32_t entry = t->buckets[rw_bucket(key)]; entry; entry = t->chain[entry - 1]) count++;
    return count > RW_MOST_IN_BUCKET - 2;
}
/* The entry of a new flow, 0 where the table, or a bucket, has no room. */
static uint32_t rw_store(struct rewriter *t, int port, struct rw_key key, struct rw_key made, uint64_t time)
{
    struct rw_key answer = {key.rules, rw_turned_ports(made.ports), rw_turned_addresses(made.addresses)};
    if (rw_is_crowded(t, key) || rw_is_crowded(t, answer)) {
        t->failures++;
        return 0;
    }
    uint32_t place = t->unused;
    if (place) t->unused = t->older[place - 1];
    else place = ++t->used;
    t->rules[place - 1] = key.rules;
    t->linked[place - 1] = t->flags[place - 1] = t->mark[place - 1] = 0;
    t->origin[place - 1] = port;
    rw_link(t, 2 * place - 1, key);
    uint32_t known = rw_find(t, answer);
    if (known) rw_unlink(t, known);
    rw_link(t, 2 * place, answer);
    if (known && (known + 1) >> 1 != place) rw_remove(t, (known + 1) >> 1);
    rw_enter(t, place, time);
    t->flows++;
    t->counts[port]++;
    if (t->flows > t->most_flows) {
        rw_release(t, time);
        uint32_t gone = rw_first_to_go(t, RW_NO_DATA, RW_LISTS);
        if (!gone) gone = place;
        rw_remove(t, gone);
        if (gone == place) {
            t->failures++;
            return 0;
        }
    }
    return 2 * place - 1;
}
static inline uint32_t rw_difference(uint64_t before, uint64_t after)
{
    uint32_t sum = 0;
    for (int at = 0; at < 64; at += 16) sum += (~(before >> at) & 0xffff) + (after >> at & 0xffff);
    return sum;
}
/* Changes a checksum (RFC 1624, equation 3), where there is a difference. */
static inline void rw_correct(uint8_t *at, uint32_t change)
{
    if (change % 0xffff == 0) return;
    uint32_t sum = (get16(at) ^ 0xffff) + change;
    while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
    put16(at, sum ^ 0xffff);
}
static void rw_rewrite(struct rewriter *t, struct packet *p, struct rw_key key, uint32_t entry)
{
    uint32_t place = (entry + 1) >> 1, direction = (entry - 1) & 1, other = (entry - 1) ^ 1;
    uint64_t addresses = rw_turned_addresses(t->addresses[other]);
    uint32_t ports = rw_turned_ports(t->ports_of[other]), seen = t->flags[place - 1];
    uint8_t *ip = p->data + p->network, *transport = ip + 4 * (ip[0] & 15);
    uint32_t length = p->data + p->length - transport, change = rw_difference(key.addresses, addresses);
    put32(ip + 12, addresses >> 32);
    put32(ip + 16, addresses);
    if (t->settings->set_destination) p->dst_ip = addresses;
    if (t->settings->reply_annotation && direction) p->paint = t->mark[place - 1];
    rw_correct(ip + 10, change);
    if (!key.rules && length < 18) return;
    put32(transport, ports);
    change += rw_difference(key.ports, ports);
    if (ip[9] == 6 && length >= 18) {
        rw_correct(transport + 16, change);
    } else if (ip[9] == 17 && get16(transport + 6)) {
        rw_correct(transport + 6, change);
        if (!get16(transport + 6)) put16(transport + 6, 0xffff);
    }
    if (key.rules) {
        seen |= direction;
        t->flags[place - 1] = seen < 6 ? seen + 2 : seen;
        return;
    }
    uint32_t has_data = 4u * ((ip[0] & 15) + (transport[12] >> 4)) < get16(ip + 2);
    if (transport[13] & 4) seen |= 3;
    else if (transport[13] & 1) seen |= 1u << direction;
    else if ((transport[13] & 2) || has_data) seen &= ~(1u << direction);
    t->flags[place - 1] = seen | has_data << (2 + direction);
}
static void rw_reap(struct rewriter *t, uint64_t time)
{
    uint64_t interval = t->settings->reap_interval;
    if (!interval) return;
    if (!t->next_reap) {
        t->next_reap = time + interval;
    } else if (time >= t->next_reap) {
        uint64_t last = time - (time - t->next_reap) % interval;
        rw_shrink(t, last);
        t->next_reap = last + interval;
    }
}
/* The output by which a packet that came by input ``port`` leaves, -1 where it is dropped. */
static int rw_packet(struct rewriter *t, int port, struct packet *p, uint64_t time)
{
    const struct rw_input *in = &t->settings->inputs[port];
    int unknown = in->kind == RW_PASS ? in->forward : -1;
    t->clock = time;
    rw_reap(t, time);
    if (p->network < 0 || (int64_t)p->length - p->network < 20) return unknown;
    const uint8_t *ip = p->data + p->network;
    uint32_t total = p->length - p->network, at = 4 * (ip[0] & 15), rules = t->settings->protocols[ip[9]];
    if (!rules || (get16(ip + 6) & 0x1fff) || at < 20 || total < at + 8) return unknown;
    struct rw_key key = {rules - 1, get32(ip + at), (uint64_t)get32(ip + 12) << 32 | get32(ip + 16)};
    uint32_t entry = rw_find(t, key);
    if (!entry) {
        struct rw_key made;
        if (in->kind != RW_PATTERN) return unknown;
        if (!rw_choose(t, port, key, &made) || !(entry = rw_store(t, port, key, made, time))) return -1;
        t->mark[(entry - 1) >> 1] = p->paint;
    }
    uint32_t place = (entry + 1) >> 1;
    rw_rewrite(t, p, key, entry);
    rw_leave(t, place);
    rw_enter(t, place, time);
    const struct rw_input *owner = &t->settings->inputs[t->origin[place - 1]];
    return (entry - 1) & 1 ? owner->reply : owner->forward;
}
"""
