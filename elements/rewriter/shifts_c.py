"""The C reading of `elements.rewriter.shifts`."""

from __future__ import annotations

from typing import Final

SHIFTS: Final = """
static inline uint32_t rw_difference(uint64_t before, uint64_t after)
{
    uint64_t both = halves_of(~before) + halves_of(after);
    return (uint32_t)both + (uint32_t)(both >> 32);
}
/* Changes a checksum (RFC 1624, equation 3), where there is a difference. */
static inline void rw_correct(uint8_t *at, uint32_t change)
{
    if (change % 0xffff == 0) return;
    uint32_t sum = (get16(at) ^ 0xffff) + change;
    while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
    put16(at, sum ^ 0xffff);
}
static inline int rw_comes_after(uint32_t one, uint32_t other) { return !((one - other) & 0x80000000u); }
/* From ``place`` in the original stream on, ``by`` more bytes than before are sent. */
static void rw_shift(struct rewriter *t, uint32_t way, uint32_t place, uint32_t by)
{
    uint32_t *from = t->shift_from + (size_t)way * RW_SHIFTS, *amount = t->shift_by + (size_t)way * RW_SHIFTS;
    uint32_t count = t->shift_count[way], gone = 0;
    if (count && !rw_comes_after(place, from[count - 1])) return;
    if (count && from[count - 1] == place) count--;
    uint32_t total = (count ? amount[count - 1] : t->shift_base[way]) + by;
    while (gone < count && rw_comes_after(place, from[gone] + (1u << 30))) gone++;
    if (count - gone == RW_SHIFTS) gone++;
    if (gone) t->shift_base[way] = amount[gone - 1];
    count -= gone;
    memmove(from, from + gone, count * sizeof *from);
    memmove(amount, amount + gone, count * sizeof *amount);
    from[count] = place;
    amount[count] = total;
    t->shift_count[way] = count + 1;
    t->shifts++;
}
static inline int rw_is_shifted(const struct rewriter *t, uint32_t way) { return t->shift_count[way] || t->shift_base[way]; }
static uint32_t rw_shifted(const struct rewriter *t, uint32_t way, uint32_t number)
{
    size_t first = (size_t)way * RW_SHIFTS;
    for (uint32_t i = t->shift_count[way]; i-- > 0;)
        if (rw_comes_after(number, t->shift_from[first + i])) return number + t->shift_by[first + i];
    return number + t->shift_base[way];
}
static uint32_t rw_unshifted(const struct rewriter *t, uint32_t way, uint32_t number)
{
    size_t first = (size_t)way * RW_SHIFTS;
    for (uint32_t i = t->shift_count[way]; i-- > 0;) {
        uint32_t was = number - t->shift_by[first + i];
        if (rw_comes_after(was, t->shift_from[first + i])) return was;
    }
    return number - t->shift_base[way];
}
/* Writes 32 bits ``at`` bytes behind the header's start; what the checksum's sum grows by. */
static uint32_t rw_put(uint8_t *tcp, uint32_t at, uint32_t number)
{
    uint8_t made[4];
    uint32_t change = 0;
    put32(made, number);
    for (uint32_t i = 0; i < 4; i++) {
        change += ((tcp[at + i] ^ 0xffu) + made[i]) << ((at + i) % 2 == 0 ? 8 : 0);
        tcp[at + i] = made[i];
    }
    return change;
}
static uint32_t rw_shift_selective(const struct rewriter *t, uint8_t *tcp, uint32_t end, uint32_t way)
{
    uint32_t at = 20, change = 0;
    while (at < end) {
        uint32_t kind = tcp[at], size = at + 1 < end ? tcp[at + 1] : 0;
        if (kind == 1) {
            at++;
            continue;
        }
        if (kind == 0 || size < 2 || (kind == 5 && (at + size > end || size % 8 != 2))) break;
        for (uint32_t edge = at + 2; kind == 5 && edge < at + size; edge += 4)
            change += rw_put(tcp, edge, rw_unshifted(t, way, get32(tcp + edge)));
        at += size;
    }
    return change;
}
/* Shifts the numbers of a TCP packet, whose header is whole, that goes ``way``. */
static void rw_shift_packet(struct rewriter *t, uint8_t *tcp, uint32_t way)
{
    if (!rw_is_shifted(t, way) && !rw_is_shifted(t, way ^ 1)) return;
    uint32_t sequence = get32(tcp + 4), change = 0, count = t->shift_count[way], header = 4 * (tcp[12] >> 4);
    size_t newest = (size_t)way * RW_SHIFTS + count - 1;
    if (count && rw_comes_after(sequence, t->shift_from[newest] + (1u << 30))) {
        t->shift_base[way] = t->shift_by[newest];
        t->shift_count[way] = 0;
    }
    if (rw_is_shifted(t, way)) change += rw_put(tcp, 4, rw_shifted(t, way, sequence));
    if (rw_is_shifted(t, way ^ 1)) {
        change += rw_put(tcp, 8, rw_unshifted(t, way ^ 1, get32(tcp + 8)));
        if (header > 32 || (header == 32 && get32(tcp + 20) != 0x0101080a)) change += rw_shift_selective(t, tcp, header, way ^ 1);
    }
    rw_correct(tcp + 16, change);
}
"""
