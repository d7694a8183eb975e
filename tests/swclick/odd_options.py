"""IP options that are wrong in every way, most of them those that routers process."""

import random

RECORD_ROUTE, TIMESTAMP = 7, 68


def odd_options(rng: random.Random) -> bytes:
    """Up to 40 bytes, a multiple of four, that may end anywhere within an option."""
    room = 4 * rng.choice((1, 2, 3, 9, 10, 10))
    made = b"\x01" * rng.choice((0, 0, room - 1, room - 2, room - 3, room - 4))
    while len(made) < room:
        size = rng.choice((0, 1, 2, 3, 4, 7, 8, 12, room - len(made), rng.randrange(256)))
        pointer, flags = rng.choice((3, 4, 5, 9, size + 1, rng.randrange(256))), rng.choice((0, 1, 3, 0xF0, rng.randrange(256)))
        made += bytes((rng.choice((1, RECORD_ROUTE, TIMESTAMP, TIMESTAMP, rng.randrange(256))), size, pointer & 255, flags))
        made += rng.choice((b"", b"\x0a\0\0\1", bytes(8)))
    return made[:room]
