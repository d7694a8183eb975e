"""Print([LABEL, MAXLENGTH, CONTENTS, TIMESTAMP, PRINTANNO, HEADROOM, ACTIVE])

Prints a line about every packet that passes, in Click's form: label, length, first bytes.

Lines go to the machine's log, which `mlclick run` prints on standard error.

Arguments:
    LABEL: text in front of each line.
    MAXLENGTH: bytes to print; all where it is negative, and 24 if not given. LENGTH and NBYTES are older names of it.
    LENGTH: see MAXLENGTH.
    NBYTES: see MAXLENGTH.
    CONTENTS: HEX, ASCII or NONE, or true for HEX and false for NONE; HEX if not given.
    TIMESTAMP: whether the packet's time is printed, in seconds.
    PRINTANNO: whether the packet's annotations are printed, 48 bytes in Click's order.
    HEADROOM: accepted; packets have as much room as is asked for, and none is printed.
    ACTIVE: whether anything is printed; true if not given.

Handlers:
    active (read): whether anything is printed.
    active (write): sets that.

Examples:
    Print
    Print(in, 8)
    Print("a packet", MAXLENGTH -1, CONTENTS ASCII, TIMESTAMP true, PRINTANNO true)
    Print(CONTENTS NONE, ACTIVE true)
"""

from elements.definition.arguments import Argument, keyword
from elements.definition.csource import CSource, c_string
from elements.definition.element import Element, StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.octets import octets
from elements.definition.parsers import boolean, integer, line_of_text
from elements.definition.ports import Ports
from elements.reference.machine import Machine
from elements.reference.packet import Packet
from elements.summary.text import time_text

NONE, HEX, ASCII = range(3)
_length = integer(-(1 << 31), (1 << 31) - 1)


def _contents(text: str) -> int:
    if text.upper() in ("NONE", "HEX", "ASCII"):
        return ("NONE", "HEX", "ASCII").index(text.upper())
    try:
        return HEX if boolean(text) else NONE
    except ValueError:
        raise ValueError(f"NONE, HEX or ASCII is wanted, not {text!r}") from None


class Print(Element):
    ports = Ports("1/1", "a/a")
    label = Argument("LABEL", line_of_text, "")
    maximum = Argument[int | None]("MAXLENGTH", _length, None)
    length = Argument[int | None]("LENGTH", _length, None, position=False)
    bytes = Argument[int | None]("NBYTES", _length, None, position=False)
    contents = keyword("CONTENTS", _contents, HEX)
    timestamp = keyword("TIMESTAMP", boolean, False)
    annotations = keyword("PRINTANNO", boolean, False)
    headroom = keyword("HEADROOM", boolean, False)
    active = keyword("ACTIVE", boolean, True)
    printing = StateVariable(1)

    def setup(self) -> None:
        given = [number for number in (self.maximum, self.length, self.bytes) if number is not None]
        if len(given) > 1:
            raise ValueError("MAXLENGTH, LENGTH and NBYTES are one argument: give it once")
        self.most = given[0] if given else 24

    def initialize(self, machine: Machine) -> None:
        machine.stores[self.name].set(self.printing, int(self.active))

    def always_sends(self, output: int) -> bool:
        return output == 0

    def push(self, machine: Machine, port: int, packet: Packet) -> None:
        self._print(machine, packet)
        machine.push_out(self.name, 0, packet)

    def pull(self, machine: Machine, port: int) -> Packet | None:
        packet = machine.pull_in(self.name, 0)
        if packet is not None:
            self._print(machine, packet)
        return packet

    def _print(self, machine: Machine, packet: Packet) -> None:
        if not machine.stores[self.name].get(self.printing):
            return
        parts = [octets(self.label).decode("utf-8", "replace")] if self.label else []
        if self.timestamp:
            parts.append(time_text(packet.time).decode())
        text = ": ".join([*parts, f"{packet.length:4}"])
        if self.annotations:
            text += f" | {annotation_area(packet).hex()}"
        shown = packet.data if self.most < 0 else packet.data[: self.most]
        if shown and self.contents == HEX:
            text += " | " + " ".join(shown[at : at + 4].hex() for at in range(0, len(shown), 4))
        elif shown and self.contents == ASCII:
            letters = "".join(chr(byte) if 32 <= byte <= 126 else "." for byte in shown)
            text += " | " + "".join(" " + letters[at : at + 8] for at in range(0, len(letters), 8))
        machine.trace(text)

    def c_source(self) -> CSource:
        prefix = c_string(octets(self.label))
        parts = [f'    n += snprintf(line + n, room - n, "%s%s", {prefix}, {c_string(b": " if self.label else b"")});']
        if self.timestamp:
            parts.append(_C_TIME)
        parts.append('    n += snprintf(line + n, room - n, "%4u", p->length);')
        if self.annotations:
            parts.append(_C_ANNOTATIONS)
        most = "p->length" if self.most < 0 else f"(p->length < {self.most}u ? p->length : {self.most}u)"
        if self.contents != NONE:
            show = _C_HEX if self.contents == HEX else _C_ASCII
            parts.append(f'    uint32_t shown = {most};\n    if (shown) n += sprintf(line + n, " | ");\n{show}')
        body = "\n".join(parts)
        printing = f"""
    if (self->printing) {{
    uint64_t n = 0, room = {len(self.label) + 192} + 3 * (uint64_t)p->length;
    char *line = malloc(room);
    if (!line) no_memory();
{body}
    TRACE(line, n);
    free(line);
    }}
"""
        return CSource(
            is_short=self.contents != ASCII,
            fields="uint32_t printing;",
            initialize=f"    self->printing = {int(self.active)};",
            push=f"{printing}    OUT(0, p);\n",
            pull=f"    struct packet *p = IN(0);\n    if (!p) return NULL;{printing}    return p;\n",
            state=(("printing", "self->printing"),),
        )

    @reads("active")
    def active_text(self, state: StateView) -> str:
        return "true" if state.get(self.printing) else "false"

    @writes("active")
    def set_active(self, state: StateView, text: str) -> None:
        state.set(self.printing, int(boolean(text.strip())))


