/* Lookup tables. Entries stand sorted in static arrays that `lower_table` writes; a word is 64 bits, the least significant word first. */

/* Entries ``first`` to ``first + count - 1`` have the same prefix length; the longest group comes first, and keys ascend within one. */
struct group { uint32_t length, first, count; };
struct table {
    /* Longest prefix tables of 32-bit keys are levels: of what is left when ``shift`` bits are taken off, and of 8 bits each. Only those
       ``root_count`` places from ``base`` on are there at which not all is ``outside``. */
    OWN_LINE uint32_t *root;
    uint32_t *blocks;
    uint32_t shift, base, root_count, outside;
    const uint64_t *values, *keys, *masks; /* masks of ternary entries only */
    const uint64_t *places; /* of levels only: which value an entry has */
    const struct group *groups;
    uint64_t *own; /* where entries are that a handler gave */
    void *apart; /* where the levels of those are */
    uint32_t count, group_count, width, value_words;
    uint64_t used, room;
};
#define BLOCK 0x80000000u

/* Makes the levels of the entries that the table has from the start. */
void table_lasting_levels(struct base *b, struct table *t);
/* Looks up in these entries from now on: keys, masks, values and places, one behind the other in ``numbers``, and groups. They are copied. */
void table_replace(struct table *t, int levels, const uint64_t *numbers, const uint64_t *sizes, const struct group *groups,
                   uint32_t group_count, uint32_t count);
void table_free(struct table *t);
/* All that find return one more than the number of the value for ``key``, 0 for none: of its entry, but of levels that of those that differ. */
static inline uint32_t find_in_root(const struct table *t, uint32_t key)
{
    uint32_t place = (key >> t->shift) - t->base;
    return place < t->root_count ? t->root[place] : t->outside;
}

static inline uint32_t find_in_levels(const struct table *t, uint32_t key)
{
    uint32_t found = find_in_root(t, key);
    for (uint32_t shift = t->shift; found & BLOCK;) found = t->blocks[(found & ~BLOCK) + (key >> (shift -= 8) & 255)];
    return found;
}

/* Asks for what `find_in_levels` will read first behind the root, which is used so often that it is near. */
static inline void fetch_levels(const struct table *t, uint32_t key)
{
    uint32_t found = find_in_root(t, key);
    if (found & BLOCK) __builtin_prefetch(t->blocks + (found & ~BLOCK) + (key >> (t->shift - 8) & 255));
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
