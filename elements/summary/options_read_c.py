"""C that reads options as `elements.summary.options_read` does. It stands behind `elements.summary.text_c`."""

from __future__ import annotations

from typing import Final

READING: Final = r"""
#ifndef SUMMARY_READ_OPTIONS
#define SUMMARY_READ_OPTIONS
/* Text, and the options that it is read to. */
struct options { const uint8_t *at, *end; struct text out; };
static int option_follows(const struct options *r, const char *word, uint64_t more)
{
    uint64_t n = strlen(word);
    return (uint64_t)(r->end - r->at) >= n + more && !memcmp(r->at, word, n);
}
static int option_skip(struct options *r, const char *word)
{
    if (!option_follows(r, word, 0)) return 0;
    r->at += strlen(word);
    return 1;
}
static inline int option_digit(const struct options *r, int ahead) { return r->at + ahead < r->end && is_digit(r->at[ahead]); }
static uint32_t option_number(struct options *r, uint32_t before, uint32_t base)
{
    r->at = read_32(r->at, r->end, base, &before);
    return before;
}
static void option_word(struct options *r, uint32_t v) { uint8_t b[4]; put32(b, v); text_put(&r->out, b, 4); }
static void option_room(struct options *r, uint32_t count) { while (count--) text_byte(&r->out, 0); }
static int option_address(struct options *r)
{
    for (int place = 0; place < 4; place++) {
        uint32_t octet = option_number(r, 256, 10);
        if (octet > 255 || (place < 3 && !option_skip(r, "."))) return 0;
        text_byte(&r->out, octet);
    }
    return 1;
}
/* Sets the pointer and makes the room that is said to be behind it. */
static int option_close(struct options *r, uint64_t start, int64_t pointer, uint32_t size, uint32_t base)
{
    r->out.at[start + 2] = pointer >= 0 ? pointer : (int64_t)(r->out.length - start + 1);
    if (option_follows(r, "+", 1) && option_digit(r, 1)) {
        r->at++;
        uint32_t room = option_number(r, 0, base);
        if (room < 64) option_room(r, room * size);
    }
    return r->out.length - start <= 255;
}
static int option_read_route(struct options *r, uint8_t kind)
{
    uint64_t start = r->out.length;
    int64_t pointer = -1;
    text_byte(&r->out, kind);
    option_room(r, 2);
    for (;;) {
        if (pointer < 0 && option_skip(r, "^")) pointer = r->out.length - start + 1;
        if (!option_digit(r, 0)) break;
        if (!option_address(r)) return 0;
        option_skip(r, ",");
    }
    if (!option_skip(r, "}") || !option_close(r, start, pointer, 4, 10)) return 0;
    r->out.at[start + 1] = r->out.length - start;
    return 1;
}
#define FLAG_UNKNOWN (-1)
#define FLAG_ADDRESS (-2)
static int option_read_time(struct options *r, int *flag, int64_t pointer)
{
    const uint8_t *entry = r->at;
    for (;;) {
        if (*flag == 1 || *flag == 3 || *flag == FLAG_ADDRESS) {
            if (!option_address(r)) return 0;
            if (pointer >= 0 && *flag == FLAG_ADDRESS) *flag = 3;
            int is = option_follows(r, "=", 1);
            if (is && (option_digit(r, 1) || r->at[1] == '!')) r->at++;
            else if (pointer >= 0 && (option_skip(r, "=?") || !is)) { option_room(r, 4); return 1; }
            else return 0;
        }
        uint32_t top = option_skip(r, "!") ? 0x80000000u : 0;
        if (!option_digit(r, 0)) return 0;
        uint32_t value = option_number(r, 0, 0);
        if (*flag == FLAG_UNKNOWN && option_follows(r, ".", 0)) { *flag = FLAG_ADDRESS; r->at = entry; continue; }
        if (*flag == FLAG_UNKNOWN) *flag = 0;
        option_word(r, value | top);
        return 1;
    }
}
static int option_read_times(struct options *r)
{
    uint64_t start = r->out.length;
    int64_t pointer = -1;
    int flag = FLAG_UNKNOWN;
    if (!option_skip(r, "ts{")) {
        r->at += 3;
        if (option_follows(r, "ip{", 1)) { option_skip(r, "ip{"); flag = 1; }
        else if (option_follows(r, "preip{", 1)) { option_skip(r, "preip{"); flag = 3; }
        else {
            uint32_t number = option_digit(r, 0) ? option_number(r, 16, 0) : 16;
            if (number > 15 || !option_skip(r, "{")) return 0;
            flag = number;
        }
    }
    text_byte(&r->out, 68);
    option_room(r, 3);
    for (;;) {
        if (pointer < 0 && option_skip(r, "^")) pointer = r->out.length - start + 1;
        if (!option_digit(r, 0) && !option_follows(r, "!", 0)) break;
        if (!option_read_time(r, &flag, pointer)) return 0;
        option_skip(r, ",");
    }
    if (r->at < r->end && !option_skip(r, "}")) return 0;
    flag = flag == FLAG_UNKNOWN ? 0xff : flag == FLAG_ADDRESS ? 1 : flag;
    if (!option_close(r, start, pointer, flag == 1 || flag == 3 ? 8 : 4, 0)) return 0;
    uint32_t overflow = 0;
    if (option_follows(r, "++", 1) && option_digit(r, 2)) { r->at += 2; overflow = option_number(r, 0, 0); }
    r->out.at[start + 3] = (overflow < 16 ? overflow << 4 : 0) | flag;
    r->out.at[start + 1] = r->out.length - start;
    return 1;
}
/* An option that has no name but its number, or padding. */
static int option_read_other(struct options *r)
{
    if (option_digit(r, 0)) {
        uint32_t kind = option_number(r, 0, 0);
        if (kind > 255) return 0;
        text_byte(&r->out, kind);
        if (!(option_follows(r, "=", 1) && option_digit(r, 1))) return 1;
        uint64_t start = r->out.length;
        uint8_t sign = '=';
        text_byte(&r->out, 0);
        while (r->at < r->end && *r->at == sign && option_digit(r, 1)) {
            r->at++;
            uint32_t value = option_number(r, 0, 0);
            if (value > 255) return 0;
            text_byte(&r->out, value);
            sign = ':';
        }
        if (r->out.length > start + 254) return 0;
        r->out.at[start] = r->out.length - start + 1;
        return 1;
    }
    if (option_skip(r, "nop")) { text_byte(&r->out, 1); return 1; }
    if (!option_follows(r, "eol", 0) || (r->at + 3 < r->end && r->at[3] == ',')) return 0;
    r->at += 3;
    text_byte(&r->out, 0);
    return 1;
}
static int option_read_ip(struct options *r)
{
    if (option_follows(r, "rr{", 1)) { r->at += 3; return option_read_route(r, 7); }
    if (option_follows(r, "lsrr{", 1)) { r->at += 5; return option_read_route(r, 131); }
    if (option_follows(r, "ssrr{", 1)) { r->at += 5; return option_read_route(r, 137); }
    if (option_follows(r, "ts{", 1) || option_follows(r, "ts.", 1)) return option_read_times(r);
    return option_read_other(r);
}
static int option_read_pair(struct options *r, const char *separators)
{
    uint64_t number;
    const uint8_t *end = read_number(r->at, r->end, 0, &number);
    if (end == r->at || end >= r->end || (*end != separators[0] && *end != separators[1])) return 0;
    option_word(r, number > UINT32_MAX ? UINT32_MAX : number);
    r->at = end + 1;
    end = read_number(r->at, r->end, 0, &number);
    if (end == r->at) return 0;
    option_word(r, number > UINT32_MAX ? UINT32_MAX : number);
    r->at = end;
    return 1;
}
static int option_read_tcp(struct options *r, uint32_t wanted)
{
    if (option_follows(r, "mss", 1) && wanted & 2) {
        r->at += 3;
        uint32_t size = option_number(r, 0x10000, 0);
        if (size > 0xffff) return 0;
        uint8_t o[4] = {2, 4, size >> 8, size};
        text_put(&r->out, o, 4);
        return 1;
    }
    if (option_follows(r, "wscale", 1) && wanted & 4) {
        r->at += 6;
        uint32_t shift = option_number(r, 256, 0);
        if (shift > 255) return 0;
        uint8_t o[3] = {3, 3, shift};
        text_put(&r->out, o, 3);
        return 1;
    }
    if (option_follows(r, "sackok", 0) && wanted & 8) { r->at += 6; text_put(&r->out, "\4\2", 2); return 1; }
    if (option_follows(r, "sack", 1) && wanted & 8) {
        uint64_t start = r->out.length;
        text_put(&r->out, "\5\0", 2);
        r->at += 4;
        for (;;) {
            if (!option_read_pair(r, ":-")) return 0;
            if (!option_follows(r, ",sack", 1)) break;
            r->at += 5;
        }
        r->out.at[start + 1] = r->out.length - start;
        return 1;
    }
    if (option_follows(r, "ts", 1) && wanted & 16) {
        r->at += 2;
        if (!r->out.length) text_put(&r->out, "\1\1", 2);
        text_put(&r->out, "\10\12", 2);
        return option_read_pair(r, "::");
    }
    if (!(wanted & (option_digit(r, 0) ? 32 : 1))) return 0;
    return option_read_other(r);
}
/* Whether the options could be read; they are in r->out, which may have some before. */
static int read_options(struct options *r, int tcp, uint32_t wanted)
{
    r->out.length = 0;
    if (r->at == r->end || (r->end - r->at == 1 && *r->at == '.')) return 1;
    for (;;) {
        if (!(tcp ? option_read_tcp(r, wanted) : option_read_ip(r))) return 0;
        if (r->at >= r->end) break;
        if (*r->at != ',' && *r->at != ';') return 0;
        r->at++;
    }
    uint64_t front = 0;
    while (r->out.length - front > 40 && r->out.at[front] == 1) front++;
    r->out.length -= front;
    if (front) memmove(r->out.at, r->out.at + front, r->out.length);
    return r->out.length <= 40;
}
#endif
"""
