/* The runtime of the software engine: packets, their pool, header access, lookup tables. Included once, in front of the generated code. */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADROOM 128
#define ROOM 9472
#define NO_NETWORK INT32_MIN

struct packet {
    uint8_t *data;
    uint32_t length;
    int32_t network; /* bytes from data to the network header */
    uint32_t dst_ip;
    uint16_t vlan_tci;
    uint8_t paint, device, packet_type, fix_ip_src;
    uint8_t parameter; /* the byte that an ICMP parameter problem is about */
    uint64_t time;
    struct packet *next;
    uint8_t buffer[HEADROOM + ROOM];
};

struct emission {
    int32_t sink;
    uint32_t length;
    int32_t network;
    uint32_t dst_ip;
    uint16_t vlan_tci;
    uint8_t paint, device, packet_type, fix_ip_src, parameter;
    uint64_t time;
    uint64_t offset;
};

struct base {
    struct packet *unused;
    uint64_t now;
    struct emission *emitted;
    uint64_t emitted_count, emitted_room;
    uint8_t *bytes;
    uint64_t bytes_count, bytes_room;
    char *log;
    uint64_t log_count, log_room;
};

static inline uint64_t clock_of(const struct base *b) { return b->now; }

static void *grow(void *old, uint64_t *room, uint64_t wanted, size_t size)
{
    if (wanted <= *room) return old;
    uint64_t more = *room ? *room : 1024;
    while (more < wanted) more *= 2;
    void *grown = realloc(old, more * size);
    if (!grown) abort();
    *room = more;
    return grown;
}

static struct packet *new_packet(struct base *b, uint32_t length)
{
    struct packet *p = b->unused;
    if (p) b->unused = p->next;
    else if (!(p = malloc(sizeof *p))) abort();
    memset(p, 0, offsetof(struct packet, buffer) + HEADROOM);
    p->data = p->buffer + HEADROOM;
    p->length = length;
    p->network = NO_NETWORK;
    p->time = b->now;
    return p;
}

static inline void kill_packet(struct base *b, struct packet *p)
{
    p->next = b->unused;
    b->unused = p;
}

static struct packet *clone_packet(struct base *b, const struct packet *p)
{
    struct packet *q = new_packet(b, p->length);
    size_t front = p->data - p->buffer;
    memcpy(q, p, offsetof(struct packet, buffer) + front + p->length);
    q->data = q->buffer + front;
    return q;
}

/* There are ``count`` bytes in front of the data, zero where nothing was. */
static inline void make_headroom(struct packet *p, uint32_t count)
{
    uint32_t front = p->data - p->buffer;
    if (front >= count) return;
    memmove(p->buffer + HEADROOM, p->buffer, front + p->length);
    memset(p->buffer, 0, HEADROOM);
    p->data += HEADROOM;
}

static inline void move_start(struct packet *p, int32_t shift)
{
    if (shift < 0) make_headroom(p, -shift);
    p->data += shift;
    p->length = (int64_t)p->length > shift ? p->length - shift : 0;
    if (p->network != NO_NETWORK) p->network -= shift;
}

static inline uint32_t get16(const uint8_t *b) { return (uint32_t)b[0] << 8 | b[1]; }
static inline uint32_t get32(const uint8_t *b) { return get16(b) << 16 | get16(b + 2); }
static inline void put16(uint8_t *b, uint32_t v) { b[0] = v >> 8; b[1] = v; }
static inline void put32(uint8_t *b, uint32_t v) { put16(b, v >> 16); put16(b + 2, v); }

static inline uint64_t byte_at(const struct packet *p, int32_t index)
{
    if (index >= (int32_t)p->length || index < (int32_t)(p->buffer - p->data)) return 0;
    return p->data[index];
}

static inline int32_t start_data(const struct packet *p) { (void)p; return 0; }
static inline int32_t start_network(const struct packet *p) { return p->network; }
static inline int32_t start_transport(const struct packet *p)
{
    if (p->network == NO_NETWORK) return NO_NETWORK;
    uint64_t first = p->network >= 0 ? byte_at(p, p->network) : 0;
    return p->network + 4 * (int32_t)(first & 15);
}

