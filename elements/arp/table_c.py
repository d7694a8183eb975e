"""The C reading of `elements.arp.table`: the same arrays, the same steps."""

from __future__ import annotations

from typing import Final

from elements.arp.table import BUCKET_BITS

SEEN: Final = ("address", "known", "chain", "waiting", "ethernet", "live")
"""What of an entry each packet to it looks at, and what else there is of one."""
MORE: Final = ("polled", "older", "newer", "polls")
SEEN_BYTES: Final = 32
MORE_BYTES: Final = 40
ALONE: Final = ("oldest", "newest", "unused", "used", "entries", "packets")
ALONE_LARGE: Final = ("table_drops", "next_slim")

STATE: Final = (
    *((name, f"self->arp->seen[0].{name}") for name in SEEN),
    *((name, f"self->arp->more[0].{name}") for name in MORE),
    *((name, f"self->arp->{name}[0]") for name in ("buckets", "salt")),
    *((name, f"self->arp->{name}") for name in (*ALONE, *ALONE_LARGE)),
    ("clock", "self->clock"),
)
"""The table's state variables, for handlers."""
STRIDES: Final = (*((name, SEEN_BYTES) for name in SEEN), *((name, MORE_BYTES) for name in MORE))

HELPERS: Final = (
    f"enum {{ ARP_BITS = {BUCKET_BITS}, ARP_SEEN = {SEEN_BYTES}, ARP_MORE = {MORE_BYTES} }};"
    + """
/* What each packet looks at stands together, and in few lines of the cache. */
struct arp_seen { uint32_t address, known, chain, waiting; uint64_t ethernet, live; };
struct arp_more { uint64_t polled; uint32_t older, newer, polls; struct packet *first, *last; };
_Static_assert(sizeof(struct arp_seen) == ARP_SEEN && sizeof(struct arp_more) == ARP_MORE, "handlers find the words of entries by these");
/* An answer that is good before ``until``, whatever else is done then. ``near`` has the last one of those addresses that end alike, so that
   a packet looks at that alone. */
struct arp_near { uint64_t until, ethernet; uint32_t address; };
struct arp {
    struct arp_near near[16];
    struct arp_seen *seen;
    uint64_t salt[2];
    struct arp_more *more;
    uint32_t buckets[1 << ARP_BITS];
    uint32_t oldest, newest, unused, used, entries, packets;
    uint64_t table_drops, next_slim;
    uint64_t timeout, poll_timeout;
    uint32_t entry_limit, packet_limit, packets_each, slim_factor;
};
static void *arp_array(uint32_t count, size_t size)
{
    void *made = calloc(count, size);
    if (!made) no_memory();
    return made;
}
static struct arp *arp_new(struct base *b, uint32_t entries, uint32_t packets, uint32_t each, uint32_t slim, uint64_t timeout,
                           uint64_t poll)
{
    struct arp *t = lasting(b, 1, sizeof *t);
    t->seen = arp_array(entries, sizeof *t->seen);
    t->more = arp_array(entries, sizeof *t->more);
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
    free(t->seen);
    free(t->more);
}
ALWAYS uint32_t arp_bucket(const struct arp *t, uint32_t address) { return salted_bucket(t->salt, &address, 1, ARP_BITS); }
ALWAYS uint32_t arp_find(const struct arp *t, uint32_t address)
{
    uint32_t place = t->buckets[arp_bucket(t, address)];
    while (place && t->seen[place - 1].address != address) place = t->seen[place - 1].chain;
    return place;
}
/* The answer for an address, NULL where it is not near. */
ALWAYS const struct arp_near *arp_find_near(const struct arp *t, uint32_t address, uint64_t time)
{
    const struct arp_near *near = &t->near[address & 15];
    return __builtin_expect(near->address == address && time < near->until, 1) ? near : NULL;
}
/* What a place has is the answer for ``usual`` ns from when it was learned, unless the table is to be tidied before. Handlers, and whoever
   changes a place, have to say so by arp_far. */
ALWAYS void arp_bring_near(struct arp *t, uint32_t place, uint64_t usual)
{
    const struct arp_seen *seen = &t->seen[place - 1];
    uint64_t until = seen->live + usual < t->next_slim ? seen->live + usual : t->next_slim;
    t->near[seen->address & 15] = (struct arp_near){until, seen->ethernet, seen->address};
}
ALWAYS void arp_far(struct arp *t, uint32_t address) { t->near[address & 15].until = 0; }
static void arp_all_far(struct arp *t) { memset(t->near, 0, sizeof t->near); }
static int arp_expired(const struct arp *t, uint32_t place, uint64_t time)
{
    return t->timeout && t->seen[place - 1].live + t->timeout < time;
}
static int arp_valid(const struct arp *t, uint32_t place, uint64_t time)
{
    return t->seen[place - 1].known && !arp_expired(t, place, time);
}
static int arp_may_poll(struct arp *t, uint32_t place, uint64_t time)
{
    if (time - t->more[place - 1].polled < (t->more[place - 1].polls >= 10 ? 2000000000ULL : 100000000ULL)) return 0;
    t->more[place - 1].polled = time;
    if (t->more[place - 1].polls < 255) t->more[place - 1].polls++;
    return 1;
}
static void arp_leave_age(struct arp *t, uint32_t place)
{
    uint32_t before = t->more[place - 1].older, after = t->more[place - 1].newer;
    if (before) t->more[before - 1].newer = after; else t->oldest = after;
    if (after) t->more[after - 1].older = before; else t->newest = before;
}
static void arp_enter_age(struct arp *t, uint32_t place, uint32_t after)
{
    uint32_t before = after ? t->more[after - 1].older : t->newest;
    t->more[place - 1].older = before;
    t->more[place - 1].newer = after;
    if (before) t->more[before - 1].newer = place; else t->oldest = place;
    if (after) t->more[after - 1].older = place; else t->newest = place;
}
/* Takes the first packet of a place out of its queue. */
static struct packet *arp_take(struct arp *t, uint32_t place)
{
    struct packet *p = t->more[place - 1].first;
    if (!(t->more[place - 1].first = p->next)) t->more[place - 1].last = NULL;
    return p;
}
/* Packets of a place that a handler has emptied are let go. */
static void arp_forget(struct base *b, struct arp *t, uint32_t place)
{
    if (!t->seen[place - 1].waiting)
        while (t->more[place - 1].first) kill_packet(b, arp_take(t, place));
}
static void arp_remove(struct base *b, struct arp *t, uint32_t place)
{
    uint32_t *at = &t->buckets[arp_bucket(t, t->seen[place - 1].address)];
    while (*at != place) at = &t->seen[*at - 1].chain;
    *at = t->seen[place - 1].chain;
    arp_leave_age(t, place);
    arp_far(t, t->seen[place - 1].address);
    t->packets -= t->seen[place - 1].waiting;
    t->table_drops += t->seen[place - 1].waiting;
    t->entries--;
    t->seen[place - 1].waiting = 0;
    arp_forget(b, t, place);
    t->seen[place - 1].chain = t->unused;
    t->unused = place;
}
static void arp_slim(struct base *b, struct arp *t, uint32_t coming_entries, uint32_t coming_packets)
{
    while (t->oldest && (arp_expired(t, t->oldest, clock_of(b)) || t->entries + coming_entries > t->entry_limit))
        arp_remove(b, t, t->oldest);
    if (t->packets + coming_packets <= t->packet_limit) return;
    uint32_t wanted = t->packet_limit - t->packet_limit / t->slim_factor;
    if (!wanted) wanted = 1;
    for (uint32_t place = t->oldest; place && t->packets + coming_packets > wanted; place = t->more[place - 1].newer) {
        arp_forget(b, t, place);
        while (t->seen[place - 1].waiting && t->packets + coming_packets > wanted) {
            kill_packet(b, arp_take(t, place));
            t->seen[place - 1].waiting--;
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
    if ((place = t->unused)) t->unused = t->seen[place - 1].chain;
    else place = ++t->used;
    uint32_t i = place - 1, *bucket = &t->buckets[arp_bucket(t, address)];
    t->seen[i].address = address;
    t->seen[i].ethernet = 0xffffffffffffULL;
    t->seen[i].known = 0;
    t->seen[i].live = clock_of(b);
    t->more[i].polled = clock_of(b) - 1000000000ULL;
    t->more[i].polls = 0;
    t->seen[i].waiting = 0;
    arp_forget(b, t, place);
    t->seen[i].chain = *bucket;
    *bucket = place;
    t->entries++;
    arp_enter_age(t, place, 0);
    return place;
}
static uint32_t arp_insert(struct base *b, struct arp *t, uint32_t address, uint64_t ethernet)
{
    uint32_t place = arp_ensure(b, t, address), i = place - 1;
    arp_far(t, address);
    t->seen[i].ethernet = ethernet;
    t->seen[i].known = ethernet != 0xffffffffffffULL;
    t->seen[i].live = clock_of(b);
    t->more[i].polls = 0;
    t->more[i].polled = clock_of(b) - 1000000000ULL;
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
        uint32_t after = t->more[i].newer;
        t->seen[i].live = least;
        while (after && t->seen[after - 1].live < least) after = t->more[after - 1].newer;
        arp_leave_age(t, place);
        arp_enter_age(t, place, after);
    }
    if (t->packets_each && t->seen[i].waiting >= t->packets_each) {
        t->table_drops++;
        kill_packet(b, p);
        return 0;
    }
    if (t->packets + 1 > t->packet_limit) arp_slim(b, t, 0, 1);
    arp_forget(b, t, place);
    p->next = NULL;
    if (t->more[i].last) t->more[i].last->next = p; else t->more[i].first = p;
    t->more[i].last = p;
    t->packets++;
    t->seen[i].waiting++;
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
