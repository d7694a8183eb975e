/* Sequences of packets, and what is done to them so that they are malformed in every way. All of it follows from what `draw` gives. */
#define MOST_PACKETS 8
#define CHOOSE(...) (((const int64_t[]){__VA_ARGS__})[below(sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t))])

/* A packet as machine_inject takes it: bytes are ``front`` in front of the data and ``length`` of data, in a piece of memory of their own. */
struct sample { struct emission about; uint8_t *bytes; };
/* ``where`` is the first of the sources that its packets are offered to. */
struct input { int count; uint32_t where; struct sample packets[MOST_PACKETS]; };

/* SplitMix64 (Steele, Lea and Flood 2014). */
static uint64_t draw_from(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15ULL;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
    return z ^ z >> 31;
}
static uint64_t drawn;
static uint64_t draw(void) { return draw_from(&drawn); }
static uint32_t below(uint64_t bound) { return bound ? (uint32_t)(draw() % bound) : 0; }

static uint8_t *data_of(const struct sample *s) { return s->bytes + s->about.front; }

static struct sample copied(const struct sample *s)
{
    size_t size = (size_t)s->about.front + s->about.length;
    struct sample made = {s->about, malloc(size ? size : 1)};
    if (!made.bytes) no_memory();
    memcpy(made.bytes, s->bytes, size);
    return made;
}

static void forget(struct input *in)
{
    while (in->count) free(in->packets[--in->count].bytes);
}

static struct input copied_input(const struct input *in)
{
    struct input made = {.where = in->where};
    for (; made.count < in->count; made.count++) made.packets[made.count] = copied(&in->packets[made.count]);
    return made;
}

/* ``count`` bytes at ``at`` of the data become ``bytes``, or as many that are drawn where that is NULL. */
static void replace(struct sample *s, uint32_t at, uint32_t count, const uint8_t *bytes, uint32_t size)
{
    uint32_t front = s->about.front, length = s->about.length, rest = length - at - count;
    if ((uint64_t)length - count + size > LONGEST) return;
    uint8_t *made = malloc((size_t)front + at + size + rest + 1);
    if (!made) no_memory();
    memcpy(made, s->bytes, front + at);
    int zeros = below(2);
    for (uint32_t i = 0; i < size; i++) made[front + at + i] = bytes ? bytes[i] : zeros ? 0 : (uint8_t)draw();
    memcpy(made + front + at + size, s->bytes + front + at + count, rest);
    free(s->bytes);
    s->bytes = made;
    s->about.length = at + size + rest;
}

static void new_front(struct sample *s, uint32_t front)
{
    uint32_t length = s->about.length;
    uint8_t *made = calloc((size_t)front + length + 1, 1);
    if (!made) no_memory();
    memcpy(made + front, data_of(s), length);
    for (uint32_t i = 0; i < front; i++) made[i] = (uint8_t)draw();
    free(s->bytes);
    s->bytes = made;
    s->about.front = front;
}

static uint32_t interesting(void)
{
    return (uint32_t)CHOOSE(0, 1, 2, 4, 5, 7, 8, 15, 16, 19, 20, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xfffe, 0xffff, 0x7fffffff,
                            0x80000000, 0xffffffff, 0x0a000001, 0xe0000001, 0x00450045);
}
/* What a field may say that tells how long something of ``length`` bytes is. */
static uint32_t some_length(uint32_t length)
{
    return (uint32_t)CHOOSE(length, length, length - 1, length + 1, length / 2, length + 8, 0, 1, 7, 8, 19, 20, 0x7fff, 0x8000, 0xffff,
                            below(1 << 16));
}

static void edit_bytes(struct sample *s)
{
    uint32_t length = s->about.length, at = below(below(2) ? length : length < 60 ? length : 60), wide = 1u << below(3);
    uint8_t *d = data_of(s);
    if (!length) {
        replace(s, 0, 0, NULL, below(70));
        return;
    }
    switch (below(9)) {
    case 0: case 1: d[at] ^= 1 << below(8); break;
    case 2: d[at] = (uint8_t)draw(); break;
    case 3: {
        uint32_t value = interesting();
        for (uint32_t i = 0; i < wide && at + i < length; i++) d[at + i] = value >> 8 * (wide - 1 - i);
        break;
    }
    case 4: d[at] += CHOOSE(1, -1, 4, -4); break;
    case 5: replace(s, at, length - at, NULL, 0); break;
    case 6: replace(s, at, below(length - at < 40 ? length - at + 1 : 40), NULL, 0); break;
    case 7: replace(s, at, 0, NULL, below(below(4) ? 24 : 200)); break;
    default:
        if (below(40)) replace(s, length, 0, NULL, below(80));
        else replace(s, length, 0, NULL, (uint32_t)CHOOSE(1500 - (int64_t)(length % 1500), 1500, 9216, LONGEST - length));
    }
}

