"""C that finds numbers among many."""

from typing import Final

INDEX: Final = """
/* Where a number is in the index, or where it would be: places there are one more than in ``keys``, and 0 is free. */
static uint32_t aggregate_find(const uint32_t *keys, const uint32_t *index, uint64_t slots, const uint64_t *salt, uint32_t key)
{
    uint32_t slot = salted_bucket(salt, &key, 1, __builtin_ctzll(slots));
    while (index[slot] && keys[index[slot] - 1] != key) slot = (slot + 1) & (slots - 1);
    return slot;
}
/* The index is made anew, with room for twice as many. */
static void aggregate_index(const uint32_t *keys, uint32_t count, uint32_t **index, uint64_t *slots, const uint64_t *salt)
{
    uint64_t wanted = 64;
    while (wanted < 4 * (uint64_t)count) wanted *= 2;
    free(*index);
    *slots = wanted;
    if (!(*index = calloc(wanted, sizeof **index))) no_memory();
    for (uint32_t i = 0; i < count; i++) (*index)[aggregate_find(keys, *index, wanted, salt, keys[i])] = i + 1;
}
"""
