/* How lookup tables are made and changed. */
/* Places of a root of 16 bits that has all, and of one that has those alone that it needs. */
#define ROOT 65536
#define FEW 512

static uint32_t table_block(struct table *t, int in_root, uint64_t at)
{
    uint32_t old = in_root ? t->root[at] : t->blocks[at];
    if (old & BLOCK) return old & ~BLOCK;
    t->blocks = grow(t->blocks, &t->room, t->used + 256, sizeof *t->blocks);
    uint32_t made = t->used;
    for (int i = 0; i < 256; i++) t->blocks[made + i] = old;
    t->used += 256;
    if (in_root) t->root[at] = made | BLOCK;
    else t->blocks[at] = made | BLOCK;
    return made;
}

static void table_fill(uint32_t *first, uint32_t count, uint32_t value)
{
    for (uint32_t i = 0; i < count; i++) first[i] = value;
}

/* Which places of a root of 16 bits its entries need, and what all others have. */
static void table_bounds(struct table *t)
{
    uint32_t first = ROOT, last = 0;
    t->outside = 0;
    for (uint32_t g = 0; g < t->group_count; g++) {
        uint32_t length = t->groups[g].length, alike = length < 16 ? 1u << (16 - length) : 1;
        for (uint32_t i = t->groups[g].first; i < t->groups[g].first + t->groups[g].count; i++) {
            uint32_t place = (uint32_t)t->keys[i] >> 16;
            if (!length) {
                t->outside = t->places[i] + 1;
                continue;
            }
            if (place < first) first = place;
            if (place + alike > last) last = place + alike;
        }
    }
    t->shift = 16;
    t->base = first < last ? first : 0;
    t->root_count = first < last ? last - first : 0;
    if (t->root_count <= FEW) return;
    t->base = 0;
    t->root_count = ROOT;
}

/* Short prefixes are entered first, so that longer ones overwrite them. */
static void table_enter(struct table *t)
{
    table_fill(t->root, t->root_count, t->outside);
    for (uint32_t g = t->group_count; g-- > 0;) {
        uint32_t length = t->groups[g].length, first = t->groups[g].first;
        for (uint32_t i = first; length && i < first + t->groups[g].count; i++) {
            uint32_t key = t->keys[i], value = t->places[i] + 1, place = (key >> 16) - t->base;
            if (length <= 16) {
                table_fill(t->root + place, 1u << (16 - length), value);
                continue;
            }
            uint32_t block = table_block(t, 1, place);
            if (length <= 24) {
                table_fill(t->blocks + block + (key >> 8 & 255), 1u << (24 - length), value);
                continue;
            }
            block = table_block(t, 0, block + (key >> 8 & 255));
            table_fill(t->blocks + block + (key & 255), 1u << (32 - length), value);
        }
    }
}

static int all_alike(const uint32_t *cells)
{
    for (int i = 1; i < 256; i++)
        if (cells[i] != cells[0]) return 0;
    return !(cells[0] & BLOCK);
}

/* A whole root becomes one of 8 bits where that takes much less: there 256 places that are alike are one. Those places alone stay that are
   between some which have something else than what is outside. */
static void table_fold(struct table *t)
{
    uint32_t different = 0, last = 256;
    for (uint32_t i = 0; i < 256; i++) different += !all_alike(t->root + 256 * i);
    if (8 * different > 256) return;
    for (uint32_t i = 0; i < 256; i++) {
        if (all_alike(t->root + 256 * i)) {
            t->root[i] = t->root[256 * i];
            continue;
        }
        t->blocks = grow(t->blocks, &t->room, t->used + 256, sizeof *t->blocks);
        memcpy(t->blocks + t->used, t->root + 256 * i, 256 * sizeof *t->blocks);
        t->root[i] = t->used | BLOCK;
        t->used += 256;
    }
    while (t->base < last && t->root[t->base] == t->outside) t->base++;
    while (t->base < last && t->root[last - 1] == t->outside) last--;
    t->shift = 24;
    t->root_count = last - t->base;
    memmove(t->root, t->root + t->base, t->root_count * sizeof *t->root);
}

/* Levels of the table's entries, in memory of a machine that lasts or, where there is none, in memory of their own. */
static void table_levels(struct table *t, struct base *b)
{
    table_bounds(t);
    uint32_t *root = t->root = calloc(t->root_count + 1, sizeof *root);
    if (!root) no_memory();
    t->blocks = NULL;
    t->used = t->room = 0;
    table_enter(t);
    if (t->root_count == ROOT) table_fold(t);
    /* What a packet reads of a small table is close together. */
    size_t values = t->value_words * sizeof *t->values, places = t->root_count * sizeof *root, blocks = t->used * sizeof *root;
    uint8_t *made = b ? lasting(b, values + places + blocks, 1) : malloc(values + places + blocks + 1);
    if (!made) no_memory();
    t->apart = b ? NULL : made;
    memcpy(made, t->values, values);
    memcpy(made + values, root, places);
    if (blocks) memcpy(made + values + places, t->blocks, blocks);
    free(root);
    free(t->blocks);
    t->values = (const uint64_t *)made;
    t->root = (uint32_t *)(made + values);
    t->blocks = t->root + t->root_count;
}

void table_lasting_levels(struct base *b, struct table *t) { table_levels(t, b); }

void table_replace(struct table *t, int levels, const uint64_t *numbers, const uint64_t *sizes, const struct group *groups,
                          uint32_t group_count, uint32_t count)
{
    uint64_t total = sizes[0] + sizes[1] + sizes[2] + sizes[3];
    uint64_t *own = malloc(total * sizeof *own + group_count * sizeof *groups + 1);
    if (!own) no_memory();
    memcpy(own, numbers, total * sizeof *own);
    memcpy(own + total, groups, group_count * sizeof *groups);
    table_free(t);
    t->own = own;
    t->keys = own;
    t->masks = own + sizes[0];
    t->values = own + sizes[0] + sizes[1];
    t->places = t->values + sizes[2];
    t->groups = (const struct group *)(own + total);
    t->value_words = sizes[2];
    t->group_count = group_count;
    t->count = count;
    if (levels) table_levels(t, NULL);
}

/* What it has from the start lasts. */
void table_free(struct table *t)
{
    if (!t->own) return;
    free(t->own);
    free(t->apart);
}
