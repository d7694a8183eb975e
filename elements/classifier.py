"""Classifier(PATTERN, ...)

Sends a packet to the output of the first pattern that its bytes match; packets that match none are dropped.

A pattern is a list of clauses `OFFSET/VALUE` or `OFFSET/VALUE%MASK`, with VALUE and MASK in hexadecimal, two digits a byte; `?` in VALUE is
any digit, and `!` in front of a clause turns it round. `-` matches every packet. A packet that is too short for a clause does not match it.

Arguments:
    PATTERN: clauses that must all match.

Examples:
    Classifier(12/0800, 12/0806 20/0001, -)
    Classifier(12/8100 14/0064%0fff, !12/0800, 0/0?1?)
    Classifier(-)
"""

import re
from dataclasses import dataclass

from elements.definition.arguments import Rest
from elements.definition.element import Element
from elements.definition.ports import Ports
from elements.program.combine import all_of
from elements.program.packet import Packet
from elements.program.values import FALSE, TRUE, Value, bit_and, bit_not


@dataclass(frozen=True)
class Clause:
    """Bytes from ``offset`` on that must equal ``value`` where ``mask`` has ones; ``negated`` turns the test round."""

    offset: int
    value: bytes
    mask: bytes
    negated: bool


_CLAUSE = re.compile(r"(!?)(0*[0-9]{1,9})/([0-9a-fA-F?]+)(?:%([0-9a-fA-F]+))?")


def pattern(text: str) -> tuple[Clause, ...]:
    """The clauses of a pattern. Errors: ``ValueError`` naming the clause."""
    if text == "-":
        return ()
    clauses = []
    for word in re.sub(r"!\s+", "!", text).split():
        found = _CLAUSE.fullmatch(word)
        if found is None:
            raise ValueError(f"a clause such as 12/0800 or 14/0064%0fff is wanted, not {word!r}")
        negated, offset, digits, mask_digits = found.groups()
        if len(digits) % 2 or len(mask_digits or "00") % 2:
            raise ValueError(f"{word!r} has half a byte: two digits a byte are wanted")
        if mask_digits is not None and len(mask_digits) != len(digits):
            raise ValueError(f"the mask of {word!r} is not as long as its value")
        value = bytes.fromhex(digits.replace("?", "0"))
        mask = bytes.fromhex(re.sub(r"[0-9a-fA-F]", "f", digits).replace("?", "0"))
        if mask_digits is not None:
            mask = bytes(a & b for a, b in zip(mask, bytes.fromhex(mask_digits), strict=True))
        clauses.append(Clause(int(offset), bytes(a & b for a, b in zip(value, mask, strict=True)), mask, bool(negated)))
    if not clauses:
        raise ValueError("a pattern has at least one clause; - matches every packet")
    return tuple(clauses)


class Classifier(Element):
    ports = Ports("1/-", "h/h")
    patterns = Rest("PATTERN", pattern, 1)

    def setup(self) -> None:
        if self.outputs > len(self.patterns):
            raise ValueError(f"{self.outputs} outputs are in use, but there are {len(self.patterns)} pattern(s)")
        for number, clauses in enumerate(self.patterns, 1):
            for clause in clauses:
                if clause.offset + len(clause.value) > 128:
                    raise ValueError(f"PATTERN {number}: bytes beyond the first 128 cannot be tested")

    def program(self, p: Packet) -> None:
        matched = FALSE
        for number, clauses in enumerate(self.patterns):
            here = all_of(*(self._matches(p, clause) for clause in clauses))
            if number < self.outputs:
                with p.when(bit_and(here, bit_not(matched))):
                    p.output(number)
            matched = matched | here

    @staticmethod
    def _matches(p: Packet, clause: Clause) -> Value:
        end = clause.offset + len(clause.value)
        tests = [p.has(end)]
        if all(mask == 0xFF for mask in clause.mask):
            # One comparison of the whole field: what other elements ask of it is the same value.
            tests.append(p.data[clause.offset : end].equals(int.from_bytes(clause.value, "big")))
        else:
            for index, (value, mask) in enumerate(zip(clause.value, clause.mask, strict=True)):
                tests.append((p.data[clause.offset + index] & mask).equals(value) if mask else TRUE)
        here = all_of(*tests)
        return bit_not(here) if clause.negated else here
