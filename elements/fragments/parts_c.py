"""The C reading of `elements.fragments.parts`, and of what IPReassembler does to a fragment."""

from __future__ import annotations

from typing import Final

from elements.fragments.parts import BLOCK, EACH, LEAST, MOST_LEAVE, PATIENCE

TYPES: Final = """
struct parts {
    struct parts *next, *older, *newer;
    struct packet like; /* its annotations */
    uint8_t *head, *data, *have; /* all up to the IP header's end; the data; a bit for each block that is there */
    uint64_t since, cost;
    uint32_t front, headed, length, room, blocks, words[3];
    uint8_t flags, more;
};
struct fragments {
    struct parts **buckets, *oldest, *newest;
    uint64_t used, room, seen, good, failed, bad, refused, salt[4];
    int bits;
};
"""

PARTS: Final = f"""
enum {{ PARTS_LEAVE = {MOST_LEAVE} }};
/* A header has 60 bytes, and each of four pieces of memory 16 that nobody sees. */
_Static_assert(sizeof(struct parts) + HEADROOM + 60 + 4 * 16 <= {EACH}, "what a packet takes");
static void fragments_open(struct fragments *t, int bits, uint64_t room)
{{
    if (!(t->buckets = calloc((size_t)1 << bits, sizeof *t->buckets))) no_memory();
    t->bits = bits;
    t->room = room;
    draw_salt(t->salt, 4);
}}
static void *parts_memory(void *old, size_t size)
{{
    void *made = realloc(old, size);
    if (!made) no_memory();
    return made;
}}
static struct parts **parts_bucket(struct fragments *t, const uint32_t *words)
{{
    return &t->buckets[salted_bucket(t->salt, words, 3, t->bits)];
}}
static uint32_t parts_room(uint32_t reach)
{{
    uint32_t room = {LEAST};
    while (room < reach) room *= 2;
    return room;
}}
static uint64_t parts_cost(uint32_t reach, uint32_t network)
{{
    return {EACH} + network + parts_room(reach) + parts_room(reach) / {8 * BLOCK};
}}
/* The packet as far as it is there, which is forgotten. */
static struct packet *parts_leave(struct base *b, struct fragments *t, struct parts *q)
{{
    struct parts **at = parts_bucket(t, q->words);
    while (*at != q) at = &(*at)->next;
    *at = q->next;
    if (q->older) q->older->newer = q->newer; else t->oldest = q->newer;
    if (q->newer) q->newer->older = q->older; else t->newest = q->older;
    t->used -= q->cost;
    struct packet *made = raw_packet(b, q->front, q->headed - q->front + q->length);
    memcpy(made, &q->like, offsetof(struct packet, next));
    made->data = made->buffer + q->front;
    made->length = q->headed - q->front + q->length;
    memcpy(made->buffer, q->head, q->headed);
    memcpy(made->buffer + q->headed, q->data, q->length);
    put16(made->data + made->network + 6, (uint32_t)(q->flags | (q->more ? 0x20 : 0)) << 8);
    free(q->head);
    free(q->data);
    free(q->have);
    free(q);
    return made;
}}
static void fragments_close(struct base *b, struct fragments *t)
{{
    while (t->oldest) kill_packet(b, parts_leave(b, t, t->oldest));
    free(t->buckets);
}}
static int parts_is_fragment(const struct packet *p)
{{
    return p->network != NO_NETWORK && p->network >= 0 && (int64_t)p->length - p->network >= 20
        && (get16(p->data + p->network + 6) & 0x3fff);
}}
/* The header of the packet is that of a first fragment, or of another one without its options and with no annotations. */
static void parts_head(struct parts *q, const struct packet *p, int is_first)
{{
    const uint8_t *ip = p->data + p->network;
    uint64_t front = p->data - p->buffer;
    q->front = !is_first || front > HEADROOM ? HEADROOM : front;
    q->headed = q->front + (is_first ? p->network + 4 * (ip[0] & 15) : 20);
    q->head = parts_memory(q->head, q->headed);
    if (is_first) {{
        memcpy(&q->like, p, offsetof(struct packet, next));
        memcpy(q->head, p->data - q->front, q->headed);
        return;
    }}
    memset(q->head, 0, q->front);
    memcpy(q->head + q->front, ip, 20);
    q->head[q->front] = 0x45;
}}
static void parts_add(struct parts *q, uint32_t start, uint32_t end, const uint8_t *bytes)
{{
    uint32_t room = parts_room(end > q->length ? end : q->length);
    if (room > q->room) {{
        q->data = parts_memory(q->data, room);
        q->have = parts_memory(q->have, room / {8 * BLOCK});
        memset(q->have + q->room / {8 * BLOCK}, 0, (room - q->room) / {8 * BLOCK});
        q->room = room;
    }}
    if (end > q->length) {{
        memset(q->data + q->length, 0, end - q->length);
        q->length = end;
    }}
    memcpy(q->data + start, bytes, end - start);
    for (uint32_t block = start / {BLOCK}; block < (end + {BLOCK - 1}) / {BLOCK}; block++) {{
        uint8_t bit = 1u << block % 8;
        q->blocks += !(q->have[block / 8] & bit);
        q->have[block / 8] |= bit;
    }}
}}
static struct parts *parts_begin(struct fragments *t, const uint32_t *words, uint64_t now)
{{
    struct parts *q = calloc(1, sizeof *q), **bucket = parts_bucket(t, words);
    if (!q) no_memory();
    memcpy(q->words, words, sizeof q->words);
    q->more = 1;
    q->since = now;
    q->next = *bucket;
    *bucket = q;
    if ((q->older = t->newest)) t->newest->newer = q; else t->oldest = q;
    t->newest = q;
    return q;
}}
/* Takes a fragment. Gives its packet if that is whole now; what is given up for it is put into ``gone``. */
static struct packet *fragments_take(struct base *b, struct fragments *t, struct packet *p, struct packet **gone, int *count)
{{
    t->seen++;
    if (p->time < 1000000000ULL) p->time = clock_of(b);
    uint64_t now = p->time / 1000000000ULL;
    while (*count < PARTS_LEAVE && t->oldest && (int64_t)t->oldest->since < (int64_t)now - {PATIENCE})
        gone[(*count)++] = parts_leave(b, t, t->oldest);
    const uint8_t *ip = p->data + p->network;
    uint32_t size = 4 * (ip[0] & 15), start = 8 * (get16(ip + 6) & 0x1fff), more = ip[6] & 0x20;
    int64_t end = (int64_t)start + get16(ip + 2) - size;
    if (size < 20 || end > 0xffff || end <= start || ((end & 7) && more) || (int64_t)p->length - p->network - size < end - start) {{
        t->bad++;
        kill_packet(b, p);
        return NULL;
    }}
    uint32_t words[3] = {{get32(ip + 12), get32(ip + 16), get16(ip + 4) << 8 | ip[9]}};
    struct parts *q = *parts_bucket(t, words);
    while (q && memcmp(q->words, words, sizeof words)) q = q->next;
    int ends_before = q && !q->more && end > (int64_t)q->length;
    uint32_t network = !start ? p->network : q ? q->like.network : 0, reach = q && (int64_t)q->length > end ? q->length : end;
    uint64_t cost = parts_cost(reach, network), least = q ? q->cost : 0;
    while (!ends_before && t->used + cost - least > t->room && *count < PARTS_LEAVE) {{
        struct parts *oldest = t->oldest == q && q ? q->newer : t->oldest;
        if (!oldest) break;
        t->failed++;
        gone[(*count)++] = parts_leave(b, t, oldest);
    }}
    if (ends_before || t->used + cost - least > t->room) {{
        t->refused += !ends_before;
        kill_packet(b, p);
        return NULL;
    }}
    if (!q || !start) {{
        int is_new = !q;
        if (is_new) {{
            q = parts_begin(t, words, now);
            q->flags = ip[6] & 0xc0;
        }}
        parts_head(q, p, !start);
    }}
    t->used += cost - q->cost;
    q->cost = cost;
    q->more = q->more && more;
    parts_add(q, start, end, ip + size);
    uint64_t time = p->time;
    kill_packet(b, p);
    if (q->more || q->blocks != (q->length + {BLOCK - 1}) / {BLOCK}) return NULL;
    t->good++;
    struct packet *whole = parts_leave(b, t, q);
    whole->time = time;
    uint8_t *header = whole->data + whole->network;
    put16(header + 2, whole->length - whole->network);
    put16(header + 10, 0);
    put16(header + 10, ~ones_sum(header, 4 * (header[0] & 15), 0));
    return whole;
}}
"""
