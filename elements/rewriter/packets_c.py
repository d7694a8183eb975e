"""The C reading of what rewriters do with packets."""

from __future__ import annotations

from typing import Final

PACKETS: Final = """
ALWAYS void rw_note(struct rewriter *t, const uint8_t *ip, uint8_t *transport, uint32_t length, uint32_t entry)
{
    uint32_t place = (entry + 1) >> 1, direction = (entry - 1) & 1, seen = t->halves[2 * (place - 1)].flags;
    if (t->halves[2 * (place - 1)].rules) {
        seen |= direction;
        t->halves[2 * (place - 1)].flags = seen < 6 ? seen + 2 : seen;
        return;
    }
    uint32_t header = 4u * (transport[12] >> 4), has_data = 4u * (ip[0] & 15) + header < get16(ip + 2);
    if (transport[13] & 4) seen |= 3;
    else if (transport[13] & 1) seen |= 1u << direction;
    else if ((transport[13] & 2) || has_data) seen &= ~(1u << direction);
    t->halves[2 * (place - 1)].flags = seen | has_data << (2 + direction);
    if (t->shifts && length >= header && length >= 20) rw_shift_packet(t, transport, entry - 1);
}
static void rw_renumber(uint8_t *icmp, uint32_t length, uint32_t number)
{
    uint32_t change = rw_difference(get16(icmp + 4), number);
    put16(icmp + 4, number);
    rw_correct(icmp + 2, change);
    for (uint32_t i = 0; i < length; i++)
        if (icmp[i]) return;
    put16(icmp + 2, 0xffff);
}
ALWAYS void rw_rewrite(struct rewriter *t, struct packet *p, uint32_t entry, int keyed_by)
{
    uint32_t place = (entry + 1) >> 1, direction = (entry - 1) & 1, other = (entry - 1) ^ 1;
    uint64_t addresses = rw_turned_addresses(t->halves[other].addresses);
    uint32_t ports = rw_turned_ports(t->halves[other].ports_of);
    uint8_t *ip = p->data + p->network, *transport = ip + 4 * (ip[0] & 15);
    uint32_t length = p->data + p->length - transport;
    uint64_t old = (uint64_t)get32(ip + 12) << 32 | get32(ip + 16);
    if (keyed_by == RW_HOSTS) addresses |= old & (0xffffffffULL << (direction ? 32 : 0));
    put32(ip + 12, addresses >> 32);
    put32(ip + 16, addresses);
    if (t->settings->set_destination && (direction || keyed_by != RW_HOSTS)) p->dst_ip = addresses;
    if (t->settings->reply_annotation && direction) p->paint = t->halves[2 * (place - 1)].mark;
    uint32_t change = rw_difference(old, addresses);
    rw_correct(ip + 10, change);
    if (get16(ip + 6) & 0x1fff) return;
    if (keyed_by == RW_PINGS) {
        rw_renumber(transport, length, direction ? ports & 0xffff : ports >> 16);
        return;
    }
    if (!t->halves[2 * (place - 1)].rules && length < 18) return;
    if (keyed_by == RW_FLOWS) {
        change += rw_difference(get32(transport), ports);
        put32(transport, ports);
    }
    if (ip[9] == 6 && (int64_t)(p->data + p->length - transport) >= 18) {
        rw_correct(transport + 16, change);
    } else if (ip[9] == 17 && (int64_t)(p->data + p->length - transport) >= 8 && get16(transport + 6)) {
        rw_correct(transport + 6, change);
        if (!get16(transport + 6)) put16(transport + 6, 0xffff);
    }
    if (keyed_by == RW_FLOWS) rw_note(t, ip, transport, length, entry);
}
static inline uint32_t rw_ping_ports(uint32_t number, int reply)
{
    uint32_t after = (number + 1) & 0xffff;
    return reply ? after << 16 | number : number << 16 | after;
}
/* The keys by which a flow is found that others know of, and how many: of a ping the upper port is its number. */
ALWAYS uint32_t rw_keys_by(const struct rewriter *t, int keyed_by, uint32_t protocol, uint64_t addresses, uint32_t ports, int reply,
                           struct rw_key *keys)
{
    uint32_t rules = t->settings->protocols[protocol];
    switch (keyed_by) {
    case RW_HOSTS:
        keys[0] = (struct rw_key){1, 0, addresses & 0xffffffff00000000ULL};
        keys[1] = (struct rw_key){1, 0, addresses & 0xffffffffu};
        return 2;
    case RW_PAIRS:
        keys[0] = (struct rw_key){1, 0, addresses};
        return 1;
    case RW_PINGS:
        keys[0] = (struct rw_key){1, rw_ping_ports(ports >> 16, reply), addresses};
        return protocol == 1;
    default:
        keys[0] = (struct rw_key){rules - 1, ports, addresses};
        return rules != 0;
    }
}
static uint32_t rw_keys_for(const struct rewriter *t, uint32_t protocol, uint64_t addresses, uint32_t ports, int reply, struct rw_key *keys)
{
    return rw_keys_by(t, t->settings->keyed_by, protocol, addresses, ports, reply, keys);
}
ALWAYS uint32_t rw_find_any(const struct rewriter *t, const struct rw_key *keys, uint32_t count)
{
    uint32_t entry = 0;
    for (uint32_t i = 0; i < count && !entry; i++) entry = rw_find(t, keys[i]);
    return entry;
}
/* The keys of a packet that can be rewritten. */
ALWAYS uint32_t rw_keys_of(const struct rewriter *t, const struct packet *p, int keyed_by, struct rw_key *keys)
{
    if (p->network < 0 || (int64_t)p->length - p->network < 20) return 0;
    const uint8_t *ip = p->data + p->network;
    uint32_t total = p->length - p->network, at = 4 * (ip[0] & 15);
    if (at < 20) return 0;
    uint64_t addresses = (uint64_t)get32(ip + 12) << 32 | get32(ip + 16);
    switch (keyed_by) {
    case RW_FLOWS: {
        uint32_t rules = t->settings->protocols[ip[9]];
        if (!rules || (get16(ip + 6) & 0x1fff) || total < at + 8) return 0;
        keys[0] = (struct rw_key){rules - 1, get32(ip + at), addresses};
        return 1;
    }
    case RW_PINGS:
        if ((get16(ip + 6) & 0x1fff) || total < at + 6 || (ip[at] != 0 && ip[at] != 8)) return 0;
        return rw_keys_by(t, keyed_by, ip[9], addresses, get16(ip + at + 4) << 16, ip[at] == 0, keys);
    default:
        return rw_keys_by(t, keyed_by, 0, addresses, 0, 0, keys);
    }
}
/* What is fetched for a packet before it comes, in three steps: where its entry is, the flow, and those beside it in the order of use,
   which change as it is used. */
ALWAYS void rw_fetch_bucket(const struct rewriter *t, int keyed_by, const uint8_t *ip, uint32_t left, uint32_t *bucket)
{
    uint64_t addresses = (uint64_t)get32(ip + 12) << 32 | get32(ip + 16);
    uint32_t at = 4 * (ip[0] & 15), rules = t->settings->protocols[ip[9]];
    struct rw_key keys[2];
    if (keyed_by == RW_FLOWS) keys[0] = (struct rw_key){rules - 1, left >= at + 4 ? get32(ip + at) : 0, addresses};
    else rw_keys_by(t, keyed_by, 0, addresses, 0, 0, keys);
    *bucket = rw_bucket(keys[0]);
    __builtin_prefetch(&t->buckets[*bucket]);
    if (keyed_by == RW_HOSTS) __builtin_prefetch(&t->buckets[rw_bucket(keys[1])]);
}
ALWAYS void rw_fetch_flow(const struct rewriter *t, int keyed_by, const uint8_t *ip, uint32_t *bucket)
{
    *bucket = t->buckets[*bucket];
    /* An answer is found by where it goes. */
    if (keyed_by == RW_HOSTS && !*bucket) *bucket = t->buckets[rw_bucket((struct rw_key){1, 0, get32(ip + 16)})];
    if (!*bucket) return;
    const struct rw_half *flow = &t->halves[(*bucket - 1) & ~1u];
    __builtin_prefetch(flow, 1);
    __builtin_prefetch(flow + 1);
}
ALWAYS void rw_fetch_beside(const struct rewriter *t, const uint32_t *entry)
{
    if (!*entry) return;
    const struct rw_half *flow = &t->halves[(*entry - 1) & ~1u];
    if (flow->older) __builtin_prefetch(&t->halves[2 * (flow->older - 1)], 1);
    if (flow->newer) __builtin_prefetch(&t->halves[2 * (flow->newer - 1)], 1);
}
/* The output by which a packet that came by input ``port`` leaves, -1 where it is dropped. What the table is ``keyed_by`` is known as this
   is compiled. */
ALWAYS int rw_packet(struct rewriter *t, int port, struct packet *p, uint64_t time, int keyed_by)
{
    struct rw_key keys[2];
    uint32_t count = rw_keys_of(t, p, keyed_by, keys), entry = rw_find_any(t, keys, count);
    if (__builtin_expect(!entry, 0)) {
        if (t->spec_kind[port] == RW_PASS) return t->spec_forward[port];
        if (!count || (keyed_by == RW_PINGS && *(p->data + p->network + 4 * (p->data[p->network] & 15)) == 0)) return -1;
        if (!(entry = rw_new_flow(t, port, keys[0], time))) return -1;
        t->halves[2 * ((entry - 1) >> 1)].mark = p->paint;
    }
    uint32_t place = (entry + 1) >> 1;
    rw_rewrite(t, p, entry, keyed_by);
    rw_leave(t, place);
    rw_enter(t, place, time);
    uint32_t spec = t->halves[2 * (place - 1)].spec_of;
    return (entry - 1) & 1 ? t->spec_reply[spec] : t->spec_forward[spec];
}
"""
