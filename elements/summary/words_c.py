"""C that reads the words of lines: strings, addresses, flags, names. It stands behind `elements.summary.text_c`."""

from __future__ import annotations

from typing import Final

from elements.definition.csource import c_string
from elements.filters.names import ICMP_TYPES, PROTOCOLS
from elements.summary.fields import ICMP_CODES, OLD_FLAG_LETTERS, TCP_FLAG_LETTERS

_ICMP: Final = "".join(
    f"    if (word_is(w, {c_string(name.encode())})) {{ *number = {kind}; return 1; }}\n" for name, kind in ICMP_TYPES.items()
)
_CODES: Final = "".join(
    f"    if (type == {kind} && word_is(w, {c_string(name.encode())})) {{ *number = {code}; return 1; }}\n"
    for kind, codes in ICMP_CODES.items()
    for name, code in codes.items()
)
_PROTOCOLS: Final = "".join(
    f"    if (word_is(w, {c_string(name.encode())})) {{ *number = {number}; return 1; }}\n" for name, number in PROTOCOLS.items()
)
_LETTERS: Final = "".join(
    f"    case '{letter}': return {bit};\n"
    for letter, bit in ({letter: bit for bit, letter in enumerate(TCP_FLAG_LETTERS)} | OLD_FLAG_LETTERS).items()
)

