/* The runtime of the software engine: packets, their pool, header access, what leaves. It stands in front of the generated code; what is
   not worth being a part of that is in runtime.c, compiled once for all machines. */
#define _GNU_SOURCE
/* What is rare and long: a compiler that tried to be clever about it would take minutes. */
#ifdef __clang__
#define PLAIN __attribute__((noinline, cold, optnone))
#else
#define PLAIN __attribute__((noinline, cold, optimize("O0")))
#endif
/* What few packets come to: there is much of it, and most of the time to compile would be its. */
#ifdef __clang__
#define RARE __attribute__((noinline, cold))
#else
#define RARE __attribute__((noinline, cold, optimize("O1")))
#endif
#define ALWAYS static inline __attribute__((always_inline))
/* A part of a chain, which is to be a part of what calls it. What gcc has to inline it does first of all, so that of a chain of such parts each
   has all that follow it while it is made simple; as it is told how much it may inline, it does that once parts are simple. */
#ifdef __clang__
#define PART inline __attribute__((always_inline))
#else
#define PART inline
#endif
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What begins a line of the cache: what each packet looks at is to be in few of them. */
#define OWN_LINE _Alignas(64)
#define NO_NETWORK INT32_MIN
/* Who looks for accesses out of bounds defines EXACT_ROOM: a packet has the memory that it needs, and none when it is gone. */
#ifdef EXACT_ROOM
#define USUAL_ROOM 1
#else
#define USUAL_ROOM 2048
#endif

/* HEADROOM (what is in front of a new packet's data) and LONGEST (the most bytes that a packet has) are the reference's: see runtime.py. */
#define HEADER_OF_A_PACKET \
    uint8_t *data; \
    uint32_t length; \
    int32_t network; /* bytes from data to the network header */ \
    uint32_t dst_ip; \
    uint16_t vlan_tci; \
    uint8_t paint, device, packet_type, fix_ip_src;
/* What of a packet's header packet programs change, as the elements of a chain see it, which one function is made of: its members stay in
   registers. */
struct view { HEADER_OF_A_PACKET };
struct packet {
    HEADER_OF_A_PACKET
    uint8_t parameter; /* the byte that an ICMP parameter problem is about */
    uint8_t dst_ip6[16];
    uint32_t aggregate, extra_packets, extra_length; /* a group; what it stands for beside itself */
    uint64_t time, first_time;
    /* What is above belongs to the packet, what is below to its place in memory. */
    struct packet *next;
    uint8_t *buffer;
    uint32_t room; /* bytes of buffer */
};

struct emission {
    int32_t sink;
    uint32_t front; /* bytes in front of the data; the packet's bytes follow them */
    uint32_t length;
    int32_t network;
    uint32_t dst_ip;
    uint16_t vlan_tci;
    uint8_t paint, device, packet_type, fix_ip_src, parameter;
    uint32_t aggregate, extra_packets, extra_length;
    uint64_t time, first_time;
    uint64_t offset;
    uint8_t dst_ip6[16];
};

/* What is waiting in a heap, first in what it is of. */
struct entry { uint64_t key, order; int32_t place; };
struct heap { struct entry **entries; uint32_t count; };
struct machine;
/* ``of`` is handed to ``run``: whose task it is, where several have the same code. What only containers ask for stands last, in
   another line of the cache. */
struct task {
    OWN_LINE struct entry entry;
    struct task *next;
    int (*run)(struct machine *, void *of);
    void *of;
    uint64_t runs;
    uint32_t stride, element;
    uint8_t is_cut, is_long; /* is_cut: this run was not to move more; is_long: the last one was not worth to be one of several */
    uint32_t most, wanted; /* packets of a run: as many as it may move; as many as the last one would have moved, 0 where it might */
    uint32_t left; /* packets of a run that was cut, which are moved before anything else of the tenant's runs */
    uint32_t moved; uint64_t took; /* by the last run that was cut or took too long, and how long that took */
};
/* Tasks that are to run, in ascending order of (key, order): those that were woken and those that ran and have the usual stride come in that
   order by themselves. */
