"""MemSource(FILENAME [, LIMIT, BURST, ACTIVE, STOP, END_CALL])

Plays a capture over and over from memory, as fast as its task runs: for measuring what is behind it.

The file is read once, when the machine is made; every packet is a copy in a buffer of its own. In a machine that runs by itself, BURST
packets are made each time that the task runs. In one that packets are offered to, the clock moves when they arrive, and a source makes what
is left of LIMIT, up to 4096 packets, at one instant of it, and one without a limit BURST. A tenant's files are those of the folder that the
operator's policy grants it (`files`).

Arguments:
    FILENAME: a capture as `tcpdump -w` writes it, relative to the Click file or to the tenant's folder.
    LIMIT: packets to send; without end where it is negative, as it is if not given.
    BURST: packets to send each time, 1 to 4096; 32 if not given.
    ACTIVE: whether packets are sent; true if not given.
    STOP: whether the driver is told to stop when LIMIT packets are sent, once each time; a tenant cannot stop a machine that others use.
    END_CALL: a write handler, with a value, that is called then; not by a machine that others use.

Handlers:
    active (read): whether packets are sent.
    active (write): sets that.
    count (read): packets sent.
    filename (read): the file's name.
    ns (read): processor time that the machine's thread has used, in ns, from the first packet until LIMIT of them were sent and their
        tasks had a turn; 0 before that, and in a machine that packets are offered to.
    reset (write): sets the count to zero, so that packets are sent again, from the first; while a burst leaves, when it has left.

Examples:
    MemSource(in.pcap)
    MemSource("in.pcap", 1000, BURST 8, STOP true)
"""

import os
from collections.abc import Iterator
from functools import cached_property
from typing import ClassVar, Final

from elements.captures.pcap import ETHERNET, HEADER, each_record, read_bytes, read_format
from elements.captures.pcap_c import HELPERS, LONGEST
from elements.definition.arguments import Argument, keyword
from elements.definition.call_handler import call_handler
from elements.definition.csource import ABREAST, CSource, c_string
from elements.definition.element import Element, Move, StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.host import Address, Host
from elements.definition.octets import as_text
from elements.definition.parsers import boolean, file_name, integer, raw
from elements.definition.ports import Ports
from elements.reference.machine import Machine
from elements.reference.packet import Packet
from graph.diagnostics import fail

AT_ONCE: Final = 4096