WORDS: Final = (
    r"""
#ifndef SUMMARY_WORDS
#define SUMMARY_WORDS
struct word { const uint8_t *at, *end; };
static int word_is(struct word w, const char *text)
{
    uint64_t n = strlen(text);
    return (uint64_t)(w.end - w.at) == n && !memcmp(w.at, text, n);
}
static const uint8_t *skip_bytes(const uint8_t *s, const uint8_t *end)
{
    while (s < end && *s != '>') s++;
    return s < end ? s + 1 : s;
}
/* Behind the string at ``s``. */
static const uint8_t *skip_string(const uint8_t *s, const uint8_t *end)
{
    for (s++; s < end;) {
        if (*s == '"') return s + 1;
        if (*s != '\\') { s++; continue; }
        if (s + 1 >= end) return end;
        if (s[1] == '<') s = skip_bytes(s + 2, end);
        else s += s[1] == '\r' && s + 2 < end && s[2] == '\n' ? 3 : 2;
    }
    return end;
}
static struct word next_word(const uint8_t **s, const uint8_t *end)
{
    struct word w = {*s, *s};
    while (w.end < end && !is_space(*w.end)) w.end = *w.end == '"' ? skip_string(w.end, end) : w.end + 1;
    for (*s = w.end; *s < end && is_space(**s);) ++*s;
    return w;
}
static void put_hexadecimal(struct text *t, const uint8_t *s, const uint8_t *end)
{
    uint32_t value = 0, digits = 0;
    while (s < end) {
        if (*s == '/' && s + 1 < end && s[1] == '/') { while (s < end && *s != '\n' && *s != '\r') s++; continue; }
        if (*s == '/' && s + 1 < end && s[1] == '*') {
            for (s += 2; s < end && !(s[-1] == '*' && *s == '/' ); s++) continue;
            if (s < end) s++;
            continue;
        }
        if (digit_of(*s) < 16) {
            value = value << 4 | digit_of(*s);
            if (++digits % 2 == 0) text_byte(t, value);
        }
        s++;
    }
}
static void put_escaped(struct text *t, const uint8_t *s, const uint8_t *end)
{
    static const char letters[] = "a\ab\bf\fn\nr\rt\tv\v";
    while (s < end) {
        if (*s != '\\' || s + 1 >= end) { text_byte(t, *s++); continue; }
        s++;
        if (*s == '<') {
            const uint8_t *last = skip_bytes(s + 1, end);
            put_hexadecimal(t, s + 1, last > s + 1 && last[-1] == '>' ? last - 1 : last);
            s = last;
        } else if (*s == 'x') {
            uint32_t value = 0;
            for (s++; s < end && digit_of(*s) < 16; s++) value = value << 4 | digit_of(*s);
            text_byte(t, value);
        } else if (*s >= '0' && *s <= '7') {
            uint32_t value = 0;
            for (int i = 0; i < 3 && s < end && *s >= '0' && *s <= '7'; i++) value = value << 3 | (*s++ - '0');
            text_byte(t, value);
        } else if (*s == '\r' || *s == '\n') {
            s += *s == '\r' && s + 1 < end && s[1] == '\n' ? 2 : 1;
        } else {
            uint8_t c = *s++;
            for (int i = 0; letters[i]; i += 2) if (letters[i] == c) { c = letters[i + 1]; break; }
            text_byte(t, c);
        }
    }
}
/* What a word stands for, without its quotes. */
static void unquote_word(struct text *t, struct word w)
{
    t->length = 0;
    text_put(t, "", 0);
    for (const uint8_t *s = w.at; s < w.end;) {
        if (*s == '"') {
            const uint8_t *last = skip_string(s, w.end);
            const uint8_t *inner = last;
            /* Whether the string is closed: its last quote is no escaped one. */
            const uint8_t *q = s + 1;
            while (q < last && *q != '"') q = *q == '\\' ? (q + 1 >= last ? last : q[1] == '<' ? skip_bytes(q + 2, last) : q + 2) : q + 1;
            if (q == last - 1) inner = last - 1;
            put_escaped(t, s + 1, inner);
            s = last;
        } else if (*s == '\'') {
            const uint8_t *last = s + 1;
            while (last < w.end && *last != '\'') last++;
            text_put(t, s + 1, last - s - 1);
            s = last < w.end ? last + 1 : last;
        } else if (*s == '\\' && s + 1 < w.end && s[1] == '<') {
            const uint8_t *last = skip_bytes(s + 2, w.end);
            put_hexadecimal(t, s + 2, last > s + 2 && last[-1] == '>' ? last - 1 : last);
            s = last;
        } else if (*s == '/' && s + 1 < w.end && s[1] == '/') {
            return;
        } else if (*s == '/' && s + 1 < w.end && s[1] == '*') {
            const uint8_t *last = s + 2;
            while (last < w.end && !(last[0] == '*' && last + 1 < w.end && last[1] == '/')) last++;
            s = last < w.end ? last + 2 : last;
        } else text_byte(t, *s++);
    }
}
static int read_address(struct word w, uint64_t *number)
{
    *number = 0;
    for (int i = 0; i < 4; i++) {
        uint32_t part = 0;
        const uint8_t *s = w.at;
        while (s < w.end && is_digit(*s) && part < 256) part = 10 * part + (*s++ - '0');
        if (s == w.at || part > 255 || (i < 3 && (s >= w.end || *s != '.'))) return 0;
        *number = *number << 8 | part;
        w.at = i < 3 ? s + 1 : s;
    }
    return w.at == w.end;
}
static int read_ethernet(struct word w, uint8_t *address)
{
    uint8_t separator = 0;
    for (int i = 0; i < 6; i++) {
        if (i) {
            if (w.at >= w.end || (*w.at != ':' && *w.at != '-') || (separator && *w.at != separator)) return 0;
            separator = *w.at++;
        }
        if (w.at >= w.end || digit_of(*w.at) > 15) return 0;
        address[i] = digit_of(*w.at++);
        if (w.at < w.end && digit_of(*w.at) < 16) address[i] = address[i] << 4 | digit_of(*w.at++);
    }
    return w.at == w.end;
}
static int read_hexadecimal(struct word w, uint64_t *number)
{
    const uint8_t *s = w.at;
    if (s < w.end && *s == '+') s++;
    if (s + 2 < w.end && *s == '0' && (s[1] == 'x' || s[1] == 'X')) s += 2;
    return s < w.end && *s != '+' && whole_number(s, w.end, 16, 0xffff, number);
}
static int read_fragment(struct word w, int minor, uint64_t *number)
{
    if (w.end - w.at == 1) {
        if (*w.at == '.') { *number = 0; return 1; }
        if (*w.at == '!') { *number = 0x4000; return 1; }
        if (*w.at == 'F') { *number = 0x2000; return 1; }
        if (*w.at == 'f') { *number = 100; return 1; }
    }
    uint32_t value = 0;
    const uint8_t *s = read_32(w.at, w.end, 0, &value);
    if (minor > 0) value >>= 3;
    for (; s < w.end; s++) {
        if (*s != '!' && *s != '+') return 0;
        value |= *s == '!' ? 0x4000 : 0x2000;
    }
    *number = value & 0xffff;
    return 1;
}
static int flag_bit(uint8_t letter)
{
    switch (letter) {
"""
    + _LETTERS
    + r"""    default: return -1;
    }
}
static int read_flags(struct word w, uint64_t *number)
{
    *number = 0;
    if (word_is(w, ".")) return 1;
    if (is_digit(*w.at)) return whole_number(w.at, w.end, 0, 0xfff, number);
    for (; w.at < w.end; w.at++) {
        if (flag_bit(*w.at) < 0) return 0;
        *number |= 1u << flag_bit(*w.at);
    }
    return 1;
}
static int read_protocol(struct word w, uint64_t *number)
{
    if (word_is(w, "T")) { *number = 6; return 1; }
    if (word_is(w, "U")) { *number = 17; return 1; }
    if (word_is(w, "I")) { *number = 1; return 1; }
    return whole_number(w.at, w.end, 0, 255, number);
}
static int named_protocol(struct word w, uint64_t *number)
{
"""
    + _PROTOCOLS
    + r"""    return read_protocol(w, number);
}
static int icmp_type_named(struct word w, uint64_t *number)
{
"""
    + _ICMP
    + r"""    return 0;
}
static int icmp_code_named(struct word w, uint8_t type, uint64_t *number)
{
"""
    + _CODES
    + r"""    return 0;
}
static int read_ecn(struct word w, uint64_t *number)
{
    static const char *const names[] = {"0", "1", "2", "3", "no", "ect1", "ect2", "ce", "", "ECT(1)", "ECT(0)", "CE"};
    for (int i = 0; i < 12; i++)
        if (i != 8 && word_is(w, names[i])) { *number = i % 4; return 1; }
    return 0;
}
#endif
"""
)