def annotation_area(packet: Packet) -> bytes:
    """The annotations of ``packet`` where Click keeps them: destination address, paint, parameter, fix-source flag, VLAN tag."""
    area = bytearray(48)
    # Click has one place for both kinds of addresses.
    area[0:16] = packet.dst_ip6.to_bytes(16, "big") if packet.dst_ip6 else packet.dst_ip.to_bytes(4, "big") + bytes(12)
    area[16], area[17], area[19] = packet.paint, packet.parameter, packet.fix_ip_src
    # Numbers are in the processor's byte order there, addresses in the network's; Click keeps the tag in the network's, too.
    area[20:22] = packet.vlan_tci.to_bytes(2, "big")
    if packet.aggregate:
        area[20:24] = packet.aggregate.to_bytes(4, "little")
    area[24:28], area[28:32] = packet.extra_packets.to_bytes(4, "little"), packet.extra_length.to_bytes(4, "little")
    area[32:40] = packet.first_time.to_bytes(8, "little")
    return bytes(area)


_C_TIME = """    uint64_t time = (int64_t)p->time < 0 ? -p->time : p->time, rest = time % 1000000000;
    n += snprintf(line + n, room - n, "%s%llu.", (int64_t)p->time < 0 ? "-" : "", (unsigned long long)(time / 1000000000));
    if (rest % 1000) n += snprintf(line + n, room - n, "%09llu: ", (unsigned long long)rest);
    else n += snprintf(line + n, room - n, "%06llu: ", (unsigned long long)(rest / 1000));"""
_C_ANNOTATIONS = """    uint8_t area[48] = {0};
    static const uint8_t none[16];
    if (memcmp(p->dst_ip6, none, 16)) memcpy(area, p->dst_ip6, 16);
    else put32(area, p->dst_ip);
    area[16] = p->paint;
    area[17] = p->parameter;
    area[19] = p->fix_ip_src;
    put16(area + 20, p->vlan_tci);
    if (p->aggregate) memcpy(area + 20, &p->aggregate, 4);
    memcpy(area + 24, &p->extra_packets, 4);
    memcpy(area + 28, &p->extra_length, 4);
    memcpy(area + 32, &p->first_time, 8);
    n += sprintf(line + n, " | ");
    for (int i = 0; i < 48; i++) n += sprintf(line + n, "%02x", area[i]);"""
_C_HEX = '    for (uint32_t i = 0; i < shown; i++) n += sprintf(line + n, i && i % 4 == 0 ? " %02x" : "%02x", p->data[i]);'
_C_ASCII = """    for (uint32_t i = 0; i < shown; i++) {
        if (i % 8 == 0) line[n++] = ' ';
        line[n++] = p->data[i] < 32 || p->data[i] > 126 ? '.' : p->data[i];
    }"""
