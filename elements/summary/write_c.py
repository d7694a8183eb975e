"""C that says of a packet what `elements.summary.write` does: shared looks at headers, and a piece for each field that is asked for."""

from __future__ import annotations

from typing import Final

from elements.summary.fields import SEQUENCED, TCP_FLAG_LETTERS, Field
from elements.summary.options import NOT_TIMESTAMP, SACK
from elements.summary.write import Style

_SEQUENCED: Final = " || ".join(f"kind == {kind}" for kind in SEQUENCED)
LOOK: Final = (
    r"""
#ifndef SUMMARY_LOOK
#define SUMMARY_LOOK
/* A packet as far as its headers can be believed: ``ip`` has ``count`` bytes, and ``left`` behind its header. */
struct summary {
    struct packet *p;
    const uint8_t *ip, *next;
    uint32_t count, header, pad;
    int64_t left;
    int protocol; /* -1 where none can be believed */
    int extra; /* whether the extra length counts */
    char bad[64]; /* the first thing that is wrong */
};
static void summary_bad(struct summary *s, const char *form, const char *what, uint32_t number)
{
    if (!s->bad[0]) snprintf(s->bad, sizeof s->bad, form, what, number);
}
static int summary_first(const struct summary *s) { return s->count < 8 || !(get16(s->ip + 6) & 0x1fff); }
static uint32_t summary_length(const struct summary *s) { return s->p->length - s->pad; }
static void summary_look(struct summary *s, int careful)
{
    struct packet *p = s->p;
    if (p->network == NO_NETWORK || p->network < -(p->data - p->buffer)) return;
    const uint8_t *b = p->data + p->network;
    int64_t there = (int64_t)p->length - p->network;
    if (there < 4) { summary_bad(s, "%s", "truncated IP header", 0); return; }
    uint32_t total = get16(b + 2), header = 4 * (b[0] & 15);
    if (b[0] >> 4 != 4) { summary_bad(s, "%s%u", "IP version ", b[0] >> 4); return; }
    if (header < 20) { summary_bad(s, "%s%u", "IP header length ", b[0] & 15); return; }
    if (total < header) { summary_bad(s, "%s%u", "IP length ", total); return; }
    s->ip = b;
    s->count = there < total ? there : total;
    s->header = header;
    s->pad = there - s->count;
    if (s->pad) p->extra_length += s->pad;
    else if (careful && there + p->extra_length < total)
        summary_bad(s, "%s%u", "truncated IP missing ", total - there - p->extra_length);
    s->left = (int64_t)s->count - header;
    if (s->left > 0) s->next = b + header;
    if (s->left > 0 && summary_first(s)) s->protocol = b[9];
    if (s->protocol == 6 && s->left > 12 && s->next[12] >> 4 < 5) {
        summary_bad(s, "%s%u", "TCP header length ", s->next[12] >> 4);
        s->protocol = -1;
    }
    if (p->extra_length) {
        uint64_t full = (uint64_t)s->count + p->extra_length;
        p->extra_length = total != 0xffff || full <= 0xffff ? 0 : full - 0xffff;
    }
}
#define IP_HEADER 0
#define ETHERNET_HEADER 260
#define WITH_PORTS 256
static int summary_missing(struct summary *s, int what, int64_t wanted)
{
    const char *name = what == 6 ? "TCP" : what == 17 ? "UDP" : what == 1 ? "ICMP" : what == WITH_PORTS ? "TCP/UDP" : "?";
    if (what == ETHERNET_HEADER) summary_bad(s, "%s", "Ethernet header", 0);
    else if (!s->ip) summary_bad(s, "%s", "no IP header", 0);
    else if (what == IP_HEADER) summary_bad(s, "%s", "truncated IP header capture", 0);
    else if (s->count > 9 && (what == WITH_PORTS ? s->ip[9] != 6 && s->ip[9] != 17 : s->ip[9] != what)) return 0;
    else if (!summary_first(s)) summary_bad(s, "fragmented %s header", name, 0);
    else summary_bad(s, s->left + p_extra(s->p) >= wanted ? "truncated %s header capture" : "truncated %s header", name, 0);
    return 0;
}
static int summary_network(struct summary *s, uint32_t wanted)
{
    return s->ip && s->count >= wanted ? 1 : summary_missing(s, IP_HEADER, wanted);
}
static int summary_inner(struct summary *s, int protocol, int64_t wanted)
{
    return s->protocol == protocol && s->left >= wanted ? 1 : summary_missing(s, protocol, wanted);
}
static int summary_port(struct summary *s, int64_t wanted)
{
    if (s->ip && s->left >= wanted && summary_first(s) && (s->ip[9] == 6 || s->ip[9] == 17 || s->ip[9] == 33 || s->ip[9] == 136)) return 1;
    return summary_missing(s, WITH_PORTS, wanted);
}
static int summary_sequenced(struct summary *s, int64_t wanted)
{
    if (!summary_inner(s, 1, 1)) return 0;
    int kind = s->next[0];
    return ("""
    + _SEQUENCED
    + r""") && summary_inner(s, 1, wanted);
}
/* Whether there are options; they start at ``*o`` and have ``*count`` bytes. */
static int summary_ip_options(struct summary *s, const uint8_t **o, uint32_t *count)
{
    if (!s->ip || (s->header > 20 && s->left < 0)) return summary_missing(s, IP_HEADER, s->header);
    *o = s->ip + 20;
    *count = s->header - 20;
    return 1;
}
static int summary_tcp_options(struct summary *s, int plain, const uint8_t **o, uint32_t *count)
{
    *count = 0;
    if (s->protocol == 6 && s->left >= 13) {
        int64_t size = 4 * (s->next[12] >> 4);
        if (size <= 20 || (!plain && size == 32 && s->left >= 24 && get32(s->next + 20) == 0x0101080a)) return 1;
        if (s->left >= size) {
            *o = s->next + 20;
            *count = size - 20;
            return 1;
        }
    }
    return summary_missing(s, 6, s->left + 1);
}
/* Where the payload starts, from the data on, and how long it is by its headers. */
static int64_t summary_payload(const struct summary *s, uint32_t *length)
{
    *length = summary_length(s);
    if (!s->ip) return 0;
    uint32_t behind = s->header;
    if (summary_first(s) && s->count > 9) {
        if (s->ip[9] == 6) behind += s->left >= 13 && s->next[12] >> 4 >= 5 ? 4 * (s->next[12] >> 4) : 20;
        else if (s->ip[9] == 17 || s->ip[9] == 136) behind += 8;
    }
    *length = get16(s->ip + 2) - behind;
    return (int64_t)s->p->network + behind;
}
/* The payload as far as it is there; whether it starts in the packet. */
static int summary_present(const struct summary *s, const uint8_t **at, uint32_t *count)
{
    uint32_t length;
    int64_t start = summary_payload(s, &length), end = start + length, all = summary_length(s);
    if (end > all) end = all;
    int64_t from = start < 0 ? 0 : start;
    *count = end > from ? end - from : 0;
    *at = s->p->data + (*count ? from : 0);
    return !length || (start >= 0 && start < s->p->length);
}
static const uint8_t *summary_ethernet(struct summary *s)
{
    int64_t mac = s->p->network == NO_NETWORK ? 0 : (int64_t)s->p->network - 14;
    if (mac >= 0 && mac + 14 <= s->p->length && (s->p->network != NO_NETWORK || s->p->length == 14)) return s->p->data + mac;
    summary_missing(s, ETHERNET_HEADER, 0);
    return NULL;
}
static void text_ethernet(struct text *t, const uint8_t *b)
{
    for (int i = 0; i < 6; i++) text_form(t, i ? "-%02X" : "%02X", b[i]);
}
static void text_big(struct text *t, uint64_t number, int size) { while (size--) text_byte(t, number >> 8 * size); }
#endif
"""
).replace("p_extra(s->p)", "(int64_t)s->p->extra_length")

