"""Whether a volley brought what it has to: the same frames by every port, in an order that the machine promises."""

from __future__ import annotations

from collections import Counter, defaultdict

from sim.fuzz.batch import Answer
from sim.fuzz.expect import Expected

SHOWN = 48
"""Bytes of a frame that a difference shows."""


def differences(expected: Expected, answer: Answer) -> list[str]:
    """What is not as it has to be, in words; at most a few lines a port.

    Every port's frames are the same, each as often. Those of one tenant and one way in that made as many trips to the host leave in the
    order in which they came: what stays in hardware overtakes what crosses. Frames that are equal cannot be told apart, and have no order.
    """
    found = _frames(expected, answer) or _order(expected, answer)
    if sorted(expected.log) != sorted(answer.log):
        more, less = Counter(answer.log) - Counter(expected.log), Counter(expected.log) - Counter(answer.log)
        found.append(f"printed: {len(expected.log)} lines in software, {len(answer.log)} split; {[*more, *less][:2]}")
    return found


def _frames(expected: Expected, answer: Answer) -> list[str]:
    wanted = Counter((port, frame) for sent in expected.sent for port, frame in sent.frames)
    came = Counter((port, frame) for (_, port), frames in answer.frames.items() for frame in frames)
    lacking, strange = wanted - came, came - wanted
    words = [f"port {port} lacks a frame of {len(f)} bytes: {f[:SHOWN].hex()}" for port, f in list(lacking)[:2]]
    words += [f"port {port} has a frame of {len(f)} bytes that it should not: {f[:SHOWN].hex()}" for port, f in list(strange)[:2]]
    if words:
        words.append(f"{lacking.total()} frames are lacking and {strange.total()} too many, of {wanted.total()}")
    return words


def _order(expected: Expected, answer: Answer) -> list[str]:
    origin: dict[tuple[int, bytes], int | None] = {}
    for number, sent in enumerate(expected.sent):
        for each in sent.frames:
            origin[each] = None if each in origin else number
    for (trips, port), frames in answer.frames.items():
        latest: dict[tuple[str | None, int], int] = defaultdict(int)
        for frame in frames:
            place = origin[port, frame]
            if place is None:
                continue
            sent = expected.sent[place]
            way = sent.owner, sent.arrival.port
            if place < latest[way]:
                words = f"frames of {sent.owner} from port {sent.arrival.port} leave port {port} in another order after {trips} trips"
                return [f"{words}: {frame[:SHOWN].hex()}"]
            latest[way] = place
    return []