struct line { struct task *first, *last; };
struct ready { struct line woken, ran; struct heap others; uint32_t count; };
struct timer { struct entry entry; void (*run)(struct machine *); };
struct containers;
/* A place where packets that are pushed to an element may wait for a turn of their own: see cuts.h. */
struct cut {
    struct packet *first, *last; /* that wait */
    struct cut *below, *next; /* among those where packets wait; among all */
    void (*enter)(struct machine *, int, struct packet *);
    uint64_t before, behind; /* when it was settled that they are to wait: ns up to here, and from here */
    uint32_t element;
    int32_t port;
    uint8_t mode, is_passing;
};
struct live {
    struct ready ready;
    struct heap pending;
    struct task *tasks, *running;
    struct timer *timers; /* by element */
    uint64_t pass, order;
    uint32_t task_count, watched;
    struct cut *cuts; /* all of the machine */
    uint64_t fd_room;
    struct pollfd *fds;
    int32_t *watchers; /* elements, or -1 for whoever drives the machine */
    uint8_t leave;
    uint8_t again, idle; /* of the task that runs: whether it is to run again, and whether it need not before somebody wakes it */
    struct containers *containers; /* tenants' tasks, NULL where all are alike */
};

struct lasting;
struct base {
    struct packet *unused, **packets; /* packets: all, wherever they are */
    uint64_t now;
    struct emission *emitted;
    uint64_t emitted_count, emitted_room;
    uint8_t *bytes;
    uint64_t bytes_count, bytes_room;
    char *log;
    uint64_t log_count, log_room;
    /* Whoever drives the machine: what it is asked to do, whether it runs by itself, how often it was told to stop. */
    int64_t (*call)(int32_t element, int32_t what, struct packet *p);
    int32_t stop;
    uint8_t driven, simulated;
    uint8_t poll_error; /* of a machine that runs by itself: the errno for which it cannot wait for file descriptors */
    /* Elements of rings that the packet is in, and that were passed since it began to be pushed; the packets that it became in rings. */
    uint32_t depth, passes, added;
    uint64_t ahead; /* ns that the wall was before the monotonic clock when the machine was made */
    struct lasting *lasting; /* see `lasting` */
    uint64_t packet_count, packet_room;
};

__attribute__((cold, noreturn)) void no_memory(void);
static inline uint64_t clock_of(const struct base *b) { return b->now; }

/* Zeroes for ``count`` things of ``size`` bytes, from the start of a line of the cache on, that are there as long as the machine is. What all
   packets use stands close together, and in few pages, as far as the system has large ones: a processor remembers where few are. */
void *lasting(struct base *b, uint64_t count, size_t size);
/* ``old`` with room for ``wanted`` things of ``size`` bytes; ``room`` is how many it has. */
void *grow(void *old, uint64_t *room, uint64_t wanted, size_t size);
/* What `raw_packet` takes where no packet with enough room is unused: ``p`` with more room or, where that is NULL, a new one. */
__attribute__((cold)) struct packet *made_packet(struct base *b, struct packet *p, uint64_t wanted);
/* A packet of ``front`` and ``length`` bytes whose bytes are not set, and nothing else is. */
static inline struct packet *raw_packet(struct base *b, uint32_t front, uint32_t length)
{
    struct packet *p = b->unused;
    uint64_t wanted = (uint64_t)front + length;
    if (__builtin_expect(p != NULL, 1)) b->unused = p->next;
    if (__builtin_expect(!p || p->room < wanted, 0)) p = made_packet(b, p, wanted);
    memset(p, 0, offsetof(struct packet, next));
    p->data = p->buffer + front;
    p->length = length;
    p->network = NO_NETWORK;
    p->time = b->now;
    return p;
}

static struct packet *new_packet(struct base *b, uint32_t length)
{
    struct packet *p = raw_packet(b, HEADROOM, length);
    memset(p->buffer, 0, HEADROOM);
    return p;
}

