"""What a proof presumes, or shows for another that presumes it, in words and with its bound."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Said:
    """``what`` in words, in which ``{most}`` stands for the bound, where there is one: what is said follows from the same with a smaller
    bound."""

    what: str
    most: int | None = None

    def __str__(self) -> str:
        return self.what if self.most is None else self.what.format(most=self.most)

    def shows(self, other: Said) -> bool:
        """Whether this being so, the other is: the same, with a bound that is no greater."""
        if self.most is None or other.most is None:
            return self == other
        return self.what == other.what and self.most <= other.most
