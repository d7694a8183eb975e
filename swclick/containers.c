/* Containers: see containers.h. */
#ifdef __linux__
#include <sys/prctl.h>
#endif

void contain(struct live *l, uint32_t elements, uint32_t count, const struct grant *grants, const uint32_t *owners, uint64_t bound,
             uint64_t (*counter)(void), uint64_t (*spent_counter)(void))
{
    struct containers *k = calloc(1, sizeof *k);
    if (!k || !(k->all = calloc(count + 1, sizeof *k->all)) || !(k->owners = calloc(elements + 1, sizeof *k->owners))) no_memory();
    if (!(k->alarms.entries = calloc(count + 1, sizeof *k->alarms.entries))) no_memory();
    if (!(k->noted = calloc(MOST_NOTED, sizeof *k->noted))) no_memory();
    memcpy(k->owners, owners, elements * sizeof *owners);
    k->count = count;
    k->bound = bound;
    k->counter = counter;
    k->spent_counter = spent_counter;
    k->scale = ns_of_cycle();
    k->first = cycles();
    open_shares(&k->shares, count, SAVED, LIMIT_DEPTH);
    for (uint32_t i = 0; i < count; i++) {
        struct container *c = &k->all[i];
        uint32_t tasks = 0, timers = 0;
        for (uint32_t t = 0; t < l->task_count; t++) tasks += owners[l->tasks[t].element] == i;
        for (uint32_t e = 0; e < elements; e++) timers += owners[e] == i;
        c->bucket = (struct bucket){.entry.place = -1, .weight = grants[i].weight, .limit = grants[i].limit};
        c->alarm.place = -1;
        c->runs = 1;
        if (!(c->ready.others.entries = calloc(tasks + 1, sizeof *c->ready.others.entries))) no_memory();
        if (!(c->timers.entries = calloc(timers + 1, sizeof *c->timers.entries))) no_memory();
    }
    for (uint32_t i = 0; i < l->task_count; i++) l->tasks[i].most = FIRST_BATCH;
    l->containers = k;
    while (l->ready.count) make_contained_ready(l, take_first(&l->ready));
    while (l->pending.count) {
        struct entry *e = l->pending.entries[0];
        heap_remove(&l->pending, e);
        set_contained_timer(l, (struct timer *)e - l->timers, e->key);
    }
}

static void close_containers(struct live *l)
{
    struct containers *k = l->containers;
    if (!k) return;
    for (uint32_t i = 0; i < k->count; i++) {
        free(k->all[i].ready.others.entries);
        free(k->all[i].timers.entries);
    }
    close_shares(&k->shares);
    free(k->alarms.entries);
    free(k->noted);
    free(k->all);
    free(k->owners);
    free(k);
}

struct bucket *bucket_of(struct live *l, uint32_t number) { return &l->containers->all[number].bucket; }
uint64_t whole_of(struct live *l, uint32_t number) { return l->containers->all[number].whole; }
int64_t level_in(struct live *l, uint32_t number) { return level_of(&l->containers->shares, &l->containers->all[number].bucket); }
uint64_t lost_time(struct live *l) { return l->containers->lost; }

/* Time */

/* It never goes back, whatever the processor's counter does where the thread comes to another processor. */
static uint64_t read_time(struct containers *k, const struct base *b)
{
    uint64_t now;
    if (k->counter) {
        now = k->counter() + k->skipped;
    } else if (b->simulated) {
        now = k->steps + k->skipped;
    } else {
        int64_t passed = cycles() - k->first;
        now = passed < 0 ? 0 : (unsigned __int128)passed * k->scale >> 32;
    }
    return now > k->now ? now : k->now;
}

static uint64_t read_spent(const struct containers *k, const struct base *b)
{
    if (k->spent_counter) return k->spent_counter();
    return k->counter || b->simulated ? k->now : clock_read(CLOCK_THREAD_CPUTIME_ID);
}

/* What of the time since this was last asked the system took away from this thread: it is nobody's. */
static uint64_t taken_away(struct containers *k, const struct base *b)
{
    uint64_t spent = read_spent(k, b), passed = k->now - k->seen, worked = spent - k->spent;
    k->seen = k->now;
    k->spent = spent;
    return passed > worked ? passed - worked : 0;
}

/* What time it is now; gives the processor time that passed since it was last asked. */
static uint64_t spend_time(struct containers *k, const struct base *b)
{
    uint64_t began = k->now, took, lost;
    k->now = read_time(k, b);
    took = k->now - began;
    if (took < ASKED_OF) return took;
    lost = taken_away(k, b);
    if (lost > took) lost = took;
    k->lost += lost;
    return took - lost;
}

/* Tasks and timers */

