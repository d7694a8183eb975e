"""C that spells numbers, times, strings and digests as `elements.summary.text` does, and reads them."""

from __future__ import annotations

from math import sin
from typing import Final

from elements.definition.csource import c_string
from elements.summary.text import LETTERS, MOST_TIME, UNITS

_UNITS: Final = "\n".join(
    f"    if (n == {len(unit)} && !memcmp(s, {c_string(unit)}, n)) {{ *power = {power}; *factor = {factor}; return 1; }}"
    for unit, (power, factor) in UNITS.items()
)
TEXT: Final = r"""
#ifndef SUMMARY_TEXT
#define SUMMARY_TEXT
#include <stdarg.h>
/* Text that grows. */
struct text { char *at; uint64_t length, room; };
static void text_put(struct text *t, const void *bytes, uint64_t count)
{
    t->at = grow(t->at, &t->room, t->length + count + 1, 1);
    if (count) memcpy(t->at + t->length, bytes, count);
    t->length += count;
}
static inline void text_byte(struct text *t, uint8_t byte) { text_put(t, &byte, 1); }
static inline void text_say(struct text *t, const char *text) { text_put(t, text, strlen(text)); }
static void text_form(struct text *t, const char *form, ...)
{
    char line[96];
    va_list list;
    va_start(list, form);
    int n = vsnprintf(line, sizeof line, form, list);
    va_end(list);
    text_put(t, line, n);
}
static void text_time(struct text *t, uint64_t time)
{
    int below = (int64_t)time < 0;
    if (below) time = -time;
    uint64_t seconds = time / 1000000000u, rest = time % 1000000000u;
    if (rest % 1000) text_form(t, "%s%llu.%09llu", below ? "-" : "", (unsigned long long)seconds, (unsigned long long)rest);
    else text_form(t, "%s%llu.%06llu", below ? "-" : "", (unsigned long long)seconds, (unsigned long long)(rest / 1000));
}
/* Whole seconds, rounded down, and the rest. */
static uint32_t time_seconds(uint64_t time, uint32_t *rest)
{
    int64_t seconds = (int64_t)time / 1000000000, left = (int64_t)time % 1000000000;
    if (left < 0) { left += 1000000000; seconds--; }
    *rest = left;
    return seconds;
}
static void text_address(struct text *t, const uint8_t *b) { text_form(t, "%u.%u.%u.%u", b[0], b[1], b[2], b[3]); }
static void text_quoted(struct text *t, const uint8_t *b, uint32_t count)
{
    text_byte(t, '"');
    for (uint32_t i = 0; i < count; i++) {
        if (b[i] == '\\' || b[i] == '"' || b[i] == '$') { text_byte(t, '\\'); text_byte(t, b[i]); }
        else if (b[i] == '\t') text_say(t, "\\t");
        else if (b[i] == '\r') text_say(t, "\\r");
        else if (b[i] == '\n') text_say(t, "\\n");
        else if (b[i] >= 32 && b[i] < 127) text_byte(t, b[i]);
        else text_form(t, "\\%03o", b[i]);
    }
    text_byte(t, '"');
}
#endif
"""

MD5: Final = (
    r"""
#ifndef SUMMARY_MD5
#define SUMMARY_MD5
/* RFC 1321. Its constants are those of the sine, which are worked out once. */
static void md5_block(uint32_t *state, const uint8_t *b)
{
    static const uint8_t turns[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
    static const uint32_t sines[64] = {"""
    + ", ".join(f"{int(abs(sin(i + 1)) * 2**32)}u" for i in range(64))
    + r"""};
    uint32_t words[16], a = state[0], c = state[1], d = state[2], e = state[3];
    for (int i = 0; i < 16; i++, b += 4) words[i] = b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
    for (int i = 0; i < 64; i++) {
        uint32_t mixed, word;
        switch (i / 16) {
        case 0: mixed = (c & d) | (~c & e); word = i; break;
        case 1: mixed = (e & c) | (~e & d); word = (5 * i + 1) % 16; break;
        case 2: mixed = c ^ d ^ e; word = (3 * i + 5) % 16; break;
        default: mixed = d ^ (c | ~e); word = 7 * i % 16;
        }
        uint32_t sum = a + mixed + sines[i] + words[word], turn = turns[i / 16][i % 4];
        a = e; e = d; d = c;
        c += sum << turn | sum >> (32 - turn);
    }
    state[0] += a; state[1] += c; state[2] += d; state[3] += e;
}
static void md5_digest(const uint8_t *b, uint64_t count, uint8_t *digest)
{
    uint32_t state[4] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
    uint64_t done = 0;
    for (; done + 64 <= count; done += 64) md5_block(state, b + done);
    uint8_t last[128] = {0};
    uint64_t rest = count - done, end = rest < 56 ? 64 : 128;
    if (rest) memcpy(last, b + done, rest);
    last[rest] = 0x80;
    for (int i = 0; i < 8; i++) last[end - 8 + i] = count * 8 >> 8 * i;
    for (uint64_t at = 0; at < end; at += 64) md5_block(state, last + at);
    for (int i = 0; i < 16; i++) digest[i] = state[i / 4] >> 8 * (i % 4);
}
static void text_digest(struct text *t, const uint8_t *digest)
{
    for (int bit = 0; bit < 128; bit += 6) {
        uint32_t two = digest[bit / 8] | (bit / 8 < 15 ? digest[bit / 8 + 1] << 8 : 0);
        text_byte(t, """
    + f'"{LETTERS}"'
    + r"""[two >> bit % 8 & 63]);
    }
}
#endif
"""
)

