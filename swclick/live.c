/* How a machine runs by itself. */

/* How often the clock is looked at: a task may take as long as a burst of packets does. And the file descriptors, where it is simulated. */
#define TASKS_A_TURN 16
#define TURNS_A_POLL 8

static inline int comes_first(const struct entry *a, const struct entry *b)
{
    return a->key < b->key || (a->key == b->key && a->order < b->order);
}

static void heap_put(struct heap *h, struct entry *e, uint32_t at)
{
    while (at && comes_first(e, h->entries[(at - 1) / 2])) {
        h->entries[at] = h->entries[(at - 1) / 2];
        h->entries[at]->place = at;
        at = (at - 1) / 2;
    }
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= h->count) break;
        if (child + 1 < h->count && comes_first(h->entries[child + 1], h->entries[child])) child++;
        if (comes_first(e, h->entries[child])) break;
        h->entries[at] = h->entries[child];
        h->entries[at]->place = at;
        at = child;
    }
    h->entries[at] = e;
    e->place = at;
}

void heap_remove(struct heap *h, struct entry *e)
{
    if (e->place < 0) return;
    uint32_t at = e->place;
    struct entry *last = h->entries[--h->count];
    e->place = -1;
    if (last != e) heap_put(h, last, at);
}

void heap_set(struct heap *h, struct entry *e, uint64_t key, uint64_t order)
{
    uint32_t at = e->place < 0 ? h->count++ : (uint32_t)e->place;
    e->key = key;
    e->order = order;
    heap_put(h, e, at);
}

/* Behind all that are in the line. */
static inline void stand_in_line(struct ready *r, struct line *line, struct task *t, uint64_t key, uint64_t order)
{
    t->entry = (struct entry){key, order, 0};
    t->next = NULL;
    if (line->last) line->last->next = t;
    else line->first = t;
    line->last = t;
    r->count++;
}

/* ``pass`` is where those in ``r`` stand, which only grows. */
static inline void make_ready_at(struct ready *r, struct task *t, uint64_t pass, uint64_t order)
{
    stand_in_line(r, &r->woken, t, pass, order);
}

/* The line whose first comes before the other's; the one of those that were woken where both are empty. */
static inline struct line *first_line(struct ready *r)
{
    struct task *ran = r->ran.first, *woken = r->woken.first;
    return ran && (!woken || comes_first(&ran->entry, &woken->entry)) ? &r->ran : &r->woken;
}

/* Whether none that stands in a line comes before the first of the heap. */
static inline int others_first(const struct ready *r, const struct task *in_line)
{
    return r->others.count && (!in_line || comes_first(r->others.entries[0], &in_line->entry));
}

/* Of some that are ready the first, which stays there. */
static inline struct task *first_ready(struct ready *r)
{
    struct task *t = first_line(r)->first;
    return others_first(r, t) ? (struct task *)r->others.entries[0] : t;
}

static inline struct task *take_first(struct ready *r)
{
    struct line *from = first_line(r);
    struct task *t = from->first;
    r->count--;
    if (others_first(r, t)) {
        t = (struct task *)r->others.entries[0];
        heap_remove(&r->others, &t->entry);
        return t;
    }
    if (!(from->first = t->next)) from->last = NULL;
    t->entry.place = -1;
    return t;
}

void make_ready(struct live *l, struct task *t)
{
    if (l->containers) make_contained_ready(l, t);
    else make_ready_at(&l->ready, t, l->pass, l->order++);
}

/* One that stands nowhere. */
static inline int run_once(struct machine *m, struct live *l, struct task *t)
{
    l->running = t;
    l->again = l->idle = 0;
    int worked = t->run(m, t->of);
    l->running = NULL;
    t->runs++;
    return worked;
}

/* Behind the others, where it has more to do than it has done in the run that began at ``pass``. */
static inline void stand_again(struct live *l, struct ready *r, struct task *t, uint64_t pass, int worked)
{
    if (!l->again && (!worked || l->idle)) return;
    if (t->stride == USUAL_STRIDE) {
        stand_in_line(r, &r->ran, t, pass + USUAL_STRIDE, l->order++);
    } else {
        heap_set(&r->others, &t->entry, pass + t->stride, l->order++);
        r->count++;
    }
}

/* The first of those that are ready. */
static inline void run_task(struct machine *m, struct live *l)
{
    struct task *t = take_first(&l->ready);
    l->pass = t->entry.key;
    stand_again(l, &l->ready, t, l->pass, run_once(m, l, t));
}

void set_timer(struct live *l, uint32_t number, uint64_t at)
{
    struct timer *t = &l->timers[number];
    if (l->containers) set_contained_timer(l, number, at);
    else if (at == NEVER) heap_remove(&l->pending, &t->entry);
    else heap_set(&l->pending, &t->entry, at, l->order++);
}

/* The timer of an element that is Python. */
static void run_python(struct live *l, struct timer *t, int64_t (*call)(int32_t, int32_t, struct packet *))
{
    if (call) call(t - l->timers, TIMER, NULL);
}

static void ring_timer(struct machine *m, struct live *l, struct base *b, struct timer *t)
{
    if (t->run) t->run(m);
    else run_python(l, t, b->call);
}

