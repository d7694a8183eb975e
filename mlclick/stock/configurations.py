"""The configurations in which an element is compared: everything that comes to it out of a capture, everything that leaves into one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from elements.definition.catalogue import class_info, find, manual_page
from graph.check import port_limits
from graph.configuration import split_arguments
from mlclick.stock.apart import WAYS
from mlclick.stock.feeds import feeds_of
from mlclick.stock.odd import ODD
from mlclick.stock.special import special_way
from mlclick.stock.way import SOURCE, TIMED_SOURCE, Way, seconds_of, sink, text_of

_MOST: Final = 10_000
"""Packets that are stored before anything is pulled."""
BUSY: Final = frozenset(("BandwidthShaper", "Bypass", "SimplePullSwitch", "SimpleQueue", "StaticPullSwitch"))
"""Whoever pulls from these asks again and again, since they do not say that there is nothing, so that simulated time would not go on."""
_REAL: Final = 1
"""Seconds that a machine takes for all packets to come, in real time."""
_FORGETTING: Final = ("ARPQuerier", "IP6NDSolicitor")
"""Their addresses are forgotten when a packet comes, in Click by the clock: counts after the last packet are not the same."""
_AFTER: Final = 10
"""Seconds that a machine goes on when the last packet has come, where they come at their time."""
_PORTS: Final = 3
"""That are in use of an element that may have any number."""


@dataclass(frozen=True)
class Configuration:
    """``text`` runs ``example``, an element of ``class_name``, in all its ways at once; in each the element is called ``x``.
    ``asked``: the read handlers, ELEMENT.HANDLER, that are asked at the end. ``simulated``: in simulated time. ``seconds``: how long it
    runs at most, by its clock."""

    name: str
    class_name: str
    example: str
    text: str
    ways: int
    asked: tuple[str, ...]
    simulated: bool = True
    seconds: float = 0


def examples(class_name: str) -> list[str]:
    """The examples of its manual page, and behind them those with odd arguments."""
    lines = manual_page(class_name).partition("\nExamples:\n")[2].splitlines()
    return [*(line.strip() for line in lines if line.strip()), *(each for each in ODD if each.partition("(")[0] == class_name)]


def configurations(class_name: str, lasting: int = 0) -> list[Configuration]:
    """A configuration for each example of the class, and two where it remembers for a time; the same each time. ``lasting``: seconds from
    the first packet's time to the last one's."""
    made = []
    for number, example in enumerate(examples(class_name)):
        own = special_way(class_name, example)
        ways = ordinary_ways(class_name, example) if own is None else [own]
        simulated = class_name not in BUSY
        asked = tuple(f"w{at}/x.{name}" for at in range(len(ways)) for name in handlers_asked(class_name))
        if class_name.endswith("Rewriter") or class_name in _FORGETTING:
            slow = [replace(way, end=lasting + _AFTER) for way in ways]
            timed, longest = text_of(slow).replace(SOURCE, TIMED_SOURCE), seconds_of(slow)
            seen = () if class_name in _FORGETTING else asked
            made.append(Configuration(f"{class_name}-{number}-timed", class_name, example, timed, len(ways), seen, seconds=longest))
            # Before anything is due.
            ways = [replace(way, end=0.1) for way in ways]
        ways = ways if simulated else [replace(way, end=_REAL) for way in ways]
        text, seconds = text_of(ways), seconds_of(ways)
        made.append(Configuration(f"{class_name}-{number}", class_name, example, text, len(ways), asked, simulated, seconds))
    return made


def ordinary_ways(class_name: str, example: str) -> list[Way]:
    """The ways in which packets are pushed to ``example`` and pulled from it as they come, and pulled when all are stored, as it is
    made: for each kind of packets that it takes."""
    ins, outs = codes_of(class_name, example)
    hows = [*(["push"] if "l" not in ins else ["pull"]), *(["store"] if "a" in ins or "l" in ins + outs else [])]
    hows = [how for how in hows if (class_name, how) not in WAYS]
    return [_way(example, feed, (ins, outs), how) for feed in (feeds_of(class_name, example) if ins else (None,)) for how in hows]


def codes_of(class_name: str, example: str) -> tuple[str, str]:
    """A letter for each input that is connected, and for each output: ``h`` is pushed, ``l`` is pulled, ``a`` may be either."""
    info = class_info(class_name)
    assert info is not None
    count, _, out_count = info.port_count.partition("/")
    code, _, out_code = info.processing.partition("/")
    arguments = split_arguments(example.partition("(")[2].rpartition(")")[0])
    inputs = _ports(count, 0)
    if class_name == "StrideSched":
        inputs = len(arguments)
    elif class_name in ("ICMPPingRewriter", "IPRewriter", "IPAddrRewriter", "IPAddrPairRewriter", "TCPRewriter", "UDPRewriter"):
        inputs = 2
    outputs = _ports(out_count or count, inputs)
    if class_name in ("Classifier", "IPClassifier", "StrideSwitch"):
        outputs = len(arguments)
    elif class_name in ("BandwidthMeter", "Meter"):
        outputs = len(arguments) + 1
    elif class_name in ("Tee", "PullTee") and arguments:
        outputs = int(arguments[0])
    elif "Lookup" in class_name or class_name == "IPFilter":
        outputs = 1
    elif inputs == 2 and class_name.endswith("Rewriter"):
        outputs = 2
    return _letters(code, inputs), _letters(out_code or code, outputs)


def _ports(code: str, inputs: int) -> int:
    least, most = port_limits(code, inputs)
    return max(least, min(_PORTS, most)) if most is not None else max(least, _PORTS)


def _letters(code: str, ports: int) -> str:
    """The last letter of ``code`` is for all that follow."""
    return (code + code[-1:] * ports)[:ports]


def _way(example: str, feed: str | None, codes: tuple[str, str], how: str) -> Way:
    ins, outs = codes
    stored = "al" if how == "store" else "l"
    lines = [f"x :: {example};"]
    if len(ins) > 1:
        lines.append("input -> r :: RoundRobinSwitch;")
    first = "r [{}]" if len(ins) > 1 else "input"
    lines += [f"{first.format(port)}{f' -> Queue({_MOST})' if code in stored else ''} -> [{port}] x;" for port, code in enumerate(ins)]
    pulled = [port for port, code in enumerate(outs) if code in stored]
    for port in range(len(outs)):
        puller = f" -> u{port} :: Unqueue(ACTIVE {'false' if how == 'store' else 'true'})" if port in pulled else ""
        lines.append(f"x [{port}]{puller} -> {sink(port)};")
    late = tuple(f"u{port}" for port in pulled) if how == "store" else ()
    return Way("\n".join(f"  {line}" for line in lines), feed, late)


def handlers_asked(class_name: str) -> list[str]:
    """The read handlers of the class, as far as they are the element's own; of those that are there for each port the first three."""
    if class_name in ("DriverManager", "Script"):
        # Theirs are functions, which are asked with arguments.
        return []
    found = find(class_name)
    assert found is not None
    names = {name for attribute in dir(found) if (name := getattr(getattr(found, attribute), "__dict__", {}).get("read_handler"))}
    each = [[f"{name[:-1]}{port}" for port in range(3)] if name.endswith("#") else [name] for name in sorted(names)]
    return [name for names in each for name in names]
