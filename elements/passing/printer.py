"""Elements that print a line about each packet that passes."""

from __future__ import annotations

from typing import ClassVar

from elements.definition.arguments import Argument, keyword
from elements.definition.csource import CSource, c_string
from elements.definition.element import StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.octets import as_text, octets
from elements.definition.parsers import boolean, raw, word
from elements.definition.ports import Ports
from elements.passing.each_packet import EachPacket
from elements.reference.machine import Machine
from elements.reference.packet import Packet
from elements.summary.text import time_text
from elements.summary.text_c import TEXT
from graph.diagnostics import fail


class Printer(EachPacket):
    """Subclasses say what a line is by `line` and `c_line`."""

    ports = Ports("1/1", "a/a")
    is_short = False
    file_argument: ClassVar[str | None] = "OUTFILE"
    writes_file: ClassVar[bool] = True
    label = Argument("LABEL", word, "")
    timestamp = keyword("TIMESTAMP", boolean, True)
    active = keyword("ACTIVE", boolean, True)
    filename = Argument("OUTFILE", word, "", position=False)
    channel = keyword("CHANNEL", raw, "")
    printing = StateVariable(1)

    def setup(self) -> None:
        self.path = self.folder / as_text(self.filename)

    def examine(self) -> None:
        if self.filename and (self.path.is_dir() or not self.path.parent.is_dir()):
            what = "it is a folder" if self.path.is_dir() else f"there is no folder {self.path.parent}"
            message = f"{self.name} :: {self.node.class_name}: {self.path} cannot be written: {what}"
            fail(message, "name a file in a folder that is there", self.node.location, self.node.source_line)

    def line(self, packet: Packet, start: bytes) -> bytes | None:
        """Reference: the line, which begins with ``start``; None where there is none."""
        raise NotImplementedError

    def c_line(self) -> str:
        """C: put the line behind what is in the text ``*t``; clear ``printed`` where there is none."""
        raise NotImplementedError

    c_helpers: ClassVar[str] = ""

    def initialize(self, machine: Machine) -> None:
        machine.stores[self.name].set(self.printing, int(self.active))
        if self.filename and machine.writes_files:
            self.path.write_bytes(b"")

    def always_sends(self, output: int) -> bool:
        return output == 0

    def each(self, machine: Machine, packet: Packet) -> int:
        if not machine.stores[self.name].get(self.printing):
            return 0
        start = octets(f"{self.label}: " if self.label else "") + (time_text(packet.time) + b": " if self.timestamp else b"")
        line = self.line(packet, start)
        if line is None:
            return 0
        if not self.filename:
            machine.trace(line.decode("utf-8", "replace"))
        elif machine.writes_files:
            with self.path.open("ab") as file:
                file.write(line + b"\n")
        return 0

    def c_each(self) -> str:
        label = c_string(octets(f"{self.label}: "))
        return f"""
    if (self->printing) {{
        struct text *t = self->text;
        int printed = 1;
        t->length = 0;
        {f"text_say(t, {label});" if self.label else ""}
        {"text_time(t, p->time); text_say(t, " + c_string(b": ") + ");" if self.timestamp else ""}
        {self.c_line()}
        if (printed && self->file) {{ text_byte(t, 10); fwrite(t->at, t->length, 1, self->file); }}
        else if (printed && {int(not self.filename)}) TRACE(t->at, t->length);
    }}
"""

    def c_rest(self) -> CSource:
        opened = f'self->file = fopen({c_string(bytes(self.path))}, "wb");' if self.filename else ""
        return CSource(
            fields="uint32_t printing; struct text *text; FILE *file;",
            initialize=f"""
    self->printing = {int(self.active)};
    if (!(self->text = calloc(1, sizeof *self->text))) no_memory();
    text_put(self->text, "", 0);
    {opened}
""",
            finish="""
    if (self->file) fclose(self->file);
    free(self->text->at);
    free(self->text);
""",
            helpers=TEXT + self.c_helpers,
            state=(("printing", "self->printing"),),
        )

    @reads("active")
    def active_text(self, state: StateView) -> str:
        return "true" if state.get(self.printing) else "false"

    @writes("active")
    def set_active(self, state: StateView, text: str) -> None:
        state.set(self.printing, int(boolean(text.strip())))
