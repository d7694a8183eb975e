/* Lookup tables. Entries stand sorted in static arrays that `lower_table` writes; a word is 64 bits, the least significant word first. */

/* Entries ``first`` to ``first + count - 1`` have the same prefix length; the longest group comes first, and keys ascend within one. */
struct group { uint32_t length, first, count; };
struct table {
    const uint64_t *keys, *masks, *values; /* masks of ternary entries only */
    const uint64_t *places; /* of levels only: which value an entry has */
    const struct group *groups;
    uint64_t *own; /* where entries are that a handler gave */
    uint32_t count, group_count, width;
    /* Longest prefix tables of 32-bit keys are levels of 16, 8 and 8 bits. */
    uint32_t *root, *blocks;
    uint64_t used, room;
};
#define BLOCK 0x80000000u

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

/* Short prefixes are entered first, so that longer ones overwrite them. */
static void table_levels(struct table *t)
{
    t->root = calloc(65536, sizeof *t->root);
    if (!t->root) no_memory();
    for (uint32_t g = t->group_count; g-- > 0;) {
        uint32_t length = t->groups[g].length, first = t->groups[g].first;
        for (uint32_t i = first; i < first + t->groups[g].count; i++) {
            uint32_t key = t->keys[i], value = t->places[i] + 1;
            if (length <= 16) {
                table_fill(t->root + (key >> 16), 1u << (16 - length), value);
                continue;
            }
            uint32_t block = table_block(t, 1, key >> 16);
            if (length <= 24) {
                table_fill(t->blocks + block + (key >> 8 & 255), 1u << (24 - length), value);
                continue;
            }
            block = table_block(t, 0, block + (key >> 8 & 255));
            table_fill(t->blocks + block + (key & 255), 1u << (32 - length), value);
        }
    }
}

/* Looks up in these entries from now on: keys, masks, values and places, one behind the other in ``numbers``, and groups. They are copied. */
static void table_replace(struct table *t, int levels, const uint64_t *numbers, const uint64_t *sizes, const struct group *groups,
                          uint32_t group_count, uint32_t count)
{
    uint64_t total = sizes[0] + sizes[1] + sizes[2] + sizes[3];
    uint64_t *own = malloc(total * sizeof *own + group_count * sizeof *groups + 1);
    if (!own) no_memory();
    memcpy(own, numbers, total * sizeof *own);
    memcpy(own + total, groups, group_count * sizeof *groups);
    free(t->own);
    t->own = own;
    t->keys = own;
    t->masks = own + sizes[0];
    t->values = own + sizes[0] + sizes[1];
    t->places = t->values + sizes[2];
    t->groups = (const struct group *)(own + total);
    t->group_count = group_count;
    t->count = count;
    if (!levels) return;
    free(t->root);
    free(t->blocks);
    t->root = t->blocks = NULL;
    t->used = t->room = 0;
    table_levels(t);
}

static void table_free(struct table *t)
{
    free(t->own);
    free(t->root);
    free(t->blocks);
}

/* All that find return one more than the number of the value for ``key``, 0 for none: of its entry, but of levels that of those that differ. */
static inline uint32_t find_in_levels(const struct table *t, uint32_t key)
{
    uint32_t found = t->root[key >> 16];
    if (found & BLOCK) found = t->blocks[(found & ~BLOCK) + (key >> 8 & 255)];
    if (found & BLOCK) found = t->blocks[(found & ~BLOCK) + (key & 255)];
    return found;
}

/* Asks for what `find_in_levels` will read first behind the root, which is used so often that it is near. */
static inline void fetch_levels(const struct table *t, uint32_t key)
{
    uint32_t found = t->root[key >> 16];
    if (found & BLOCK) __builtin_prefetch(t->blocks + (found & ~BLOCK) + (key >> 8 & 255));
}

static inline uint32_t find_sorted(const struct table *t, const uint64_t *key, const uint32_t words)
{
    for (uint32_t g = 0; g < t->group_count; g++) {
        uint32_t free_bits = t->width - t->groups[g].length, low = t->groups[g].first, high = low + t->groups[g].count;
        uint64_t wanted[words];
        for (uint32_t w = 0; w < words; w++)
            wanted[w] = free_bits >= 64 * (w + 1) ? 0 : free_bits <= 64 * w ? key[w] : key[w] & ~0ULL << (free_bits - 64 * w);
        while (low < high) {
            uint32_t middle = low + (high - low) / 2, w = words - 1;
            const uint64_t *there = t->keys + (uint64_t)middle * words;
            while (w && there[w] == wanted[w]) w--;
            if (there[w] == wanted[w]) return middle + 1;
            if (there[w] < wanted[w]) low = middle + 1;
            else high = middle;
        }
    }
    return 0;
}

static inline uint32_t find_masked(const struct table *t, const uint64_t *key, const uint32_t words)
{
    for (uint32_t i = 0; i < t->count; i++) {
        const uint64_t *there = t->keys + (uint64_t)i * words, *mask = t->masks + (uint64_t)i * words;
        uint64_t differs = 0;
        for (uint32_t w = 0; w < words; w++) differs |= (there[w] ^ key[w]) & mask[w];
        if (!differs) return i + 1;
    }
    return 0;
}
