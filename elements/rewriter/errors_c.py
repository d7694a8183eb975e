"""The C of ICMPRewriter: errors about packets that were rewritten."""

from __future__ import annotations

from typing import Final

ERRORS: Final = """
struct icmp_map { const struct rewriter *table; int offset; };
/* A checksum inside, where there is one, follows what has changed; what the sum grows by. */
static uint32_t icmp_follow(uint8_t *at, const uint8_t *end, uint32_t protocol, uint32_t change)
{
    uint8_t *place = at + (protocol == 6 ? 16 : protocol == 17 ? 6 : 0);
    if (place == at || place + 2 > end || (protocol == 17 && !get16(place))) return 0;
    uint32_t was = get16(place);
    rw_correct(place, change);
    return rw_difference(was, get16(place));
}
static uint32_t icmp_renumber(uint8_t *at, const uint8_t *end, uint32_t protocol, uint32_t ports, uint32_t moved)
{
    uint32_t change;
    if (protocol == 1) {
        uint32_t was = get16(at + 2);
        change = rw_difference(get16(at + 4), ports & 0xffff);
        rw_renumber(at, end - at, ports & 0xffff);
        return change + rw_difference(was, get16(at + 2));
    }
    change = rw_difference(get32(at), rw_turned_ports(ports));
    put32(at, rw_turned_ports(ports));
    return change + icmp_follow(at, end, protocol, moved + change);
}
/* The output by which a packet leaves, -1 where it is dropped. */
static int icmp_rewrite(const struct icmp_map *maps, int count, struct packet *p, int set_destination, int reply_annotation)
{
    if (p->network < 0 || (int64_t)p->length - p->network < 20) return -1;
    uint8_t *ip = p->data + p->network, *icmp = ip + 4 * (ip[0] & 15), *inner = icmp + 8, *end = p->data + p->length;
    if ((ip[0] & 15) < 5 || ip[9] != 1 || end - icmp < 28) return -1;
    if (!(icmp[0] >= 3 && icmp[0] <= 5) && icmp[0] != 11 && icmp[0] != 12) return -1;
    uint32_t header = 4 * (inner[0] & 15), protocol = inner[9], ports = 0;
    if (inner[0] >> 4 != 4 || header < 20) return -1;
    uint8_t *at = inner + header;
    int has_ports = !(get16(inner + 6) & 0x1fff);
    uint64_t addresses = (uint64_t)get32(inner + 16) << 32 | get32(inner + 12);
    if ((protocol == 6 || protocol == 17 || protocol == 33) && has_ports && end - at >= 8) ports = rw_turned_ports(get32(at));
    else if (protocol == 1 && has_ports && end - at >= 6 && at[0] == 8) ports = get16(at + 4) << 16;
    else has_ports = 0;
    const struct rewriter *t = NULL;
    struct rw_key keys[2];
    uint32_t entry = 0;
    int i = -1;
    while (!entry && ++i < count) {
        t = maps[i].table;
        entry = rw_find_any(t, keys, rw_keys_for(t, protocol, addresses, ports, 1, keys));
    }
    if (!entry) return -1;
    uint32_t place = (entry + 1) >> 1, direction = (entry - 1) & 1, other = (entry - 1) ^ 1, spec = t->halves[2 * (place - 1)].spec_of;
    uint64_t new = rw_turned_addresses(t->halves[other].addresses);
    int keyed_by = t->settings->keyed_by;
    if (keyed_by == RW_HOSTS) new |= addresses & (0xffffffffULL << (direction ? 32 : 0));
    if (get32(ip + 16) == get32(inner + 12)) {
        rw_correct(ip + 10, rw_difference((uint32_t)addresses, (uint32_t)new));
        put32(ip + 16, new);
        if (set_destination) p->dst_ip = new;
    }
    if (direction && reply_annotation) p->paint = t->halves[2 * (place - 1)].mark;
    uint32_t moved = rw_difference(rw_turned_addresses(addresses), rw_turned_addresses(new)), was = get16(inner + 10);
    put32(inner + 12, new);
    put32(inner + 16, new >> 32);
    rw_correct(inner + 10, moved);
    uint32_t change = moved + rw_difference(was, get16(inner + 10));
    if (has_ports && keyed_by != RW_HOSTS && keyed_by != RW_PAIRS)
        change += icmp_renumber(at, end, protocol, rw_turned_ports(t->halves[other].ports_of), moved);
    else if (has_ports)
        change += icmp_follow(at, end, protocol, moved);
    rw_correct(icmp + 2, change);
    return maps[i].offset < 0 ? 0 : maps[i].offset + (int)(direction ? t->spec_reply[spec] : t->spec_forward[spec]);
}
"""
