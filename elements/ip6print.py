"""IP6Print([LABEL, CONTENTS, NBYTES])

Prints addresses, payload length, next header and hop limit of IPv6 packets, whose header is marked.

Packets that end within their header, or have none marked, pass and are not printed.

Arguments:
    LABEL: what is printed first.
    CONTENTS: whether bytes are printed too, in hexadecimal, 24 a line; false if not given.
    NBYTES: how many of them at most; 1500 if not given.

Examples:
    IP6Print(seen)
    IP6Print("before ND", CONTENTS true, NBYTES 60)
"""

from elements.definition.arguments import Argument, keyword
from elements.definition.csource import CSource, c_string
from elements.definition.octets import octets
from elements.definition.parsers import boolean, integer, line_of_text
from elements.definition.ports import Ports
from elements.ip6.addresses import TEXT_C, ip6_text
from elements.passing.each_packet import Replacing
from elements.reference.machine import Machine
from elements.reference.packet import Packet

A_LINE = 24


class IP6Print(Replacing):
    ports = Ports("1/1", "a/a")
    is_short = False
    software_reason = "IPv6 addresses beside packets are the software's"
    label = Argument("LABEL", line_of_text, "")
    contents = keyword("CONTENTS", boolean, False)
    most = keyword("NBYTES", integer(0, 65535), 1500)

    def always_sends(self, output: int) -> bool:
        return output == 0

    def act(self, machine: Machine, packet: Packet) -> Packet | None:
        network = packet.network
        if network is None or network < packet.start or packet.end - network < 40:
            return packet
        header = bytes(packet.buffer[network : network + 40])
        source, destination = (ip6_text(int.from_bytes(header[at : at + 16], "big")) for at in (8, 24))
        payload = int.from_bytes(header[4:6], "big")
        prefix = octets(f"{self.label}: " if self.label else "").decode("utf-8", "replace")
        machine.trace(f"{prefix}{source} -> {destination} plen {payload}, next {header[6]}, hlim {header[7]}")
        shown = packet.data[: self.most] if self.contents else b""
        for at in range(0, len(shown) + 1 if self.contents else 0, A_LINE):
            line = shown[at : at + A_LINE]
            groups = [line[i : i + 4] for i in range(0, len(line), 4)]
            open_end = " " if line and len(line) % 4 == 0 and len(line) < A_LINE else ""
            machine.trace("  " + " ".join(group.hex() for group in groups) + open_end)
        return packet

    def c_each(self) -> str:
        prefix = c_string(octets(f"{self.label}: " if self.label else ""))
        shown = f"""
        uint32_t shown = p->length < {self.most}u ? p->length : {self.most}u;
        for (uint32_t at = 0; at <= shown; at += {A_LINE}) {{
            n = sprintf(line, "  ");
            for (uint32_t i = at; i < shown && i < at + {A_LINE}; i++)
                n += sprintf(line + n, i % 4 == 3 && i != at + {A_LINE - 1} ? "%02x " : "%02x", p->data[i]);
            TRACE(line, n);
        }}
"""
        return f"""
    if (p->network >= 0 && (int64_t)p->length - p->network >= 40) {{
        const uint8_t *ip = p->data + p->network;
        static __thread char line[{len(self.label) + 256}];
        int n = sprintf(line, "%s", {prefix});
        n += ip6_text(line + n, ip + 8);
        n += sprintf(line + n, " -> ");
        n += ip6_text(line + n, ip + 24);
        n += sprintf(line + n, " plen %u, next %u, hlim %u", get16(ip + 4), ip[6], ip[7]);
        TRACE(line, n);
{shown if self.contents else ""}    }}
"""

    def c_rest(self) -> CSource:
        return CSource(shared=(TEXT_C,))
