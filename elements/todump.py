"""ToDump(FILENAME [, SNAPLEN, ENCAP, USE_ENCAP_FROM, EXTRA_LENGTH, UNBUFFERED, NANO])

Writes the packets that pass to a capture file, as `tcpdump -w` does.

The file is complete after every packet. Packets go on by output 0, where it is in use. What cannot be written is reported, and nothing is
written after it. A tenant's files are those of the folder that the operator's policy grants it (`files`).

Arguments:
    FILENAME: the file, relative to the Click file or to the tenant's folder; what it had is lost.
    SNAPLEN: bytes of a packet that are written at most, 0 for all; 2000 if not given.
    ENCAP: what packets start with, for the file's header: ETHER, IP, FDDI, ATM, ATM_RFC1483, RFC1483, 802_11, 802.11, 802_11_RADIO,
        802.11_RADIO, SLL, AIRONET, HDLC, PPP_HDLC, PPP, SUNATM, PRISM, NULL or # and a number; ETHER if not given.
    USE_ENCAP_FROM: accepted with names of FromDevice or FromDump elements, whose packets start with Ethernet; not beside ENCAP.
    EXTRA_LENGTH: whether the length that a packet is said to have had includes what was cut off behind it before, as by Truncate or where
        it was captured; true if not given.
    UNBUFFERED: accepted; nothing is kept in a buffer.
    NANO: whether times are in nanoseconds, otherwise in microseconds; true if not given.

Handlers:
    count (read): packets written.
    filename (read): the file's name.
    reset_counts (write): sets the count to zero.

Examples:
    ToDump(out.pcap)
    ToDump("out.pcap", 64, IP, NANO false)
    ToDump(FILENAME out.pcap, SNAPLEN 0, UNBUFFERED true)
"""

import os
from contextlib import suppress
from typing import ClassVar, Final

from elements.captures.pcap import ETHERNET, MICROSECONDS, NANOSECONDS, file_header, record_header
from elements.definition.arguments import Argument, keyword
from elements.definition.csource import CSource, c_string
from elements.definition.element import Element, StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.octets import as_text
from elements.definition.parsers import boolean, file_name, raw, unsigned16, unsigned32
from elements.definition.ports import Ports
from elements.reference.machine import Machine
from elements.reference.packet import Packet
from graph.diagnostics import fail

LINKS: Final = {
    "NULL": 0, "ETHER": ETHERNET, "PPP": 9, "FDDI": 10, "PPP_HDLC": 50, "ATM": 100, "RFC1483": 100, "ATM_RFC1483": 100, "IP": 101,
    "HDLC": 104, "802_11": 105, "802.11": 105, "SLL": 113, "PRISM": 119, "AIRONET": 120, "SUNATM": 123, "802_11_RADIO": 127,
    "802.11_RADIO": 127,
}  # fmt: skip
"""Numbers of link types, from the registry of tcpdump."""


def _link(text: str) -> int:
    if text in LINKS:
        return LINKS[text]
    if text.startswith("#"):
        with suppress(ValueError):
            return unsigned16(text[1:])
    raise ValueError(f"an encapsulation ({', '.join(LINKS)} or # and a number) is wanted, not {text!r}")


