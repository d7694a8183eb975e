"""C that reads captures, as `elements.captures.pcap` does."""

from __future__ import annotations

from typing import Final

from elements.captures.pcap import HEADER

LONGEST: Final = 9216
"""Bytes of the longest packet that is sent."""

HELPERS: Final = f"""
#define LONG_PACKET "a %s of %llu bytes at byte %llu is longer than {LONGEST}, and left out"
struct dump {{ uint8_t *data; uint64_t size; uint32_t link, unit; int swapped; }};
struct dump_record {{ uint64_t time, length, next; const uint8_t *data; const char *why; char text[64]; }};
static uint32_t dump_get32(const struct dump *d, const uint8_t *b)
{{
    return d->swapped ? get32(b) : (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}}
static void dump_report(struct base *b, const char *title, const char *form, const char *why, uint64_t first, uint64_t second)
{{
    char text[256], line[8192];
    snprintf(text, sizeof text, form, why, (unsigned long long)first, (unsigned long long)second);
    int n = snprintf(line, sizeof line, "%s: %s", title, text);
    trace_line(b, line, n < (int)sizeof line ? n : (int)sizeof line - 1);
}}
/* The whole file, behind which there are DUMP_BEHIND bytes that may be read; one that is no longer what it was when it was examined is
   empty. */
#define DUMP_BEHIND 64
static void dump_load(struct base *b, struct dump *d, const char *path, const char *title)
{{
    FILE *file = fopen(path, "rb");
    uint64_t room = 0;
    size_t got = file ? 1 : 0;
    while (got) {{
        d->data = grow(d->data, &room, d->size + 65536 + DUMP_BEHIND, 1);
        got = fread(d->data + d->size, 1, 65536, file);
        d->size += got;
    }}
    if (file) fclose(file);
    uint32_t magic = d->size < {HEADER} ? 0 : dump_get32(d, d->data);
    if (magic == 0xd4c3b2a1u || magic == 0x4d3cb2a1u) d->swapped = 1;
    if (d->swapped) magic = dump_get32(d, d->data);
    if (magic != 0xa1b2c3d4u && magic != 0xa1b23c4du) {{
        d->size = 0;
        dump_report(b, title, "%s cannot be read", "the capture", 0, 0);
        return;
    }}
    d->unit = magic == 0xa1b23c4du ? 1 : 1000;
    d->link = dump_get32(d, d->data + 20) & 0xffff;
}}
static int dump_read(const struct dump *d, uint64_t at, struct dump_record *r)
{{
    if (at + 16 > d->size) {{ r->why = "the file ends inside a packet's header"; return 0; }}
    const uint8_t *h = d->data + at;
    uint32_t captured = dump_get32(d, h + 8), original = dump_get32(d, h + 12);
    if (captured > 262144) {{
        snprintf(r->text, sizeof r->text, "a packet claims to have %u bytes", captured);
        r->why = r->text;
        return 0;
    }}
    if (at + 16 + captured > d->size) {{ r->why = "the file ends inside a packet"; return 0; }}
    r->time = dump_get32(d, h) * 1000000000ULL + (uint64_t)dump_get32(d, h + 4) * d->unit;
    r->data = h + 16;
    r->length = captured < original ? captured : original;
    r->next = at + 16 + captured;
    return 1;
}}
static int dump_force_ip(struct packet *p, int ethernet)
{{
    uint32_t header = 0;
    if (ethernet) {{
        if (p->length < 14) return 0;
        header = get16(p->data + 12) == 0x8100 ? 18 : 14;
        if (p->length < header) return 0;
        uint32_t type = get16(p->data + header - 2);
        if (type != 0x0800 && type != 0x86dd) return 0;
    }}
    if (p->length <= header) return 0;
    uint32_t version = p->data[header] >> 4, least = version == 4 ? 4 * (p->data[header] & 15) : 40;
    if ((version != 4 && version != 6) || least < 20 || p->length < header + least) return 0;
    p->network = header;
    if (version == 4) p->dst_ip = get32(p->data + header + 16);
    return 1;
}}
"""