int run_timer(struct machine *m, struct live *l, struct base *b, uint64_t until)
{
    if (next_timer(l) > until) return 0;
    struct timer *t = (struct timer *)l->pending.entries[0];
    if (t->entry.key > b->now) b->now = t->entry.key;
    heap_remove(&l->pending, &t->entry);
    ring_timer(m, l, b, t);
    return 1;
}

void watch_fd(struct live *l, int32_t element, int fd, int events)
{
    uint32_t i = 0;
    while (i < l->watched && l->fds[i].fd != fd) i++;
    if (!events) {
        if (i == l->watched) return;
        l->fds[i] = l->fds[--l->watched];
        l->watchers[i] = l->watchers[l->watched];
        return;
    }
    if (i == l->watched) {
        uint64_t room = l->fd_room;
        l->fds = grow(l->fds, &room, l->watched + 1, sizeof *l->fds);
        l->watchers = grow(l->watchers, &l->fd_room, l->watched + 1, sizeof *l->watchers);
        l->watched++;
    }
    l->fds[i] = (struct pollfd){.fd = fd, .events = events};
    l->watchers[i] = element;
}

/* Waits for at most ``wait`` ns, without end where that is NEVER; whoever drives the machine is wanted where a signal came, or waiting failed. */
static void poll_fds(struct machine *m, struct live *l, struct base *b, uint64_t wait)
{
    struct timespec t = {wait / 1000000000u, wait % 1000000000u};
    int found = ppoll(l->fds, l->watched, wait == NEVER ? NULL : &t, NULL);
    if (found < 0) {
        if (errno != EINTR) b->poll_error = errno;
        l->leave = 1;
    }
    if (found <= 0) return;
    if (l->containers) note_time(l, b);
    for (uint32_t i = l->watched; i-- > 0;) {
        if (i >= l->watched || !l->fds[i].revents) continue;
        int fd = l->fds[i].fd, events = l->fds[i].revents;
        l->fds[i].revents = 0;
        if (l->watchers[i] < 0) {
            l->leave = 1;
            continue;
        }
        uint32_t element = l->watchers[i];
        machine_ready(m, element, fd, events);
        if (l->containers) charge_element(l, b, element);
    }
}

void open_live(struct base *b, struct live *l, uint32_t elements, uint32_t tasks)
{
    _Static_assert(offsetof(struct task, is_cut) <= 64, "all that each run asks for is in one line of the cache");
    l->ready.others.entries = calloc(tasks + 1, sizeof *l->ready.others.entries);
    l->pending.entries = calloc(elements + 1, sizeof *l->pending.entries);
    l->tasks = lasting(b, tasks + 1, sizeof *l->tasks);
    l->timers = calloc(elements + 1, sizeof *l->timers);
    if (!l->ready.others.entries || !l->pending.entries || !l->timers) no_memory();
    for (uint32_t i = 0; i < elements; i++) l->timers[i].entry.place = -1;
    l->task_count = tasks;
}

void add_task(struct live *l, uint32_t number, uint32_t element, int (*run)(struct machine *, void *), void *of)
{
    l->tasks[number] = (struct task){.entry.place = -1, .run = run, .of = of, .stride = USUAL_STRIDE, .element = element, .most = UINT32_MAX};
}

void close_live(struct live *l)
{
    close_containers(l);
    free(l->ready.others.entries);
    free(l->pending.entries);
    free(l->timers);
    free(l->fds);
    free(l->watchers);
}

void begin_clock(struct base *b, uint64_t now)
{
    b->now = now;
    b->ahead = now - clock_read(CLOCK_MONOTONIC);
}

void tick(struct base *b)
{
    uint64_t now = b->simulated ? 0 : clock_read(CLOCK_MONOTONIC) + b->ahead;
    if (now > b->now) b->now = now;
}

int drive(struct machine *m, struct live *l, struct base *b)
{
    if (l->containers) return drive_contained(m, l, b);
    l->leave = 0;
    tick(b);
    uint64_t polled = b->now;
    for (uint32_t turn = 0; !l->leave && b->stop <= 0; turn++) {
        for (int i = 0; i < TASKS_A_TURN && l->ready.count && b->stop <= 0 && !l->leave; i++) run_task(m, l);
        if (b->stop > 0 || l->leave) break;
        tick(b);
        uint64_t next = next_timer(l);
        if (!l->ready.count && b->simulated && next != NEVER && next > b->now) b->now = next;
        if (next <= b->now) {
            for (uint32_t i = l->pending.count; i > 0 && b->stop <= 0 && run_timer(m, l, b, b->now); i--) continue;
            if (b->stop > 0 || l->leave) break;
            tick(b);
            next = next_timer(l);
        }
        if (l->ready.count || next <= b->now || (b->simulated && next != NEVER)) {
            if (b->simulated ? turn % TURNS_A_POLL != 0 : b->now - polled < POLL_EVERY) continue;
            poll_fds(m, l, b, 0);
        } else {
            poll_fds(m, l, b, next == NEVER ? NEVER : next - b->now);
        }
        tick(b);
        polled = b->now;
    }
    return l->leave;
}
