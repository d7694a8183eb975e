"""Script([TYPE] [, INSTRUCTION, ...])

Runs instructions: sets variables, calls handlers, waits, stops the driver.

Instructions run one after the other; what stands in the list below in capitals is text in which `$name` is replaced by a variable and
`$(handler arguments)` by what a read handler says. Handlers of the script itself need no element name, so that `$(add $x 1)` computes.
Instructions whose names end in q take a layer of quotes from the result.

    set VAR TEXT, setq             set a variable
    init VAR TEXT, initq           set it once, when the machine is made
    export VAR [TEXT], exportq     likewise, and the variable is a read handler, too
    print [>FILE | >>FILE] [TEXT | HANDLER], printq    print a line; text that begins with a letter, @ or _ is a handler
    printn [>FILE | >>FILE] [TEXT | HANDLER], printnq  likewise without an end of line
    save HANDLER FILE, append HANDLER FILE             print what a handler says into a file
    read HANDLER [ARGUMENTS], readq      print a handler's name and what it says on standard error
    write HANDLER [ARGUMENTS], writeq    call a write handler; `$?` is 0 after that, or -1 where it refused
    pause [COUNT]                  wait for COUNT steps; also called wait_step, wait_stop and wait
    wait TIME                      wait so long, or for a step; also called wait_time and wait_for
    label NAME, goto NAME [CONDITION], loop            go somewhere else; a script that jumps 1000 times without waiting is given up
    return [VALUE], returnq        end; what the handler `run` says, or the output that a packet leaves by
    end, exit                      end; a packet leaves by output 0 after `end`, and is dropped after `exit`
    error [MESSAGE], errorq        end with an error
    stop                           end, and tell the driver to stop

`$args` are the arguments of the handler `run`, `$1` and so on its words, `$#` their number, `$0` the name of the handler, `$write` whether
it was called to write, `$input` the input that a packet came by, `$$` the number of the process.

Scripts run where the machine runs by itself (`swclick`). In a machine that is offered packets nothing is run: they pass from each input to
output 0. Where Click divides by zero, its handlers end the program; here they refuse.

Arguments:
    TYPE: ACTIVE runs at once; PASSIVE when the handler `run` is called; PACKET for each packet; PROXY for each call of a handler that no
        script has; DRIVER at once and, as DriverManager says, whenever the driver is told to stop; SIGNAL and names or numbers of signals,
        once whenever one of them comes, and again only after `end`. PACKET if not given where it has ports, else ACTIVE.
    INSTRUCTION: see above.

Handlers:
    abs (read): the absolute value of a number.
    add (read): the sum of numbers.
    and (read): whether all words are true.
    cat (read): what is in a file; not to be asked from outside.
    catq (read): likewise, as a string in quotes.
    div (read): a number divided by others, with a fraction.
    eq (read): whether two numbers, or else two texts, are equal.
    first (read): the first word.
    ge (read): whether the first of two is greater or equal.
    get (read): the value of a variable.
    goto (write): go on at a label.
    gt (read): whether the first of two is greater.
    htonl (read): a number of 32 bits in the network's byte order.
    htons (read): a number of 16 bits in the network's byte order.
    idiv (read): a number divided by others, without the fraction.
    if (read): the second word if the first is true, else the third.
    in (read): whether the first word is one of the others.
    kill (read): send a signal to processes; not to be asked from outside.
    le (read): whether the first of two is less or equal.
    length (read): how many bytes the text has.
    lt (read): whether the first of two is less.
    max (read): the greatest of numbers.
    min (read): the least of numbers.
    mod (read): what is left of a whole number divided by another.
    mul (read): the product of numbers.
    nand (read): whether not all words are true.
    ne (read): whether two are not equal.
    neg (read): a number with the other sign.
    nor (read): whether no word is true.
    not (read): the contrary.
    now (read): the time, in seconds since 1970.
    ntohl (read): the contrary of htonl.
    ntohs (read): the contrary of htons.
    or (read): whether a word is true.
    random (read): a random number: of 31 bits, below N, or from N1 to N2.
    readable (read): whether all these read handlers are there.
    rem (read): what is left of a number divided by another.
    run (read): run from the beginning; what the script returns.
    run (write): run from the beginning.
    set (write): set a variable: its name and value.
    shift (read): takes the first word from a variable, args if none is named.
    sprintf (read): a format and what it asks for, as printf prints it.
    step (write): pass a pause or a wait, or as many as are given.
    sub (read): the first of numbers less all others.
    unquote (read): the text with a layer of quotes less.
    writable (read): whether all these write handlers are there.

Examples:
    Script(wait 1s, print q.length, loop)
    Script(TYPE PASSIVE, return $(add $(a.count) $(b.count)))
    Script(TYPE ACTIVE, set x 0, label again, print $x, set x $(add $x 1), goto again $(lt $x 5), stop)
"""

