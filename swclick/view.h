/* A packet as the elements of a chain see it: sums and fields of its bytes, and its header in a view. */

ALWAYS uint64_t halves_of(uint64_t x) { return (x & 0x0000ffff0000ffffULL) + (x >> 16 & 0x0000ffff0000ffffULL); }
/* The sum of 16-bit words in network byte order. */
ALWAYS uint64_t sum_of_words(const uint8_t *b, uint32_t words)
{
    uint64_t sum = 0, rest = 0;
    for (; words >= 4; words -= 4, b += 8) sum += halves_of((uint64_t)get32(b) << 32 | get32(b + 4));
    if (words >= 2) sum += halves_of(get32(b));
    if (words & 1) rest = get16(b + (words >= 2 ? 4 : 0));
    return (sum & 0xffffffffu) + (sum >> 32) + rest;
}
/* Whether the one's-complement sum of 16-bit words is all ones. All ones are the same in any byte order, so the words are added up as they
   lie in memory, as many at a time as a register takes (RFC 1071, section 2). */
ALWAYS int sums_to_ones(const uint8_t *b, uint32_t words)
{
    uint64_t sum = 0, part;
    for (; words >= 4; words -= 4, b += 8) {
        memcpy(&part, b, 8);
        sum += part;
        sum += sum < part;
    }
    if (words & 2) {
        uint32_t four;
        memcpy(&four, b, 4);
        sum += four;
        sum += sum < four;
        b += 4;
    }
    if (words & 1) {
        uint16_t two;
        memcpy(&two, b, 2);
        sum += two;
        sum += sum < two;
    }
    sum = (sum >> 32) + (sum & 0xffffffffu);
    sum = (sum >> 16) + (sum & 0xffff);
    sum = (sum >> 16) + (sum & 0xffff);
    return (sum >> 16) + (sum & 0xffff) == 0xffff;
}
/* Whether there is a number in network byte order. */
ALWAYS int is_there(const uint8_t *b, uint32_t bytes, uint64_t number)
{
    uint16_t two;
    uint32_t four;
    uint64_t eight;
    int swap = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
    switch (bytes) {
    case 1: return *b == number;
    case 2: memcpy(&two, b, 2); return two == (swap ? __builtin_bswap16(number) : (uint16_t)number);
    case 4: memcpy(&four, b, 4); return four == (swap ? __builtin_bswap32(number) : (uint32_t)number);
    default: memcpy(&eight, b, 8); return eight == (swap ? __builtin_bswap64(number) : number);
    }
}
/* Four numbers that are compared at once: all bits of one are set where it is so. */
typedef int32_t lanes __attribute__((vector_size(16)));
#define EACH(x) ((lanes){ (int32_t)(x), (int32_t)(x), (int32_t)(x), (int32_t)(x) })
ALWAYS uint32_t all_lanes(lanes x)
{
    typedef uint64_t halves __attribute__((vector_size(16)));
    halves two = (halves)x;
    uint64_t both = two[0] | two[1];
    return (uint32_t)(both | both >> 32);
}
/* Looks at the header of a packet, and puts it down again, which has to be done before anybody else sees the packet. */
ALWAYS void look(const struct packet *p, struct view *v)
{
    v->data = p->data; v->length = p->length; v->network = p->network; v->dst_ip = p->dst_ip; v->vlan_tci = p->vlan_tci;
    v->paint = p->paint; v->device = p->device; v->packet_type = p->packet_type; v->fix_ip_src = p->fix_ip_src;
}
ALWAYS void keep(struct packet *p, const struct view *v)
{
    p->data = v->data; p->length = v->length; p->network = v->network; p->dst_ip = v->dst_ip; p->vlan_tci = v->vlan_tci;
    p->paint = v->paint; p->device = v->device; p->packet_type = v->packet_type; p->fix_ip_src = v->fix_ip_src;
}
ALWAYS void seen_headroom(struct packet *p, struct view *v, uint32_t count)
{
    if (__builtin_expect((uint64_t)(v->data - p->buffer) >= count, 1)) return;
    keep(p, v);
    make_headroom(p, count);
    look(p, v);
}
/* `move_start` where there is enough in front of the data. */
ALWAYS void seen_move(struct view *v, int64_t shift)
{
    if (shift > (int64_t)v->length) shift = v->length;
    v->data += shift;
    v->length -= shift;
    if (v->network != NO_NETWORK) v->network -= shift;
}
ALWAYS uint64_t far_byte(const struct view *v, int64_t index) { return index < (int64_t)v->length ? v->data[index] : 0; }
ALWAYS void far_store(const struct packet *p, struct view *v, int64_t index, uint8_t value)
{
    if (index < (int64_t)v->length && index >= p->buffer - v->data) v->data[index] = value;
}
ALWAYS uint64_t seen_length_data(const struct view *v) { return v->length & 0xffff; }
ALWAYS uint64_t seen_length_network(const struct view *v)
{
    return v->network == NO_NETWORK || v->network > (int32_t)v->length ? 0 : (uint32_t)((int32_t)v->length - v->network) & 0xffff;
}
ALWAYS uint64_t seen_has_data(const struct view *v, int32_t count) { return (int32_t)v->length >= count; }
ALWAYS uint64_t seen_has_network(const struct view *v, int32_t count)
{
    return v->network != NO_NETWORK && (v->network > (int32_t)v->length ? 0 : (int32_t)v->length - v->network) >= count;
}

