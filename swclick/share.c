/* Turns by weight and limit: see share.h. */
#define FINE 64u
/* A turn that took longer, in ns, counts as so long (18 minutes), so that nothing overflows. */
#define LONGEST_TURN (UINT64_C(1) << 40)
/* Where a limit owes this much, in millionths of a ns, no more is added. */
#define MOST_OWED (INT64_C(1) << 62)

void open_shares(struct shares *s, uint32_t most, uint64_t burst, uint64_t depth)
{
    *s = (struct shares){.burst = burst, .depth = depth};
    s->able.entries = calloc(most + 1, sizeof *s->able.entries);
    s->held.entries = calloc(most + 1, sizeof *s->held.entries);
    if (!s->able.entries || !s->held.entries) no_memory();
}

void close_shares(struct shares *s)
{
    free(s->able.entries);
    free(s->held.entries);
}

static void fill_room(const struct shares *s, struct bucket *b, uint64_t now)
{
    if (now <= b->filled) return;
    /* Any time, times a limit. */
    __int128 room = b->room + (__int128)(now - b->filled) * b->limit, full = s->depth * SHARE_PARTS;
    b->filled = now;
    b->room = room < full ? room : full;
}

/* Among those that are able or held. */
static void stand(struct shares *s, struct bucket *b, uint64_t now)
{
    if (b->limit) fill_room(s, b, now);
    b->is_held = b->limit && b->room < 0;
    if (b->is_held) heap_set(&s->held, &b->entry, now + (-(uint64_t)b->room + b->limit - 1) / b->limit, s->order++);
    else heap_set(&s->able, &b->entry, b->pass, s->order++);
}

/* What was not asked for is not saved, but for the burst. */
static void forget_saved(const struct shares *s, struct bucket *b)
{
    uint64_t burst = s->burst * FINE / b->weight;
    if (s->pass > burst && b->pass < s->pass - burst) {
        b->pass = s->pass - burst;
        b->rest = 0;
    }
}

void want_turn(struct shares *s, struct bucket *b, uint64_t now)
{
    if (b->entry.place >= 0 || b == s->serving) return;
    forget_saved(s, b);
    stand(s, b, now);
}

struct bucket *next_turn(struct shares *s, uint64_t now)
{
    while (s->held.count && s->held.entries[0]->key <= now) {
        struct bucket *b = (struct bucket *)s->held.entries[0];
        heap_remove(&s->held, &b->entry);
        forget_saved(s, b);
        stand(s, b, now);
    }
    if (!s->able.count) return NULL;
    struct bucket *b = (struct bucket *)s->able.entries[0];
    heap_remove(&s->able, &b->entry);
    if (b->pass > s->pass) s->pass = b->pass;
    if (b->limit) fill_room(s, b, now);
    s->serving = b;
    return b;
}

void charge_turn(struct shares *s, struct bucket *b, uint64_t now, uint64_t took, int more)
{
    if (took > LONGEST_TURN) took = LONGEST_TURN;
    if (b != s->serving && b->entry.place < 0) forget_saved(s, b);
    b->time += took;
    b->turns++;
    if (took > b->longest) b->longest = took;
    uint64_t owed = took * FINE + b->rest;
    b->pass += owed / b->weight;
    b->rest = owed % b->weight;
    if (b->pass > s->last) s->last = b->pass;
    if (b->limit && b->room > -MOST_OWED) b->room -= (int64_t)(took * SHARE_PARTS);
    if (b == s->serving) s->serving = NULL;
    if (b->entry.place >= 0) {
        heap_remove(b->is_held ? &s->held : &s->able, &b->entry);
        more = 1;
    }
    if (more) stand(s, b, now);
}

void rest_shares(struct shares *s)
{
    if (!s->able.count && s->pass < s->last) s->pass = s->last;
}

uint64_t held_until(const struct shares *s) { return s->held.count ? s->held.entries[0]->key : NEVER; }

int64_t level_of(const struct shares *s, const struct bucket *b)
{
    uint64_t apart = b->pass > s->pass ? b->pass - s->pass : s->pass - b->pass;
    /* Who had nothing to do for long is behind by any number, times a weight. */
    unsigned __int128 exact = (unsigned __int128)apart * b->weight / FINE;
    uint64_t level = exact < INT64_MAX ? exact : INT64_MAX;
    if (b->pass > s->pass) return -(int64_t)level;
    return b->entry.place < 0 && b != s->serving && level > s->burst ? s->burst : level;
}
