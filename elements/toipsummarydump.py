"""ToIPSummaryDump(FILENAME [, FIELDS, VERBOSE, HEADER, BANNER, MULTIPACKET, BAD_PACKETS, CAREFUL_TRUNC, EXTRA_LENGTH, BINARY])

Writes a line about each packet: what is asked for of its headers and annotations.

Packets go on by output 0, where it is in use. A field that a packet does not have is `-`. What cannot be written is reported, and nothing
is written after it. A tenant's files are those of the folder that the operator's policy grants it (`files`).

Fields are timestamp, ts_sec, ts_usec, ts_usec1, first_timestamp, count, link, paint, direction, aggregate, wire_len; eth_src, eth_dst,
eth_type; ip_src, ip_dst, ip_tos, ip_dscp, ip_ecn, ip_ttl, ip_frag, ip_fragoff, ip_id, ip_sum, ip_proto, ip_hl, ip_len, ip_capture_len,
ip_opt; sport, dport; tcp_seq, tcp_ack, tcp_off, tcp_flags, tcp_window, tcp_urp, tcp_opt, tcp_ntopt, tcp_sack; udp_len; icmp_type,
icmp_code, icmp_type_name, icmp_code_name, icmp_flowid, icmp_seq, icmp_nextmtu; payload, payload_len, payload_md5, payload_md5_hex. The
`ip_` may be left out, and a space stand for `_`. Ethernet addresses are those right in front of the IP header, where the packet still
starts with them. The microseconds of `ts_usec1` are a number, where Click writes its halves in the wrong order.

Arguments:
    FILENAME: the file, relative to the Click file or to the tenant's folder; what it had is lost. `-` is the standard output.
    FIELDS: names of fields with spaces between them; `timestamp ip_src` if not given.
    CONTENTS: an older name of FIELDS.
    DATA: an older name of FIELDS.
    VERBOSE: whether the host and the time are written at the beginning.
    HEADER: whether lines with `!` at the beginning say what the file is; true if not given.
    BANNER: text that is written there, as the creator's name.
    MULTIPACKET: whether a packet that stands for several is several lines, at most 4096, the last of which stands for all that are left.
        In a machine that packets are offered to, all such packets at one instant of its clock have 4096 together, but at least one each.
        (Click has no bound.)
    BAD_PACKETS: whether a `!bad` line in front of a packet's says what is wrong with its headers.
    CAREFUL_TRUNC: whether a packet that is shorter than its IP length is bad; true if not given.
    EXTRA_LENGTH: whether bytes count that a packet stands for and does not have; true if not given.
    BINARY: whether records are binary.

Handlers:
    flush (write): writes what is still in buffers.

Examples:
    ToIPSummaryDump(out.txt)
    ToIPSummaryDump(out.txt, FIELDS ip_src sport ip_dst dport ip_proto, HEADER false)
    ToIPSummaryDump("out.txt", CONTENTS timestamp "tcp seq" payload_md5, BAD_PACKETS true, MULTIPACKET true, BANNER "a test")
    ToIPSummaryDump(out.bin, FIELDS timestamp ip_src ip_opt, BINARY true, VERBOSE true)
"""

import os
import socket
import sys
import time
from typing import ClassVar

from elements.definition.arguments import Argument, keyword
from elements.definition.csource import CSource, c_string
from elements.definition.element import Element, StateVariable
from elements.definition.flush import flush_c
from elements.definition.handlers import StateView, writes
from elements.definition.loops import MOST_A_RUN
from elements.definition.octets import as_text, octets
from elements.definition.parsers import boolean, raw, word
from elements.definition.ports import Ports
from elements.reference.machine import Machine
from elements.reference.packet import Packet
from elements.summary.fields import ANNOTATION, LINK, TEXT_ONLY, VERSION, Field, find
from elements.summary.names_c import ICMP_NAMES
from elements.summary.options_c import OPTIONS
from elements.summary.text import U32, U64, quoted, step_between, time_text
from elements.summary.text_c import MD5, TEXT
from elements.summary.write import Style, describe
from elements.summary.write_c import LOOK
from elements.summary.write_c import describe as describe_c
from graph.configuration import split_words, unquote
from graph.diagnostics import fail


