"""IPFilter(ACTION PATTERN, ...)

Sends an IP packet where the action of the first pattern that it matches says; packets that match none are dropped.

Patterns are the expressions of IPClassifier, which see. The IP header must be marked.

Arguments:
    ACTION PATTERN: `allow` or a number of an output, or `deny` or `drop`; then an expression.

Examples:
    IPFilter(allow src net 10.0.0.0/8 and tcp port 80, deny all)
    IPFilter(deny ip frag, 0 udp, drop icmp, allow tcp opt syn, allow dst host 1.2.3.4)
"""

import re
from dataclasses import dataclass
from typing import Final

from elements.definition.arguments import Rest
from elements.definition.element import Element
from elements.definition.octets import WHITE
from elements.definition.parsers import unsigned16
from elements.definition.ports import Ports
from elements.filters.expression import parse_expression
from elements.filters.lower import lower
from elements.filters.tree import Expression
from elements.program.packet import Packet
from elements.program.values import FALSE, bit_and, bit_not
from graph.configuration import unquote

_ACTION: Final = re.compile(r"\s*([A-Za-z0-9\-./@_:]*)\s*", re.ASCII)
_OUTPUTS: Final = {"allow": 0, "deny": None, "drop": None}


@dataclass(frozen=True)
class Rule:
    """Packets that match ``pattern`` leave by ``output``; None drops them."""

    output: int | None
    pattern: Expression


def rule(text: str) -> Rule:
    """A rule of text. Errors: ``ValueError``; columns count from the start of the expression."""
    whole = unquote(text) if '"' in text or "'" in text else text
    found = _ACTION.match(whole)
    action, expression = (found.group(1), whole[found.end() :].rstrip(WHITE)) if found else ("", whole)
    try:
        output = _OUTPUTS[action] if action in _OUTPUTS else unsigned16(action)
    except ValueError:
        first = action or next(iter(re.findall(r"\S+", whole, re.ASCII)), "")
        raise ValueError(f"allow, deny, drop or the number of an output is wanted first, not {first!r}") from None
    return Rule(output, parse_expression(expression or "any"))


class IPFilter(Element):
    ports = Ports("1/-", "h/h")
    rules = Rest("ACTION PATTERN", rule)

    def setup(self) -> None:
        for number, entry in enumerate(self.rules, 1):
            if entry.output is not None and entry.output >= max(self.outputs, 1):
                raise ValueError(f"RULE {number}: there is no output {entry.output}: {self.outputs} are in use")

    def program(self, p: Packet) -> None:
        decided = FALSE
        for entry in self.rules:
            here = lower(entry.pattern, p)
            if entry.output is not None and entry.output < self.outputs:
                with p.when(bit_and(here, bit_not(decided))):
                    p.output(entry.output)
            decided = decided | here