class ToDump(Element):
    ports = Ports("1/0-1", "a/a")
    file_argument: ClassVar[str | None] = "FILENAME"
    writes_file: ClassVar[bool] = True
    filename = Argument("FILENAME", file_name)
    snaplen = Argument("SNAPLEN", unsigned32, 2000)
    encapsulation = Argument[int | None]("ENCAP", _link, None)
    encapsulation_from = keyword("USE_ENCAP_FROM", raw, "")
    extra_length = keyword("EXTRA_LENGTH", boolean, True)
    unbuffered = keyword("UNBUFFERED", boolean, False)
    nano = keyword("NANO", boolean, True)
    written = StateVariable(64)

    def setup(self) -> None:
        if self.encapsulation is not None and self.encapsulation_from:
            raise ValueError("ENCAP and USE_ENCAP_FROM cannot both be given")
        self.path = self.folder / as_text(self.filename)
        self.longest = self.snaplen or 0xFFFF_FFFF
        self.unit = 1 if self.nano else 1000
        link = ETHERNET if self.encapsulation is None else self.encapsulation
        self.header = file_header(NANOSECONDS if self.nano else MICROSECONDS, self.longest, link)
        self.failed = False

    def examine(self) -> None:
        if self.path.is_dir() or not self.path.parent.is_dir():
            what = "it is a folder" if self.path.is_dir() else f"there is no folder {self.path.parent}"
            message = f"{self.name} :: ToDump: {self.path} cannot be written: {what}"
            fail(message, "name a file in a folder that is there", self.node.location, self.node.source_line)

    def initialize(self, machine: Machine) -> None:
        self._append(machine, self.header, fresh=True)

    def _append(self, machine: Machine, data: bytes, *, fresh: bool = False) -> None:
        """Write ``data`` behind what is there; where that fails, cut the file back and write nothing more."""
        if not machine.writes_files:
            return
        try:
            with self.path.open("wb" if fresh else "ab", buffering=0) as file:
                length = file.seek(0, 2)
                try:
                    rest = memoryview(data)
                    while rest:
                        rest = rest[file.write(rest) :]
                except OSError:
                    if not fresh:
                        file.truncate(length)
                    raise
        except OSError as error:
            self.failed = True
            machine.trace(f"{self.name} :: ToDump: {self.path}: {error.strerror}")

    def _write(self, machine: Machine, packet: Packet) -> None:
        data = packet.data[: self.longest]
        if not self.failed:
            whole = packet.length + self.extra_length * packet.extra_length & 0xFFFF_FFFF
            time = packet.time or machine.now
            # One before 1970 is so many seconds back, and a part of one forward.
            time -= time >> 63 << 64
            self._append(machine, record_header(time, self.unit, len(data), whole) + data)
        if not self.failed:
            state = machine.stores[self.name]
            state.set(self.written, state.get(self.written) + 1)

    def always_sends(self, output: int) -> bool:
        return output == 0

    def push(self, machine: Machine, port: int, packet: Packet) -> None:
        self._write(machine, packet)
        if self.outputs:
            machine.push_out(self.name, 0, packet)

    def pull(self, machine: Machine, port: int) -> Packet | None:
        packet = machine.pull_in(self.name, 0)
        if packet is not None:
            self._write(machine, packet)
        return packet

    def task(self, machine: Machine) -> bool:
        if self.outputs or machine.checked.kind(self.name, False, 0) == "push" or self.failed:
            return False
        return self.pull(machine, 0) is not None

    def c_source(self) -> CSource:
        title = f"{self.name} :: ToDump: {self.path}"
        failure = f"dump_failed(&m->base, {c_string(os.fsencode(title))});"
        write = f"""
    if (self->file) {{
        int64_t time = p->time ? p->time : NOW, seconds = time / 1000000000, rest = time % 1000000000;
        if (rest < 0) {{ seconds--; rest += 1000000000; }}
        uint32_t captured = p->length < {self.longest}u ? p->length : {self.longest}u;
        uint32_t whole = p->length{" + p->extra_length" if self.extra_length else ""};
        if (dump_write(self->file, seconds, rest / {self.unit}, p, captured, whole)) self->written++;
        else {{ {failure} fclose(self->file); self->file = NULL; }}
    }}
"""
        header = c_string(self.header)
        return CSource(
            is_short=True,
            fields="FILE *file; uint64_t written;",
            helpers=_HELPERS,
            initialize=f"""
    self->file = fopen({c_string(bytes(self.path))}, "wb");
    if (self->file) setvbuf(self->file, NULL, _IONBF, 0);
    if (self->file && (fwrite({header}, {len(self.header)}, 1, self->file) != 1 || fflush(self->file))) {{
        fclose(self->file);
        self->file = NULL;
    }}
    if (!self->file) {failure}
""",
            push=f"{write}    OUT(0, p);\n",
            pull=f"    struct packet *p = IN(0);\n    if (!p) return NULL;{write}    return p;\n",
            task=""
            if self.outputs
            else f"""
#if INPUT_IS_PULL
    if (!self->file) return 0;
    struct packet *p = IN(0);
    if (!p) return 0;{write}    KILL(p);
    return 1;
#else
    return 0;
#endif
""",
            finish="    if (self->file) fclose(self->file);\n",
            state=(("written", "self->written"),),
        )

    @reads("count")
    def count(self, state: StateView) -> str:
        return str(state.get(self.written))

    @reads("filename")
    def filename_text(self, state: StateView) -> str:
        return self.filename

    @writes("reset_counts")
    def reset(self, state: StateView, text: str) -> None:
        state.set(self.written, 0)


_HELPERS = """
#include <unistd.h>
static void dump_failed(struct base *b, const char *title)
{
    char line[8192];
    int n = snprintf(line, sizeof line, "%s: %s", title, strerror(errno));
    trace_line(b, line, n < (int)sizeof line ? n : (int)sizeof line - 1);
}
static void dump_put32(uint8_t *b, uint32_t v) { b[0] = v; b[1] = v >> 8; b[2] = v >> 16; b[3] = v >> 24; }
/* A record is written whole or, where that fails, not at all. */
static int dump_write(FILE *file, uint32_t seconds, uint32_t fraction, const struct packet *p, uint32_t captured,
                      uint32_t whole)
{
    uint8_t *record = malloc(16 + (size_t)captured);
    if (!record) no_memory();
    long before = ftell(file);
    dump_put32(record, seconds);
    dump_put32(record + 4, fraction);
    dump_put32(record + 8, captured);
    dump_put32(record + 12, whole);
    memcpy(record + 16, p->data, captured);
    size_t done = fwrite(record, 16 + (size_t)captured, 1, file);
    int why = errno;
    free(record);
    if (done == 1) return 1;
    if (ftruncate(fileno(file), before)) why = errno;
    errno = why;
    return 0;
}
"""