class ToIPSummaryDump(Element):
    ports = Ports("1/0-1", "a/h")
    file_argument: ClassVar[str | None] = "FILENAME"
    writes_file: ClassVar[bool] = True
    filename = Argument("FILENAME", word)
    given = Argument[str | None]("FIELDS", raw, None, position=False)
    contents = Argument[str | None]("CONTENTS", raw, None, position=False)
    data = Argument[str | None]("DATA", raw, None, position=False)
    verbose = keyword("VERBOSE", boolean, False)
    header = keyword("HEADER", boolean, True)
    banner = keyword("BANNER", word, "")
    multipacket = keyword("MULTIPACKET", boolean, False)
    bad_packets = keyword("BAD_PACKETS", boolean, False)
    careful = keyword("CAREFUL_TRUNC", boolean, True)
    extra_length = keyword("EXTRA_LENGTH", boolean, True)
    binary = keyword("BINARY", boolean, False)
    instant = StateVariable(64)
    lined = StateVariable(32)
    """Lines at that instant of packets that stand for several, where these are several lines."""

    def setup(self) -> None:
        if not self.filename:
            raise ValueError("FILENAME: the name of a file, or -, is wanted")
        named = [text for text in (self.given, self.contents, self.data) if text is not None]
        if len(named) > 1:
            raise ValueError("FIELDS, CONTENTS and DATA are one argument: give it once")
        fields: list[Field] = []
        mistakes = []
        for name in map(unquote, split_words(named[0] if named else "timestamp ip_src")):
            field = find(name)
            if field is None:
                mistakes.append(f"unknown content type {name!r}")
            elif self.binary and field.size == TEXT_ONLY:
                mistakes.append(f"cannot use field {name} with BINARY")
            else:
                fields.append(field)
        if mistakes or not fields:
            raise ValueError("\n".join(mistakes or ["no contents specified"]))
        self.style = Style(tuple(fields), self.binary, self.bad_packets, self.careful, self.extra_length)
        self.path = self.folder / as_text(self.filename)
        self.failed = False

    def examine(self) -> None:
        if self.filename != "-" and (self.path.is_dir() or not self.path.parent.is_dir()):
            what = "it is a folder" if self.path.is_dir() else f"there is no folder {self.path.parent}"
            message = f"{self.name} :: ToIPSummaryDump: {self.path} cannot be written: {what}"
            fail(message, "name a file in a folder that is there", self.node.location, self.node.source_line)

    def _beginning(self) -> tuple[bytes, bytes]:
        """What is written before the first packet: in front of the lines of VERBOSE, and behind them."""
        if not self.header:
            return b"", b""
        first = b"!IPSummaryDump %d.%d\n" % VERSION + (b"!creator " + quoted(octets(self.banner)) + b"\n" if self.banner else b"")
        names = [
            field.name.removeprefix("n") if field.name == "ntimestamp" and not self.binary else field.name for field in self.style.fields
        ]
        return first, f"!data {' '.join(names)}\n".encode() + (b"!binary\n" if self.binary else b"")

    def initialize(self, machine: Machine) -> None:
        first, last = self._beginning()
        if self.header and self.verbose:
            now = time.time_ns()
            text = f"!host {socket.gethostname()}\n!runtime {time_text(now).decode()} ({time.ctime(now // 1_000_000_000)})\n"
            first += text.encode()
        self._append(machine, first + last, fresh=True)

    def _append(self, machine: Machine, data: bytes, *, fresh: bool = False) -> None:
        if not machine.writes_files or self.failed:
            return
        if self.filename == "-":
            sys.stdout.flush()
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
            return
        try:
            with self.path.open("wb" if fresh else "ab") as file:
                file.write(data)
        except OSError as error:
            self.failed = True
            machine.trace(f"{self.name} :: ToIPSummaryDump: {self.path}: {error.strerror}")

    def _write(self, machine: Machine, packet: Packet) -> None:
        if not self.multipacket or not packet.extra_packets:
            self._append(machine, describe(packet, self.style))
            return
        count = 1 + packet.extra_packets
        total = max(packet.length + (packet.extra_length if self.extra_length else 0), count * packet.length)
        end, step = packet.time, 0
        if packet.first_time:
            step = step_between(packet.first_time, end, count - 1)
            packet.time = packet.first_time
        # A line each for all would be all that a machine does for an hour; and here nothing else is done before all at an instant are.
        state = machine.stores[self.name]
        if state.get(self.instant) != machine.now:
            state.set(self.instant, machine.now)
            state.set(self.lined, 0)
        lines = min(count, max(1, MOST_A_RUN - state.get(self.lined)))
        state.set(self.lined, state.get(self.lined) + lines)
        for line in range(1, lines + 1):
            packet.extra_packets = count - lines if line == lines else 0
            length = total if line == lines else total // (count - line + 1)
            packet.extra_length = length - packet.length & U32
            total -= length
            self._append(machine, describe(packet, self.style))
            packet.time = end if line == lines else packet.time + step & U64

    def always_sends(self, output: int) -> bool:
        return output == 0

    def push(self, machine: Machine, port: int, packet: Packet) -> None:
        if not self.failed:
            self._write(machine, packet)
        machine.push_out(self.name, 0, packet)

    def task(self, machine: Machine) -> bool:
        if machine.checked.kind(self.name, False, 0) == "push":
            return False
        packet = machine.pull_in(self.name, 0)
        if packet is not None:
            self.push(machine, 0, packet)
        return packet is not None

    def c_source(self) -> CSource:
        first, last = map(c_string, self._beginning())
        title = c_string(os.fsencode(f"{self.name} :: ToIPSummaryDump: {self.path}"))
        looks = any(field.order not in (ANNOTATION, LINK) for field in self.style.fields)
        one = f"{describe_c(self.style, looks)}    summary_write(&m->base, &self->file, self->text, {title});\n"
        verbose = "summary_verbose(self->text);" if self.header and self.verbose else ""
        place = "stdout" if self.filename == "-" else f'fopen({c_string(bytes(self.path))}, "wb")'
        each = (
            f"""
    uint64_t count = {int(self.multipacket)} && p->extra_packets ? 1 + (uint64_t)p->extra_packets : 1;
    if (count == 1) {{{one}    }}
    else {{
        uint64_t total = p->length + {"p->extra_length" if self.extra_length else "0"}, end = p->time;
        if (total < count * p->length) total = count * p->length;
        int64_t step = 0;
        if (p->first_time) {{
            step = ((int64_t)end - (int64_t)p->first_time) / (int64_t)(count - 1);
            p->time = p->first_time;
        }}
        if (self->instant != NOW) {{ self->instant = NOW; self->lined = 0; }}
        uint64_t lines = DRIVEN ? {MOST_A_RUN} : self->lined < {MOST_A_RUN} ? {MOST_A_RUN} - self->lined : 1;
        if (count < lines) lines = count;
        self->lined += lines;
        for (uint64_t line = 1; line <= lines; line++) {{
            p->extra_packets = line == lines ? count - lines : 0;
            uint64_t length = line == lines ? total : total / (count - line + 1);
            p->extra_length = length - p->length;
            total -= length;
            {one}
            p->time = line == lines ? end : p->time + step;
        }}
    }}
"""
            if self.multipacket
            else one
        )
        return CSource(
            fields="FILE *file; struct text *text, *line;" + (" uint64_t instant; uint32_t lined;" if self.multipacket else ""),
            state=(("instant", "self->instant"), ("lined", "self->lined")) if self.multipacket else (),
            helpers=HELPERS,
            initialize=f"""
    self->text = calloc(1, sizeof *self->text);
    self->line = calloc(1, sizeof *self->line);
    if (!self->text || !self->line) no_memory();
    self->file = {place};
    text_put(self->text, {first}, sizeof {first} - 1);
    {verbose}
    text_put(self->text, {last}, sizeof {last} - 1);
    if (!self->file) summary_failed(&m->base, {title});
    summary_write(&m->base, &self->file, self->text, {title});
""",
            push=f"    if (self->file) {{\n{each}    }}\n    OUT(0, p);\n",
            task="""
#if INPUT_IS_PULL
    struct packet *p = IN(0);
    if (!p) return 0;
    OFFER(0, p);
    return 1;
#else
    return 0;
#endif
""",
            finish=f"""
    if (self->file == stdout) fflush(stdout);
    else if (self->file && fclose(self->file)) summary_failed(&m->base, {title});
    free(self->text->at);
    free(self->line->at);
    free(self->text);
    free(self->line);
""",
        )

    @writes("flush")
    def flush(self, state: StateView, text: str) -> None:
        flush_c()


