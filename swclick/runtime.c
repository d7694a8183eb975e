/* What of the runtime is not on a packet's usual way. */
#include <sys/mman.h>

#define LINE 64
/* Who looks for accesses out of bounds wants each thing apart, and no larger than it is. */
#ifdef EXACT_ROOM
#define LARGE_PAGE ((size_t)1)
#define TO_LINES(size) (size)
#else
#define LARGE_PAGE ((size_t)2 << 20)
#define TO_LINES(size) (((size) + LINE - 1) & -(size_t)LINE)
#endif
/* Some memory, the start of which this is; the last one has room left. */
struct lasting { struct lasting *before; size_t size, used; };
_Static_assert(sizeof(struct lasting) <= LINE, "what follows starts with the next line");

/* So many bytes, zeroes, a multiple of a large page. */
static void *large_pages(size_t size, int driven)
{
#ifdef EXACT_ROOM
    void *at;
    if (posix_memalign(&at, LINE, size)) no_memory();
    (void)driven;
    return memset(at, 0, size);
#else
    uint8_t *at = mmap(NULL, size + LARGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) no_memory();
    size_t before = -(uintptr_t)at & (LARGE_PAGE - 1);
    if (before) munmap(at, before);
    munmap(at + before + size, LARGE_PAGE - before);
#ifdef MADV_HUGEPAGE
    /* A page is filled with zeroes at once: too much for a machine that few packets are offered to. */
    if (driven) madvise(at + before, size, MADV_HUGEPAGE);
#endif
    return at + before;
#endif
}

void *lasting(struct base *b, uint64_t count, size_t size)
{
    struct lasting *last = b->lasting;
    if (size && count > (SIZE_MAX / 2 - 2 * LARGE_PAGE) / size) no_memory();
    size_t wanted = TO_LINES(count * size);
    if (!last || last->size - last->used < wanted) {
        size_t whole = (LINE + wanted + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;
        struct lasting *made = large_pages(whole, b->driven);
        *made = (struct lasting){last, whole, LINE};
        if (last && last->size - last->used > whole - LINE - wanted) {
            /* What is left of the last one is more. */
            made->before = last->before;
            last->before = made;
        } else {
            b->lasting = made;
        }
        last = made;
    }
    void *found = (uint8_t *)last + last->used;
    last->used += wanted;
    return found;
}

void *grow(void *old, uint64_t *room, uint64_t wanted, size_t size)
{
    if (wanted <= *room) return old;
    uint64_t more = *room ? *room : 1024;
    while (more < wanted) more *= 2;
    void *grown = realloc(old, more * size);
    if (!grown) no_memory();
    *room = more;
    return grown;
}

/* A packet's first buffer stands so far behind the packet that the data begins a line, which short frames do not leave. */
#define FIRST_BUFFER (((sizeof(struct packet) + HEADROOM + LINE - 1) & -(size_t)LINE) - HEADROOM)
static void forget_buffer(struct packet *p)
{
#ifdef EXACT_ROOM
    free(p->buffer);
#else
    if (p->buffer != (uint8_t *)p + FIRST_BUFFER) free(p->buffer);
#endif
}

struct packet *made_packet(struct base *b, struct packet *p, uint64_t wanted)
{
    if (!p) {
#ifdef EXACT_ROOM
        p = lasting(b, 1, sizeof *p);
        p->buffer = malloc(p->room = USUAL_ROOM);
        if (!p->buffer) no_memory();
#else
        p = lasting(b, 1, FIRST_BUFFER + USUAL_ROOM);
        p->buffer = (uint8_t *)p + FIRST_BUFFER;
        p->room = USUAL_ROOM;
#endif
        b->packets = grow(b->packets, &b->packet_room, b->packet_count + 1, sizeof *b->packets);
        b->packets[b->packet_count++] = p;
    }
    if (p->room < wanted) {
        forget_buffer(p);
        if (wanted > UINT32_MAX || !(p->buffer = malloc(p->room = wanted))) no_memory();
    }
    return p;
}

void free_base(struct base *b)
{
    for (uint64_t i = 0; i < b->packet_count; i++) forget_buffer(b->packets[i]);
    free(b->packets);
    free(b->emitted);
    free(b->bytes);
    free(b->log);
    for (struct lasting *last = b->lasting, *before; last; last = before) {
        before = last->before;
#ifdef EXACT_ROOM
        free(last);
#else
        munmap(last, last->size);
#endif
    }
}

/* Nothing that runs can go on without it; files have what was written to them. */
void no_memory(void)
{
    static const char text[] = "swclick: there is no memory left; allow more (ulimit -v), or give queues and tables less\n";
    fflush(NULL);
    if (write(2, text, sizeof text - 1) < 0) _exit(EXIT_FAILURE);
    _exit(EXIT_FAILURE);
}

void more_headroom(struct packet *p, uint64_t count)
{
    uint64_t front = p->data - p->buffer, more = HEADROOM + count - front, used = front + p->length;
    if (used + more > p->room) {
        uint64_t room = 2 * (used + more);
        uint8_t *made = malloc(room);
        if (!made) no_memory();
        memcpy(made + more, p->buffer, used);
        forget_buffer(p);
        p->buffer = made;
        p->room = room;
    } else {
        memmove(p->buffer + more, p->buffer, used);
    }
    memset(p->buffer, 0, more);
    p->data = p->buffer + front + more;
}

void add_tail(struct packet *p, uint32_t count)
{
    uint64_t used = (uint64_t)(p->data - p->buffer) + p->length;
    if (used + count > p->room) {
        uint64_t front = p->data - p->buffer, room = 2 * (used + count);
        uint8_t *made = malloc(room);
        if (!made) no_memory();
        memcpy(made, p->buffer, used);
        forget_buffer(p);
        p->buffer = made;
        p->data = made + front;
        p->room = room;
    }
    memset(p->buffer + used, 0, count);
    p->length += count;
}

/* Of a machine that runs by itself nobody takes what leaves. */
void emit_packet(struct base *b, int32_t sink, struct packet *p)
{
    if (b->driven) {
        kill_packet(b, p);
        return;
    }
    uint32_t front = p->data - p->buffer;
    uint64_t size = (uint64_t)front + p->length;
    b->emitted = grow(b->emitted, &b->emitted_room, b->emitted_count + 1, sizeof *b->emitted);
    b->bytes = grow(b->bytes, &b->bytes_room, b->bytes_count + size + 1, 1);
    struct emission *e = &b->emitted[b->emitted_count++];
    *e = (struct emission){sink, front, p->length, p->network, p->dst_ip, p->vlan_tci, p->paint, p->device, p->packet_type,
                           p->fix_ip_src, p->parameter, p->aggregate, p->extra_packets, p->extra_length, p->time, p->first_time,
                           b->bytes_count, .dst_ip6 = {0}};
    memcpy(e->dst_ip6, p->dst_ip6, sizeof e->dst_ip6);
    memcpy(b->bytes + b->bytes_count, p->buffer, size);
    b->bytes_count += size;
    kill_packet(b, p);
}

/* A line of the log: its length in 8 bytes, then its text, which may have any bytes. A machine that is driven prints it. */
void trace_line(struct base *b, const char *text, uint64_t length)
{
    if (b->driven) {
        fwrite(text, 1, length, stderr);
        putc('\n', stderr);
        return;
    }
    b->log = grow(b->log, &b->log_room, b->log_count + sizeof length + length, 1);
    memcpy(b->log + b->log_count, &length, sizeof length);
    if (length) memcpy(b->log + b->log_count + sizeof length, text, length);
    b->log_count += sizeof length + length;
}
