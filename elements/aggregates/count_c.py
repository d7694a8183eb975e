"""The C that counts a packet for its aggregate."""

from __future__ import annotations

from typing import Final

NAMES: Final = ("entries", "stale", "total", "frozen", "idle", "most_aggregates", "most_count")
FIELDS: Final = (
    "uint32_t *keys, *counts, *index; uint64_t key_room, count_room, slots, salt[2], total, most_aggregates, most_count;"
    " uint32_t entries, stale, frozen, idle;"
)
STATE: Final = (("keys", "self->keys[0]"), ("counts", "self->counts[0]"), *((name, f"self->{name}") for name in NAMES))


def count_packet(amount: str, capacity: int, full: str, reached: str) -> str:
    """C that sets ``counted``. ``amount`` is what the packet counts; ``full`` is done when one more than so many numbers would have a
    count, ``reached`` when all counts together are so many."""
    return f"""
    int counted = 0, frozen = self->frozen || port == 1;
    for (;;) {{
        if (self->idle) break;
        if (self->stale) {{ aggregate_index(self->keys, self->entries, &self->index, &self->slots, self->salt); self->stale = 0; }}
        uint32_t amount = {amount}, slot = aggregate_find(self->keys, self->index, self->slots, self->salt, p->aggregate);
        if (!self->index[slot] && frozen) break;
        counted = 1;
        if (!amount) break;
        if (!self->index[slot]) {{
            if (self->entries >= self->most_aggregates) {{
                self->most_aggregates = UINT64_MAX;
                {full}
                frozen |= self->frozen;
                counted = 0;
                continue;
            }}
            if (self->entries >= {capacity}u) {{ counted = 0; break; }}
            self->keys = grow(self->keys, &self->key_room, self->entries + 1, sizeof *self->keys);
            self->counts = grow(self->counts, &self->count_room, self->entries + 1, sizeof *self->counts);
            self->keys[self->entries] = p->aggregate;
            self->counts[self->entries] = 0;
            self->index[slot] = ++self->entries;
            if (2 * (uint64_t)self->entries > self->slots) {{
                aggregate_index(self->keys, self->entries, &self->index, &self->slots, self->salt);
                slot = aggregate_find(self->keys, self->index, self->slots, self->salt, p->aggregate);
            }}
        }}
        self->counts[self->index[slot] - 1] += amount;
        self->total += amount;
        if (self->total >= self->most_count) {{
            self->most_count = UINT64_MAX;
            {reached}
        }}
        break;
    }}
"""