NUMBERS: Final = (
    r"""
#ifndef SUMMARY_NUMBERS
#define SUMMARY_NUMBERS
static inline int is_space(uint8_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
static inline int is_digit(uint8_t c) { return c >= '0' && c <= '9'; }
static inline uint32_t digit_of(uint8_t c)
{
    return is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10u : c >= 'A' && c <= 'F' ? c - 'A' + 10u : 99u;
}
/* Where the number at ``s`` ends, or ``s`` where there is none; all ones where it has more than 64 bits. ``base`` 0 is what it says. */
static const uint8_t *read_number(const uint8_t *s, const uint8_t *end, uint32_t base, uint64_t *number)
{
    const uint8_t *start = s;
    if (s < end && *s == '+') s++;
    if (!base) {
        base = 10;
        if (s < end && *s == '0') {
            base = 8;
            if (s + 2 < end && (s[1] == 'x' || s[1] == 'X') && digit_of(s[2]) < 16) { base = 16; s += 2; }
            else if (s + 2 < end && (s[1] == 'b' || s[1] == 'B') && digit_of(s[2]) < 2) { base = 2; s += 2; }
        }
    }
    if (s >= end || digit_of(*s) >= base) return start;
    uint64_t value = 0;
    int over = 0;
    for (;;) {
        if (value > (UINT64_MAX - digit_of(*s)) / base) over = 1;
        value = value * base + digit_of(*s++);
        if (s + 1 < end && *s == '_' && digit_of(s[1]) < base) s++;
        if (s >= end || digit_of(*s) >= base) break;
    }
    *number = over ? UINT64_MAX : value;
    return s;
}
static const uint8_t *read_32(const uint8_t *s, const uint8_t *end, uint32_t base, uint32_t *number)
{
    uint64_t value = *number;
    s = read_number(s, end, base, &value);
    *number = value > UINT32_MAX ? UINT32_MAX : value;
    return s;
}
static int whole_number(const uint8_t *s, const uint8_t *end, uint32_t base, uint64_t most, uint64_t *number)
{
    return s < end && read_number(s, end, base, number) == end && *number <= most;
}
static int time_unit(const uint8_t *s, uint64_t n, int *power, uint64_t *factor)
{
"""
    + _UNITS
    + r"""
    return 0;
}
static int read_time(const uint8_t *s, const uint8_t *end, uint64_t *time)
{
    uint8_t digits[40];
    uint32_t count = 0, any = 0, set = 0;
    int point = 0, exponent = 0, below = 0, power = 0;
    uint64_t factor = 1;
    if (s < end && *s == '+') s++;
    for (; s < end && is_digit(*s); s++) {
        any = 1;
        if (*s == '0' && !point) continue;
        point++;
        if (count < 40) set |= (digits[count++] = *s - '0');
    }
    if (s < end && *s == '.')
        for (s++; s < end && is_digit(*s); s++) {
            any = 1;
            if (count < 40) set |= (digits[count++] = *s - '0');
        }
    if (!any) return 0;
    if (s < end && (*s == 'e' || *s == 'E')) {
        const uint8_t *t = s + 1;
        if (t < end && (*t == '+' || *t == '-')) below = *t++ == '-';
        const uint8_t *first = t;
        while (t < end && is_digit(*t) && t < first + 4) exponent = 10 * exponent + (*t++ - '0');
        if (t == first) return 0;
        s = t;
    }
    if (!time_unit(s, end - s, &power, &factor)) return 0;
    point += (below ? -exponent : exponent) + power + 9;
    unsigned __int128 amount = 0, most = """
    + f"{MOST_TIME}u"
    + r""";
    if (point >= 0 && set) {
        if (point > 25) amount = most;
        else {
            for (int i = 0; i < point; i++) amount = amount * 10 + (i < (int)count ? digits[i] : 0);
            if (point < (int)count && digits[point] >= 5) amount++;
            amount *= factor;
        }
    }
    *time = amount > most ? most : amount;
    return 1;
}
#endif
"""
)