static uint32_t network_of(const struct sample *s)
{
    int32_t network = s->about.network;
    return network >= 0 && network < (int32_t)s->about.length && below(4) ? (uint32_t)network : (uint32_t)CHOOSE(0, 0, 14, 18, 20, 28);
}

static void edit_options(struct sample *s, uint32_t at)
{
    uint8_t made[40];
    uint32_t size = 4 * (1 + below(10)), header = 4 * (data_of(s)[at] & 15);
    for (uint32_t i = 0; i < size;) {
        uint32_t kind = (uint32_t)CHOOSE(0, 1, 1, 7, 68, 68, 131, 137, 148, below(256)), length = (uint32_t)CHOOSE(0, 1, 2, 3, 4, 7, 8, size - i, below(256));
        const uint8_t option[8] = {kind, length, CHOOSE(3, 4, 5, 9, length + 1, below(256)), CHOOSE(0, 1, 3, 0xf0, below(256)), 10, 0, 0, 1};
        for (uint32_t k = 0; k < sizeof option && i < size && (k < length || k < 3) && (kind > 1 || !k); k++) made[i++] = option[k];
    }
    if (header < 20 || at + header > s->about.length) return;
    replace(s, at + 20, header - 20, made, size);
    data_of(s)[at] = (data_of(s)[at] & 0xf0) | (5 + size / 4);
}

static void edit_header(struct sample *s)
{
    uint32_t at = network_of(s), length = s->about.length;
    if (at + 20 > length) return;
    uint8_t *ip = data_of(s) + at;
    uint32_t rest = length - at, header = 4 * (ip[0] & 15);
    switch (below(14)) {
    case 0: ip[0] = (ip[0] & 0xf0) | below(16); break;
    case 1: ip[0] = below(2) ? 0x45 : (uint8_t)draw(); break;
    case 2: put16(ip + 2, some_length(rest)); break;
    case 3: put16(ip + 6, (uint32_t)CHOOSE(0, 0x2000, 0x4000, 0x1fff, 0x2001, 0x3fff, below(1 << 16), 0x2000 | below(200), below(200))); break;
    case 4: ip[9] = CHOOSE(0, 1, 1, 2, 4, 6, 6, 17, 17, 41, 47, 50, 58, 255, below(256)); break;
    case 5: ip[8] = CHOOSE(0, 1, 2, 64, 255); break;
    case 6: if (header + 6 <= rest) put16(ip + header + 4, some_length(rest - header)); break;
    case 7: if (header + 14 <= rest) { ip[header + 12] = below(16) << 4; ip[header + 13] = (uint8_t)draw(); } break;
    case 8: edit_options(s, at); break;
    case 9: put32(ip + CHOOSE(12, 16), (uint32_t)CHOOSE(0x0a000001, 0x0a010203, 0x01020304, 0x01000001, 0xc0a80001, 0xe0000001, 0xffffffff, 0)); break;
    case 10: if (header + 4 <= rest) put16(ip + header + CHOOSE(0, 2), (uint32_t)CHOOSE(0, 21, 22, 53, 80, 1024, 65535, below(1 << 16))); break;
    case 11: put16(ip + 4, some_length(rest - 20)); ip[6] = CHOOSE(0, 6, 17, 43, 44, 58, 59, 60, below(256)); break;
    case 12: if (header + 2 <= rest) { ip[header] = CHOOSE(0, 3, 4, 5, 8, 11, 12, 13, 128, 129, 133, 135, 136); ip[header + 1] = below(16); } break;
    default: if (length >= 14) put16(data_of(s) + 12, (uint32_t)CHOOSE(0x0800, 0x0806, 0x8100, 0x86dd, 0x88a8, 0x88b5, 0, 1500)); break;
    }
}

/* One's complement of the one's complement sum (RFC 1071) of ``sum`` and these bytes. */
static uint32_t summed(uint64_t sum, const uint8_t *bytes, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) sum += i & 1 ? bytes[i] : bytes[i] << 8;
    while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
    return ~sum & 0xffff;
}

/* Checksums are right again: what is behind a check sees malformed packets, too. */
static void mend_sums(struct sample *s)
{
    uint32_t at = network_of(s), length = s->about.length;
    if (at + 20 > length) return;
    uint8_t *ip = data_of(s) + at;
    uint32_t header = 4 * (ip[0] & 15), whole = get16(ip + 2), kind = ip[9], place;
    if (ip[0] >> 4 != 4 || header < 20 || at + header > length) return;
    put16(ip + 10, 0);
    put16(ip + 10, summed(0, ip, header));
    place = kind == 17 ? 6 : kind == 6 ? 16 : 2;
    if (below(3) || whole < header + place + 2 || at + whole > length || (kind != 17 && kind != 6 && kind != 1)) return;
    put16(ip + header + place, 0);
    uint64_t pseudo = kind == 1 ? 0 : kind + (whole - header) + get16(ip + 12) + get16(ip + 14) + get16(ip + 16) + get16(ip + 18);
    put16(ip + header + place, summed(pseudo, ip + header, whole - header));
}