import os
import random
import signal
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Final, Literal

from elements.definition.arguments import Rest, keyword
from elements.definition.csource import CSource
from elements.definition.element import Element
from elements.definition.handlers import StateView, private, reads, writes
from elements.definition.host import Address, HandlerError, Host
from elements.definition.octets import as_text
from elements.definition.parsers import file_name, raw
from elements.definition.ports import Ports
from elements.passing.each_packet import each_source
from elements.reference.machine import Machine
from elements.reference.packet import Packet
from elements.scripts.errors import Errors, Kept
from elements.scripts.instructions import program_of
from elements.scripts.numbers import ARITHMETIC, truth_text, whole, words
from elements.scripts.run import Run
from elements.scripts.texts import TEXTS
from graph.configuration import quote_always, shift_word

SIGNALS: Final = ("ABRT", "ALRM", "HUP", "INT", "IO", "PIPE", "QUIT", "TERM", "TSTP", "USR1", "USR2")
_TYPES: Final = {"ACTIVE": "active", "PASSIVE": "passive", "PACKET": "packet", "PUSH": "packet", "PROXY": "proxy", "DRIVER": "driver"}
_MOST_RANDOM: Final = (1 << 31) - 1


def _signal(word: str) -> int:
    """The number of a signal, -1 where it is none."""
    number = getattr(signal, f"SIG{word}") if word in SIGNALS else whole(word)
    return int(number) if number is not None and 0 <= number < 32 else -1


