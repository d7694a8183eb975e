"""The C of a table of IPv6 neighbours."""

from __future__ import annotations

from typing import Final

_ARRAYS: Final = ("upper", "lower", "ethernet", "is_known", "is_asked", "seen", "chain", "buckets", "salt")
STATE: Final = (
    *((name, f"self->nd->{name}[0]") for name in _ARRAYS),
    *((name, f"self->nd->{name}") for name in ("unused", "used", "entries", "asked", "killed", "is_timed")),
)

NEIGHBOURS: Final = """
enum { ND_DEPTH = 4096, ND_BITS = 10 };
struct neighbours {
    uint64_t upper[ND_DEPTH], lower[ND_DEPTH], ethernet[ND_DEPTH], seen[ND_DEPTH];
    uint32_t is_known[ND_DEPTH], is_asked[ND_DEPTH], chain[ND_DEPTH], buckets[1 << ND_BITS];
    struct packet *waiting[ND_DEPTH];
    uint32_t unused, used, entries, is_timed;
    uint64_t asked, killed, salt[5];
};
static inline uint64_t nd_get64(const uint8_t *b) { return (uint64_t)get32(b) << 32 | get32(b + 4); }
static inline uint32_t *nd_bucket(struct neighbours *nd, const uint8_t *address)
{
    const uint32_t words[4] = {get32(address), get32(address + 4), get32(address + 8), get32(address + 12)};
    return &nd->buckets[salted_bucket(nd->salt, words, 4, ND_BITS)];
}
static uint32_t nd_find(struct neighbours *nd, const uint8_t *address)
{
    uint64_t upper = nd_get64(address), lower = nd_get64(address + 8);
    uint32_t place = *nd_bucket(nd, address);
    while (place && (nd->upper[place - 1] != upper || nd->lower[place - 1] != lower)) place = nd->chain[place - 1];
    return place;
}
/* The place of a new address, 0 where there is no room. */
static uint32_t nd_enter(struct neighbours *nd, const uint8_t *address)
{
    uint32_t place = nd->unused, *bucket = nd_bucket(nd, address);
    if (place) nd->unused = nd->chain[place - 1];
    else if (nd->used == ND_DEPTH) return 0;
    else place = ++nd->used;
    nd->upper[place - 1] = nd_get64(address);
    nd->lower[place - 1] = nd_get64(address + 8);
    nd->ethernet[place - 1] = nd->is_known[place - 1] = nd->is_asked[place - 1] = 0;
    nd->chain[place - 1] = *bucket;
    *bucket = place;
    nd->entries++;
    return place;
}
static void nd_ethernet(uint8_t *made, uint64_t address)
{
    put16(made, address >> 32);
    put32(made + 2, address);
}
static void nd_header(uint8_t *made, const uint8_t *to, const uint8_t *from)
{
    memcpy(made, to, 6);
    memcpy(made + 6, from, 6);
    put16(made + 12, 0x86dd);
}
/* A solicitation of 86 bytes, all zero before. */
static void nd_ask(uint8_t *made, const uint8_t *wanted, const uint8_t *own_ip, const uint8_t *own_ethernet)
{
    const uint8_t group[6] = {0x33, 0x33, 0xff, wanted[13], wanted[14], wanted[15]};
    nd_header(made, group, own_ethernet);
    made[14] = 0x60;
    made[19] = 32;
    made[20] = 58;
    made[21] = 255;
    memcpy(made + 22, own_ip, 16);
    made[38] = 0xff;
    made[39] = 2;
    made[49] = 1;
    memcpy(made + 50, group + 2, 4);
    made[54] = 135;
    memcpy(made + 62, wanted, 16);
    made[78] = made[79] = 1;
    memcpy(made + 80, own_ethernet, 6);
    put16(made + 56, ip6_checksum(made + 22, made + 54, 32));
}
/* What waits for the address that an advertisement tells, if anything does. */
static struct packet *nd_learn(struct neighbours *nd, const struct packet *p, uint64_t time, int *overwritten)
{
    if (p->length < 86 || get16(p->data + 12) != 0x86dd || p->data[54] != 136) return NULL;
    uint32_t place = nd_find(nd, p->data + 62);
    if (!place) return NULL;
    uint64_t ethernet = (uint64_t)get16(p->data + 80) << 32 | get32(p->data + 82);
    *overwritten = nd->is_known[place - 1] && nd->ethernet[place - 1] != ethernet;
    nd->ethernet[place - 1] = ethernet;
    nd->is_known[place - 1] = 1;
    nd->is_asked[place - 1] = 0;
    nd->seen[place - 1] = time;
    struct packet *waiting = nd->waiting[place - 1];
    nd->waiting[place - 1] = NULL;
    return waiting;
}
"""
