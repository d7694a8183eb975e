"""What is not alike in two runs of a configuration, in words: packets first, then what was said of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from elements.captures.pcap import HEADER, Record, read_format, read_record
from graph.diagnostics import ClickError
from mlclick.software.compare import settled
from mlclick.stock.apart import EMPTY, EMPTY_WAYS, OWN
from mlclick.stock.configurations import Configuration
from mlclick.stock.run_program import Ran
from mlclick.stock.settled import IDENTIFIED, PRINTING, compares_handler, is_of_feeds, settled_text
from mlclick.stock.times import Sent, may_be_apart

_SINK: Final = re.compile(r"w\d+\.\d+:")
"""How a line of a sink starts."""


def differences(ours: Ran, theirs: Ran, configuration: Configuration, sent: Sent) -> list[str]:
    """How ``ours`` differs from ``theirs``, both of ``configuration``, to which there was ``sent``; nothing where it does not."""
    if ours.code is None or theirs.code is None:
        both = ours.code == theirs.code
        return ["neither ends" if both else f"{'it' if ours.code is None else 'Click'} does not end"]
    if ours.refused or theirs.refused:
        # Where both do, there is nothing that was compared.
        both = ours.refused and theirs.refused
        return ["both refuse it" if both else f"{'Click' if theirs.refused else 'it'} refuses it"]
    if ours.code > 0 and theirs.code > 0 and not ours.files and not theirs.files:
        return ["both end at once, and nothing was compared"]
    if ours.code < 0 or theirs.code < 0:
        return [f"ends {_end(ours.code)}, Click's {_end(theirs.code)}"]
    class_name, example = configuration.class_name, configuration.example
    found = [
        *_of_files(ours.files, theirs.files, example, sent),
        *_of_lines(*(_said(ran, class_name) for ran in (ours, theirs))),
        *_of_handlers(ours.handlers, theirs.handlers, configuration),
    ]
    if ours.printed != theirs.printed:
        found.append(f"prints {_first_line(ours.printed, theirs.printed)}")
    # Who asks Click for a handler that it has not gets 1.
    asks_own = any(name not in theirs.handlers and _is_own(name, class_name) for name in ours.handlers)
    if ours.code != theirs.code and not (asks_own and (ours.code, theirs.code) == (0, 1)):
        found.append(f"ends {_end(ours.code)}, Click's {_end(theirs.code)}")
    return found or _of_ways_without_packets(theirs, configuration)


def _of_ways_without_packets(theirs: Ran, configuration: Configuration) -> list[str]:
    example, ways = configuration.example, [f"w{number}" for number in range(configuration.ways)]
    # All is of one that is alone, as what the element itself writes is.
    starts = {way: f"{way}." if len(ways) > 1 else "" for way in ways}
    wanted = [] if example in EMPTY else [way for way in ways if f"{way} {example}" not in EMPTY_WAYS]
    return [f"neither sends a packet in {way}, and nothing was compared" for way in wanted if not packets_of(theirs, starts[way])]


def _is_own(name: str, class_name: str) -> bool:
    """Whether the handler ``name`` of such an element is one that Click may not have."""
    return f"{class_name}.{name.rpartition('.')[2]}" in OWN


def _end(code: int) -> str:
    return f"with {code}" if code >= 0 else f"by signal {-code}"


def _of_files(ours: Mapping[str, bytes], theirs: Mapping[str, bytes], example: str, sent: Sent) -> Iterator[str]:
    for name in sorted(ours.keys() | theirs.keys()):
        if name not in ours or name not in theirs:
            yield f"{name} is there only {'here' if name in ours else 'of Click'}"
        elif ours[name] != theirs[name] and (said := _of_file(name, ours[name], theirs[name], example, sent)):
            yield said


def records(data: bytes) -> tuple[list[Record], int]:
    """The packets of a capture of any link type, up to where it ends or breaks off, and the byte at which that is. Errors: `ClickError`."""
    form = read_format(data, Path("capture"), tuple(range(1 << 16)))
    found: list[Record] = []
    at = HEADER
    while at < len(data) and isinstance(record := read_record(data, at, form), Record):
        found.append(record)
        at = record.next
    return found, at


def packets_of(ran: Ran, start: str = "") -> int:
    """How many packets there are in the captures that a run wrote whose names have this ``start``."""
    return sum(_count(data) for name, data in ran.files.items() if name.startswith(start) and name.endswith(".pcap"))


def _count(data: bytes) -> int:
    try:
        return len(records(data)[0])
    except ClickError:
        return 0


def _of_file(name: str, ours: bytes, theirs: bytes, example: str, sent: Sent) -> str:
    try:
        (mine, my_end), (other, their_end) = records(ours), records(theirs)
    except ClickError:
        return f"{name}: {_first_line(ours.decode('latin-1'), theirs.decode('latin-1'))}"
    stem = name.removesuffix(".pcap")
    for number, (one, two) in enumerate(zip(mine, other, strict=False)):
        if said := _of_packet(one, two, example, sent):
            return f"packet {number} of {stem} {said}"
    if len(mine) != len(other):
        return f"{stem} has {len(mine)} and {len(other)} packets"
    if ours[my_end:] != theirs[their_end:]:
        return (
            f"what is behind the last packet of {stem} that can be read differs ({len(ours) - my_end} and {len(theirs) - their_end} bytes)"
        )
    if ours[:HEADER] != theirs[:HEADER]:
        return f"the header of {name} differs"
    return ""


def _of_packet(ours: Record, theirs: Record, example: str, sent: Sent) -> str:
    one, two = (settled(each.data) if example.partition("(")[0] in IDENTIFIED else each.data for each in (ours, theirs))
    if one != two:
        at = next((i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
        return f"differs at byte {at} ({len(one)} and {len(two)} bytes)"
    if ours.original != theirs.original:
        return f"says another length on the wire ({ours.original} and {theirs.original})"
    apart = may_be_apart(example, theirs, sent)
    if apart is not None and abs(ours.time - theirs.time) > apart:
        return f"has another time ({ours.time} and {theirs.time})"
    return ""


def _said(ran: Ran, class_name: str) -> list[str]:
    return [line for line in ran.said if _SINK.match(line) or (class_name in PRINTING and not is_of_feeds(line))]


def _of_lines(ours: Sequence[str], theirs: Sequence[str]) -> Iterator[str]:
    """Lines of each output by itself, since outputs may take turns in another way, and then all others in their order."""
    mine, other = _by_start(ours), _by_start(theirs)
    for start in sorted(mine.keys() | other.keys()):
        one, two = "\n".join(mine.get(start, [])), "\n".join(other.get(start, []))
        if one != two:
            yield f"says {_first_line(one, two)}"


def _by_start(lines: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in lines:
        start, colon, _ = line.partition(":")
        found.setdefault(start if colon else "", []).append(line)
    return found


def _of_handlers(ours: Mapping[str, str], theirs: Mapping[str, str], configuration: Configuration) -> Iterator[str]:
    class_name = configuration.class_name
    for name in sorted(ours.keys() | theirs.keys()):
        handler = name.rpartition(".")[2]
        if name not in ours:
            yield f"{name} is answered by Click alone"
            continue
        if name not in theirs:
            if not _is_own(name, class_name):
                yield f"{name} is answered here alone"
            continue
        one, two = settled_text(configuration.example, handler, ours[name], theirs[name], configuration.seconds)
        if one != two and compares_handler(class_name, handler):
            yield f"{name} says {_first_line(one, two)}"


def _first_line(ours: str, theirs: str) -> str:
    mine, other = ours.split("\n"), theirs.split("\n")
    for number in range(max(len(mine), len(other))):
        one, two = (lines[number] if number < len(lines) else None for lines in (mine, other))
        if one != two:
            return " and Click ".join("nothing" if text is None else repr(text) for text in (one, two)) + f" in line {number + 1}"
    return "the same"