_IP, _NEXT = "s.ip", "s.next"
_NUMBERS: Final = {
    "ts_sec": ("1", "time_seconds(p->time, &rest)"),
    "ts_usec": ("1", "(time_seconds(p->time, &rest), rest / 1000)"),
    "ts_usec1": ("1", "(whole = time_seconds(p->time, &rest), whole * 1000000 + rest / 1000)"),
    "count": ("1", "1u + p->extra_packets"),
    "link": ("1", "p->paint"),
    "paint": ("1", "p->paint"),
    "direction": ("1", "p->paint"),
    "aggregate": ("1", "p->aggregate"),
    "wire_len": ("1", "p->length"),
    "eth_type": ("(mac = summary_ethernet(&s)) != NULL", "get16(mac + 12)"),
    "ip_src": ("summary_network(&s, 16)", "get32(s.ip + 12)"),
    "ip_dst": ("summary_network(&s, 20)", "get32(s.ip + 16)"),
    "ip_tos": ("summary_network(&s, 2)", "s.ip[1]"),
    "ip_dscp": ("summary_network(&s, 2)", "s.ip[1] >> 2"),
    "ip_ecn": ("summary_network(&s, 2)", "s.ip[1] & 3"),
    "ip_ttl": ("summary_network(&s, 9)", "s.ip[8]"),
    "ip_frag": (
        "summary_network(&s, 8)",
        "get16(s.ip + 6) & 0x3fff ? (get16(s.ip + 6) & 0x1fff ? 'f' : 'F') : get16(s.ip + 6) & 0x4000 ? '!' : '.'",
    ),
    "ip_fragoff": ("summary_network(&s, 8)", "get16(s.ip + 6)"),
    "ip_id": ("summary_network(&s, 6)", "get16(s.ip + 4)"),
    "ip_sum": ("summary_network(&s, 12)", "get16(s.ip + 10)"),
    "ip_proto": ("summary_network(&s, 10)", "s.ip[9]"),
    "ip_hl": ("summary_network(&s, 1)", "s.header"),
    "ip_len": ("1", "(uint32_t)((s.ip ? get16(s.ip + 2) : summary_length(&s)) + (s.extra ? p->extra_length : 0))"),
    "ip_capture_len": ("1", "s.ip ? s.count : summary_length(&s)"),
    "sport": ("summary_port(&s, 2)", "get16(s.next)"),
    "dport": ("summary_port(&s, 4)", "get16(s.next + 2)"),
    "tcp_seq": ("summary_inner(&s, 6, 8)", "get32(s.next + 4)"),
    "tcp_ack": ("summary_inner(&s, 6, 12)", "get32(s.next + 8)"),
    "tcp_off": ("summary_inner(&s, 6, 13)", "s.next[12] >> 4 << 2"),
    "tcp_flags": ("summary_inner(&s, 6, 14)", "get16(s.next + 12) & 0xfff"),
    "tcp_window": ("summary_inner(&s, 6, 16)", "get16(s.next + 14)"),
    "tcp_urp": ("summary_inner(&s, 6, 20)", "get16(s.next + 18)"),
    "udp_len": ("summary_inner(&s, 17, 6)", "get16(s.next + 4)"),
    "icmp_type": ("summary_inner(&s, 1, 1)", "s.next[0]"),
    "icmp_type_name": ("summary_inner(&s, 1, 1)", "s.next[0]"),
    "icmp_code": ("summary_inner(&s, 1, 2)", "s.next[1]"),
    "icmp_code_name": ("summary_inner(&s, 1, 2)", "s.next[1]"),
    "icmp_flowid": ("summary_sequenced(&s, 6)", "get16(s.next + 4)"),
    "icmp_seq": ("summary_sequenced(&s, 8)", "get16(s.next + 6)"),
    "icmp_nextmtu": ("summary_inner(&s, 1, 2) && get16(s.next) == 0x0304 && summary_inner(&s, 1, 8)", "get16(s.next + 6)"),
    "payload_len": ("1", "(summary_payload(&s, &rest), (uint32_t)(rest + (!s.ip || s.extra ? p->extra_length : 0)))"),
}
"""By field: whether the packet has it, and its number."""
_ADDRESS: Final = "{ uint8_t b[4]; put32(b, v); text_address(t, b); }"
_TEXTS: Final = {
    "direction": "if (v < 2) text_byte(t, v ? '<' : '>'); else text_form(t, \"%u\", (uint32_t)v);",
    "eth_type": 'text_form(t, "%04X", (uint32_t)v);',
    "ip_src": _ADDRESS,
    "ip_dst": _ADDRESS,
    "ip_frag": "text_byte(t, v);",
    "ip_fragoff": 'text_form(t, "%u%s%s", (uint32_t)(v & 0x1fff) << 3, v & 0x2000 ? "+" : "", v & 0x4000 ? "!" : "");',
    "ip_proto": "if (v == 6) text_byte(t, 'T'); else if (v == 17) text_byte(t, 'U'); else if (v == 1) text_byte(t, 'I');"
    ' else text_form(t, "%u", (uint32_t)v);',
    "ip_ecn": 'text_say(t, v == 0 ? "no" : v == 1 ? "ect1" : v == 2 ? "ect2" : "ce");',
    "tcp_flags": f"if (!v) text_byte(t, '.'); for (int i = 0; i < 9; i++) if (v >> i & 1) text_byte(t, \"{TCP_FLAG_LETTERS}\"[i]);",
    "icmp_type_name": 'if (icmp_type_name(v)) text_say(t, icmp_type_name(v)); else text_form(t, "%u", (uint32_t)v);',
    "icmp_code_name": 'if (icmp_code_name(s.next[0], v)) text_say(t, icmp_code_name(s.next[0], v)); else text_form(t, "%u", (uint32_t)v);',
}
_OPTIONS: Final = {
    "ip_opt": ("summary_ip_options(&s, &o, &count)", 0, 0xFF),
    "tcp_opt": ("summary_tcp_options(&s, 1, &o, &count)", 1, 0xFF),
    "tcp_ntopt": ("summary_tcp_options(&s, 0, &o, &count)", 1, NOT_TIMESTAMP),
    "tcp_sack": ("summary_tcp_options(&s, 0, &o, &count)", 1, SACK),
}
_TIMES: Final = {"timestamp": "time", "ntimestamp": "time", "first_timestamp": "first_time", "first_ntimestamp": "first_time"}
_MISSING: Final = "else text_byte(t, '-');"


