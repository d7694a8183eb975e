"""C that writes options as `elements.summary.options` does. It stands behind `elements.summary.text_c`."""

from __future__ import annotations

from typing import Final

OPTIONS: Final = r"""
#ifndef SUMMARY_OPTIONS
#define SUMMARY_OPTIONS
#define ALL_OPTIONS 0xffu
#define TCP_NOT_TIMES 0xeeu
#define TCP_SACKS 8u
/* Which of the kinds that can be wanted a TCP option is of. */
static uint32_t tcp_option_kind(uint8_t kind)
{
    switch (kind) {
    case 0: case 1: return 1;
    case 2: return 2;
    case 3: return 4;
    case 4: case 5: return 8;
    case 8: return 16;
    default: return 32;
    }
}
static void option_unknown(struct text *t, const uint8_t *o, uint32_t size)
{
    text_form(t, "%u", o[0]);
    for (uint32_t i = 2; i < size; i++) text_form(t, "%c%u", i == 2 ? '=' : ':', o[i]);
}
static int option_route(struct text *t, const uint8_t *o, uint32_t size)
{
    if (o[2] < 4) return 0;
    uint32_t at = 3, pointer = o[2] - 1;
    const char *separator = "";
    text_say(t, o[0] == 7 ? "rr{" : o[0] == 131 ? "lsrr{" : "ssrr{");
    for (; at + 4 <= size; at += 4) {
        if (at == pointer) {
            if (o[0] == 7) break;
            separator = "^";
        }
        text_say(t, separator);
        text_address(t, o + at);
        separator = ",";
    }
    if (at == size && at == pointer && o[0] != 7) text_byte(t, '^');
    text_byte(t, '}');
    if (at + 4 <= size && at == pointer && o[0] == 7) text_form(t, "+%u", (size - at) / 4);
    return 1;
}
static int option_times(struct text *t, const uint8_t *o, uint32_t size)
{
    if (o[2] < 5) return 0;
    uint32_t flag = o[3] & 15, pointer = o[2] - 1, at = 4, each = flag >= 1 && flag <= 3 ? 8 : 4;
    const char *separator = "";
    if (flag == 0) text_say(t, "ts{");
    else if (flag == 1) text_say(t, "ts.ip{");
    else if (flag == 3) text_say(t, "ts.preip{");
    else text_form(t, "ts.%u{", flag);
    for (; at + each <= size; at += 4) {
        if (at == pointer) {
            if (flag != 3) break;
            separator = "^";
        }
        text_say(t, separator);
        if (flag) {
            text_address(t, o + at);
            at += 4;
        }
        if (flag != 3 || at <= pointer) {
            uint32_t time = 0;
            for (uint32_t i = at; i < at + 4; i++) time = time << 8 | (i < size ? o[i] : 0);
            if (flag) text_byte(t, '=');
            text_form(t, "%s%u", time >> 31 ? "!" : "", time & 0x7fffffff);
        }
        separator = ",";
    }
    if (at == size && at == pointer) text_byte(t, '^');
    text_byte(t, '}');
    if (at + each <= size && at == pointer) text_form(t, "+%u", (size - at) / each);
    if (o[3] >> 4) text_form(t, "++%u", o[3] >> 4);
    return 1;
}
static int option_ip(struct text *t, const uint8_t *o, uint32_t size)
{
    if (o[0] == 7 || o[0] == 131 || o[0] == 137) return size >= 3 && option_route(t, o, size);
    if (o[0] == 68) return size >= 4 && option_times(t, o, size);
    option_unknown(t, o, size);
    return 1;
}
static int option_tcp(struct text *t, const uint8_t *o, uint32_t size, uint32_t wanted)
{
    static const uint8_t sizes[9] = {0, 0, 4, 3, 2, 0, 0, 0, 10};
    if (o[0] <= 8 && sizes[o[0]] && size != sizes[o[0]]) return 0;
    if (o[0] == 5 && size % 8 != 2) return 0;
    if (!(wanted & tcp_option_kind(o[0]))) return 1;
    switch (o[0]) {
    case 2: text_form(t, "mss%u", get16(o + 2)); break;
    case 3: text_form(t, "wscale%u", o[2]); break;
    case 4: text_say(t, "sackok"); break;
    case 5:
        for (uint32_t at = 2; at < size; at += 8) text_form(t, "%ssack%u-%u", at > 2 ? ";" : "", get32(o + at), get32(o + at + 4));
        break;
    case 8: text_form(t, "ts%u:%u", get32(o + 2), get32(o + 6)); break;
    default: option_unknown(t, o, size);
    }
    return 1;
}
static void text_options(struct text *t, const uint8_t *o, uint32_t count, int tcp, uint32_t wanted)
{
    uint64_t before = t->length;
    for (uint32_t at = 0; at < count && o[at];) {
        if (o[at] == 1) { at++; continue; }
        uint32_t size = at + 1 < count ? o[at + 1] : 0;
        uint64_t last = t->length;
        if (last > before) text_byte(t, ';');
        uint64_t start = t->length;
        if (size < 2 || at + size > count || !(tcp ? option_tcp(t, o + at, size, wanted) : option_ip(t, o + at, size))) {
            t->length = before;
            text_byte(t, '?');
            return;
        }
        if (t->length == start) t->length = last;
        at += size;
    }
    if (t->length == before) text_byte(t, '.');
}
static void options_binary(struct text *t, const uint8_t *o, uint32_t count, int tcp, uint32_t wanted)
{
    if (wanted == ALL_OPTIONS) {
        text_byte(t, count);
        text_put(t, o, count);
    }
    uint64_t start = t->length;
    text_byte(t, 0);
    for (uint32_t at = 0; at < count;) {
        if (o[at] < 2) {
            if (wanted & 1) text_byte(t, o[at]);
            if (!o[at]) break;
            at++;
            continue;
        }
        uint32_t size = at + 1 < count ? o[at + 1] : 0;
        if (size < 2 || at + size > count) break;
        if (!tcp || wanted & tcp_option_kind(o[at])) text_put(t, o + at, size);
        at += size;
    }
    t->at[start] = t->length - start - 1;
}
#endif
"""
