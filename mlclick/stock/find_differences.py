"""What is not alike in two runs of a configuration, in words: packets first, then what was said of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from elements.captures.pcap import HEADER, Record, read_format, read_record
from graph.diagnostics import ClickError
from mlclick.software.compare import settled
from mlclick.stock.run_program import Ran
from mlclick.stock.settled import CLOCKED, CLOSE, IDENTIFIED, PRINTING, TIMES, compares_handler, is_of_feeds, settled_text

_SINK: Final = re.compile(r"w\d+\.\d+:")
"""How a line of a sink starts."""


def differences(ours: Ran, theirs: Ran, class_name: str) -> list[str]:
    """How ``ours`` differs from ``theirs``, both of an element of this class; nothing where it does not."""
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
    found = [
        *_of_files(ours.files, theirs.files, class_name),
        *_of_lines(*(_said(ran, class_name) for ran in (ours, theirs))),
        *_of_handlers(ours.handlers, theirs.handlers, class_name),
    ]
    if ours.printed != theirs.printed:
        found.append(f"prints {_first_line(ours.printed, theirs.printed)}")
    return found


def _tolerance(class_name: str) -> int | None:
    """How many nanoseconds times may be apart, None where they are not compared."""
    return None if class_name in TIMES else CLOSE if class_name in CLOCKED else 0


def _end(code: int) -> str:
    return f"with {code}" if code >= 0 else f"by signal {-code}"


def _of_files(ours: Mapping[str, bytes], theirs: Mapping[str, bytes], class_name: str) -> Iterator[str]:
    for name in sorted(ours.keys() | theirs.keys()):
        if name not in ours or name not in theirs:
            yield f"{name} is there only {'here' if name in ours else 'of Click'}"
        elif ours[name] != theirs[name] and (said := _of_file(name, ours[name], theirs[name], class_name)):
            yield said


def records(data: bytes) -> list[Record]:
    """The packets of a capture of any link type, up to where it breaks off. Errors: `ClickError`."""
    form = read_format(data, Path("capture"), tuple(range(1 << 16)))
    found: list[Record] = []
    at = HEADER
    while at < len(data) and isinstance(record := read_record(data, at, form), Record):
        found.append(record)
        at = record.next
    return found


def packets_of(ran: Ran) -> int:
    """How many packets there are in the captures that a run wrote."""
    return sum(len(records(data)) for name, data in ran.files.items() if name.endswith(".pcap"))


def _of_file(name: str, ours: bytes, theirs: bytes, class_name: str) -> str:
    try:
        mine, other = records(ours), records(theirs)
    except ClickError:
        return f"{name}: {_first_line(ours.decode('latin-1'), theirs.decode('latin-1'))}"
    stem = name.removesuffix(".pcap")
    for number, (one, two) in enumerate(zip(mine, other, strict=False)):
        if said := _of_packet(one, two, class_name):
            return f"packet {number} of {stem} {said}"
    if len(mine) != len(other):
        return f"{stem} has {len(mine)} and {len(other)} packets"
    if ours[:HEADER] != theirs[:HEADER]:
        return f"the header of {name} differs"
    return ""


def _of_packet(ours: Record, theirs: Record, class_name: str) -> str:
    one, two = (settled(each.data) if class_name in IDENTIFIED else each.data for each in (ours, theirs))
    if one != two:
        at = next((i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
        return f"differs at byte {at} ({len(one)} and {len(two)} bytes)"
    if ours.original != theirs.original:
        return f"says another length on the wire ({ours.original} and {theirs.original})"
    apart = _tolerance(class_name)
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


def _of_handlers(ours: Mapping[str, str], theirs: Mapping[str, str], class_name: str) -> Iterator[str]:
    for name in sorted(theirs):
        handler = name.rpartition(".")[2]
        if name not in ours:
            yield f"{name} is answered by Click alone"
            continue
        one, two = settled_text(class_name, handler, ours[name], theirs[name])
        if one != two and compares_handler(class_name, handler):
            yield f"{name} says {_first_line(one, two)}"


def _first_line(ours: str, theirs: str) -> str:
    mine, other = ours.split("\n"), theirs.split("\n")
    for number in range(max(len(mine), len(other))):
        one, two = (lines[number] if number < len(lines) else None for lines in (mine, other))
        if one != two:
            return " and Click ".join("nothing" if text is None else repr(text) for text in (one, two)) + f" in line {number + 1}"
    return "the same"