class Script(Element):
    is_operators: ClassVar[bool] = True
    ports = Ports("-/-", "ah/ah")
    type_given = keyword("TYPE", raw, "")
    instructions = Rest("INSTRUCTION", raw)
    default_type: ClassVar[str | None] = None

    def setup(self) -> None:
        word, rest = shift_word(self.type_given)
        self.signals = [_signal(each) for each in words(rest)] if word == "SIGNAL" else []
        if word == "SIGNAL" and (not self.signals or -1 in self.signals):
            raise ValueError("bad signal number")
        if word and word != "SIGNAL" and (word not in _TYPES or rest):
            raise ValueError("bad TYPE")
        self.kind = "signal" if self.signals else _TYPES.get(word) or self.default_type or self._kind_of_ports()
        if self.kind == "packet" and not self.inputs:
            raise ValueError("PACKET script must have inputs")
        if self.kind != "packet" and (self.inputs or self.outputs):
            raise ValueError("ports allowed only on PACKET scripts")
        self.run = Run(program_of(self.instructions, is_driver=self.kind == "driver"), self.name, is_driver=self.kind == "driver")

    def _kind_of_ports(self) -> str:
        return "packet" if self.inputs or self.outputs else "active"

    # Packets

    def push(self, machine: Machine, port: int, packet: Packet) -> None:
        machine.push_out(self.name, 0, packet)

    def pull(self, machine: Machine, port: int) -> Packet | None:
        return machine.pull_in(self.name, 0)

    def c_source(self) -> CSource:
        if self.kind != "packet":
            return CSource()
        pushed = "    int64_t to = DRIVEN ? CALL(port, p) : 0;\n    OUT((int)to, p);"
        return replace(each_source("    way = DRIVEN ? (int)CALL(0, p) : 0;\n", CSource()), push=pushed, is_short=True)

    def called(self, host: Host, what: int, packet: Address | None) -> int:
        self.run.variables["input"] = str(what)
        self.run.restart(host, self._errors(host))
        result = self.run.result
        port = whole(result.strip()) if result is not None else 0 if self.run.last == "end" else -1
        return port if port is not None and 0 <= port < self.outputs else -1

    # By itself

    def started(self, host: Host) -> None:
        self.run.begin(host, self._errors(host))
        if self.kind in ("active", "driver"):
            self.run.arm(host, self._errors(host))
        self._await_signals(host)

    def due(self, host: Host) -> None:
        self.run.step(host, self._errors(host))
        self._await_signals(host, again=True)

    @property
    def manages_stops(self) -> bool:
        return self.kind == "driver"

    def stopping(self, host: Host) -> bool:
        self.run.step(host, Errors(host.say), how="driver")
        return self.run.last not in ("stop", "error", "errorq")

    def _await_signals(self, host: Host, *, again: bool = False) -> None:
        """Wait for signals, at first and whenever the script has come to its end."""
        if not again or self.run.last == "end":
            for number in self.signals:
                host.signal(number, f"{self.name}.run")

    def _errors(self, host: Host) -> Errors:
        return Errors(host.say, f"While executing '{self.name} :: {self.node.class_name}':")

    def _host(self) -> Host:
        if self.host is None:
            raise ValueError("a script runs in a machine that runs by itself only")
        return self.host

    # Handlers

    def more_handlers(self, kind: Literal["read", "write"]) -> Mapping[str, Callable[[str], str | None]]:
        exported = {each.name for each in self.run.program if each.word in ("export", "exportq")}
        return {name: partial(self._exported, name) for name in exported} if kind == "read" else {}

    def any_handler(self, kind: Literal["read", "write"], name: str) -> Callable[[str], str | None] | None:
        return partial(self._called_by, name, kind == "write") if self.kind == "proxy" else None

    def _exported(self, name: str, question: str) -> str:
        return self.run.variables[name]

    def _called_by(self, name: str, is_write: bool, text: str) -> str:
        return self._stepped(name, lambda host, errors: self.run.call(host, text, errors), is_write=is_write)

    def _stepped(self, handler: str, move: Callable[[Host, Errors], None], *, is_write: bool = True) -> str:
        """Do something with the script for a handler; what it returned. Errors: `HandlerError`."""
        host, errors = self._host(), Kept()
        self.run.handler, self.run.is_write = handler, is_write
        try:
            move(host, errors)
        finally:
            self.run.handler, self.run.is_write = "", False
        self._await_signals(host, again=True)
        result = self.run.result or ""
        errors.check(None if self.run.last.startswith("error") else result)
        if self.run.last.startswith("error"):
            raise HandlerError("")
        return result

    @writes("step")
    def write_step(self, state: StateView, text: str) -> None:
        count = whole(text.strip() or "1")
        if text.strip() != "router" and count is None:
            raise ValueError("syntax error")
        how: Literal["driver", "step"] = "driver" if text.strip() == "router" else "step"
        self._stepped("step", lambda host, errors: self.run.step(host, errors, count or 1, how))

    @writes("goto")
    def write_goto(self, state: StateView, text: str) -> None:
        self._stepped("goto", lambda host, errors: self.run.go_to(host, text.strip(), errors))

    @reads("run")
    def read_run(self, state: StateView, question: str = "") -> str:
        return self._stepped("run", lambda host, errors: self.run.call(host, question, errors), is_write=False)

    @writes("run")
    def write_run(self, state: StateView, text: str) -> str:
        return self._stepped("run", lambda host, errors: self.run.call(host, text, errors))

    @reads("get")
    def read_variable(self, state: StateView, question: str = "") -> str:
        return self._variable(question, alone=True)[1]

    @reads("shift")
    def shift_variable(self, state: StateView, question: str = "") -> str:
        name, value = self._variable(question or "args", alone=True)
        word, rest = shift_word(value)
        self._assign(name, rest)
        return word

    @writes("set")
    def write_variable(self, state: StateView, text: str) -> None:
        name, value = shift_word(text)
        if not name:
            raise ValueError("no variable")
        self._assign(name, value)

    def _variable(self, text: str, *, alone: bool) -> tuple[str, str]:
        name, rest = shift_word(text)
        if not name:
            raise ValueError("no variable")
        if rest and alone:
            raise ValueError("too many arguments")
        if name == "args":
            return name, self.run.arguments
        if name not in self.run.variables:
            raise ValueError(f"undefined variable '{name}'")
        return name, self.run.variables[name]

    def _assign(self, name: str, value: str) -> None:
        if name == "args":
            self.run.arguments = value
        else:
            self.run.variables[name] = value

    @reads("now")
    def now(self, state: StateView) -> str:
        seconds, rest = divmod(self._host().now, 10**9)
        return f"{seconds}.{rest:09}"

    @reads("random")
    def random(self, state: StateView, question: str = "") -> str:
        bounds = [whole(word) for word in words(question)]
        if not bounds:
            return str(random.randint(0, _MOST_RANDOM))
        low, high = (0, bounds[0]) if len(bounds) == 1 else (bounds[0], bounds[1])
        if len(bounds) > 2 or low is None or high is None or not 0 <= low <= high < 1 << 32 or (len(bounds) == 1 and not high):
            raise ValueError("bad N")
        return str(random.randint(low, high - (len(bounds) == 1)))

    @reads("readable")
    def readable(self, state: StateView, question: str = "") -> str:
        return self._are_there(question, lambda host, name: host.find_read_handler(name, "", self.name))

    @reads("writable")
    def writable(self, state: StateView, question: str = "") -> str:
        return self._are_there(question, lambda host, name: host.find_write_handler(name, self.name))

    def _are_there(self, question: str, find: Callable[[Host, str], Any]) -> str:
        host = self._host()
        try:
            for name in words(question):
                find(host, name)
        except HandlerError:
            return truth_text(False)
        return truth_text(True)

    @private
    @reads("cat")
    def cat(self, state: StateView, question: str = "") -> str:
        self._host()
        try:
            return Path(as_text(file_name(question))).read_text(encoding="latin-1")
        except OSError as error:
            raise ValueError(f"{file_name(question)}: {error.strerror}") from None
        except ValueError:
            raise ValueError("bad FILE") from None

    @private
    @reads("catq")
    def catq(self, state: StateView, question: str = "") -> str:
        return quote_always(self.cat(state, question))

    @private
    @reads("kill")
    def kill(self, state: StateView, question: str = "") -> str:
        self._host()
        name, *processes = words(question) or [""]
        number = _signal(name)
        if number < 0:
            raise ValueError("bad SIGNO")
        for each in processes:
            process = whole(each)
            if process is None:
                raise ValueError("bad PID")
            try:
                os.kill(process, number)
            except OSError as error:
                raise ValueError(f"kill({process}, {number}): {error.strerror}") from None
        return ""


def _asks(name: str, function: Callable[[str], str]) -> Callable[..., str]:
    """The read handler ``name``, which gives what the function makes of its parameter."""

    @reads(name)
    def method(self: Script, state: StateView, question: str = "") -> str:
        return function(question)

    return method


for _name, _function in (*ARITHMETIC.items(), *TEXTS.items()):
    setattr(Script, f"compute_{_name}", _asks(_name, _function))