static void make_contained_ready(struct live *l, struct task *t)
{
    struct containers *k = l->containers;
    struct container *c = container_of(k, t->element);
    make_ready_at(&c->ready, t, c->pass, l->order++);
    want_turn(&k->shares, &c->bucket, k->now);
}

static void set_alarm(struct live *l, struct container *c)
{
    struct containers *k = l->containers;
    uint64_t first = c->timers.count ? c->timers.entries[0]->key : NEVER;
    if (first == NEVER) heap_remove(&k->alarms, &c->alarm);
    else if (c->alarm.place < 0 || c->alarm.key != first) heap_set(&k->alarms, &c->alarm, first, l->order++);
}

static void set_contained_timer(struct live *l, uint32_t number, uint64_t at)
{
    struct containers *k = l->containers;
    struct container *c = container_of(k, number);
    struct entry *e = &l->timers[number].entry;
    if (at == NEVER) heap_remove(&c->timers, e);
    else heap_set(&c->timers, e, at, l->order++);
    /* In its own turn that is done once, at the end. */
    if (c != k->serving) set_alarm(l, c);
}

static inline int is_due(const struct container *c, const struct base *b) { return c->timers.count && c->timers.entries[0]->key <= b->now; }
static inline int has_something(const struct container *c, const struct base *b) 
{
    return c->ready.count || c->parked || c->unfinished || is_due(c, b);
}

/* Containers with timers whose time has come want a turn; what that costs is theirs. */
static void take_due(struct live *l, const struct base *b)
{
    struct containers *k = l->containers;
    while (k->alarms.count && k->alarms.entries[0]->key <= b->now) {
        struct container *c = (struct container *)((char *)k->alarms.entries[0] - offsetof(struct container, alarm));
        heap_remove(&k->alarms, &c->alarm);
        want_turn(&k->shares, &c->bucket, k->now);
        c->woken += spend_time(k, b);
    }
}

/* Turns */

static void ring_first(struct machine *m, struct live *l, struct base *b, struct container *c)
{
    struct timer *t = (struct timer *)c->timers.entries[0];
    heap_remove(&c->timers, &t->entry);
    ring_timer(m, l, b, t);
}

/* As run_task. A run that was cut is still one for all that the tenant sees: nothing else of its runs before the rest of it. */
static int run_contained(struct machine *m, struct live *l, struct container *c)
{
    struct task *t = c->unfinished ? c->unfinished : take_first(&c->ready);
    if (!c->unfinished) c->pass = t->entry.key;
    t->is_cut = 0;
    uint32_t worked = run_once(m, l, t);
    t->left = t->is_cut && !l->idle && worked >= t->most && worked < t->left ? t->left - worked : 0;
    c->unfinished = t->left ? t : NULL;
    /* One that is unfinished stands in no line, and needs nobody to wake it. */
    t->entry.place = t->left ? 0 : -1;
    if (!t->left) stand_again(l, &c->ready, t, c->pass, worked);
    return worked;
}

/* A turn, and what it is charged. */
static void serve(struct machine *m, struct live *l, struct base *b, struct container *c)
{
    struct containers *k = l->containers;
    uint64_t turn = k->bound < TURN ? k->bound : TURN;
    uint32_t left = c->runs, runs = 0;
    int moved = 0;
    struct task *t = NULL;
    uint64_t began = k->now, lost = k->lost;
    if (c->is_asked && k->seen != k->now) taken_away(k, b);
    k->serving = c;
    k->noted_count = 0;
    for (; left && b->stop <= 0 && !l->leave; left--, runs++) {
        struct task *next = NULL;
        if (c->parked) {
            run_parked(m, b, c);
        } else if (!c->unfinished && is_due(c, b) && (c->is_timers || !c->ready.count)) {
            ring_first(m, l, b, c);
            c->is_timers = 0;
        } else if (c->unfinished || c->ready.count) {
            next = c->unfinished ? c->unfinished : first_ready(&c->ready);
            if (next->is_long && runs) break;
            moved = run_contained(m, l, c);
            c->is_timers = 1;
            if (next->is_long || c->unfinished) left = 1;
        } else {
            break;
        }
        t = next;
        /* What one packet takes on its whole way is seen where no other's run is in the same turn. */
        if (c->is_split && !c->parked) left = 1;
    }
    k->steps += SIMULATED_TURN;
    uint64_t took = spend_time(k, b);
    c->is_asked = k->now - began >= ASKED_OF;
    if (t && runs == 1) t->is_long = took > turn / 2;
    if (t && (runs == 1 || took < k->bound / 2)) settle_batch(k, c, t, moved, took);
    settle_cuts(l, c, began, took, runs == 1 && (!t || moved < 2), k->lost == lost);
    /* One reading for as many runs as fit into a turn; a turn that took long is followed by single ones. */
    if (took > turn) {
        c->alone = runs > 1 ? ALONE : c->alone;
        c->runs = 1;
    } else if (c->alone) {
        c->alone--;
    } else if (took < turn / 2 && c->runs < MOST_RUNS && !left) {
        c->runs *= 2;
    }
    k->serving = NULL;
    /* What is due already has another turn anyway. */
    if (is_due(c, b)) heap_remove(&k->alarms, &c->alarm);
    else set_alarm(l, c);
    k->served = k->now;
    charge_turn(&k->shares, &c->bucket, k->now, took + c->woken, has_something(c, b));
    c->woken = 0;
}

