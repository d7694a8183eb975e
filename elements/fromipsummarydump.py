"""FromIPSummaryDump([FILENAME, STOP, ACTIVE, ZERO, TIMING, CHECKSUM, SAMPLE, PROTO, MULTIPACKET, FIELDS, FLOWID, DATA])

Makes packets from a file with a line, or a binary record, about each.

The file may be compressed by gzip or bzip2. Fields are those of ToIPSummaryDump; its `!data` lines say which ones lines have, and
`!flowid`, `!proto` and `!binary` what they say in Click. What lines leave open is zero; packets have version 4 and a time to live of 100.
Lines that cannot be read are reported, once. A packet that would be longer than 66000 bytes is left out. Addresses and ports of a
`!flowid` are those of packets whose lines have none, where Click takes zeros. A tenant's files are those of the folder that the operator's
policy grants it (`files`).

Arguments:
    FILENAME: the file, relative to the Click file or to the tenant's folder. `-` is the standard input.
    STOP: whether the driver is told to stop when the file is read; a tenant cannot stop a machine that others use.
    ACTIVE: whether packets are made; true if not given.
    ZERO: accepted; what lines leave open is always zero.
    TIMING: whether packets come as far apart as they are in the file.
    CHECKSUM: whether checksums are right and packets as long as their IP length; otherwise what a packet does not have is its extra length.
    SAMPLE: share of the packets that is sent, from 0 to 1; 1 if not given.
    PROTO: the IP protocol where no line says it; 6 if not given.
    MULTIPACKET: whether a line that stands for several packets is as many.
    FIELDS: names of fields, with spaces between them, of lines in front of which no `!data` stands.
    CONTENTS: an older name of FIELDS.
    DEFAULT_CONTENTS: an older name of FIELDS.
    DEFAULT_FIELDS: an older name of FIELDS.
    FLOWID: source address, port, destination address, port and perhaps protocol of packets whose lines say nothing of them.
    DEFAULT_FLOWID: an older name of FLOWID.
    ALLOW_NONEXISTENT: whether the file may be missing or empty.
    DATA: what would be in the file; not beside FILENAME.

Handlers:
    active (read): whether packets are made.
    active (write): sets that.
    encap (read): IP.
    filename (read): the file's name.
    filepos (read): byte of the file, or of what it is compressed from, at which the next line is.
    filesize (read): bytes of the file, `-` where nobody knows. (In Click, always `-`.)
    sampling_prob (read): share of the packets that is sent.
    stop (write): makes the source inactive and tells the driver to stop.

Examples:
    FromIPSummaryDump(in.txt)
    FromIPSummaryDump("in.txt", STOP true, ZERO true, CHECKSUM true, PROTO 17)
    FromIPSummaryDump(DATA "!data ip_src ip_dst\\n1.0.0.1 2.0.0.2", MULTIPACKET true, SAMPLE 0.5)
    FromIPSummaryDump(in.txt, FIELDS ip_src sport, FLOWID 1.0.0.1 1 2.0.0.2 2 U, ALLOW_NONEXISTENT true, TIMING true)
"""

import bz2
import gzip
import os
import shlex
import sys
from typing import ClassVar, Final

from elements.definition.arguments import Argument, keyword
from elements.definition.csource import CSource, c_string
from elements.definition.element import Element, Move, StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.octets import as_text, octets
from elements.definition.parsers import boolean, byte, probability, raw, word
from elements.definition.ports import Ports
from elements.fromdump import FACTOR, SAMPLING_BITS, STEP
from elements.placement.layouts import UNKNOWN
from elements.reference.machine import Machine
from elements.reference.packet import LONGEST, Packet
from elements.summary.draft_c import DRAFT
from elements.summary.options_read_c import READING
from elements.summary.read import Reader
from elements.summary.read_c import READER
from elements.summary.several import SEVERAL, Several
from elements.summary.text import U64
from elements.summary.text_c import NUMBERS, TEXT
from elements.summary.words_c import WORDS
from graph.configuration import unquote
from graph.diagnostics import fail

_GZIP: Final = (b"\x1f\x8b", b"\x1f\x9d", b"\x1f\x9e")
_BZIP2: Final = b"BZh"


def text_bytes(text: str) -> bytes:
    """The bytes that a string stands for."""
    return unquote(text).encode("latin-1", "replace")