def _text(name: str) -> str:
    if name in _TIMES:
        return f"text_time(t, p->{_TIMES[name]});"
    if name in _OPTIONS:
        there, tcp, wanted = _OPTIONS[name]
        return f"if ({there}) text_options(t, o, count, {tcp}, {wanted & 0xFE}); {_MISSING}"
    if name in ("eth_src", "eth_dst"):
        return f"if ((mac = summary_ethernet(&s))) text_ethernet(t, mac + {6 if name == 'eth_src' else 0}); {_MISSING}"
    if name == "payload":
        return f"if (summary_present(&s, &o, &count)) text_quoted(t, o, count); {_MISSING}"
    if name.startswith("payload_md5"):
        form = 'for (int i = 0; i < 16; i++) text_form(t, "%02x", digest[i]);' if name.endswith("hex") else "text_digest(t, digest);"
        return f"if (summary_present(&s, &o, &count)) {{ uint8_t digest[16]; md5_digest(o, count, digest); {form} }} {_MISSING}"
    there, number = _NUMBERS[name]
    form = _TEXTS.get(name, 'text_form(t, "%llu", (unsigned long long)v);')
    return f"if ({there}) {{ uint64_t v = {number}; {form} }} {_MISSING}"


def _record(field: Field) -> str:
    name = field.name
    if name in _TIMES:
        seconds = f"uint32_t seconds = time_seconds(p->{_TIMES[name]}, &rest);"
        order = (
            "text_big(t, rest, 4); text_big(t, seconds, 4);" if "ntime" in name else "text_big(t, seconds, 4); text_big(t, rest / 1000, 4);"
        )
        return f"{seconds} {order}"
    if name in _OPTIONS:
        there, tcp, wanted = _OPTIONS[name]
        return f"if ({there} && count) options_binary(t, o, count, {tcp}, {wanted}); else text_byte(t, 0);"
    if name in ("eth_src", "eth_dst"):
        place = f"mac + {6 if name == 'eth_src' else 0}"
        return f"if ((mac = summary_ethernet(&s))) text_put(t, {place}, 6); else text_big(t, 0, 6);"
    if name.startswith("payload_md5"):
        return "{ uint8_t digest[16]; summary_present(&s, &o, &count); md5_digest(o, count, digest); text_put(t, digest, 16); }"
    there, number = _NUMBERS[name]
    return f"text_big(t, {there} ? (uint64_t)({number}) : 0, {field.size});"


