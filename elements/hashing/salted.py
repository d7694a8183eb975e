"""Buckets for keys that come with packets: whoever sends them cannot choose keys of one bucket, since it depends on a secret salt.

The sum of a key's 32-bit words, each times a salt of 64 bits, and of one salt more, modulo 2**64, has in its highest bits a hash of a
universal class (multilinear hashing, Carter and Wegman 1979): whatever two keys are, few salts put both into one bucket. The compiled
machine draws its salts when it starts. Which they are shows nowhere: what an element does, and in which order, does not depend on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

SALT: Final = 0x9E37_79B9_7F4A_7C15
"""Each word of the salt in the reference, which nobody floods."""


def bucket_of(salt: Sequence[int], words: Sequence[int], bits: int) -> int:
    """The bucket, of 2**``bits``, of a key of 32-bit ``words``; there is one word of salt more."""
    total = salt[0] + sum(by * word for by, word in zip(salt[1:], words, strict=True))
    return (total % (1 << 64)) >> (64 - bits)


SALTED: Final = """
#include <sys/random.h>
static void draw_salt(uint64_t *salt, int count)
{
    if (getrandom(salt, count * sizeof *salt, GRND_NONBLOCK) == (ssize_t)(count * sizeof *salt)) return;
    /* Before the system has any: where memory is, and when. */
    for (int i = 0; i < count; i++) salt[i] = ((uintptr_t)salt + i + clock_read(CLOCK_MONOTONIC)) * 0x9e3779b97f4a7c15ULL;
}
ALWAYS uint32_t salted_bucket(const uint64_t *salt, const uint32_t *words, int count, int bits)
{
    uint64_t total = salt[0];
    for (int i = 0; i < count; i++) total += salt[i + 1] * words[i];
    return total >> (64 - bits);
}
"""