#define LAYER(name) \
    static inline uint64_t load_##name(const struct packet *p, int32_t offset) \
    { int32_t s = start_##name(p); return s == NO_NETWORK ? 0 : byte_at(p, s + offset); } \
    static inline uint64_t length_##name(const struct packet *p) \
    { int32_t s = start_##name(p); return s == NO_NETWORK || s > (int32_t)p->length ? 0 : (uint32_t)((int32_t)p->length - s) & 0xffff; } \
    static inline uint64_t has_##name(const struct packet *p, int32_t count) \
    { int32_t s = start_##name(p); \
      return s != NO_NETWORK && (s > (int32_t)p->length ? 0 : (int32_t)p->length - s) >= count; }
LAYER(data)
LAYER(network)
LAYER(transport)

static inline void store(struct packet *p, int32_t start, int32_t offset, uint8_t value)
{
    if (start == NO_NETWORK) return;
    int32_t index = start + offset;
    if (index >= (int32_t)p->length || index < (int32_t)(p->buffer - p->data)) return;
    p->data[index] = value;
}

/* Longest prefix tables of 32-bit keys: levels of 16, 8 and 8 bits, the longest prefixes entered last. Other tables are scanned. */
struct entry { uint64_t key, mask, value; };
struct table {
    const struct entry *entries;
    uint32_t count, width, *root, *blocks;
    uint64_t used, room;
    char kind;
};
#define BLOCK 0x80000000u

static uint32_t table_block(struct table *t, uint32_t *at_root, uint64_t at_block)
{
    uint32_t old = at_root ? *at_root : t->blocks[at_block];
    if (old & BLOCK) return old & ~BLOCK;
    t->blocks = grow(t->blocks, &t->room, t->used + 256, sizeof *t->blocks);
    uint32_t made = t->used;
    for (int i = 0; i < 256; i++) t->blocks[made + i] = old;
    t->used += 256;
    if (at_root) *at_root = made | BLOCK;
    else t->blocks[at_block] = made | BLOCK;
    return made;
}

static void table_fill(uint32_t *first, uint32_t count, uint32_t value)
{
    for (uint32_t i = 0; i < count; i++) first[i] = value;
}

static void table_build(struct table *t, const struct entry *entries, uint32_t count, uint32_t width, char kind)
{
    t->entries = entries;
    t->count = count;
    t->width = width;
    t->kind = kind;
    if (kind != 'l' || width != 32) return;
    t->root = calloc(65536, sizeof *t->root);
    if (!t->root) abort();
    for (uint64_t length = 0; length <= 32; length++)
        for (uint32_t i = 0; i < count; i++) {
            if (entries[i].mask != length) continue;
            uint32_t key = entries[i].key, value = i + 1;
            if (length <= 16) {
                table_fill(t->root + (key >> 16), 1u << (16 - length), value);
                continue;
            }
            uint32_t block = table_block(t, &t->root[key >> 16], 0);
            if (length <= 24) {
                table_fill(t->blocks + block + (key >> 8 & 255), 1u << (24 - length), value);
                continue;
            }
            block = table_block(t, NULL, block + (key >> 8 & 255));
            table_fill(t->blocks + block + (key & 255), 1u << (32 - length), value);
        }
}

/* One more than the index of the entry for ``key``, 0 for none. */
static inline uint32_t table_find(const struct table *t, uint64_t key)
{
    if (t->root) {
        uint32_t found = t->root[key >> 16];
        if (found & BLOCK) found = t->blocks[(found & ~BLOCK) + (key >> 8 & 255)];
        if (found & BLOCK) found = t->blocks[(found & ~BLOCK) + (key & 255)];
        return found;
    }
    uint32_t best = 0;
    for (uint32_t i = 0; i < t->count; i++) {
        const struct entry *e = &t->entries[i];
        if (t->kind == 'l') {
            uint64_t shift = t->width - e->mask;
            if ((shift < 64 ? (e->key ^ key) >> shift : 0) == 0 && (!best || e->mask >= t->entries[best - 1].mask)) best = i + 1;
        } else if (t->kind == 'e' ? e->key == key : ((e->key ^ key) & e->mask) == 0) {
            return i + 1;
        }
    }
    return best;
}

static inline uint64_t lookup_has(const struct table *t, uint64_t key) { return table_find(t, key) != 0; }
static inline uint64_t lookup_value(const struct table *t, uint64_t key)
{
    uint32_t found = table_find(t, key);
    return found ? t->entries[found - 1].value : 0;
}

static void emit_packet(struct base *b, int32_t sink, struct packet *p)
{
    b->emitted = grow(b->emitted, &b->emitted_room, b->emitted_count + 1, sizeof *b->emitted);
    b->bytes = grow(b->bytes, &b->bytes_room, b->bytes_count + p->length, 1);
    struct emission *e = &b->emitted[b->emitted_count++];
    *e = (struct emission){sink, p->length, p->network, p->dst_ip, p->vlan_tci, p->paint, p->device, p->packet_type,
                           p->fix_ip_src, p->parameter, p->time, b->bytes_count};
    memcpy(b->bytes + b->bytes_count, p->data, p->length);
    b->bytes_count += p->length;
    kill_packet(b, p);
}

static void trace_line(struct base *b, const char *text, uint64_t length)
{
    b->log = grow(b->log, &b->log_room, b->log_count + length + 1, 1);
    memcpy(b->log + b->log_count, text, length);
    b->log_count += length;
    b->log[b->log_count++] = '\n';
}

/* What hand-written elements call; OUT, IN, EMIT and INPUT_IS_PULL are defined around each of them. */
#define KILL(q) kill_packet(&m->base, q)
#define CLONE(q) clone_packet(&m->base, q)
#define PULL(q, n) move_start(q, n)
#define PUSH(q, n) move_start(q, -(int32_t)(n))
#define TAKE(q, n) do { if ((n) < (q)->length) (q)->length = (n); } while (0)
#define NOW (m->now)
#define TRACE(text, length) trace_line(&m->base, text, length)
#define NEW_PACKET(length) zeroed_packet(&m->base, length)

static inline struct packet *zeroed_packet(struct base *b, uint32_t length)
{
    struct packet *p = new_packet(b, length);
    memset(p->data, 0, length);
    return p;
}
