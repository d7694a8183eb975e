"""Times of packets as arguments and handlers have them: in seconds, or with a unit; they may be less than 0."""

from __future__ import annotations

from elements.summary.text import U64, parse_time, time_text


def time_of(text: str) -> int:
    """A time of at least 0, in ns."""
    found = parse_time("".join(text.split()).encode())
    if found is None:
        raise ValueError(f"a time such as 1.5 or 20ms is wanted, not {text!r}")
    return found


def signed_time_of(text: str) -> int:
    """A time in ns, 64 bits of which all ones are -1."""
    if text.strip().startswith("-") and not text.strip().startswith("-+"):
        return -time_of(text.strip()[1:]) & U64
    return time_of(text)


def shown(time: int) -> str:
    """A time as Click writes it."""
    return time_text(time).decode()
