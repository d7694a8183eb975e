"""ToDevice(DEVNAME [, BURST, METHOD, DEBUG])

Sends packets out of a device, as fast as it takes them.

It has no outputs. Those that Click's has at user level, for packets that were sent and for those that could not be, would lie behind the
operator's scheduler, where a packet is no tenant's any more.

Where the machine runs by itself, packets are sent by the host's device of that name (of a port, a device or alternative name that is its
number), in their order. While the device takes none, nothing is pulled. What it refuses is dropped and reported, once until it takes
packets again, and so is what is sent to a device that is down or was taken away. More than one ToDevice may send to a device. Handlers are
then `count`, packets that were sent; `drops`, packets that were refused; `pulls`, how often a packet was asked for; `q`, whether packets
wait for the device; and `reset_counts`, which sets the first three to zero.

Arguments:
    DEVNAME: name of the device; in a merged configuration the number of a physical port.
    BURST: packets that are sent at once, at most 64; 32 if not given. Packets that leave a machine that is offered packets go one by one.
    METHOD: accepted; the machine chooses.
    DEBUG: accepted.

Examples:
    ToDevice(eth0)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Literal

from elements.definition.arguments import Argument, keyword
from elements.definition.csource import CSource, c_string
from elements.definition.element import Element, StateVariable
from elements.definition.handlers import StateView
from elements.definition.host import Address, Host
from elements.definition.parsers import boolean, integer, word
from elements.definition.ports import Ports
from elements.devices.driven import OPEN_C, Device, title
from elements.devices.packet_socket import open_to_send
from elements.devices.ring_c import COMMON, MOST_AT_ONCE, SEND
from elements.program.program import State
from elements.reference.machine import Machine

_burst = integer(1, 1 << 16)


class ToDevice(Element):
    ports = Ports("1/0", "l/")
    hardware_role = "egress"
    device = Argument("DEVNAME", word)
    burst = keyword("BURST", _burst, 32)
    method = keyword("METHOD", word, "")
    debug = keyword("DEBUG", boolean, False)
    sent = StateVariable(64)
    refused = StateVariable(64)
    pulls = StateVariable(64)
    held = StateVariable(32)

    def setup(self) -> None:
        self.live = Device(self, self.device, lambda: open_to_send(self.device))

    def task(self, machine: Machine) -> bool:
        packet = machine.pull_in(self.name, 0)
        if packet is None:
            return False
        machine.emit(self.name, packet)
        return True

    def c_source(self) -> CSource:
        most = min(self.burst, MOST_AT_ONCE)
        name = c_string(title(self, self.device).encode())
        return CSource(
            fields=f"""uint64_t sent, refused, pulls; int32_t descriptor; uint32_t index, held, wait; int said;
                       uint8_t waits, gone; struct packet *packets[{most}];""",
            helpers=COMMON + SEND,
            initialize=OPEN_C,
            task=f"""
    if (!DRIVEN) {{
        struct packet *p = IN(0);
        if (!p) return 0;
        EMIT(p);
        return 1;
    }}
    if (self->waits || self->descriptor < 0) return 0;
    uint32_t most = BATCH({most});
    while (self->held < most) {{
        self->pulls++;
        struct packet *p = IN(0);
        if (!p) break;
        self->packets[self->held++] = p;
    }}
    if (!self->held) return 0;
    int sent = self->gone ? -ENODEV : device_send(self->descriptor, self->packets, self->held);
    if (sent == -EINTR) return 1;
    if (sent == -EAGAIN || sent == -ENOBUFS) {{
        /* The first time until the socket can be written to; where that was not enough, for longer and longer. */
        self->waits = 1;
        if (!self->wait) WATCH(self->descriptor, POLLOUT);
        else AT(NOW + self->wait * 1000u);
        self->wait = !self->wait ? 1 : self->wait < 256 ? 2 * self->wait : 256;
        return 0;
    }}
    self->wait = 0;
    if (sent > 0) {{
        self->sent += sent;
        self->said = 0;
    }} else {{
        self->refused++;
        if (!self->gone && self->said != -sent) self->gone = device_failed(&m->base, {name}, self->index, -sent);
        self->said = -sent;
        sent = 1;
    }}
    for (int i = 0; i < sent; i++) KILL(self->packets[i]);
    self->held -= sent;
    memmove(self->packets, self->packets + sent, self->held * sizeof *self->packets);
    return sent;
""",
            ready="""
    if (events & ~POLLOUT) device_error(fd); /* sending says what it is */
    self->waits = 0;
    WATCH(fd, 0);
    WAKE;
""",
            timer="""
    self->waits = 0;
    WAKE;
""",
            finish="    if (self->descriptor >= 0) close(self->descriptor);\n",
            state=tuple((name, f"self->{name}") for name in ("sent", "refused", "pulls", "held")),
        )

    # By itself

    def called(self, host: Host, what: int, packet: Address | None) -> int:
        return self.live.answer(what)

    def started(self, host: Host) -> None:
        self.live.check()

    def more_handlers(self, kind: Literal["read", "write"]) -> Mapping[str, Callable[[str], str | None]]:
        if self.host is None:
            return {}
        state = self.host.words(self.name)
        counts = {"count": self.sent, "drops": self.refused, "pulls": self.pulls}
        if kind == "write":
            return {"reset_counts": partial(_reset, state, counts.values())}
        found: dict[str, Callable[[str], str | None]] = {name: partial(_number, state, count) for name, count in counts.items()}
        return found | {"q": lambda _: "true" if state.get(self.held) else "false"}


def _number(state: StateView, count: State, question: str) -> str:
    return str(state.get(count))


def _reset(state: StateView, counts: Iterable[State], text: str) -> None:
    for count in counts:
        state.set(count, 0)