class MemSource(Element):
    ports = Ports("0/1", "h/h")
    file_argument: ClassVar[str | None] = "FILENAME"
    filename = Argument("FILENAME", file_name)
    limit = Argument("LIMIT", integer(-(1 << 62), 1 << 62), -1)
    burst = keyword("BURST", integer(1, AT_ONCE), 32)
    active = keyword("ACTIVE", boolean, True)
    stop = keyword("STOP", boolean, False, is_operators=True)
    end_call = keyword("END_CALL", raw, "", is_operators=True)
    going = StateVariable(1)
    sent = StateVariable(64)
    instant = StateVariable(64)
    at_instant = StateVariable(32)
    used = StateVariable(64)

    def setup(self) -> None:
        if self.stop and self.end_call:
            raise ValueError("STOP and END_CALL cannot both be given")
        self.path = self.folder / as_text(self.filename)

    @cached_property
    def frames(self) -> list[bytes]:
        """What the reference sends; C reads the file itself."""
        return [*self._sent()]

    def _sent(self) -> Iterator[bytes]:
        data = read_bytes(self.path)
        for record in each_record(data, HEADER, read_format(data, self.path, (ETHERNET,))):
            if not isinstance(record, str) and len(record.data) <= LONGEST:
                yield record.data

    def examine(self) -> None:
        if next(self._sent(), None) is None:
            message = f"{self.name} :: MemSource: {self.path} has no packets that can be sent"
            fail(message, f"name a capture with packets of at most {LONGEST} bytes", self.node.location, self.node.source_line)

    def move(self, output: int) -> Move:
        return Move(None, "none")

    def most_bytes(self, output: int, arriving: tuple[int, ...]) -> int:
        return LONGEST

    def initialize(self, machine: Machine) -> None:
        machine.stores[self.name].set(self.going, int(self.active))

    def task(self, machine: Machine) -> bool:
        state = machine.stores[self.name]
        if state.get(self.instant) != machine.now:
            state.set(self.instant, machine.now)
            state.set(self.at_instant, 0)
        room = (AT_ONCE if self.limit >= 0 else self.burst) - state.get(self.at_instant)
        left = room if self.limit < 0 else min(room, self.limit - state.get(self.sent))
        now = min(self.burst, left) if state.get(self.going) else 0
        first = state.get(self.sent)
        for number in range(first, first + now):
            state.set(self.sent, state.get(self.sent) + 1)
            machine.push_out(self.name, 0, Packet.of(self.frames[number % len(self.frames)], time=machine.now))
        if now > 0 and state.get(self.sent) != first + now:
            state.set(self.sent, 0)
        state.set(self.at_instant, state.get(self.at_instant) + max(0, now))
        return now > 0

    def c_source(self) -> CSource:
        title = c_string(os.fsencode(f"{self.name} :: MemSource: {self.path}"))
        limited = self.limit >= 0
        room = AT_ONCE if limited else self.burst
        timed = "if (self->begun) { self->used = thread_time() - self->begun; self->begun = 0; }"
        end = "STOP;" if self.stop else "CALL(0, NULL);" if self.end_call else ""
        left = f"if ({self.limit}LL - (int64_t)self->sent < rest) rest = {self.limit}LL - (int64_t)self->sent;" if limited else ""
        over = f"self->sent >= {self.limit}ULL" if limited else "0"
        return CSource(
            fields="""
    struct dump *dump;
    struct frame *frames;
    uint64_t count, sent, instant, begun, used;
    uint32_t going, at_instant, asleep;
""",
            helpers=HELPERS + _HELPERS,
            initialize=f"""
    self->dump = calloc(1, sizeof *self->dump);
    if (!self->dump) no_memory();
    dump_load(&m->base, self->dump, {c_string(bytes(self.path))}, {title});
    self->frames = frames_of(self->dump, &self->count);
    self->going = {int(self.active)};
""",
            task=f"""
    if (self->instant != NOW) {{ self->instant = NOW; self->at_instant = 0; }}
    int64_t rest = DRIVEN ? {self.burst} : {room} - (int64_t)self->at_instant;
    {left}
    if (rest > {self.burst}) rest = {self.burst};
    if (!self->going || rest < 0 || !self->count) rest = 0;
    rest = BATCH(rest);
    const uint64_t first = self->sent;
    if (DRIVEN && rest && !self->sent) self->begun = thread_time();
    const struct frame *next = self->frames + (rest ? self->sent % self->count : 0), *end = self->frames + self->count;
#if HAS_AHEAD
    struct packet *burst[{ABREAST}];
    for (int64_t done = 0, count; done < rest; done += count) {{
        count = rest - done < {ABREAST} ? rest - done : {ABREAST};
        for (int64_t n = 0; n < count; n++) {{
            burst[n] = framed_packet(&m->base, next);
            if (++next == end) next = self->frames;
        }}
        LOOK_AHEAD(burst, count);
        for (int64_t n = 0; n < count; n++) {{
            self->sent++;
            OUT(0, burst[n]);
        }}
    }}
#else
    for (int64_t n = 0; n < rest; n++) {{
        struct packet *made = framed_packet(&m->base, next);
        if (++next == end) next = self->frames;
        self->sent++;
        OUT(0, made);
    }}
#endif
    /* A reset while they left is one behind them. */
    if (rest && self->sent != first + (uint64_t)rest) self->sent = 0;
    self->at_instant += rest;
    if (!rest && (!self->going || {over})) {{
        self->asleep = 1;
        if (DRIVEN && self->going) {{ {timed} {end} }}
    }}
    return DRIVEN ? rest : rest > 0;
""",
            # A handler wakes one that has packets to send, and no other: what is over is said once for each time that it is.
            after_write=f"    if (self->going && !({over})) self->asleep = 0;\n",
            empty="self->asleep",
            finish="    free(self->frames);\n    free(self->dump->data);\n    free(self->dump);\n",
            state=tuple((name, f"self->{name}") for name in ("going", "sent", "instant", "at_instant", "used")),
        )

    def called(self, host: Host, what: int, packet: Address | None) -> int:
        call_handler(host, self.end_call, self.name)
        return 0

    @reads("active")
    def active_text(self, state: StateView) -> str:
        return "true" if state.get(self.going) else "false"

    @writes("active")
    def set_active(self, state: StateView, text: str) -> None:
        state.set(self.going, int(boolean(text.strip())))

    @reads("count")
    def count(self, state: StateView) -> str:
        return str(state.get(self.sent))

    @reads("filename")
    def filename_text(self, state: StateView) -> str:
        return self.filename

    @reads("ns")
    def nanoseconds(self, state: StateView) -> str:
        return str(state.get(self.used))

    @writes("reset")
    def reset(self, state: StateView, text: str) -> None:
        state.set(self.sent, 0)


_HELPERS: Final = f"""
#include <time.h>
static uint64_t thread_time(void)
{{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec * 1000000000ull + t.tv_nsec;
}}
struct frame {{ const uint8_t *data; uint32_t length; }};
/* So many packets before it is copied a frame is asked for from memory. */
#define SOON {ABREAST}
/* Most packets are short, and copied without asking how short. */
#define SHORT 64
_Static_assert(SHORT <= DUMP_BEHIND, "behind the last packet there is something to read");
ALWAYS struct packet *framed_packet(struct base *b, const struct frame *f)
{{
    struct packet *p = raw_packet(b, HEADROOM, f->length);
    __builtin_prefetch(f[SOON].data);
    memset(p->buffer, 0, HEADROOM);
#ifndef EXACT_ROOM
    _Static_assert(HEADROOM + SHORT <= USUAL_ROOM, "every packet has room for that");
    if (__builtin_expect(f->length <= SHORT, 1)) {{
        memcpy(p->data, f->data, SHORT);
        return p;
    }}
#endif
    memcpy(p->data, f->data, f->length);
    return p;
}}
static struct frame *frames_of(const struct dump *d, uint64_t *count)
{{
    struct frame *frames = NULL;
    uint64_t room = 0;
    struct dump_record r;
    for (uint64_t at = {24}; at < d->size && dump_read(d, at, &r); at = r.next) {{
        if (r.length > {LONGEST}) continue;
        frames = grow(frames, &room, *count + 1, sizeof *frames);
        frames[(*count)++] = (struct frame){{r.data, r.length}};
    }}
    /* Behind the last come the first ones again, for who looks at what is SOON. */
    frames = grow(frames, &room, *count + SOON, sizeof *frames);
    for (uint64_t n = 0; *count && n < SOON; n++) frames[*count + n] = frames[n % *count];
    return frames;
}}
"""