class FromIPSummaryDump(Element):
    ports = Ports("0/1", "a/a")
    file_argument: ClassVar[str | None] = "FILENAME"
    filename = Argument("FILENAME", word, "")
    stop = keyword("STOP", boolean, False, is_operators=True)
    active = keyword("ACTIVE", boolean, True)
    zero = keyword("ZERO", boolean, True)
    timing = keyword("TIMING", boolean, False)
    checksum = keyword("CHECKSUM", boolean, False)
    sample = keyword("SAMPLE", probability, 1.0)
    protocol = keyword("PROTO", byte, 6)
    multipacket = keyword("MULTIPACKET", boolean, False)
    given = Argument[str | None]("FIELDS", raw, None, position=False)
    contents = Argument[str | None]("CONTENTS", raw, None, position=False)
    default_contents = Argument[str | None]("DEFAULT_CONTENTS", raw, None, position=False)
    default_fields = Argument[str | None]("DEFAULT_FIELDS", raw, None, position=False)
    flow = Argument[str | None]("FLOWID", raw, None, position=False)
    default_flow = Argument[str | None]("DEFAULT_FLOWID", raw, None, position=False)
    allow_nonexistent = keyword("ALLOW_NONEXISTENT", boolean, False)
    data = Argument[bytes | None]("DATA", text_bytes, None, position=False)
    going = StateVariable(1)
    over = StateVariable(1)
    halting = StateVariable(1)
    begun = StateVariable(1)
    offset = StateVariable(64)
    random = StateVariable(64, initial=1)
    position = StateVariable(64)

    def setup(self) -> None:
        if self.data and self.filename:
            raise ValueError("FILENAME and DATA conflict")
        if not self.data and not self.filename:
            raise ValueError("FILENAME is missing")
        fields = [text for text in (self.given, self.contents, self.default_contents, self.default_fields) if text is not None]
        flows = [text for text in (self.flow, self.default_flow) if text is not None]
        for named, names in ((fields, "FIELDS, CONTENTS, DEFAULT_CONTENTS and DEFAULT_FIELDS"), (flows, "FLOWID and DEFAULT_FLOWID")):
            if len(named) > 1:
                raise ValueError(f"{names} are one argument: give it once")
        # A flow follows its first word, as behind `!flowid`.
        self.first_fields = fields[0].encode() if fields else b""
        self.first_flow = b"!flowid " + flows[0].encode() if flows else b""
        self.path = self.folder / as_text(self.filename)
        self.title = "<data>" if self.data else "<stdin>" if self.filename == "-" else self.filename
        self.threshold = round(self.sample * (1 << SAMPLING_BITS))
        self.compressed: str | None = None
        self.work: Packet | None = None
        self.several = Several()

    def examine(self) -> None:
        if self.data or self.filename == "-":
            return
        try:
            with self.path.open("rb") as file:
                start = file.read(3) if self.path.is_file() else b"-"
        except OSError as error:
            if not (self.allow_nonexistent and isinstance(error, FileNotFoundError)):
                self._refuse(str(error.strerror))
            return
        if start[:2] in _GZIP or start == _BZIP2:
            self.compressed = f"{'bzip2' if start == _BZIP2 else 'gzip'} -dc < {shlex.quote(str(self.path))}"
        if not start and not self.allow_nonexistent:
            self._refuse("empty file")

    def _refuse(self, why: str) -> None:
        message = f"{self.name} :: FromIPSummaryDump: {self.filename}: {why}"
        fail(message, "name an IP summary dump", self.node.location, self.node.source_line)

    def _content(self) -> bytes:
        if self.data:
            return self.data
        if self.filename == "-":
            return sys.stdin.buffer.read()
        try:
            data = self.path.read_bytes()
        except OSError:
            return b""
        if self.compressed is not None:
            try:
                return bz2.decompress(data) if data.startswith(_BZIP2) else gzip.decompress(data)
            except (OSError, EOFError, ValueError):
                return b""
        return data

    def move(self, output: int) -> Move:
        return Move(None, UNKNOWN)

    def most_bytes(self, output: int, arriving: tuple[int, ...]) -> int:
        return LONGEST

    def initialize(self, machine: Machine) -> None:
        machine.stores[self.name].set(self.going, int(self.active))
        content = self._content()
        self.reader = Reader(content, self.title, self.protocol, machine.trace)
        if self.first_fields:
            self.reader.set_fields(self.first_fields)
        if self.first_flow:
            self.reader.set_flow(self.first_flow)
        self.reader.begin()

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
        state = machine.stores[self.name]
        while state.get(self.going):
            packet, self.work = self.work, None
            if packet is None:
                packet = None if self.reader.over else self.reader.next(self.checksum)
                state.set(self.position, self.reader.at)
                if packet is None and self.reader.over:
                    return None
                if packet is None:
                    continue
            if self.timing and not self._due(machine, packet):
                self.work = packet
                return None
            if self.multipacket and packet.extra_packets:
                packet, self.work = self.several.one(packet)
            if self._chosen(state):
                return packet
        return None

    def _due(self, machine: Machine, packet: Packet) -> bool:
        state = machine.stores[self.name]
        if not state.get(self.begun):
            state.set(self.begun, 1)
            state.set(self.offset, machine.now - packet.time)
        return machine.now >= packet.time + state.get(self.offset) & U64

    def _chosen(self, state: StateView) -> bool:
        if self.threshold >= 1 << SAMPLING_BITS:
            return True
        state.set(self.random, state.get(self.random) * FACTOR + STEP)
        return state.get(self.random) >> (64 - SAMPLING_BITS) < self.threshold

    def c_source(self) -> CSource:
        data = c_string(self.data or b"")
        source = f"""
    self->reader->text = (const uint8_t *){data};
    self->reader->text_end = self->reader->text + sizeof {data} - 1;
"""
        if not self.data:
            compressed = self.compressed is not None
            opened = (
                f'popen({c_string(os.fsencode(str(self.compressed)))}, "r")' if compressed else f'fopen({c_string(bytes(self.path))}, "rb")'
            )
            source += f"""
    self->reader->file = {"stdin" if self.filename == "-" else opened};
    self->reader->is_pipe = {int(compressed)};
"""
        fields = flow = ""
        if self.first_fields:
            given = f"(const uint8_t *){c_string(self.first_fields)}"
            fields = f"reader_set_fields(&m->base, self->reader, {given}, {given} + {len(self.first_fields)});"
        if self.first_flow:
            flow = f"static const char flow[] = {c_string(self.first_flow)};\n    reader_set_flow(&m->base, self->reader, "
            flow += "(const uint8_t *)flow, (const uint8_t *)flow + sizeof flow - 1);"
        following = f"""
    struct packet *found = NULL;
    if (self->halting) {{ self->halting = 0; if (DRIVEN) STOP; }}
    while (self->going && !found) {{
        struct packet *q = self->work;
        self->work = NULL;
        if (!q) {{
            int is = !self->reader->over && reader_next(&m->base, self->reader, {int(self.checksum)});
            if (!is && self->reader->over) {{
                if (DRIVEN && !self->over) {{ self->over = 1; {"STOP;" if self.stop else ""} }}
                break;
            }}
            if (!is) continue;
            q = reader_packet(&m->base, self->reader);
        }}
        if ({int(self.timing)}) {{
            if (!self->begun) {{ self->begun = 1; self->offset = NOW - q->time; }}
            if (NOW < q->time + self->offset) {{
                self->work = q;
                AT(q->time + self->offset);
                break;
            }}
        }}
        if ({int(self.multipacket)} && q->extra_packets) {{
            struct packet *one = CLONE(q);
            several_one(&self->reader->several, one, q);
            self->work = q;
            q = one;
        }}
        if ({self.threshold}u < 1u << {SAMPLING_BITS}) {{
            self->random = self->random * {FACTOR}ULL + {STEP}ULL;
            if (self->random >> {64 - SAMPLING_BITS} >= {self.threshold}u) {{ KILL(q); continue; }}
        }}
        found = q;
    }}
"""
        return CSource(
            fields="struct reader *reader; struct packet *work; uint32_t going, over, halting, begun; uint64_t offset, random;",
            helpers=HELPERS,
            initialize=f"""
    self->reader = calloc(1, sizeof *self->reader);
    if (!self->reader) no_memory();
    {source}
    self->reader->name = {c_string(octets(self.title))};
    self->reader->protocol = {self.protocol};
    self->reader->minor = 3;
    {fields}
    {flow}
    reader_begin(&m->base, self->reader);
    self->going = {int(self.active)};
    self->random = 1;
""",
            task=f"""
#if OUTPUT_IS_PULL
    if (self->halting) {{ self->halting = 0; if (DRIVEN) STOP; }}
    return 0;
#else
{following}    if (!found) return 0;
    OUT(0, found);
    return 1;
#endif
""",
            pull=f"{following}    return found;\n",
            timer="    WAKE;\n",
            finish="    reader_free(self->reader);\n",
            state=(
                *((name, f"self->{name}") for name in ("going", "over", "halting", "begun", "offset", "random")),
                ("position", "self->reader->at"),
            ),
        )

    @reads("active")
    def active_text(self, state: StateView) -> str:
        return "true" if state.get(self.going) else "false"

    @writes("active")
    def set_active(self, state: StateView, text: str) -> None:
        state.set(self.going, int(boolean(text.strip())))
        state.set(self.over, 0)

    @writes("stop")
    def set_stopped(self, state: StateView, text: str) -> None:
        state.set(self.going, 0)
        state.set(self.halting, 1)

    @reads("encap")
    def encapsulation(self, state: StateView) -> str:
        return "IP"

    @reads("filename")
    def filename_text(self, state: StateView) -> str:
        return self.title

    @reads("filesize")
    def file_size(self, state: StateView) -> str:
        if self.data:
            return str(len(self.data))
        return str(self.path.stat().st_size) if self.filename != "-" and self.path.is_file() else "-"

    @reads("filepos")
    def file_position(self, state: StateView) -> str:
        return str(state.get(self.position))

    @reads("sampling_prob")
    def sampling(self, state: StateView) -> str:
        return f"{self.threshold / (1 << SAMPLING_BITS):.9g}"


HELPERS: Final = TEXT + NUMBERS + READING + WORDS + DRAFT + SEVERAL + READER
