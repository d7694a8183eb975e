/* How lookup tables are made and changed. */

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
void table_levels(struct table *t)
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

void table_replace(struct table *t, int levels, const uint64_t *numbers, const uint64_t *sizes, const struct group *groups,
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

void table_free(struct table *t)
{
    free(t->own);
    free(t->root);
    free(t->blocks);
}