static void note_time(struct live *l, const struct base *b) { l->containers->now = read_time(l->containers, b); }

static void charge_element(struct live *l, const struct base *b, uint32_t element)
{
    struct containers *k = l->containers;
    struct container *c = container_of(k, element);
    uint64_t took = spend_time(k, b);
    k->served = k->now;
    charge_turn(&k->shares, &c->bucket, k->now, took, has_something(c, b));
}

/* Looks at the file descriptors, for at most ``wait`` ns; nobody is charged for the wait. */
static void poll_now(struct machine *m, struct live *l, struct base *b, uint64_t wait)
{
    struct containers *k = l->containers;
    k->now = read_time(k, b);
    taken_away(k, b);
    poll_fds(m, l, b, wait);
    k->polled = k->now = read_time(k, b);
    if (k->now - k->seen < ASKED_OF) return;
    uint64_t lost = taken_away(k, b);
    if (!wait) k->lost += lost;
}

/* Nobody may run before a timer, a limit, or something from outside. */
static void wait_for_something(struct machine *m, struct live *l, struct base *b)
{
    struct containers *k = l->containers;
    uint64_t began = k->now;
    k->now = read_time(k, b);
    /* What is lost while nobody runs is nobody's. */
    if (k->now - began >= ASKED_OF) {
        uint64_t lost = taken_away(k, b);
        k->lost += lost < k->now - began ? lost : k->now - began;
    }
    if (b->simulated || k->counter || k->now - k->polled >= POLL_EVERY) poll_now(m, l, b, 0);
    if (k->shares.able.count || l->leave || b->stop > 0) return;
    tick(b);
    uint64_t timer = k->alarms.count ? k->alarms.entries[0]->key : NEVER, held = held_until(&k->shares);
    uint64_t wait = timer == NEVER ? NEVER : timer > b->now ? timer - b->now : 0;
    uint64_t until = held == NEVER ? NEVER : held > k->now ? held - k->now : 0;
    if (until < wait) wait = until;
    if (held == NEVER) {
        /* Nothing comes while a simulated clock jumps. */
        if (k->now - k->served >= IDLE || (b->simulated && wait >= IDLE)) rest_shares(&k->shares);
        else if (!b->simulated && wait > IDLE) wait = IDLE;
    }
    if (b->simulated && wait != NEVER) {
        b->now += wait;
        k->skipped += wait;
        k->now += wait;
    } else if (wait > SOON) {
        poll_now(m, l, b, wait);
    }
}

/* The system's clock is looked at before the processor's counter, so that what goes on by that is never ahead. */
static void tick_contained(struct containers *k, struct base *b)
{
    tick(b);
    k->clock = b->now;
    k->ticked = read_time(k, b);
}

/* The machine's clock goes on by the processor's counter, and is looked at often enough for that not to matter. */
static void go_on(struct containers *k, struct base *b)
{
    uint64_t passed = k->now > k->ticked ? k->now - k->ticked : 0;
    if (passed >= TICK_EVERY) {
        tick_contained(k, b);
    } else if (!b->simulated && !k->counter && k->clock + passed > b->now) {
        b->now = k->clock + passed;
    }
}

static int drive_contained(struct machine *m, struct live *l, struct base *b)
{
    struct containers *k = l->containers;
    l->leave = 0;
#ifdef PR_SET_TIMERSLACK
    /* Others may not be late because the system wakes us late. */
    int slack = prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0);
    prctl(PR_SET_TIMERSLACK, 1000, 0, 0, 0);
#endif
    k->now = k->polled = read_time(k, b);
    taken_away(k, b);
    tick_contained(k, b);
    while (!l->leave && b->stop <= 0) {
        take_due(l, b);
        struct bucket *next = next_turn(&k->shares, k->now);
        if (!next) {
            wait_for_something(m, l, b);
            tick_contained(k, b);
            continue;
        }
        serve(m, l, b, (struct container *)next);
        if (k->now - k->polled >= POLL_EVERY && !l->leave && b->stop <= 0) poll_now(m, l, b, 0);
        go_on(k, b);
    }
#ifdef PR_SET_TIMERSLACK
    prctl(PR_SET_TIMERSLACK, slack, 0, 0, 0);
#endif
    return l->leave;
}