HELPERS = (
    TEXT
    + OPTIONS
    + MD5
    + ICMP_NAMES
    + LOOK
    + """
#ifndef SUMMARY_WRITE
#define SUMMARY_WRITE
#include <unistd.h>
static void summary_failed(struct base *b, const char *title)
{
    char line[8192];
    int n = snprintf(line, sizeof line, "%s: %s", title, strerror(errno));
    trace_line(b, line, n < (int)sizeof line ? n : (int)sizeof line - 1);
}
static void summary_write(struct base *b, FILE **file, const struct text *t, const char *title)
{
    if (!*file || !t->length || fwrite(t->at, t->length, 1, *file) == 1) return;
    summary_failed(b, title);
    if (*file != stdout) fclose(*file);
    *file = NULL;
}
static void summary_verbose(struct text *t)
{
    char host[256] = "", when[64] = "";
    uint64_t now = clock_read(CLOCK_REALTIME);
    time_t seconds = now / 1000000000u;
    gethostname(host, sizeof host - 1);
    ctime_r(&seconds, when);
    when[strcspn(when, "\\n")] = 0;
    text_say(t, "!host ");
    text_say(t, host);
    text_say(t, "\\n!runtime ");
    text_time(t, now);
    text_form(t, " (%s)\\n", when);
}
#endif
"""
)
