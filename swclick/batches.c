/* A run moves so many packets that it takes no longer than the bound. How many that are follows from what its runs took, so that nothing is
   measured by packet; packets keep their order, as the next run goes on where the last one ended, and
   nothing else of the tenant's runs before it has moved all that it would have moved at once. */

/* Before anything was measured. */
#define FIRST_BATCH 8

/* A run of the task moved so many packets in so many ns. */
static void settle_batch(struct containers *k, const struct container *c, struct task *t, uint32_t moved, uint64_t took)
{
    int is_full = t->is_cut && moved >= t->most;
    if (!moved) return;
    if (!is_full && took <= k->bound) return;
    t->moved = moved;
    t->took = took;
    if (took > k->bound) {
        uint64_t fits = moved * k->bound / took;
        if (fits < t->most) t->most = fits ? fits : 1;
    } else if (took < k->bound / 2 && !c->is_split && t->most < UINT32_MAX / 2) {
        t->most *= 2;
    }
}
