"""Handlers by name, as Click's users call them: those of elements, those that every element has, and those of the machine itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from inspect import signature
from typing import TYPE_CHECKING, Final

from elements.definition.catalogue import class_names
from elements.definition.handlers import handlers_of
from elements.definition.host import HandlerError
from graph.print_click import print_graph

if TYPE_CHECKING:
    from swclick.live import Live

VERSION: Final = "2.1"
"""The version of Click whose language, elements and handlers these are."""
TICKETS: Final = 1 << 16
MOST_TICKETS: Final = 1 << 15
_Read = Callable[[str], str]
_Write = Callable[[str], str | None]


class Handlers:
    """Of a machine that runs by itself."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self.written: dict[str, _Write] = {"stop": self._stop}
        """Write handlers of the machine itself; whoever drives it may add some."""
        self.asked: dict[str, _Read] = {
            "version": lambda _: VERSION,
            "list": lambda _: "".join(f"{line}\n" for line in (len(live.names), *live.names)),
            "classes": lambda _: "".join(f"{name}\n" for name in class_names()),
            "config": lambda _: print_graph(live.graph),
            "flatconfig": lambda _: print_graph(live.graph),
            "requirements": lambda _: "".join(f"{name}\n" for name in live.graph.requirements),
            "packages": lambda _: "",
            "handlers": lambda _: _listed(self.asked, self.written),
        }
        """Read handlers of the machine itself."""

    def read(self, handler: str, question: str = "", asking: str = "") -> str:
        """The text of a read handler. Errors: `HandlerError`."""
        element, name = self.find(handler, asking)
        found = self.reads(element).get(name)
        if found is None:
            raise HandlerError(f"no {_called(element, name)!r} read handler" if name in self.writes(element) else _missing(element, name))
        return _asked(lambda: found(question), element, name)

    def write(self, handler: str, text: str, asking: str = "") -> str:
        """Call a write handler; what it answers, usually nothing. Errors: `HandlerError`."""
        element, name = self.find(handler, asking)
        found = self.writes(element).get(name)
        if found is None:
            raise HandlerError(f"{_called(element, name)!r} is not writable" if name in self.reads(element) else _missing(element, name))
        return _asked(lambda: found(text) or "", element, name)

    def find(self, handler: str, asking: str = "") -> tuple[str, str]:
        """Element (nothing for the machine itself) and handler. Errors: `HandlerError`."""
        name, dot, what = handler.partition(".")
        if not dot:
            return "", handler
        return self.element(name, asking), what

    def element(self, name: str, asking: str = "") -> str:
        """The element of that name, looked for from that compound element outwards in which ``asking`` stands; one may be named by its
        number in the graph, from 1 on. Errors: `HandlerError`."""
        around = asking.rpartition("/")[0]
        while True:
            full = f"{around}/{name}" if around else name
            if full in self._live.elements:
                return full
            if not around:
                break
            around = around.rpartition("/")[0]
        if name.isdigit() and 0 < int(name) <= len(self._live.names):
            return self._live.names[int(name) - 1]
        raise HandlerError(f"no element named {name!r}")

    def reads(self, element: str) -> Mapping[str, _Read]:
        """The read handlers of an element, or of the machine itself, by name."""
        return self.asked if not element else self._own_reads(element)

    def writes(self, element: str) -> Mapping[str, _Write]:
        """The write handlers of an element, or of the machine itself, by name."""
        return self.written if not element else self._own_writes(element)

    @cache  # noqa: B019 - it lives as long as the machine
    def _own_reads(self, name: str) -> dict[str, _Read]:
        live, element = self._live, self._live.elements[name]
        found: dict[str, _Read] = {
            "name": lambda _: name,
            "class": lambda _: element.node.class_name,
            "config": lambda _: element.node.config,
            "handlers": lambda _: _listed(self.reads(name), self.writes(name)),
        }
        task = live.task_of(name)
        if task is not None:
            found["scheduled"] = lambda _: str(task.entry.place >= 0).lower()
            found["tickets"] = lambda _: str(TICKETS // task.stride)
            found["home_thread"] = lambda _: "0"
        for handler, method in handlers_of(element, "read").items():
            found[handler] = _reading(method, live, name)
        return found

    @cache  # noqa: B019 - it lives as long as the machine
    def _own_writes(self, name: str) -> dict[str, _Write]:
        live = self._live
        found: dict[str, _Write] = {}
        task = live.task_of(name)
        if task is not None:

            def set_tickets(text: str) -> None:
                if not text.strip().isdigit():
                    raise ValueError("expected a number of tickets")
                task.stride = TICKETS // min(max(int(text), 1), MOST_TICKETS)

            found["tickets"] = set_tickets
        for handler, method in handlers_of(live.elements[name], "write").items():
            found[handler] = _writing(method, live, name)
        return found

    def _stop(self, text: str) -> None:
        self._live.stop(int(text) if text.strip().isdigit() else 1)


def _reading(method: Callable[..., str], live: Live, name: str) -> _Read:
    takes_question = len(signature(method).parameters) > 1

    def read(question: str) -> str:
        live.before_read(name)
        return method(live.words(name), question) if takes_question and question else method(live.words(name))

    return read


def _writing(method: Callable[..., str | None], live: Live, name: str) -> _Write:
    def write(text: str) -> str | None:
        answer = method(live.words(name), text)
        live.after_write(name)
        return answer

    return write


def _asked(call: Callable[[], str], element: str, name: str) -> str:
    try:
        return call()
    except ValueError as error:
        raise HandlerError(str(error)) from None


def _listed(reads: Iterable[str], writes: Iterable[str]) -> str:
    """Names and what can be done with them, as Click lists them."""
    there, names = set(writes), dict.fromkeys([*reads, *writes])
    asked = set(reads)
    return "".join(f"{name}\t{'r' if name in asked else ''}{'w' if name in there else ''}\n" for name in names)


def _called(element: str, name: str) -> str:
    return f"{element}.{name}" if element else name


def _missing(element: str, name: str) -> str:
    return f"no {_called(element, name)!r} handler"
