"""C that makes a packet of fields as `elements.summary.draft` does. It stands behind `elements.summary.text_c`."""

from __future__ import annotations

from typing import Final

from elements.definition.csource import c_string
from elements.summary.draft import MOST, SPARE
from elements.summary.fields import FIELDS, OLD_NAMES, SEQUENCED

_NUMBERS: Final = {name: number for number, name in enumerate(FIELDS)}
_ENUM: Final = ", ".join(f"F_{name.upper()} = {number}" for name, number in _NUMBERS.items())
_FIELDS: Final = ",\n".join(
    f"    {{{c_string(name.encode())}, {field.size}, {-1 if field.order is None else field.order}}}" for name, field in FIELDS.items()
)
_OLD: Final = ",\n".join(f"    {{{c_string(old.encode())}, {c_string(new.encode())}}}" for old, new in OLD_NAMES.items())
_SEQUENCED: Final = " || ".join(f"kind == {kind}" for kind in SEQUENCED)

DRAFT: Final = (
    f"""
#ifndef SUMMARY_DRAFT
#define SUMMARY_DRAFT
#define DRAFT_MOST {MOST}
#define DRAFT_ROOM (HEADROOM + DRAFT_MOST + {SPARE})
enum {{ {_ENUM}, FIELD_COUNT = {len(FIELDS)}, NO_FIELD = 255 }};
static const struct {{ const char *name; int16_t size, order; }} summary_fields[FIELD_COUNT] = {{
{_FIELDS}
}};
static const struct {{ const char *old, *name; }} old_fields[] = {{
{_OLD}
}};
static int icmp_sequenced(uint8_t kind) {{ return {_SEQUENCED}; }}
"""
    + r"""
/* A packet that is made of fields. Places are bytes of ``b``, which is zero behind ``end`` until something is written there. */
struct draft {
    uint8_t *b;
    uint32_t start, end, network, transport, most; /* network is 0 where there is none; most is where anything was ever written */
    uint32_t wanted, link, aggregate, extra_packets;
    uint64_t time, first_time;
    uint8_t protocol, has_flow, ethernet, no_ip, type_given, code_given, ip_given, tcp_given, long_;
    uint32_t source, destination, source_port, destination_port;
};
static void draft_set(struct draft *d, uint32_t at, int size, uint64_t value)
{
    for (int i = 0; i < size; i++) d->b[at + i] = value >> 8 * (size - 1 - i);
    if (at + size > d->most) d->most = at + size;
}
static void draft_put_to(struct draft *d, int64_t place)
{
    if (place <= d->end) return;
    if (place - d->start > DRAFT_MOST) { d->long_ = 1; return; }
    d->end = place;
    if (d->end > d->most) d->most = d->end;
}
static int draft_first(const struct draft *d) { return !(get16(d->b + d->network + 6) & 0x1fff); }
static uint8_t draft_protocol(const struct draft *d) { return d->b[d->network + 9]; }
static uint32_t draft_header(const struct draft *d) { return 4 * (d->b[d->network] & 15); }
static int with_ports(uint8_t protocol) { return protocol == 6 || protocol == 17 || protocol == 33 || protocol == 136; }
/* There is an IP header, where there may be one; whether it may be of ``protocol``, which 0 says nothing of. */
static int draft_ip(struct draft *d, uint8_t protocol)
{
    if (d->no_ip) return 0;
    if (!d->network) d->network = d->transport = d->start;
    uint32_t at = d->network;
    if (d->end < at + 20) {
        draft_put_to(d, at + 20);
        d->transport = at + 20;
        d->b[at] = 0x45;
        d->b[at + 9] = d->protocol;
        draft_set(d, at + 2, 2, 0);
        draft_set(d, at + 6, 2, 0);
        d->b[at + 8] = 100;
        if (d->has_flow) {
            draft_set(d, at + 12, 4, d->source);
            draft_set(d, at + 16, 4, d->destination);
        }
    }
    return !protocol || !draft_protocol(d) || draft_protocol(d) == protocol;
}
static int draft_transport(struct draft *d)
{
    if (!draft_first(d)) return 0;
    int64_t there = (int64_t)d->end - d->transport, offset = (int64_t)d->transport - d->start, size;
    uint8_t protocol = draft_protocol(d);
    if (there >= 8) return 1;
    switch (protocol) {
    case 6: size = 20; break;
    case 17: case 136: case 1: size = 8; break;
    case 33: size = 12; break;
    default: return 1;
    }
    if (d->wanted && d->wanted < offset + size) size = d->wanted - offset;
    if (there < size) {
        draft_put_to(d, d->transport + (size > 4 ? size : 4));
        if (d->long_) return 0;
        if (protocol == 6 && size >= 13) d->b[d->transport + 12] = 0x50 | (d->b[d->transport + 12] & 15);
        if (d->has_flow && with_ports(protocol)) {
            draft_set(d, d->transport, 2, d->source_port);
            draft_set(d, d->transport + 2, 2, d->destination_port);
        }
        d->end = d->transport + size;
    }
    return 1;
}
static void draft_fill(struct draft *d, uint32_t at, uint32_t room, const uint8_t *data, uint32_t count)
{
    memcpy(d->b + at, data, count);
    memset(d->b + at + count, 0, room - count);
    if (at + room > d->most) d->most = at + room;
}
static void draft_insert(struct draft *d, uint32_t at, uint32_t count)
{
    draft_put_to(d, (int64_t)d->end + count);
    if (d->long_) return;
    if (d->end > at + count) memmove(d->b + at + count, d->b + at, d->end - count - at);
    memset(d->b + at, 0, count);
    if (at + count > d->most) d->most = at + count;
}
static void draft_size_ip(struct draft *d, uint32_t size) { d->b[d->network] = (d->b[d->network] & 0xf0) | (size >> 2 & 15); }
static void draft_size_tcp(struct draft *d, uint32_t size)
{
    d->b[d->transport + 12] = (d->b[d->transport + 12] & 15) | (size << 2 & 0xf0);
    if (d->transport + 13 > d->most) d->most = d->transport + 13;
}
static void draft_ethernet(struct draft *d, int field, uint64_t value, const uint8_t *data)
{
    if (!d->ethernet) {
        d->ethernet = 1;
        d->start -= 14;
        d->network = d->transport = d->start + 14;
        draft_set(d, d->start + 12, 2, 0x0800);
    }
    if (field == F_ETH_TYPE) {
        draft_set(d, d->start + 12, 2, value);
        if (value != 0x0800 && value != 0x86dd) d->no_ip = 1;
    } else {
        memcpy(d->b + d->start + (field == F_ETH_SRC ? 6 : 0), data, 6);
    }
}
static void draft_put_ip(struct draft *d, int field, uint64_t value, const uint8_t *data, uint32_t count)
{
    uint32_t at = d->network, size;
    uint8_t *tos = d->b + at + 1;
    switch (field) {
    case F_IP_SRC: draft_set(d, at + 12, 4, value); break;
    case F_IP_DST: draft_set(d, at + 16, 4, value); break;
    case F_IP_TOS: *tos = value; break;
    case F_IP_DSCP: *tos = (*tos & 3) | (value << 2 & 0xfc); break;
    case F_IP_ECN: *tos = (*tos & 0xfc) | (value & 3); break;
    case F_IP_TTL: d->b[at + 8] = value; break;
    case F_IP_FRAG: case F_IP_FRAGOFF: draft_set(d, at + 6, 2, value); break;
    case F_IP_ID: draft_set(d, at + 4, 2, value); break;
    case F_IP_SUM: draft_set(d, at + 10, 2, value); break;
    case F_IP_PROTO: d->b[at + 9] = value; break;
    case F_IP_LEN: d->wanted = at - d->start + value; break;
    case F_IP_OPT:
        d->ip_given = 1;
        if (!count) break;
        size = (20 + count + 3) & ~3u;
        draft_put_to(d, at + size);
        if (d->long_) break;
        if (size > draft_header(d)) { d->transport = at + size; draft_size_ip(d, size); }
        draft_fill(d, at + 20, size, data, count);
        break;
    case F_IP_HL:
        d->ip_given = 1;
        size = (value + 3) & ~3u;
        if (size > draft_header(d)) {
            uint32_t more = size - draft_header(d);
            draft_put_to(d, (int64_t)d->end + more);
            d->transport = at + size;
            draft_fill(d, d->transport - more, more, data, 0);
        }
        draft_size_ip(d, size);
        break;
    }
}
static void draft_put_tcp(struct draft *d, int field, uint64_t value, const uint8_t *data, uint32_t count)
{
    uint32_t at = d->transport, offset = d->b[at + 12] >> 4 << 2, size;
    switch (field) {
    case F_TCP_SEQ: draft_set(d, at + 4, 4, value); break;
    case F_TCP_ACK: draft_set(d, at + 8, 4, value); break;
    case F_TCP_WINDOW: draft_set(d, at + 14, 2, value); break;
    case F_TCP_URP: draft_set(d, at + 18, 2, value); break;
    case F_TCP_FLAGS: draft_set(d, at + 12, 2, (uint64_t)(d->b[at + 12] & 0xf0) << 8 | (value & 0xfff)); break;
    case F_TCP_OFF:
        size = (value + 3) & ~3u;
        if (size > offset) {
            draft_put_to(d, (int64_t)d->end + size - offset);
            draft_fill(d, at + offset, size - offset, data, 0);
        }
        draft_size_tcp(d, size);
        break;
    default:
        d->tcp_given = 1;
        if (!count) break;
        size = (20 + count + 3) & ~3u;
        draft_put_to(d, at + size);
        if (d->long_) break;
        if (size > offset) draft_size_tcp(d, size);
        draft_fill(d, at + 20, size, data, count);
    }
}
static void draft_put_icmp(struct draft *d, int field, uint64_t value)
{
    uint32_t at = d->transport;
    draft_put_to(d, at + 8);
    if (d->long_) return;
    uint8_t kind = d->b[at], code = d->b[at + 1];
    switch (field) {
    case F_ICMP_TYPE: case F_ICMP_TYPE_NAME:
        d->b[at] = value;
        d->type_given = 1;
        draft_put_to(d, at + (value == 13 || value == 14 ? 20 : 8));
        break;
    case F_ICMP_CODE: case F_ICMP_CODE_NAME:
        d->b[at + 1] = value;
        d->code_given = 1;
        break;
    case F_ICMP_FLOWID: case F_ICMP_SEQ:
        if (!d->type_given || icmp_sequenced(kind)) draft_set(d, at + (field == F_ICMP_FLOWID ? 4 : 6), 2, value);
        break;
    default:
        if ((!d->type_given || kind == 3) && (!d->code_given || code == 4)) draft_set(d, at + 6, 2, value);
    }
}
/* Where the IP length is known, and no header's, headers grow so that ``length`` bytes are left behind them. */
static void draft_account(struct draft *d, uint32_t offset, uint32_t length)
{
    if (d->no_ip || (!get16(d->b + d->network + 2) && !d->wanted)) { d->wanted = offset + length; return; }
    uint32_t total = get16(d->b + d->network + 2) ? get16(d->b + d->network + 2) : d->wanted;
    int64_t more = (int64_t)total + d->network - d->start - offset - length;
    if (more > 0 && draft_first(d) && draft_protocol(d) == 6 && !d->tcp_given && d->b[d->transport + 12] >> 4 == 5) {
        uint32_t step = more > 43 ? 40 : more - more % 4;
        draft_insert(d, d->transport + 20, step);
        if (d->long_) return;
        draft_size_tcp(d, 20 + step);
        more -= step;
    }
    if (more > 0 && !d->ip_given && draft_header(d) == 20) {
        uint32_t step = more > 43 ? 40 : more - more % 4;
        draft_insert(d, d->network + 20, step);
        if (d->long_) return;
        draft_size_ip(d, 20 + step);
        d->transport = d->network + 20 + step;
    }
}
static void draft_payload(struct draft *d, int field, uint64_t value, const uint8_t *data, uint32_t count)
{
    if (draft_ip(d, 0)) draft_transport(d);
    if (d->long_) return;
    uint32_t offset = 0;
    if (!d->no_ip) {
        offset = d->transport - d->start;
        uint8_t protocol = draft_protocol(d);
        if (draft_first(d) && protocol == 6) {
            uint32_t size = (int64_t)d->end - d->transport >= 13 ? d->b[d->transport + 12] >> 4 << 2 : 0;
            offset += size >= 20 ? size : 20;
        } else if (draft_first(d) && (protocol == 17 || protocol == 136)) {
            offset += 8;
        }
    }
    if (field == F_PAYLOAD_LEN) { draft_account(d, offset, value); return; }
    if (!count) return;
    draft_account(d, offset, count);
    uint32_t at = d->start + offset;
    if (d->long_ || at > d->end) return;
    draft_put_to(d, (int64_t)at + count);
    if (!d->long_) draft_fill(d, at, count, data, count);
}
static void draft_note(struct draft *d, int field, uint64_t value)
{
    uint32_t rest;
    time_seconds(d->time, &rest);
    switch (field) {
    case F_TIMESTAMP: case F_NTIMESTAMP: d->time = value; break;
    case F_TS_SEC: d->time = value * 1000000000u + rest; break;
    case F_TS_USEC: d->time = d->time - rest + value * 1000; break;
    case F_TS_USEC1: d->time = value * 1000; break;
    case F_FIRST_TIMESTAMP: case F_FIRST_NTIMESTAMP: d->first_time = value; break;
    case F_COUNT: d->extra_packets = value ? value - 1 : 0; break;
    case F_AGGREGATE: d->aggregate = value; break;
    case F_WIRE_LEN: d->wanted = value; break;
    default: d->link = value & 0xff;
    }
}
static void draft_inject(struct draft *d, int field, uint64_t value, const uint8_t *data, uint32_t count)
{
    if (d->long_) return;
    if (field < F_ETH_SRC) draft_note(d, field, value);
    else if (field < F_IP_SRC) draft_ethernet(d, field, value, data);
    else if (field < F_SPORT) {
        if (draft_ip(d, 0) && !d->long_) draft_put_ip(d, field, value, data, count);
    } else if (field < F_TCP_SEQ) {
        if (draft_ip(d, 0) && draft_transport(d) && (!draft_protocol(d) || with_ports(draft_protocol(d))))
            draft_set(d, d->transport + (field == F_SPORT ? 0 : 2), 2, value);
    } else if (field < F_UDP_LEN) {
        if (draft_ip(d, 6) && draft_transport(d)) draft_put_tcp(d, field, value, data, count);
    } else if (field == F_UDP_LEN) {
        if (draft_ip(d, 0) && draft_transport(d) && (!draft_protocol(d) || draft_protocol(d) == 17 || draft_protocol(d) == 136)) {
            draft_put_to(d, d->transport + 8);
            if (!d->long_) draft_set(d, d->transport + 4, 2, value);
        }
    } else if (field < F_PAYLOAD_LEN) {
        if (draft_ip(d, 1) && draft_transport(d)) draft_put_icmp(d, field, value);
    } else draft_payload(d, field, value, data, count);
}
static uint64_t sum_bytes(const uint8_t *b, uint32_t count)
{
    uint64_t total = 0;
    for (uint32_t i = 0; i + 1 < count; i += 2) total += get16(b + i);
    return count & 1 ? total + ((uint32_t)b[count - 1] << 8) : total;
}
static uint16_t sum_folded(uint64_t total)
{
    while (total >> 16) total = (total & 0xffff) + (total >> 16);
    return ~total;
}
/* The last address of a source route, where there is one. */
static const uint8_t *draft_destination(const struct draft *d)
{
    uint32_t at = d->network + 20, end = d->network + draft_header(d);
    while (at < end && d->b[at]) {
        uint32_t size = d->b[at] == 1 ? 1 : d->b[at + 1];
        if (d->b[at] != 1 && (at + 1 >= end || size < 2 || at + size > end)) break;
        if ((d->b[at] == 131 || d->b[at] == 137) && size >= 7) return d->b + at + size - 4;
        at += size;
    }
    return d->b + d->network + 16;
}
static void draft_checksums(struct draft *d)
{
    uint32_t at = d->network, next = d->transport, count = d->end > next ? d->end - next : 0;
    uint8_t protocol = draft_protocol(d);
    draft_set(d, at + 10, 2, 0);
    draft_set(d, at + 10, 2, sum_folded(sum_bytes(d->b + at, draft_header(d))));
    if (get16(d->b + at + 6) & 0x3fff || (protocol != 6 && protocol != 17 && protocol != 1)) return;
    uint32_t place = next + (protocol == 6 ? 16 : protocol == 17 ? 6 : 2);
    draft_set(d, place, 2, 0);
    uint64_t total = sum_bytes(d->b + next, count);
    if (protocol != 1) total += sum_bytes(d->b + at + 12, 4) + sum_bytes(draft_destination(d), 4) + protocol + count;
    draft_set(d, place, 2, sum_folded(total));
}
/* What was not said of the headers; whether there is a packet. */
static int draft_finish(struct draft *d, int checksums)
{
    if (d->has_flow) draft_ip(d, 0);
    if (d->no_ip || !d->network) return !d->long_;
    draft_transport(d);
    if (d->long_) return 0;
    uint32_t at = d->network, offset = at - d->start, length = get16(d->b + at + 2);
    if (!length) {
        length = d->wanted >= offset ? d->wanted - offset : d->wanted;
        if (length > 0xffff) length = 0xffff;
        if (!length) length = (d->end - at) & 0xffff;
        draft_set(d, at + 2, 2, length);
    }
    if (draft_protocol(d) == 17 && draft_first(d) && !get16(d->b + d->transport + 4))
        draft_set(d, d->transport + 4, 2, length - (d->transport - at));
    if (checksums) {
        uint32_t there = d->end;
        draft_put_to(d, (int64_t)at + length);
        if (d->long_) return 0;
        memset(d->b + there, 0, d->end - there);
        draft_checksums(d);
    }
    return 1;
}
#endif
"""
)
