/* Push chains that are split: see cuts.h. */

void add_cut(struct live *l, struct cut *cut, uint32_t element, int32_t port, void (*enter)(struct machine *, int, struct packet *))
{
    *cut = (struct cut){.next = l->cuts, .enter = enter, .element = element, .port = port};
    l->cuts = cut;
}

int meet_cut(struct live *l, const struct base *b, struct cut *cut, struct packet *p)
{
    struct containers *k = l->containers;
    if (cut->is_passing) return 0;
    if (cut->mode == CUT_WATCHED) {
        if (k->noted_count < MOST_NOTED) k->noted[k->noted_count++] = (struct noted){cut, read_time(k, b)};
        return 0;
    }
    struct container *c = container_of(k, cut->element);
    p->next = NULL;
    if (cut->first) {
        cut->last->next = p;
    } else {
        cut->first = p;
        cut->below = c->parked;
        c->parked = cut;
    }
    cut->last = p;
    want_turn(&k->shares, &c->bucket, k->now);
    return 1;
}

/* The packet that is furthest on its way goes on. */
static void run_parked(struct machine *m, struct base *b, struct container *c)
{
    struct cut *cut = c->parked;
    struct packet *p = cut->first;
    cut->first = p->next;
    if (!cut->first) c->parked = cut->below;
    begin_pushing(b);
    cut->is_passing = 1;
    cut->enter(m, cut->port, p);
    cut->is_passing = 0;
}

/* Whether there is any place to be watched. */
static int set_watched(struct live *l, struct container *c, int is_watched)
{
    struct containers *k = l->containers;
    int found = 0;
    for (struct cut *cut = l->cuts; cut; cut = cut->next) {
        if (cut->mode == CUT_ON || container_of(k, cut->element) != c) continue;
        cut->mode = is_watched ? CUT_WATCHED : CUT_OFF;
        found = 1;
    }
    c->watches = is_watched && found ? WATCHED_RUNS : 0;
    return found;
}

/* From now on packets wait at the cuts that make runs within the bound of what was noted from ``began`` until now; whether there are such. */
static int choose_cuts(struct containers *k, uint64_t began)
{
    uint64_t last = began;
    int found = 0;
    for (uint32_t i = 0; i < k->noted_count; i++) {
        struct noted here = k->noted[i];
        uint64_t next = i + 1 < k->noted_count ? k->noted[i + 1].at : k->now;
        if (here.cut->mode == CUT_WATCHED && next - last > k->bound && here.at > last) {
            here.cut->mode = CUT_ON;
            here.cut->before = here.at - last;
            here.cut->behind = k->now - here.at;
            found = 1;
        }
        if (here.cut->mode == CUT_ON) last = here.at;
    }
    return found;
}

/* No packet of the tenant's begins before the last one is through. */
static void move_singly(struct live *l, struct container *c)
{
    c->is_split = 1;
    for (uint32_t i = 0; i < l->task_count; i++) {
        if (container_of(l->containers, l->tasks[i].element) == c) l->tasks[i].most = 1;
    }
}

/* Packets wait nowhere any more, and how many a task moves is found anew. */
static void forget_cuts(struct live *l, struct container *c)
{
    for (struct cut *cut = l->cuts; cut; cut = cut->next) {
        if (container_of(l->containers, cut->element) == c) cut->mode = CUT_OFF;
    }
    c->is_split = c->watches = c->futile = 0;
    c->whole = c->shorts = 0;
}

/* A turn took so long. None of the tenant's packets waits where those before it and this were the whole way of one, or of a few short ones. */
static void settle_ways(struct live *l, struct container *c, uint64_t took)
{
    uint64_t bound = l->containers->bound;
    c->way += took;
    if (c->parked) return;
    if (c->way <= bound / 2) c->shorts += c->way;
    else c->shorts -= c->shorts < NOT_SHORT * bound ? c->shorts : NOT_SHORT * bound;
    c->way = 0;
    if (c->shorts >= FORGOTTEN * bound) forget_cuts(l, c);
}

/* A turn took so long, from ``began`` on; ``is_one``: it was one run that moved at most one packet; ``is_whole``: the system took nothing away
   meanwhile. */
static void settle_cuts(struct live *l, struct container *c, uint64_t began, uint64_t took, int is_one, int is_whole)
{
    struct containers *k = l->containers;
    int is_watched = c->watches != 0;
    if (c->is_split || c->futile) settle_ways(l, c, took);
    if (took <= k->bound) {
        c->overruns -= took < c->overruns ? took : c->overruns;
        if (is_one && is_watched && c->watches && !--c->watches) set_watched(l, c, 0);
        return;
    }
    if (!is_one) return;
    if (c->overruns < OFTEN * k->bound) c->overruns += OVERRUN * k->bound;
    if (c->overruns < OFTEN * k->bound) return;
    if (!is_watched) {
        if (c->futile < MOST_FUTILE && !set_watched(l, c, 1)) c->futile = MOST_FUTILE;
    } else if (is_whole && choose_cuts(k, began)) {
        move_singly(l, c);
        c->futile = 0;
        set_watched(l, c, 0);
    } else if (!--c->watches) {
        c->futile++;
        set_watched(l, c, 0);
    }
    /* A little more is an interrupt, or what is measured. */
    if (c->futile >= MOST_FUTILE && took > 2 * k->bound && (!c->whole || took < c->whole)) c->whole = took;
}
