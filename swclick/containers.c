/* Containers: see containers.h. */
#ifdef __linux__
#include <sys/prctl.h>
#endif

static uint64_t read_time(struct containers *k, const struct base *b)
{
    if (k->counter) return k->counter() + k->skipped;
    if (b->simulated) return (k->steps += SIMULATED_TURN) + k->skipped;
    return (unsigned __int128)(cycles() - k->first) * k->scale >> 32;
}

static struct container *container_of(const struct containers *k, uint32_t element) { return &k->all[k->owners[element]]; }

void contain(struct live *l, uint32_t elements, uint32_t count, const struct grant *grants, const uint32_t *owners,
             uint64_t (*counter)(void))
{
    struct containers *k = calloc(1, sizeof *k);
    if (!k || !(k->all = calloc(count + 1, sizeof *k->all)) || !(k->owners = calloc(elements + 1, sizeof *k->owners))) no_memory();
    memcpy(k->owners, owners, elements * sizeof *owners);
    k->count = count;
    k->counter = counter;
    k->scale = ns_of_cycle();
    k->first = cycles();
    open_shares(&k->shares, count, SAVED, LIMIT_DEPTH);
    for (uint32_t i = 0; i < count; i++) {
        struct container *c = &k->all[i];
        uint32_t tasks = 0, timers = 0;
        for (uint32_t t = 0; t < l->task_count; t++) tasks += owners[l->tasks[t].element] == i;
        for (uint32_t e = 0; e < elements; e++) timers += owners[e] == i;
        c->bucket = (struct bucket){.entry.place = -1, .weight = grants[i].weight, .limit = grants[i].limit};
        c->runs = 1;
        if (!(c->ready.others.entries = calloc(tasks + 1, sizeof *c->ready.others.entries))) no_memory();
        if (!(c->due.entries = calloc(timers + 1, sizeof *c->due.entries))) no_memory();
    }
    l->containers = k;
    while (l->ready.count) make_contained_ready(l, take_first(&l->ready));
}

static void close_containers(struct live *l)
{
    struct containers *k = l->containers;
    if (!k) return;
    for (uint32_t i = 0; i < k->count; i++) {
        free(k->all[i].ready.others.entries);
        free(k->all[i].due.entries);
    }
    close_shares(&k->shares);
    free(k->all);
    free(k->owners);
    free(k);
}

struct bucket *bucket_of(struct live *l, uint32_t number) { return &l->containers->all[number].bucket; }
int64_t level_in(struct live *l, uint32_t number) { return level_of(&l->containers->shares, bucket_of(l, number)); }

static void make_contained_ready(struct live *l, struct task *t)
{
    struct containers *k = l->containers;
    struct container *c = container_of(k, t->element);
    make_ready_at(&c->ready, t, c->pass, l->order++);
    want_turn(&k->shares, &c->bucket, k->now);
}

static void forget_due(struct live *l, struct timer *t)
{
    heap_remove(&container_of(l->containers, t - l->timers)->due, &t->entry);
    t->is_due = 0;
}

/* Timers whose time has come wait for their containers' turns. */
static void take_due(struct live *l, const struct base *b)
{
    struct containers *k = l->containers;
    while (next_timer(l) <= b->now) {
        struct timer *t = (struct timer *)l->pending.entries[0];
        struct container *c = container_of(k, t - l->timers);
        heap_remove(&l->pending, &t->entry);
        t->is_due = 1;
        heap_set(&c->due, &t->entry, t->entry.key, t->entry.order);
        want_turn(&k->shares, &c->bucket, k->now);
    }
}

static void run_due(struct machine *m, struct live *l, struct base *b, struct container *c)
{
    struct timer *t = (struct timer *)c->due.entries[0];
    heap_remove(&c->due, &t->entry);
    t->is_due = 0;
    ring_timer(m, l, b, t);
}

static inline int has_something(const struct container *c) { return c->ready.count || c->due.count; }

/* A turn, and what it is charged. */
static void serve(struct machine *m, struct live *l, struct base *b, struct container *c)
{
    struct containers *k = l->containers;
    uint32_t left = c->runs;
    do {
        if (!has_something(c)) break;
        if (c->due.count && (c->is_timers || !c->ready.count)) run_due(m, l, b, c);
        else run_task(m, l, &c->ready, &c->pass);
        c->is_timers = !c->is_timers;
    } while (--left && b->stop <= 0 && !l->leave);
    uint64_t began = k->now, took;
    k->now = read_time(k, b);
    took = k->now - began;
    /* One reading for as many runs as fit into a turn; a turn that took long is followed by single ones. */
    if (took > TURN) c->runs = 1;
    else if (took < TURN / 2 && c->runs < MOST_RUNS && !left) c->runs *= 2;
    charge_turn(&k->shares, &c->bucket, k->now, took, has_something(c));
}

static void note_time(struct live *l, const struct base *b) { l->containers->now = read_time(l->containers, b); }

static void charge_element(struct live *l, const struct base *b, uint32_t element)
{
    struct containers *k = l->containers;
    struct container *c = container_of(k, element);
    uint64_t now = read_time(k, b);
    charge_turn(&k->shares, &c->bucket, now, now - k->now, has_something(c));
    k->now = now;
}

/* Looks at the file descriptors, for at most ``wait`` ns; nobody is charged for the wait. */
static void poll_now(struct machine *m, struct live *l, struct base *b, uint64_t wait)
{
    struct containers *k = l->containers;
    k->now = read_time(k, b);
    poll_fds(m, l, b, wait);
    k->polled = k->now = read_time(k, b);
}

/* Nobody may run before a timer, a limit, or something from outside. */
static void wait_for_something(struct machine *m, struct live *l, struct base *b)
{
    struct containers *k = l->containers;
    poll_now(m, l, b, 0);
    if (k->shares.able.count || l->leave || b->stop > 0) return;
    rest_shares(&k->shares);
    tick(b);
    uint64_t timer = next_timer(l), held = held_until(&k->shares), wait = timer == NEVER ? NEVER : timer > b->now ? timer - b->now : 0;
    uint64_t until = held == NEVER ? NEVER : held > k->now ? held - k->now : 0;
    if (until < wait) wait = until;
    if (b->simulated && wait != NEVER) {
        b->now += wait;
        k->skipped += wait;
        k->now += wait;
    } else if (wait > SOON) {
        poll_now(m, l, b, wait);
    }
    tick(b);
}

static int drive_contained(struct machine *m, struct live *l, struct base *b)
{
    struct containers *k = l->containers;
    l->leave = 0;
#ifdef PR_SET_TIMERSLACK
    /* Others may not be late because the system wakes us late. */
    prctl(PR_SET_TIMERSLACK, 1000, 0, 0, 0);
#endif
    k->now = k->ticked = k->polled = read_time(k, b);
    tick(b);
    while (!l->leave && b->stop <= 0) {
        take_due(l, b);
        struct bucket *next = next_turn(&k->shares, k->now);
        if (!next) {
            wait_for_something(m, l, b);
            k->ticked = k->now;
            continue;
        }
        serve(m, l, b, (struct container *)next);
        if (k->now - k->polled >= POLL_EVERY && !l->leave && b->stop <= 0) poll_now(m, l, b, 0);
        if (k->now - k->ticked >= TICK_EVERY) {
            tick(b);
            k->ticked = k->now;
        }
    }
    return l->leave;
}
