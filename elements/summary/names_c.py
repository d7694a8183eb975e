"""C for names of ICMP types and codes, and for lines about packets that `elements.ipprint` prints."""

from __future__ import annotations

from typing import Final

from elements.definition.csource import c_string
from elements.summary.fields import ICMP_CODES, ICMP_TYPE_NAMES

_TYPES: Final = "".join(f"    case {number}: return {c_string(name.encode())};\n" for number, name in ICMP_TYPE_NAMES.items())
_CODES: Final = "".join(
    f"    case {kind << 8 | code}: return {c_string(name.encode())};\n"
    for kind, codes in ICMP_CODES.items()
    for name, code in codes.items()
)
ICMP_NAMES: Final = (
    r"""
#ifndef ICMP_NAMES
#define ICMP_NAMES
static const char *icmp_type_name(uint32_t type)
{
    switch (type) {
"""
    + _TYPES
    + r"""    default: return NULL;
    }
}
static const char *icmp_code_name(uint32_t type, uint32_t code)
{
    switch (type << 8 | code) {
"""
    + _CODES
    + r"""    default: return NULL;
    }
}
#endif
"""
)
NAMES: Final = (
    ICMP_NAMES
    + r"""
#ifndef IP_LINES
#define IP_LINES
/* A number in the packet; past its ends it is zero. */
static uint32_t print_get(const struct packet *p, int size, int64_t at)
{
    uint32_t value = 0;
    for (; size; size--, at++) value = value << 8 | (at > INT32_MAX ? 0 : byte_at(p, at));
    return value;
}
static const char *protocol_name(uint32_t protocol)
{
    switch (protocol) {
    case 1: return "icmp";
    case 2: return "igmp";
    case 4: return "ipip";
    case 6: return "tcp";
    case 17: return "udp";
    case 33: return "dccp";
    case 47: return "gre";
    case 132: return "sctp";
    default: return NULL;
    }
}
static void print_address(struct text *t, const struct packet *p, int64_t at)
{
    uint8_t b[4];
    put32(b, print_get(p, 4, at));
    text_address(t, b);
}
static void print_tcp(struct text *t, const struct packet *p, uint32_t header, int64_t at, int64_t left, uint32_t total)
{
    if (left < 14) { text_say(t, "truncated-tcp"); return; }
    uint32_t flags = print_get(p, 1, at + 13), first = print_get(p, 4, at + 4);
    int32_t count = (int32_t)total - (int32_t)header - (int32_t)(print_get(p, 1, at + 12) >> 4 << 2) + (flags >> 1 & 1) + (flags & 1);
    text_form(t, "%s%s%s%s", flags & 2 ? "S" : "", flags & 1 ? "F" : "", flags & 4 ? "R" : "", flags & 8 ? "P" : flags & 7 ? "" : ".");
    text_form(t, " %u:%u(%d,%u,%u)", first, first + count, count, p->length, total);
    if (flags & 16) text_form(t, " ack %u", print_get(p, 4, at + 8));
    if (left < 16) text_say(t, "truncated-tcp");
    else text_form(t, " win %u", print_get(p, 2, at + 14));
}
static void print_unreachable(struct text *t, const struct packet *p, int64_t at, int64_t left)
{
    uint32_t code = print_get(p, 1, at + 1), protocol = print_get(p, 1, at + 17), header = 4 * (print_get(p, 1, at + 8) & 15);
    const char *named = icmp_code_name(3, code), *name = protocol_name(protocol);
    text_say(t, "icmp ");
    if (left >= 28) { print_address(t, p, at + 24); text_byte(t, ' '); }
    text_say(t, "unreachable ");
    if (named) text_say(t, named);
    else text_form(t, "code %u", code);
    if (left < 28) { text_say(t, " truncated-icmp"); return; }
    if (code == 2 || code == 3) {
        if (name) text_form(t, " %s", name);
        else text_form(t, code == 3 ? " protocol %u" : " %u", protocol);
        if (code == 3 && left - 8 - header < 4) text_say(t, "truncated-icmp");
        else if (code == 3) text_form(t, "/%u", print_get(p, 2, at + 8 + header + 2));
    } else if (code == 4 && print_get(p, 2, at + 6)) text_form(t, " (mtu %u)", print_get(p, 2, at + 6));
}
static void print_icmp(struct text *t, const struct packet *p, int64_t at, int64_t left, int swap)
{
    uint32_t kind = print_get(p, 1, at), code = print_get(p, 1, at + 1), one = print_get(p, 2, at + 4), two = print_get(p, 2, at + 6);
    if (left < 2) { text_say(t, "truncated-icmp"); return; }
    if (kind == 3) { print_unreachable(t, p, at, left); return; }
    const char *name = icmp_type_name(kind), *named = icmp_code_name(kind, code);
    if (name) text_form(t, "icmp %s", name);
    else text_form(t, "icmp type %u", kind);
    if (kind == 0 || kind == 8) {
        if (!swap) { one = one >> 8 | (one & 255) << 8; two = two >> 8 | (two & 255) << 8; }
        if (left < 8) text_say(t, " truncated-icmp");
        else text_form(t, " (%u, %u)", one, two);
    } else if (named) text_form(t, " %s", named);
    else if (code) text_form(t, " code %u", code);
}
static void print_protocol(struct text *t, const struct packet *p, int64_t ip, uint32_t header, int64_t left, uint32_t total, int swap)
{
    uint32_t protocol = print_get(p, 1, ip + 9);
    int first = !(print_get(p, 2, ip + 6) & 0x1fff), ports = protocol == 6 || protocol == 17, known = ports && left >= 4 && first;
    int64_t at = ip + header;
    print_address(t, p, ip + 12);
    if (known) text_form(t, ".%u", print_get(p, 2, at));
    text_say(t, " > ");
    print_address(t, p, ip + 16);
    if (known) text_form(t, ".%u", print_get(p, 2, at + 2));
    text_say(t, ": ");
    if (!ports && protocol != 1) text_form(t, "ip-proto-%u", protocol);
    else if (ports && !known) text_form(t, first ? "truncated-%s" : "%s", protocol == 6 ? "tcp" : "udp");
    else if (protocol == 6) print_tcp(t, p, header, at, left, total);
    else if (protocol == 17) {
        if (left < 8) text_say(t, "truncated-udp");
        else text_form(t, "udp %u", print_get(p, 2, at + 4));
    } else if (!first) text_say(t, "icmp");
    else print_icmp(t, p, at, left, swap);
}
static void print_fragment(struct text *t, const struct packet *p, int64_t ip, int64_t payload)
{
    uint32_t offset = print_get(p, 2, ip + 6);
    if (!(offset & 0x3fff)) return;
    text_form(t, " (frag %u:%d@%u%s)", print_get(p, 2, ip + 4), (int)payload, (offset & 0x1fff) << 3, offset & 0x2000 ? "+" : "");
}
/* Bytes of the header in front of the payload. */
static uint32_t print_payload(const struct packet *p, int64_t ip, uint32_t header)
{
    uint32_t protocol = print_get(p, 1, ip + 9);
    if (print_get(p, 2, ip + 6) & 0x1fff) return 0;
    return protocol == 6 ? print_get(p, 1, ip + header + 12) >> 4 << 2 : protocol == 17 ? 8 : 0;
}
static void print_bytes(struct text *t, const struct packet *p, int64_t at, int32_t most, int hexadecimal)
{
    int64_t end = most < 0 || at + most > (int64_t)p->length ? (int64_t)p->length : at + most;
    for (int64_t i = 0; at < end; i++, at++) {
        uint32_t byte = print_get(p, 1, at);
        if (i % (hexadecimal ? 24 : 48) == 0) text_say(t, "\n  ");
        else if (i % (hexadecimal ? 4 : 8) == 0) text_byte(t, ' ');
        if (hexadecimal) text_form(t, "%02x", byte);
        else text_byte(t, byte < 32 || byte > 126 ? '.' : byte);
    }
}
#endif
"""
)
