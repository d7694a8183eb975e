"""FromDump(FILENAME [, TIMING, STOP, ACTIVE, SAMPLE, FORCE_IP, START, START_AFTER, END, END_AFTER, INTERVAL, END_CALL, FILEPOS, MMAP])

Reads packets from a capture file, as `tcpdump -w` and ToDump write it, and sends them on with their times.

Captures are classic pcap with Ethernet frames, or raw IP, for which FORCE_IP is taken as true; compressed ones are not read. Of one that
breaks off, what comes before is sent and the rest reported; packets longer than 9216 bytes are left out and reported. A tenant's files are
those of the folder that the operator's policy grants it (`files`).

Arguments:
    FILENAME: the file, relative to the Click file or to the tenant's folder.
    TIMING: whether packets wait until as much time has passed on the machine's clock since the first one as did in the capture; false if
        not given. The clock moves when packets arrive.
    STOP: whether the source stops being active at the end, and tells the driver to stop; a tenant cannot stop a machine that others use.
    ACTIVE: whether packets are sent; true if not given.
    SAMPLE: share of the packets that is sent, at random, the same each time; 1 if not given.
    FORCE_IP: whether only IP packets are sent, with their IP header marked and their destination annotation set; others leave by output 1,
        or are dropped where it is not in use.
    START: time in seconds since 1970; what is before is left out.
    START_AFTER: the same, from the first packet on.
    END: time in seconds since 1970 at which the source stops being active.
    END_AFTER: the same, from the first packet on.
    INTERVAL: the same, from the start on.
    END_CALL: a write handler, with a value, that is called at the end; not by a machine that others use.
    FILEPOS: byte of the file at which to start.
    MMAP: accepted.

Handlers:
    active (read): whether packets are sent.
    active (write): sets that.
    count (read): packets sent by output 0.
    encap (read): what packets start with, ETHER or IP.
    extend_interval (write): moves the end by a time, and makes the source active.
    filename (read): the file's name.
    filepos (read): byte of the file at which the next packet is. (In Click, the one behind it, where that waits for its time.)
    filepos (write): sets that.
    filesize (read): bytes of the file.
    packet_filepos (read): byte of the file at which the last packet was. (In Click, the one that waits for its time.)
    reset_counts (write): sets the count to zero.
    reset_timing (write): takes the next packet as the first, for TIMING.
    sampling_prob (read): share of the packets that is sent.
    stop (write): makes the source inactive.

Examples:
    FromDump(in.pcap)
    FromDump("in.pcap", true, STOP true)
    FromDump(in.pcap, FORCE_IP true, SAMPLE 0.5, START_AFTER 10ms, INTERVAL 1min)
"""

import os
from typing import ClassVar, Final

from elements.captures.pcap import ETHERNET, HEADER, Format, Record, read_bytes, read_format, read_record
from elements.captures.pcap_c import HELPERS, LONGEST
from elements.definition.arguments import Argument, keyword
from elements.definition.call_handler import call_handler
from elements.definition.csource import CSource, c_string
from elements.definition.element import Element, Move, StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.host import Address, Host
from elements.definition.octets import as_text
from elements.definition.parsers import boolean, file_name, integer, nanoseconds, probability, raw
from elements.definition.ports import Ports
from elements.placement.layouts import UNKNOWN
from elements.reference.machine import Machine
from elements.reference.packet import Packet

RAW: Final = (101, 12)
SAMPLING_BITS: Final = 28
FACTOR, STEP = 6364136223846793005, 1442695040888963407
"""Of the linear congruential generator that samples (Knuth's MMIX)."""
_position = integer(0, 1 << 62)


