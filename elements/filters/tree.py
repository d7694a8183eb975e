"""Filter expressions as trees: what `elements.filters.expression` makes of text, and `elements.filters.lower` a condition of."""

from __future__ import annotations

from dataclasses import dataclass

from elements.program.program import Layer


@dataclass(frozen=True)
class Not:
    """Not ``operand``."""

    operand: Expression


@dataclass(frozen=True)
class Junction:
    """All of ``operands`` where ``every``, else any."""

    every: bool
    operands: tuple[Expression, ...]


@dataclass(frozen=True)
class Choice:
    """``yes`` where ``condition`` holds, else ``no``."""

    condition: Expression
    yes: Expression
    no: Expression


@dataclass(frozen=True)
class Test:
    """Whether what ``kind`` names, under ``mask``, is from ``low`` to ``high``, or where ``greater``, is more than ``low``.

    Kinds: `constant` (low is the truth), `host` and `ether` (addresses, with a ``side``), `port` (with a ``side``), `proto`, `tcp opt`,
    `frag`, `field`. Of two sides `src or dst` is any, `src and dst` both; ``negated`` is then the opposite of that.

    What is asked lies in the header of ``layer``: ``size`` bits from bit ``offset`` where the kind has not two sides. ``protocol`` is what
    the packet must be of, whichever header is asked: packets of another do not pass, however the test is negated. `TCP_OR_UDP` stands for
    both, `TRANSPORT` for any. Tests of the transport header are passed by first fragments alone. A single number is compared under the
    mask, too.
    """

    kind: str
    low: int = 0
    high: int = 0
    mask: int = 0
    greater: bool = False
    negated: bool = False
    side: str = "src or dst"
    protocol: int | None = None
    layer: Layer = "network"
    offset: int = 0
    size: int = 0


Expression = Not | Junction | Choice | Test
