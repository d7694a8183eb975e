"""Where scripts tell what went wrong: to people, or to whoever called a handler; lines stand below what was being done."""

from __future__ import annotations

from collections.abc import Callable

from elements.definition.host import HandlerError


class Errors:
    """Hands lines to ``say`` and counts them. The first comes below the ``context`` line, where there is one, and all are indented then."""

    def __init__(self, say: Callable[[str], None], context: str = "") -> None:
        self._say = say
        self._context = context
        self._is_said = not context
        self._indent = "  " if context else ""
        self.count = 0

    def error(self, text: str) -> None:
        """Tell it; of several lines each is one, too."""
        self.count += 1
        for line in text.split("\n"):
            self.line(line)

    def line(self, text: str) -> None:
        """Tell one line, which is not counted."""
        if not self._is_said:
            self._is_said = True
            self._say(self._context)
        self._say(self._indent + text)

    def within(self, context: str) -> Errors:
        """Errors of something done meanwhile, which are counted here, too."""
        return _Within(self, context)


class _Within(Errors):
    def __init__(self, outer: Errors, context: str) -> None:
        super().__init__(outer.line, context)
        self._outer = outer

    def error(self, text: str) -> None:
        """As outside, and counted there."""
        self._outer.count += 1
        super().error(text)


class Kept(Errors):
    """Keeps lines for a `HandlerError`."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        super().__init__(self.lines.append)

    def check(self, answer: str | None) -> None:
        """Errors: `HandlerError`, with what the handler answers nevertheless, if any line was kept."""
        if self.lines:
            raise HandlerError("\n".join(self.lines), answer)