class FromDump(Element):
    ports = Ports("0/1-2", "a/ah")
    file_argument: ClassVar[str | None] = "FILENAME"
    filename = Argument("FILENAME", file_name)
    timing = Argument("TIMING", boolean, False)
    stop = keyword("STOP", boolean, False, is_operators=True)
    active = keyword("ACTIVE", boolean, True)
    sample = keyword("SAMPLE", probability, 1.0)
    force_ip = keyword("FORCE_IP", boolean, False)
    start = Argument[int | None]("START", nanoseconds, None, position=False)
    start_after = Argument[int | None]("START_AFTER", nanoseconds, None, position=False)
    end = Argument[int | None]("END", nanoseconds, None, position=False)
    end_after = Argument[int | None]("END_AFTER", nanoseconds, None, position=False)
    interval = Argument[int | None]("INTERVAL", nanoseconds, None, position=False)
    end_call = keyword("END_CALL", raw, "", is_operators=True)
    position = keyword("FILEPOS", _position, 0)
    mmap = keyword("MMAP", boolean, False)
    going = StateVariable(1)
    sent = StateVariable(64)
    at = StateVariable(64)
    last_at = StateVariable(64)
    records = StateVariable(64)
    begun = StateVariable(1)
    first = StateVariable(64)
    ends = StateVariable(1)
    last = StateVariable(64)
    offset = StateVariable(64)
    random = StateVariable(64, initial=1)

    def setup(self) -> None:
        if self.start is not None and self.start_after is not None:
            raise ValueError("START and START_AFTER cannot both be given")
        if sum(given is not None for given in (self.end, self.end_after, self.interval)) > 1:
            raise ValueError("only one of END, END_AFTER and INTERVAL can be given")
        if self.stop and self.end_call:
            raise ValueError("STOP and END_CALL cannot both be given")
        self.has_end = any(given is not None for given in (self.end, self.end_after, self.interval))
        self.path = self.folder / as_text(self.filename)
        self.threshold = round(self.sample * (1 << SAMPLING_BITS))
        self.content = b""
        self.format = Format("<", 1, ETHERNET)

    def examine(self) -> None:
        self.content = read_bytes(self.path)
        self.format = read_format(self.content, self.path, (ETHERNET, *RAW))

    def move(self, output: int) -> Move:
        # With FORCE_IP the header is behind a tag, or is not.
        return Move(None, UNKNOWN if self.force_ip else "none")

    def most_bytes(self, output: int, arriving: tuple[int, ...]) -> int:
        return LONGEST

    def initialize(self, machine: Machine) -> None:
        state = machine.stores[self.name]
        state.set(self.going, int(self.active))
        state.set(self.at, self.position or HEADER)

    def task(self, machine: Machine) -> bool:
        if machine.checked.kind(self.name, True, 0) == "pull":
            return False
        packet = self._next(machine)
        if packet is not None:
            machine.push_out(self.name, 0, packet)
        return packet is not None

    def pull(self, machine: Machine, port: int) -> Packet | None:
        return self._next(machine)

    def _next(self, machine: Machine) -> Packet | None:
        """The next packet for output 0, None where there is none now."""
        state = machine.stores[self.name]
        while state.get(self.going):
            at = state.get(self.at)
            record = read_record(self.content, at, self.format) if at < len(self.content) else None
            if record is None:
                state.set(self.going, int(not self.stop))
                return None
            if isinstance(record, str):
                self._report(machine, f"{record} at byte {at}; the {state.get(self.records)} packet(s) before it are used")
                state.set(self.at, len(self.content))
                continue
            if not self._in_time(machine, record):
                return None
            state.set(self.at, record.next)
            state.set(self.last_at, at)
            state.set(self.records, state.get(self.records) + 1)
            packet = self._chosen(machine, record, at)
            if packet is None:
                continue
            if self._forced(packet):
                state.set(self.sent, state.get(self.sent) + 1)
                return packet
            machine.push_out(self.name, 1, packet)
        return None

    def _report(self, machine: Machine, text: str) -> None:
        machine.trace(f"{self.name} :: FromDump: {self.path}: {text}")

    def _in_time(self, machine: Machine, record: Record) -> bool:
        """Whether the packet is to be dealt with now. At the end the source becomes inactive, and the packet is passed over."""
        state = machine.stores[self.name]
        if not state.get(self.begun):
            state.set(self.begun, 1)
            first = self.start if self.start is not None else record.time + (self.start_after or 0)
            state.set(self.first, first)
            state.set(self.offset, machine.now - record.time)
            if not state.get(self.ends):
                state.set(
                    self.last, record.time + self.end_after if self.end_after is not None else self.end or first + (self.interval or 0)
                )
                state.set(self.ends, int(self.has_end))
        if state.get(self.ends) and record.time >= max(state.get(self.last), state.get(self.first)):
            state.set(self.ends, 0)
            state.set(self.going, 0)
            state.set(self.at, record.next)
            state.set(self.records, state.get(self.records) + 1)
            return False
        due = (record.time + state.get(self.offset)) & ((1 << 64) - 1)
        return not self.timing or record.time < state.get(self.first) or machine.now >= due

    def _chosen(self, machine: Machine, record: Record, at: int) -> Packet | None:
        """The packet, None where it is left out."""
        state = machine.stores[self.name]
        if record.time < state.get(self.first) and (self.start is not None or self.start_after is not None):
            return None
        if self.threshold < 1 << SAMPLING_BITS:
            state.set(self.random, state.get(self.random) * FACTOR + STEP)
            if state.get(self.random) >> (64 - SAMPLING_BITS) >= self.threshold:
                return None
        data = record.data[: min(len(record.data), record.original)]
        if len(data) > LONGEST:
            self._report(machine, f"a packet of {len(data)} bytes at byte {at} is longer than {LONGEST}, and left out")
            return None
        return Packet.of(data, time=record.time)

    def _forced(self, packet: Packet) -> bool:
        """Whether the packet may leave by output 0; its IP header is marked where that is asked for."""
        if not self.force_ip and self.format.link == ETHERNET:
            return True
        data = packet.data
        header = 0
        if self.format.link == ETHERNET:
            header = 18 if data[12:14] == b"\x81\x00" else 14
            if data[header - 2 : header] not in (b"\x08\x00", b"\x86\xdd"):
                return False
        version = data[header] >> 4 if len(data) > header else 0
        least = 4 * (data[header] & 15) if version == 4 else 40
        if version not in (4, 6) or least < 20 or len(data) < header + least:
            return False
        packet.network = packet.start + header
        if version == 4:
            packet.dst_ip = int.from_bytes(data[header + 16 : header + 20], "big")
        return True

    def c_source(self) -> CSource:
        title = c_string(os.fsencode(f"{self.name} :: FromDump: {self.path}"))
        early = int(self.start is not None or self.start_after is not None)
        first = f"{self.start}ULL" if self.start is not None else f"r.time + {self.start_after or 0}ULL"
        last = (
            f"r.time + {self.end_after}ULL"
            if self.end_after is not None
            else f"{self.end}ULL"
            if self.end
            else f"self->first + {self.interval or 0}ULL"
        )
        end = "STOP;" if self.stop else "CALL(0, NULL);" if self.end_call else ""
        following = f"""
    struct packet *found = NULL;
    while (self->going && !found) {{
        struct dump_record r;
        if (self->at >= self->dump->size) {{
            {"self->going = 0;" if self.stop else ""}
            if (DRIVEN && !self->over) {{ self->over = 1; {end} }}
            break;
        }}
        if (!dump_read(self->dump, self->at, &r)) {{
            dump_report(&m->base, {title}, "%s at byte %llu; the %llu packet(s) before it are used", r.why, self->at, self->records);
            self->at = self->dump->size;
            continue;
        }}
        if (!self->begun) {{
            self->begun = 1;
            self->first = {first};
            self->offset = NOW - r.time;
            if (!self->ends) {{ self->last = {last}; self->ends = {int(self.has_end)}; }}
        }}
        if (self->ends && r.time >= self->last && r.time >= self->first) {{
            self->ends = self->going = 0;
            self->at = r.next;
            self->records++;
            break;
        }}
        if ({int(self.timing)} && r.time >= self->first && NOW < r.time + self->offset) {{ AT(r.time + self->offset); break; }}
        uint64_t at = self->at;
        self->at = r.next;
        self->last_at = at;
        self->records++;
        if ({early} && r.time < self->first) continue;
        if ({self.threshold}u < 1u << {SAMPLING_BITS}) {{
            self->random = self->random * {FACTOR}ULL + {STEP}ULL;
            if (self->random >> {64 - SAMPLING_BITS} >= {self.threshold}u) continue;
        }}
        if (r.length > {LONGEST}) {{
            dump_report(&m->base, {title}, LONG_PACKET, "packet", r.length, at);
            continue;
        }}
        struct packet *q = NEW_PACKET(r.length);
        memcpy(q->data, r.data, r.length);
        q->time = r.time;
        if ((!{int(self.force_ip)} && self->dump->link == {ETHERNET}) || dump_force_ip(q, self->dump->link == {ETHERNET})) {{
            self->sent++;
            found = q;
        }} else {{
            OUT(1, q);
        }}
    }}
"""
        return CSource(
            fields="struct dump *dump; uint32_t over, going, begun, ends;"
            " uint64_t sent, at, last_at, records, first, last, offset, random;",
            helpers=HELPERS,
            initialize=f"""
    self->dump = calloc(1, sizeof *self->dump);
    if (!self->dump) no_memory();
    dump_load(&m->base, self->dump, {c_string(bytes(self.path))}, {title});
    self->going = {int(self.active)};
    self->at = {self.position or HEADER};
    self->random = 1;
""",
            task=f"""
#if OUTPUT_IS_PULL
    return 0;
#else
{following}    if (!found) return 0;
    OUT(0, found);
    return 1;
#endif
""",
            pull=f"{following}    return found;\n",
            timer="    WAKE;\n",
            finish="    free(self->dump->data);\n    free(self->dump);\n",
            state=tuple(
                (name, f"self->{name}")
                for name in ("going", "sent", "at", "last_at", "records", "begun", "first", "ends", "last", "offset", "random")
            ),
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

    @writes("stop")
    def set_stopped(self, state: StateView, text: str) -> None:
        state.set(self.going, 0)

    @reads("count")
    def count(self, state: StateView) -> str:
        return str(state.get(self.sent))

    @writes("reset_counts")
    def reset(self, state: StateView, text: str) -> None:
        state.set(self.sent, 0)

    @reads("encap")
    def encapsulation(self, state: StateView) -> str:
        return "ETHER" if self.format.link == ETHERNET else "IP"

    @reads("filename")
    def filename_text(self, state: StateView) -> str:
        return self.filename

    @reads("filesize")
    def file_size(self, state: StateView) -> str:
        return str(len(self.content))

    @reads("filepos")
    def file_position(self, state: StateView) -> str:
        return str(state.get(self.at))

    @writes("filepos")
    def set_file_position(self, state: StateView, text: str) -> None:
        state.set(self.at, _position(text.strip()))

    @reads("packet_filepos")
    def packet_position(self, state: StateView) -> str:
        return str(state.get(self.last_at))

    @reads("sampling_prob")
    def sampling(self, state: StateView) -> str:
        return f"{self.threshold / (1 << SAMPLING_BITS):.9g}"

    @writes("extend_interval")
    def extend(self, state: StateView, text: str) -> None:
        more = nanoseconds(text)
        if self.has_end:
            state.set(self.last, max(state.get(self.last), state.get(self.first)) + more)
            state.set(self.ends, 1)
            state.set(self.going, 1)

    @writes("reset_timing")
    def reset_timing(self, state: StateView, text: str) -> None:
        state.set(self.begun, 0)
