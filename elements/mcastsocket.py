"""McastSocket(MCASTIP, MCASTPORT [, SOURCEIP, SOURCEPORT, SNAPLEN, HEADROOM, TIMESTAMP, RCVBUF, SNDBUF, LOOP])

Sends what comes to a multicast group over UDP, and gives what others send to it.

It hears what it sends itself, unless LOOP is false or SOURCEIP is given. Packets that are pulled wait for a socket that takes none; those
that are pushed then are dropped, where Click waits. What the system refuses is dropped and reported, once until it takes packets again. In
a machine that does not run by itself, all that comes is dropped.

Arguments:
    MCASTIP: the group's address.
    MCASTPORT: the group's UDP port.
    SOURCEIP: the address that packets are sent from; its interface is the only one that is used. If not given, routes say which is.
    SOURCEPORT: the UDP port that packets are sent from, where SOURCEIP is given; any if not given.
    SNAPLEN: bytes of a packet that are taken; 2048 if not given.
    HEADROOM: bytes in front of a packet, where that is more than there are anyway.
    TIMESTAMP: whether packets have the time at which they came; true if not given.
    RCVBUF: bytes that wait to be received, at most; the system's if not given.
    SNDBUF: bytes that wait to be sent, at most; the system's if not given.
    LOOP: whether programs on this host hear what is sent; true if not given.

Handlers:
    drops (read): packets that were not sent.

Examples:
    McastSocket(239.0.0.1, 1234)
    McastSocket(239.0.0.1, 1234, 127.0.0.1, 5678, SNAPLEN 9000, LOOP false)
"""

from __future__ import annotations

from typing import ClassVar, Final

from elements.definition.arguments import Argument, keyword
from elements.definition.csource import CSource, c_string
from elements.definition.element import Element, Move, StateVariable
from elements.definition.handlers import StateView, reads
from elements.definition.host import Address, Host
from elements.definition.parsers import boolean, integer, ip_address, unsigned16
from elements.definition.ports import Ports
from elements.devices.datagrams_c import DATAGRAMS
from elements.devices.multicast import Group, Sockets, open_group
from elements.filters.ports import udp_port
from elements.reference.machine import Machine
from elements.reference.packet import HEADROOM, LONGEST, Packet
from graph.diagnostics import fail

RECEIVER, SENDER, OWN = 0, 1, 2
"""What C asks for while the machine is made: the sockets, and the address (32 bits) and port (16 bits) that packets are sent from, 0 where
routes say that."""
BURST: Final = 32
_bytes = integer(-1, (1 << 31) - 1)


