"""Handlers by name, as Click's users call them: those of elements, those that every element has, and those of the machine itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from inspect import signature
from typing import TYPE_CHECKING, Final, Literal

from elements.definition.catalogue import class_names
from elements.definition.handlers import handlers_of
from elements.definition.host import HandlerError
from elements.definition.octets import as_octets
from elements.scripts.numbers import whole
from graph.configuration import shift_word, unquote
from swclick.unparse import connections, unparse

if TYPE_CHECKING:
    from swclick.live import Live, Task

VERSION: Final = "2.1"
"""The version of Click whose language, elements and handlers these are."""
TICKETS: Final = 1 << 16
MOST_TICKETS: Final = 1 << 15


@dataclass(frozen=True)
class Handler:
    """A handler of one kind. ``call`` takes a question or what is written; ``asks`` says whether a read handler takes a question, and
    ``is_private`` whether nobody outside may call it; ``is_calm`` that what it says hardly ever changes."""

    call: Callable[[str], str | None]
    asks: bool = False
    is_private: bool = False
    is_calm: bool = False


@dataclass(frozen=True)
class Found:
    """A handler with its whole name, which it can be called by."""

    name: str
    handler: Handler

    def __call__(self, text: str) -> str:
        """What it says. Errors: `HandlerError`."""
        try:
            return self.handler.call(text) or ""
        except ValueError as error:
            raise HandlerError(str(error)) from None


class Handlers:
    """Of a machine that runs by itself."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._tickets: dict[str, int] = {}
        self._reads: dict[str, dict[str, Handler]] = {}
        self._writes: dict[str, dict[str, Handler]] = {}
        self.asked: dict[str, Handler] = {
            "version": Handler(lambda _: VERSION),
            "driver": Handler(lambda _: "userlevel"),
            "config": Handler(lambda _: as_octets(unparse(live.graph))),
            "flatconfig": Handler(lambda _: as_octets(unparse(live.graph))),
            "requirements": Handler(lambda _: "".join(f"{name}\n" for name in live.graph.requirements)),
            "handlers": Handler(lambda _: listed(self.asked, self.written)),
            "list": Handler(lambda _: "".join(f"{line}\n" for line in (len(live.names), *live.names))),
            "classes": Handler(lambda _: "".join(f"{name}\n" for name in class_names())),
            "packages": Handler(lambda _: ""),
        }
        """Read handlers of the machine itself; whoever drives it may add some."""
        self.written: dict[str, Handler] = {"stop": Handler(self._stop)}
        """Write handlers of the machine itself."""
        self.tenants: dict[str, Mapping[str, Handler]] = {}
        """Read handlers of tenants, by their names, where they share the processor."""

    def read(self, handler: str, question: str = "", asking: str = "") -> str:
        """The text of a read handler. Errors: `HandlerError`."""
        return self.find_read(handler, question, asking)(question)

    def write(self, handler: str, text: str, asking: str = "") -> str:
        """Call a write handler; what it answers, usually nothing. Errors: `HandlerError`."""
        return self.find_write(handler, asking)(text)

    def find_read(self, handler: str, question: str = "", asking: str = "") -> Found:
        """A read handler that takes this question. Errors: `HandlerError`."""
        element, name = self.find(handler, asking)
        found = self.get(element, name, "read")
        if found is None:
            raise HandlerError(f"no '{full_name(element, name)}' read handler")
        if question and not found.asks:
            raise HandlerError(f"read handler '{full_name(element, name)}' does not take parameters")
        return Found(full_name(element, name), found)

    def find_write(self, handler: str, asking: str = "") -> Found:
        """A write handler. Errors: `HandlerError`."""
        element, name = self.find(handler, asking)
        found = self.get(element, name, "write")
        if found is None:
            raise HandlerError(f"no '{full_name(element, name)}' write handler")
        return Found(full_name(element, name), found)

    def find(self, handler: str, asking: str = "") -> tuple[str, str]:
        """Element (nothing for the machine itself) and handler, whether there or not. Errors: `HandlerError`."""
        word, rest = shift_word(handler)
        text = unquote(word)
        name, dot, what = text.partition(".")
        if not text or rest or (dot and name and not what):
            raise HandlerError("syntax error")
        if dot and not name:
            return "", what
        if dot and (element := self.element(name, asking)) is not None:
            return element, what
        if asking and self.has(asking, text):
            return asking, text
        if dot and not self.has("", text):
            raise HandlerError(f"no element named '{name}'")
        return "", text

    def element(self, name: str, asking: str = "") -> str | None:
        """The element of that name, looked for from that compound element outwards in which ``asking`` stands."""
        around = asking.rpartition("/")[0]
        while True:
            full = f"{around}/{name}" if around else name
            if full in self._live.elements:
                return full
            if not around:
                return name if name in self.tenants else None
            around = around.rpartition("/")[0]

    def has(self, element: str, name: str) -> bool:
        """Whether the element has a handler of that name."""
        return self.get(element, name, "read") is not None or self.get(element, name, "write") is not None

    def get(self, element: str, name: str, kind: Literal["read", "write"]) -> Handler | None:
        """A handler of an element, or of the machine itself."""
        found = (self.reads if kind == "read" else self.writes)(element).get(name)
        if found is not None or not element or element in self.tenants:
            return found
        call = self._live.elements[element].any_handler(kind, name)
        return None if call is None else Handler(call, asks=True)

    def reads(self, element: str) -> Mapping[str, Handler]:
        """The read handlers of an element, or of the machine itself, by name."""
        if not element:
            return self.asked
        if element in self.tenants:
            return self.tenants[element]
        if element not in self._reads:
            self._reads[element] = self._own_reads(element)
        return self._reads[element]

    def writes(self, element: str) -> Mapping[str, Handler]:
        """The write handlers of an element, or of the machine itself, by name."""
        if not element:
            return self.written
        if element in self.tenants:
            return {}
        if element not in self._writes:
            self._writes[element] = self._own_writes(element)
        return self._writes[element]

    def _own_reads(self, name: str) -> dict[str, Handler]:
        live, element = self._live, self._live.elements[name]
        found: dict[str, Handler] = {}
        task = live.task_of(name)
        if task is not None:
            found["scheduled"] = Handler(lambda _: str(live.is_scheduled(name)).lower())
            found["tickets"] = Handler(lambda _: str(self._tickets.get(name, TICKETS // task.stride)))
            found["home_thread"] = Handler(lambda _: "0")
        for handler, method in handlers_of(element, "read").items():
            asks, is_private = len(signature(method).parameters) > 1, bool(method.__dict__.get("is_private"))
            found[handler] = Handler(partial(_read, live, name, method, asks), asks, is_private)
        for handler, call in element.more_handlers("read").items():
            found[handler] = Handler(call)
        always = {
            "handlers": Handler(lambda _: listed(self.reads(name), self.writes(name)), is_calm=True),
            "ports": Handler(lambda _: self._ports(name), is_calm=True),
            "config": Handler(lambda _: as_octets(element.node.config), is_calm=True),
            "class": Handler(lambda _: element.node.class_name, is_calm=True),
            "name": Handler(lambda _: name, is_calm=True),
        }
        return {**found, **{each: handler for each, handler in always.items() if each not in found}}

    def _own_writes(self, name: str) -> dict[str, Handler]:
        live = self._live
        found: dict[str, Handler] = {}
        task = live.task_of(name)
        if task is not None:
            found["tickets"] = Handler(partial(self._set_tickets, name, task))
        for handler, method in handlers_of(live.elements[name], "write").items():
            found[handler] = Handler(partial(_write, live, name, method))
        for handler, call in live.elements[name].more_handlers("write").items():
            found[handler] = Handler(call)
        return found

    def _set_tickets(self, name: str, task: Task, text: str) -> None:
        """A task has a stride; the tickets that it was made from are kept."""
        wanted = whole(text.strip())
        if wanted is None:
            raise ValueError("syntax error")
        tickets = min(max(wanted, 1), MOST_TICKETS)
        if tickets != wanted:
            self._live.say(f"While calling '{name}.tickets {text}':\n  warning: tickets pinned at {tickets}")
        self._tickets[name], task.stride = tickets, TICKETS // tickets

    def _ports(self, name: str) -> str:
        """What every port of an element is and is connected to, as Click says it."""
        checked, graph = self._live.checked, self._live.graph
        codes = self._live.elements[name].ports.processing.partition("/")
        lines, edges = [], connections(graph)
        for word, is_output, count in (("input", False, graph.input_count(name)), ("output", True, graph.output_count(name))):
            letters = (codes[2] or codes[0]) if is_output else codes[0]
            lines.append(f"{count} {word}{'' if count == 1 else 's'}")
            for port in range(count):
                agnostic = "~" if letters[min(port, len(letters) - 1)] == "a" else ""
                ends = [f"[{e.target_port}] {e.target}" for e in edges if is_output and (e.source, e.source_port) == (name, port)]
                ends += [f"{e.source} [{e.source_port}]" for e in edges if not is_output and (e.target, e.target_port) == (name, port)]
                lines.append(f"{checked.kind(name, is_output, port)}{agnostic}\t-\t{', '.join(ends)}")
        return "".join(f"{line}\n" for line in lines)

    def _stop(self, text: str) -> None:
        count = whole(text.strip())
        self._live.stop(1 if count is None or count < 0 else count)


def _read(live: Live, name: str, method: Callable[..., str], asks: bool, question: str) -> str:
    live.before_read(name)
    with live.elements[name].names.used():
        return method(live.words(name), question) if asks and question else method(live.words(name))


def _write(live: Live, name: str, method: Callable[..., str | None], text: str) -> str | None:
    with live.elements[name].names.used():
        answer = method(live.words(name), text)
    live.after_write(name)
    return answer


def full_name(element: str, name: str) -> str:
    """As handlers are called from outside."""
    return f"{element}.{name}" if element else name


def listed(reads: Mapping[str, Handler], writes: Mapping[str, Handler]) -> str:
    """Names and what can be done with them, as Click lists them."""
    return "".join(f"{line}\n" for line in _listed(reads, writes))


def _listed(reads: Mapping[str, Handler], writes: Mapping[str, Handler]) -> Iterator[str]:
    for name in dict.fromkeys([*(name for name in writes if name not in reads), *reads]):
        read, write = reads.get(name), writes.get(name)
        if read is not None and read.is_private and write is None:
            continue
        can = ("r" if read else "") + ("w" if write else "")
        yield f"{name}\t{can}{'+' if read and read.asks else ''}{'.' if read and read.is_calm else ''}"
