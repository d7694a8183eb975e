"""What a Click element is, once: the base class of every file in `elements/`."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from elements.definition.arguments import parse_arguments
from elements.definition.folders import inside
from elements.definition.names import Definition, names_in_use
from elements.definition.octets import as_octets, as_text, unescaped
from elements.definition.ports import Ports
from elements.program.packet import Packet
from elements.program.program import Network, Program, State
from elements.program.rules import check_program
from elements.program.settings import with_settings_fixed
from elements.program.values import TRUE, Value
from graph.diagnostics import ClickError, Diagnostic
from graph.model import Graph, Node

if TYPE_CHECKING:
    from elements.definition.csource import CSource
    from elements.definition.handlers import StateView
    from elements.definition.host import Address, Host
    from elements.reference.machine import Machine
    from elements.reference.packet import Packet as RealPacket
    from graph.check import Checked

HardwareRole = Literal["ingress", "queue", "scheduler", "egress"]


@dataclass(frozen=True)
class Move:
    """What a hand-written element does to the place of headers at one output: ``shift`` of the data's start in bytes, or
    None where the packet that leaves is a new one; ``network`` as in `Exit` (relative to the entry's data, or for a new packet its own)."""

    shift: int | None = 0
    network: Network = "keep"


class StateVariable:
    """Declares a state variable of ``width`` bits and ``depth`` words; read from an element, it is the `State`."""

    def __init__(self, width: int, depth: int = 1, initial: int = 0) -> None:
        self.state = State("", width, depth, initial)

    def __set_name__(self, owner: type, name: str) -> None:
        self.state = State(name, self.state.width, self.state.depth, self.state.initial)

    def __get__(self, element: object | None, owner: type) -> State:
        return self.state


class Element:
    """A Click element: manual page (the docstring of its module), arguments, ports, handlers, state and packet program.

    An element that the grammar of programs can express overrides `program`, and has all readings. One that it cannot express overrides
    `push`, `pull` or `task` (the reference) and `c_source` (the software); `hardware_role` says what it is in hardware, if anything.
    One with a program may have a task beside it, which pulls the packets that nobody pushes.
    """

    ports: ClassVar[Ports]
    hardware_role: ClassVar[HardwareRole | None] = None
    software_reason: str | None = None
    """Why an element that could be hardware is still left to software, where it is."""
    pull_reason: str | None = None
    """Why input 0 has to be pull as the element is configured, where it has to."""
    is_operators: ClassVar[bool] = False
    """Whether it reaches into all of a machine, so that no tenant may have one."""
    is_rare: ClassVar[bool] = False
    """Whether few packets come here, so that software need not be quick with them: errors, answers."""
    drops_are_lost: ClassVar[bool] = False
    """Whether what the handler ``drops`` counts is lost where output 1, by which such packets leave of other elements, is in use, too."""
    file_argument: ClassVar[str | None] = None
    """The argument that names a file, where one does. Which files a tenant may name is the operator's to grant."""
    writes_file: ClassVar[bool] = False
    writes_by_handler: ClassVar[bool] = False
    """Whether a write handler is told the name of a file, which `file_for_handler` finds."""
    filename: str
    host: Host | None = None
    """Whoever drives the machine that the element is in, from before `started` on; None where it is offered packets, and does not run by
    itself."""
    network_bytes: ClassVar[int] = 0
    """Packets that leave by output 0 have at least this many bytes from the network header on: `elements.logic.equivalent.network_bytes`
    proves it, for every example of the element in a test."""

    replaces: Element | None = None
    """The element of the same name and class in the machine whose place this one takes, if any; until `take_state` was called."""

    def __init__(self, node: Node, inputs: int, outputs: int) -> None:
        """Configure from ``node``; ``inputs`` and ``outputs`` are the ports in use. Errors: `ClickError` naming the node's place."""
        self.node = node
        self.name = node.name
        self.names = names_in_use()
        self.inputs = inputs
        self.outputs = outputs
        try:
            self.__dict__.update(parse_arguments(type(self), as_octets(node.config)))
            self.setup()
        except ValueError as error:
            raise ClickError(*map(self.refusal, str(error).split("\n"))) from None

    @classmethod
    def resolved(cls, graph: Graph, node: Node) -> Node:
        """``node`` with what other elements of ``graph`` define for it in its configuration. Errors: `ClickError`."""
        return node

    @classmethod
    def definitions(cls, config: str) -> Iterable[Definition]:
        """The names that an element with this configuration gives to addresses and ports, for the elements around it."""
        return ()

    def refusal(self, why: str) -> Diagnostic:
        """What is said where the element cannot be as it is configured."""
        place, why = f"{self.node.name} :: {self.node.class_name}", as_text(unescaped(why))
        known = ((self.node.location, f"While configuring '{place}':\n  {why}"),)
        return Diagnostic(
            self.node.location, f"{place}: {why}", f"see the manual page of {self.node.class_name}", self.node.source_line, known
        )

    @property
    def folder(self) -> Path:
        """The folder that relative file names in the configuration start from: that of the Click file."""
        return Path(self.node.location.file).parent if self.node.folder is None else Path(self.node.folder)

    def file_for_handler(self, name: str) -> Path:
        """The file that a handler is told to write: for a tenant's element one of the folder that the operator grants it. Errors:
        ``ValueError``."""
        tenant = self.node.location.tenant
        if tenant is None:
            return Path(as_text(name))
        if not self.node.folder:
            raise ValueError(f"{tenant} may use no files")
        return inside(Path(self.node.folder), as_text(name))

    def setup(self) -> None:
        """Check and prepare after the arguments are set. Errors: ``ValueError``, one sentence a line."""

    def meet(self, elements: Mapping[str, Element]) -> None:
        """Look at what others of the graph, all configured, the configuration names. Errors: ``ValueError``, one sentence a line."""

    def examine(self) -> None:
        """Look at the files that the configuration names, before the machine is made. Errors: `ClickError`."""

    def inlined(self) -> str | None:
        """The configuration as text that a stock Click accepts, where it differs from what was given; None where it does not."""
        return None

    # The packet program: all four readings

    def program(self, p: Packet) -> None:
        """What the element does to a packet, in the grammar of programs. Overridden by every element that it can express."""
        raise NotImplementedError

    def in_hardware(self, p: Packet) -> Value:
        """The common case that the hardware reading covers (1 bit); other packets cross to the software reading."""
        return TRUE

    @property
    def has_program(self) -> bool:
        """Whether the element is written as a packet program."""
        return type(self).program is not Element.program

    def trace(self) -> Program:
        """The traced program; it is legal by `elements.program.rules`. State that no packet changes is a constant in it."""
        return self._fixed

    def trace_live(self) -> Program:
        """The same where write handlers can change such state: in software."""
        return self._traced

    @cached_property
    def _fixed(self) -> Program:
        return with_settings_fixed(self._traced)

    @cached_property
    def _traced(self) -> Program:
        packet = Packet(self.outputs)
        self.program(packet)
        return check_program(packet.finish())

    def trace_condition(self) -> Value:
        """The traced `in_hardware` condition."""
        return self.in_hardware(Packet(self.outputs))

    @property
    def has_task(self) -> bool:
        """Whether the element works by itself."""
        return type(self).task is not Element.task

    def always_sends(self, output: int) -> bool:
        """Whether every packet that comes leaves by ``output``, itself or a copy, and is no longer than it was."""
        ways = self.trace().exits if self.has_program else ()
        return any(way.port == output and way.when is TRUE and way.shift >= 0 for way in ways)

    def usual_share(self, output: int) -> float | None:
        """The share of packets that leaves by ``output``, where that does not depend on what they are; None where it does."""
        return 1.0 if self.always_sends(output) else None

    @property
    def most_ways(self) -> int:
        """By how many outputs one packet may leave, copies of it by all but one."""
        return 1 if not self.has_program or self.trace().exclusive else self.outputs

    @property
    def cuts_to(self) -> int | None:
        """The most bytes of the pieces that it cuts packets into, which leave by output 0; None where it cuts none."""
        return None

    def cutting_to(self, least: int) -> Element:
        """The element as it is where its pieces may have ``least`` bytes at least; itself where they may, or it cuts none."""
        return self

    def most_pieces(self, output: int, arriving: int) -> int:
        """The most packets that leave by ``output`` for one that comes, of at most ``arriving`` bytes: pieces, and what is sent beside it.
        What was stored counts for the packet that it came as."""
        return 1

    def most_bytes(self, output: int, arriving: tuple[int, ...]) -> int:
        """The most bytes of a packet that leaves by ``output``, where those that come have at most ``arriving``, by input; where there is
        none, those of a port; whatever write handlers set. Overridden where it is less, and where new packets may have more."""
        if self.has_program:
            return max((max(arriving) - way.shift for way in self.trace().exits if way.port == output), default=0)
        return max(arriving) - (self.move(output).shift or 0)

    # Hand-written readings

    def initialize(self, machine: Machine) -> None:
        """Called once before the first packet of the reference machine."""

    def push(self, machine: Machine, port: int, packet: RealPacket) -> None:
        """Reference: a packet arrives at push input ``port``."""
        raise NotImplementedError

    def pull(self, machine: Machine, port: int) -> RealPacket | None:
        """Reference: a packet is asked for at pull output ``port``."""
        raise NotImplementedError

    def task(self, machine: Machine) -> int:
        """Reference: one run of the element's task; whether it did anything, or the packets that it moved, where it can be many."""
        return False

    def timer(self, machine: Machine) -> None:
        """Reference: the time that the element asked for by ``machine.at`` has come."""

    def stored(self) -> int:
        """Reference: the packets that the element stores. Overridden by every one that is a storage, whose C says ``stored``, too."""
        return 0

    def storage_near(self, checked: Checked, elements: Mapping[str, Element]) -> list[str]:
        """The storage whose packets it counts, if it does; its C has their number as ``STORED_NEAR``. Errors: `ClickError`."""
        return []

    def after_write(self, machine: Machine) -> None:
        """Reference: a write handler of the element was called."""

    def before_read(self, machine: Machine) -> None:
        """Reference: a read handler of the element is about to be called."""

    def called(self, host: Host, what: int, packet: Address | None) -> int:
        """What of the element is Python in every reading: its C calls it, with a number and, perhaps, the address of a packet of the
        runtime. What it gives is the value of the call."""
        return 0

    def started(self, host: Host) -> None:
        """Called once when all elements of a machine that runs by itself are ready, before anything runs. Errors: `ClickError`."""

    def due(self, host: Host) -> None:
        """Called when the time has come that was asked for by ``host.at``."""

    def ready(self, host: Host, descriptor: int, events: int) -> None:
        """Called when a file descriptor is ready that ``host.watch`` was told of."""

    @property
    def manages_stops(self) -> bool:
        """Whether `stopping` is asked when the driver is told to stop; one element of a machine may be."""
        return False

    def stopping(self, host: Host) -> bool:
        """Called, again and again, while the driver is told to stop: what is to be done before. It can take that back by ``host.stop(-1)``.
        Whether it may be called again for the same stop."""
        return False

    def more_handlers(self, kind: Literal["read", "write"]) -> Mapping[str, Callable[[str], str | None]]:
        """Handlers beside those of the class, in a machine that runs by itself, by name. A read handler gives text and is called with its
        question, a write handler with its text. Errors: `ValueError`, `HandlerError`."""
        return {}

    def any_handler(self, kind: Literal["read", "write"], name: str) -> Callable[[str], str | None] | None:
        """A handler that nothing else says, None where it is not there, either."""
        return None

    def llrpc(self, state: StateView, number: int, data: bytes) -> bytes:
        """Answer to a numbered call (LLRPC) of Click's control protocol with as many bytes as it came with. Errors: ``OSError``."""
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))

    def take_state(self, old: Element, host: Host) -> None:
        """Called before anything runs in a machine that takes the place of another, in which ``old``, of the same name and class, was."""

    def taken_down(self, host: Host) -> None:
        """Called when a machine that ran by itself is taken down: what `started` opened is closed."""

    def c_source(self) -> CSource:
        """The hand-written C reading; of an element with a program what it has beside it."""
        raise NotImplementedError

    def move(self, output: int) -> Move:
        """Where headers are at ``output`` of a hand-written element."""
        return Move()
