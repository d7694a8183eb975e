/* Running by itself: tasks by stride, timers, file descriptors and the clock. It stands behind the structure of the machine, whose member
   ``live`` is one of these, and in front of the elements.

   A machine that is not driven (machine_run, machine_settle) has the same timers; its clock is what it is told, and its tasks run in turn. */
#include <poll.h>
#include <time.h>

#define NEVER UINT64_MAX
/* What Python is called for where an element has no C for it. */
#define TIMER (-1)
#define READY (-2)
/* How often file descriptors are looked at while there is something to do, in ns. */
#define POLL_EVERY 100000

static inline uint64_t clock_read(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000000000u + t.tv_nsec;
}

/* Heaps of entries in ascending order of (key, order); an entry knows its place, which is -1 where it is in none. */
void heap_set(struct heap *h, struct entry *e, uint64_t key, uint64_t order);
void heap_remove(struct heap *h, struct entry *e);

void open_live(struct base *b, struct live *l, uint32_t elements, uint32_t tasks);
void close_live(struct live *l);

/* Tasks. */
#define USUAL_STRIDE 64
void add_task(struct live *l, uint32_t number, uint32_t element, int (*run)(struct machine *, void *), void *of);
/* It is to run, and stands nowhere yet. */
void make_ready(struct live *l, struct task *t);
ALWAYS void wake_task(struct live *l, uint32_t number)
{
    struct task *t = &l->tasks[number];
    if (t == l->running) l->again = 1;
    else if (t->entry.place < 0) make_ready(l, t);
}

/* Timers: one for each element, and one for its tasks. */
void set_timer(struct live *l, uint32_t number, uint64_t at);
static inline uint64_t next_timer(const struct live *l) { return l->pending.count ? l->pending.entries[0]->key : NEVER; }
/* The first timer that is due at ``until`` is run at its time; whether there was one. */
int run_timer(struct machine *m, struct live *l, struct base *b, uint64_t until);

/* File descriptors: ``element`` is told of ``events`` of poll at ``fd``, of none any more where there are none. */
void watch_fd(struct live *l, int32_t element, int fd, int events);
/* What an element does when its file descriptor is ready; the generated code has it. */
void machine_ready(struct machine *m, int32_t element, int fd, int events);

/* The one clock of a machine that runs by itself: it begins at ``now`` and goes on as the monotonic clock does, whatever becomes of the wall's;
   where it is simulated it stands. */
void begin_clock(struct base *b, uint64_t now);
void tick(struct base *b);

/* Runs until the machine is told to stop, or its driver is wanted; whether that is so. Where the clock is simulated, it stands while there is
   something to do and then jumps to the next timer. */
int drive(struct machine *m, struct live *l, struct base *b);

/* Containers: see containers.h. From now on each element's tasks and timers are run in the container whose number ``owners`` has for it; there
   are ``count`` of them. Where the work can be split, no run takes longer than ``bound`` ns. ``counter`` says what time it is, in ns, where the
   processor's own counter is not to, and ``spent_counter`` what processor time the thread had, where the system is not to. */
struct grant { uint64_t weight, limit; };
void contain(struct live *l, uint32_t elements, uint32_t count, const struct grant *grants, const uint32_t *owners, uint64_t bound,
             uint64_t (*counter)(void), uint64_t (*spent_counter)(void));
struct bucket;
struct bucket *bucket_of(struct live *l, uint32_t number);
/* What is in the bucket of a container, in ns. */
int64_t level_in(struct live *l, uint32_t number);
/* What the runs of a container that take too long and cannot be split take at least, in ns; 0: there are none. */
uint64_t whole_of(struct live *l, uint32_t number);
/* ns that the system took away while the thread did not sleep, as far as that is seen; nobody was charged for them. */
uint64_t lost_time(struct live *l);

/* How many packets the task that runs may move in this run of those that it would, or that are left of those that it would. */
ALWAYS int64_t batch_of(struct live *l, int64_t wanted)
{
    struct task *t = l->running;
    if (!t || !l->containers) return wanted;
    int64_t left = t->left && t->left < wanted ? t->left : wanted;
    t->is_cut = left > t->most;
    if (!t->left) t->wanted = t->is_cut ? wanted : 0;
    t->left = t->is_cut ? left : 0;
    return t->is_cut ? t->most : left;
}

/* Cuts: see cuts.h. */
void add_cut(struct live *l, struct cut *cut, uint32_t element, int32_t port, void (*enter)(struct machine *, int, struct packet *));
/* A packet comes to a cut that is not off; whether it waits there, and is not ours any more. */
int meet_cut(struct live *l, const struct base *b, struct cut *cut, struct packet *p);