static void edit_about(struct sample *s)
{
    struct emission *e = &s->about;
    int64_t length = e->length;
    switch (below(10)) {
    case 0: case 1:
        e->network = (int32_t)CHOOSE(0, 0, 14, 14, NO_NETWORK, -4, -20, -400, length - 1, length, length + 1, length + 70000, below(80));
        break;
    case 2: e->dst_ip = (uint32_t)CHOOSE(0, 0x0a000001, 0x0a010203, 0x01020304, 0xc0a80001, 0xffffffff, draw()); break;
    case 3: e->vlan_tci = (uint16_t)CHOOSE(0, 1, 100, 0x2007, 0xffff, draw()); break;
    case 4: e->paint = (uint8_t)CHOOSE(0, 1, 2, 255, draw()); break;
    case 5: e->device = (uint8_t)CHOOSE(0, 1, 15, 255, draw()); e->packet_type = (uint8_t)CHOOSE(0, 1, 2, 3, 4, 7, 255); break;
    case 6: e->fix_ip_src = below(2); e->parameter = (uint8_t)CHOOSE(0, 1, 20, 59, 60, 255); break;
    case 7: e->aggregate = interesting(); e->extra_packets = interesting(); e->extra_length = interesting(); break;
    case 8: new_front(s, (uint32_t)CHOOSE(0, 0, 1, 2, 14, 64, 64, 300)); break;
    default: e->first_time = (uint64_t)CHOOSE(0, 1, draw()); e->dst_ip6[below(16)] = (uint8_t)draw(); break;
    }
}

/* What stands behind some place of ``other`` behind a place of ``s``. */
static void splice_packets(struct sample *s, const struct sample *other)
{
    uint32_t at = below(s->about.length + 1ULL), from = below(other->about.length + 1ULL);
    replace(s, at, s->about.length - at, data_of(other) + from, other->about.length - from);
}

static void edit_order(struct input *in, const struct input *other)
{
    int one = below(in->count), two = below(in->count);
    struct sample kept = in->packets[one];
    switch (below(4)) {
    case 0: in->packets[one] = in->packets[two]; in->packets[two] = kept; break;
    case 1: if (in->count < MOST_PACKETS) in->packets[in->count++] = copied(&kept); break;
    case 2: if (in->count < MOST_PACKETS) in->packets[in->count++] = copied(&other->packets[below(other->count)]); break;
    default:
        if (in->count == 1) break;
        free(kept.bytes);
        in->packets[one] = in->packets[--in->count];
    }
}

/* Both have packets, and ``in`` has some afterwards, too. */
static void mutate(struct input *in, const struct input *other)
{
    for (uint32_t edits = 1 + below(below(4) ? 3 : 8); edits; edits--) {
        struct sample *s = &in->packets[below(in->count)];
        switch (below(10)) {
        case 0: case 1: case 2: edit_bytes(s); break;
        case 3: case 4: case 5: edit_header(s); break;
        case 6: edit_about(s); break;
        case 7: splice_packets(s, &other->packets[below(other->count)]); break;
        default: edit_order(in, other); break;
        }
    }
    if (!below(3)) in->where = (uint32_t)draw();
    for (int i = 0; i < in->count; i++) if (below(4)) mend_sums(&in->packets[i]);
}

/* What tables have entries by, and whom packets are for, is drawn anew, in place: the sender's addresses and port, what fragments and pings are
   known by, groups, and now and then the receiver. How the packet is malformed stays. */
static void new_keys(struct sample *s)
{
    struct emission *e = &s->about;
    uint32_t length = e->length, at = network_of(s);
    uint8_t *d = data_of(s), *ip = d + at;
    e->aggregate = (uint32_t)draw();
    if (below(2)) e->dst_ip = (uint32_t)draw();
    for (uint32_t i = 8; i < 16; i++) e->dst_ip6[i] = (uint8_t)draw();
    if (length >= 14 && at >= 14) for (uint32_t i = 8; i < 12; i++) d[i] = (uint8_t)draw();
    if (length >= 42 && get16(d + 12) == 0x0806) put32(d + 28, (uint32_t)draw());
    if (length >= 46 && get16(d + 16) == 0x0806) put32(d + 32, (uint32_t)draw());
    if (at + 20 > length) return;
    if (ip[0] >> 4 == 6) {
        for (uint32_t i = 16; at + 40 <= length && i < (below(4) ? 24 : 40); i++) ip[i] = (uint8_t)draw();
        return;
    }
    uint32_t header = 4 * (ip[0] & 15);
    put16(ip + 4, (uint32_t)draw());
    put32(ip + 12, (uint32_t)draw());
    if (!below(4)) put32(ip + 16, (uint32_t)draw());
    if (header + 6 <= length - at) put16(ip + header + (ip[9] == 1 ? 4 : 0), (uint32_t)draw());
    if (below(8)) mend_sums(s);
}