def describe(style: Style, looks: bool) -> str:
    """Statements that put a line, or a record, about the packet ``p`` into the text ``*t``, which was empty. ``looks`` is whether its
    headers matter."""
    pieces = [_record(field) if style.binary else _text(field.name) for field in style.fields]
    body = ("\n    " if style.binary else "\n    text_byte(t, ' ');\n    ").join(f"{{ {piece} }}" for piece in pieces)
    marker = " | 1u << 31" if style.binary else ""
    length = f"text_big(t, strlen(s.bad) + 6{marker}, 4); " if style.binary else ""
    bad = f'if (s.bad[0]) {{ {length}text_form(t, "!bad %s\\n", s.bad); text_put(t, self->line->at, self->line->length); }}'
    into = "self->line" if style.says_bad else "self->text"
    tail = f"t = self->text;\n    {bad}\n    else text_put(t, self->line->at, self->line->length);" if style.says_bad else ""
    end = "put32((uint8_t *)t->at, t->length);" if style.binary else "text_byte(t, '\\n');"
    return f"""
    struct summary s = {{.p = p, .header = 20, .left = -20, .protocol = -1, .extra = {int(style.extra_length)}}};
    struct text *t = {into};
    uint32_t rest = 0, count = 0;
    uint64_t whole = 0;
    const uint8_t *mac = NULL, *o = NULL;
    (void)rest; (void)count; (void)whole; (void)mac; (void)o;
    t->length = 0;
    {f"summary_look(&s, {int(style.careful)});" if looks else ""}
    {"text_big(t, 0, 4);" if style.binary else ""}
    {body}
    {end}
    {"self->text->length = 0;" if style.says_bad else ""}
    {tail}
"""