class McastSocket(Element):
    is_operators: ClassVar[bool] = True
    ports = Ports("0-1/0-1", "a/h", "x/y")
    group = Argument("MCASTIP", ip_address)
    port = Argument("MCASTPORT", udp_port)
    source = Argument("SOURCEIP", ip_address, 0)
    source_port = Argument("SOURCEPORT", udp_port, 0)
    snaplen = keyword("SNAPLEN", integer(1, LONGEST), 2048)
    headroom = keyword("HEADROOM", unsigned16, 0)
    timestamp = keyword("TIMESTAMP", boolean, True)
    receive_buffer = keyword("RCVBUF", _bytes, -1)
    send_buffer = keyword("SNDBUF", _bytes, -1)
    loop = keyword("LOOP", boolean, True)
    dropped = StateVariable(64)

    def setup(self) -> None:
        self.opened: Sockets | None = None
        self.error: OSError | None = None

    def move(self, output: int) -> Move:
        return Move(None, "none")

    def most_bytes(self, output: int, arriving: tuple[int, ...]) -> int:
        return self.snaplen

    def push(self, machine: Machine, port: int, packet: Packet) -> None:
        """It is dropped: the reference has no sockets."""
        state = machine.stores[self.name]
        state.set(self.dropped, state.get(self.dropped) + 1)

    def task(self, machine: Machine) -> bool:
        if not self.inputs or machine.checked.kind(self.name, False, 0) != "pull":
            return False
        packet = machine.pull_in(self.name, 0)
        if packet is None:
            return False
        self.push(machine, 0, packet)
        return True

    def c_source(self) -> CSource:
        title = c_string(f"{self.name} :: McastSocket".encode("utf-8", "surrogateescape"))
        time = "" if self.timestamp else "            p->time = 0;\n"
        return CSource(
            fields="""uint64_t dropped; struct sockaddr_in group; struct packet *held;
                      int32_t receiver, sender; int said; uint32_t own; uint16_t own_port; uint8_t comes, waits;""",
            types=DATAGRAMS,
            initialize=f"""
    self->receiver = self->sender = -1;
    self->group = (struct sockaddr_in){{.sin_family = AF_INET, .sin_port = htons({self.port})}};
    self->group.sin_addr.s_addr = htonl(0x{self.group:x}u);
    if (DRIVEN && (self->receiver = CALL({RECEIVER}, NULL)) >= 0) {{
        self->sender = CALL({SENDER}, NULL);
        uint64_t own = CALL({OWN}, NULL);
        self->own = own >> 16;
        self->own_port = own;
        {"WATCH(self->receiver, POLLIN);" if self.outputs else ""}
    }}
""",
            push=f"""
    int why = self->sender < 0 ? -1 : datagram_send(self->sender, &self->group, p);
    KILL(p);
    if (!why) {{
        self->said = 0;
        return;
    }}
    self->dropped++;
    if (why > 0 && why != EAGAIN && why != ENOBUFS && self->said != why) datagram_says(&m->base, {title}, self->said = why);
""",
            task=f"""
    int done = 0;
    if (!DRIVEN) {{
        struct packet *p = INPUT_IS_PULL ? IN(0) : NULL;
        if (!p) return 0;
        KILL(p);
        self->dropped++;
        return 1;
    }}
    int most = BATCH({BURST});
    for (int left = most; left && self->comes; left--) {{
        struct sockaddr_in from = {{0}};
        int why = 0;
        struct packet *p = datagram_receive(&m->base, self->receiver, {max(HEADROOM, self.headroom)}, {self.snaplen}, &from, &why);
        if (!p) {{
            self->comes = 0;
            if (why != EAGAIN && why != EINTR) datagram_says(&m->base, {title}, why);
            break;
        }}
        done++;
        if (self->own && ntohl(from.sin_addr.s_addr) == self->own && ntohs(from.sin_port) == self->own_port) {{
            KILL(p);
        }} else {{
{time}            begin_pushing(&m->base);
            OUT(0, p);
        }}
    }}
    for (int left = most; INPUT_IS_PULL && left && !self->waits && self->sender >= 0; left--) {{
        struct packet *p = self->held ? self->held : IN(0);
        self->held = NULL;
        if (!p) break;
        done++;
        int why = datagram_send(self->sender, &self->group, p);
        if (why == EAGAIN || why == ENOBUFS) {{
            self->held = p;
            self->waits = 1;
            if (why == EAGAIN) WATCH(self->sender, POLLOUT);
            else AT(NOW + 1000000u);
            break;
        }}
        KILL(p);
        self->dropped += why != 0;
        if (why && self->said != why) datagram_says(&m->base, {title}, why);
        self->said = why;
    }}
    return done;
""",
            ready="""
    if (fd == self->receiver) self->comes = 1;
    else {
        self->waits = 0;
        WATCH(fd, 0);
    }
    WAKE;
""",
            timer="""
    self->waits = 0;
    WAKE;
""",
            finish="""
    if (self->receiver >= 0) close(self->receiver);
    if (self->sender >= 0) close(self->sender);
""",
            state=(("dropped", "self->dropped"),),
        )

    @reads("drops")
    def drops(self, state: StateView) -> str:
        return str(state.get(self.dropped))

    # By itself

    def called(self, host: Host, what: int, packet: Address | None) -> int:
        if what == RECEIVER:
            wanted = Group(self.group, self.port, self.source, self.source_port, self.receive_buffer, self.send_buffer, loop=self.loop)
            try:
                self.opened = open_group(wanted)
            except OSError as error:
                self.error = error
        if self.opened is None:
            return -1
        opened = self.opened
        return {RECEIVER: opened.receiver, SENDER: opened.sender, OWN: opened.address << 16 | opened.port}[what]

    def started(self, host: Host) -> None:
        if self.error is None:
            return
        place, what = f"{self.name} :: McastSocket", f"{self.error.filename}: {self.error.strerror}"
        known = ((self.node.location, f"While initializing '{place}':\n  {what}"),)
        fail(f"{place}: {what}", "look at addresses and routes with `ip`", self.node.location, self.node.source_line, known)