static inline void kill_packet(struct base *b, struct packet *p)
{
#ifdef EXACT_ROOM
    free(p->buffer);
    p->room = 0;
    if (!(p->buffer = malloc(1))) no_memory();
#endif
    p->next = b->unused;
    b->unused = p;
}

static struct packet *clone_packet(struct base *b, const struct packet *p)
{
    size_t front = p->data - p->buffer;
    struct packet *q = raw_packet(b, front, p->length);
    memcpy(q, p, offsetof(struct packet, next));
    q->data = q->buffer + front;
    memcpy(q->buffer, p->buffer, front + p->length);
    return q;
}

void free_base(struct base *b);
void more_headroom(struct packet *p, uint64_t count);
/* There are ``count`` bytes in front of the data, zero where nothing was. As in the reference, where there are too few, HEADROOM bytes
   remain in front of those. */
static inline void make_headroom(struct packet *p, uint32_t count)
{
    if ((uint64_t)(p->data - p->buffer) < count) more_headroom(p, count);
}
/* There are ``count`` bytes more, zero, behind the data. */
void add_tail(struct packet *p, uint32_t count);

/* The data starts ``shift`` bytes later, or at its end where that comes first; negative: earlier. */
static inline void move_start(struct packet *p, int64_t shift)
{
    if (shift < 0) make_headroom(p, -shift);
    if (shift > (int64_t)p->length) shift = p->length;
    p->data += shift;
    p->length -= shift;
    if (p->network != NO_NETWORK) p->network -= shift;
}

ALWAYS uint32_t get16(const uint8_t *b) { return (uint32_t)b[0] << 8 | b[1]; }
ALWAYS uint32_t get32(const uint8_t *b) { return get16(b) << 16 | get16(b + 2); }
ALWAYS void put16(uint8_t *b, uint32_t v) { b[0] = v >> 8; b[1] = v; }
ALWAYS void put32(uint8_t *b, uint32_t v) { put16(b, v >> 16); put16(b + 2, v); }
ALWAYS void put64(uint8_t *b, uint64_t v)
{
    if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__) v = __builtin_bswap64(v);
    memcpy(b, &v, 8);
}

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

/* A packet begins to be pushed. */
ALWAYS void begin_pushing(struct base *b) { b->passes = b->added = 0; }

/* Whether a ring of ``size`` elements may be gone round once more by what becomes ``added`` packets besides itself; ``runaway`` counts the
   packets that may not. DEEPEST, MOST_PASSES and MOST_COPIES are the reference's. */
static int pass_on_ring(struct base *b, uint64_t *runaway, uint32_t size, uint32_t added)
{
    int once_more = b->depth && (b->depth + size > DEEPEST || b->passes + size > MOST_PASSES);
    if (once_more || b->added + added > MOST_COPIES) {
        ++*runaway;
        return 0;
    }
    b->depth += size;
    b->passes += size;
    b->added += added;
    return 1;
}

void emit_packet(struct base *b, int32_t sink, struct packet *p);
void trace_line(struct base *b, const char *text, uint64_t length);
/* What hand-written elements call; OUT, IN, EMIT and INPUT_IS_PULL are defined around each of them. */
#define KILL(q) kill_packet(&m->base, q)
#define CLONE(q) clone_packet(&m->base, q)
#define PULL(q, n) move_start(q, n)
#define PUSH(q, n) move_start(q, -(int64_t)(n))
#define PUT(q, n) add_tail(q, n)
#define TAKE(q, n) do { if ((n) < (q)->length) (q)->length = (n); } while (0)
#define NOW (m->base.now)
#define DRIVEN (m->base.driven)
#define STOP ((void)m->base.stop++)
#define TRACE(text, length) trace_line(&m->base, text, length)
#define NEW_PACKET(length) zeroed_packet(&m->base, length)

static inline struct packet *zeroed_packet(struct base *b, uint32_t length)
{
    struct packet *p = new_packet(b, length);
    memset(p->data, 0, length);
    return p;
}
