"""The C reading of `elements.arp.table`: the same arrays, the same steps."""

from __future__ import annotations

from typing import Final

from elements.arp.table import BUCKET_BITS

SMALL: Final = ("address", "known", "polls", "waiting", "chain", "older", "newer")
LARGE: Final = ("ethernet", "live", "polled")
ALONE: Final = ("oldest", "newest", "unused", "used", "entries", "packets")
ALONE_LARGE: Final = ("table_drops", "clock", "next_slim")

STATE: Final = (
    *((name, f"self->arp->{name}[0]") for name in (*SMALL, *LARGE, "buckets", "salt")),
    *((name, f"self->arp->{name}") for name in (*ALONE, *ALONE_LARGE)),
)
"""The table's state variables, for handlers."""

HELPERS: Final = (
    f"enum {{ ARP_BITS = {BUCKET_BITS} }};"
    + """
struct arp {
    uint32_t *address, *known, *polls, *waiting, *chain, *older, *newer, buckets[1 << ARP_BITS];
    uint64_t salt[2], *ethernet, *live, *polled;
    struct packet **first, **last;
    uint32_t oldest, newest, unused, used, entries, packets;
    uint64_t table_drops, clock, next_slim;
    uint64_t timeout, poll_timeout;
    uint32_t entry_limit, packet_limit, packets_each, slim_factor;
};
static void *arp_array(uint32_t count, size_t size)
{
    void *made = calloc(count, size);
    if (!made) no_memory();
    return made;
}
static struct arp *arp_new(uint32_t entries, uint32_t packets, uint32_t each, uint32_t slim, uint64_t timeout, uint64_t poll)
{
    struct arp *t = arp_array(1, sizeof *t);
    uint32_t **small[] = {&t->address, &t->known, &t->polls, &t->waiting, &t->chain, &t->older, &t->newer};
    uint64_t **large[] = {&t->ethernet, &t->live, &t->polled};
    for (int i = 0; i < 7; i++) *small[i] = arp_array(entries, sizeof(uint32_t));
    for (int i = 0; i < 3; i++) *large[i] = arp_array(entries, sizeof(uint64_t));
    t->first = arp_array(entries, sizeof *t->first);
    t->last = arp_array(entries, sizeof *t->last);
    t->entry_limit = entries;
    t->packet_limit = packets;
    t->packets_each = each;
    t->slim_factor = slim;
    t->timeout = timeout;
    t->poll_timeout = poll;
    draw_salt(t->salt, 2);
    return t;
}
static void arp_free(struct arp *t)
{
    free(t->address); free(t->known); free(t->polls); free(t->waiting); free(t->chain); free(t->older); free(t->newer);
    free(t->ethernet); free(t->live); free(t->polled); free(t->first); free(t->last);
    free(t);
}
ALWAYS uint32_t arp_bucket(const struct arp *t, uint32_t address) { return salted_bucket(t->salt, &address, 1, ARP_BITS); }
ALWAYS uint32_t arp_find(const struct arp *t, uint32_t address)
{
    uint32_t place = t->buckets[arp_bucket(t, address)];
    while (place && t->address[place - 1] != address) place = t->chain[place - 1];
    return place;
}
static int arp_expired(const struct arp *t, uint32_t place, uint64_t time)
{
    return t->timeout && t->live[place - 1] + t->timeout < time;
}
static int arp_valid(const struct arp *t, uint32_t place, uint64_t time) { return t->known[place - 1] && !arp_expired(t, place, time); }
static int arp_may_poll(struct arp *t, uint32_t place, uint64_t time)
{
    if (time - t->polled[place - 1] < (t->polls[place - 1] >= 10 ? 2000000000ULL : 100000000ULL)) return 0;
    t->polled[place - 1] = time;
    if (t->polls[place - 1] < 255) t->polls[place - 1]++;
    return 1;
}
static void arp_leave_age(struct arp *t, uint32_t place)
{
    uint32_t before = t->older[place - 1], after = t->newer[place - 1];
    if (before) t->newer[before - 1] = after; else t->oldest = after;
    if (after) t->older[after - 1] = before; else t->newest = before;
}
static void arp_enter_age(struct arp *t, uint32_t place, uint32_t after)
{
    uint32_t before = after ? t->older[after - 1] : t->newest;
    t->older[place - 1] = before;
    t->newer[place - 1] = after;
    if (before) t->newer[before - 1] = place; else t->oldest = place;
    if (after) t->older[after - 1] = place; else t->newest = place;
}
/* Takes the first packet of a place out of its queue. */
static struct packet *arp_take(struct arp *t, uint32_t place)
{
    struct packet *p = t->first[place - 1];
    if (!(t->first[place - 1] = p->next)) t->last[place - 1] = NULL;
    return p;
}
/* Packets of a place that a handler has emptied are let go. */
static void arp_forget(struct base *b, struct arp *t, uint32_t place)
{
    if (!t->waiting[place - 1])
        while (t->first[place - 1]) kill_packet(b, arp_take(t, place));
}
static void arp_remove(struct base *b, struct arp *t, uint32_t place)
{
    uint32_t *at = &t->buckets[arp_bucket(t, t->address[place - 1])];
    while (*at != place) at = &t->chain[*at - 1];
    *at = t->chain[place - 1];
    arp_leave_age(t, place);
    t->packets -= t->waiting[place - 1];
    t->table_drops += t->waiting[place - 1];
    t->entries--;
    t->waiting[place - 1] = 0;
    arp_forget(b, t, place);
    t->chain[place - 1] = t->unused;
    t->unused = place;
}
static void arp_slim(struct base *b, struct arp *t, uint32_t coming_entries, uint32_t coming_packets)
{
    while (t->oldest && (arp_expired(t, t->oldest, clock_of(b)) || t->entries + coming_entries > t->entry_limit))
        arp_remove(b, t, t->oldest);
    if (t->packets + coming_packets <= t->packet_limit) return;
    uint32_t wanted = t->packet_limit - t->packet_limit / t->slim_factor;
    if (!wanted) wanted = 1;
    for (uint32_t place = t->oldest; place && t->packets + coming_packets > wanted; place = t->newer[place - 1]) {
        arp_forget(b, t, place);
        while (t->waiting[place - 1] && t->packets + coming_packets > wanted) {
            kill_packet(b, arp_take(t, place));
            t->waiting[place - 1]--;
            t->packets--;
            t->table_drops++;
        }
    }
}
static uint32_t arp_ensure(struct base *b, struct arp *t, uint32_t address)
{
    uint32_t place = arp_find(t, address);
    if (place) return place;
    if (t->entries + 1 > t->entry_limit) arp_slim(b, t, 1, 0);
    if ((place = t->unused)) t->unused = t->chain[place - 1];
    else place = ++t->used;
    uint32_t i = place - 1, *bucket = &t->buckets[arp_bucket(t, address)];
    t->address[i] = address;
    t->ethernet[i] = 0xffffffffffffULL;
    t->known[i] = 0;
    t->live[i] = clock_of(b);
    t->polled[i] = clock_of(b) - 1000000000ULL;
    t->polls[i] = 0;
    t->waiting[i] = 0;
    arp_forget(b, t, place);
    t->chain[i] = *bucket;
    *bucket = place;
    t->entries++;
    arp_enter_age(t, place, 0);
    return place;
}
static uint32_t arp_insert(struct base *b, struct arp *t, uint32_t address, uint64_t ethernet)
{
    uint32_t place = arp_ensure(b, t, address), i = place - 1;
    t->ethernet[i] = ethernet;
    t->known[i] = ethernet != 0xffffffffffffULL;
    t->live[i] = clock_of(b);
    t->polls[i] = 0;
    t->polled[i] = clock_of(b) - 1000000000ULL;
    arp_leave_age(t, place);
    arp_enter_age(t, place, 0);
    return place;
}
/* Keeps or drops the packet; whether a request is to be sent. */
static int arp_append(struct base *b, struct arp *t, uint32_t address, struct packet *p)
{
    uint32_t place = arp_ensure(b, t, address), i = place - 1;
    if (arp_expired(t, place, clock_of(b))) {
        uint64_t least = clock_of(b) - t->timeout;
        uint32_t after = t->newer[i];
        t->live[i] = least;
        while (after && t->live[after - 1] < least) after = t->newer[after - 1];
        arp_leave_age(t, place);
        arp_enter_age(t, place, after);
    }
    if (t->packets_each && t->waiting[i] >= t->packets_each) {
        t->table_drops++;
        kill_packet(b, p);
        return 0;
    }
    if (t->packets + 1 > t->packet_limit) arp_slim(b, t, 0, 1);
    arp_forget(b, t, place);
    p->next = NULL;
    if (t->last[i]) t->last[i]->next = p; else t->first[i] = p;
    t->last[i] = p;
    t->packets++;
    t->waiting[i]++;
    return arp_may_poll(t, place, clock_of(b));
}
/* The headers fourteen bytes of a header; ``from`` has eight, the address and the type of IP. */
ALWAYS void arp_fill(uint8_t *data, uint64_t to, const uint8_t *from)
{
    put64(data, to << 16);
    memcpy(data + 6, from, 8);
}
static void arp_header(struct packet *p, uint64_t to, const uint8_t *from)
{
    move_start(p, -14);
    arp_fill(p->data, to, from);
}
"""
)
