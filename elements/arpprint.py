"""ARPPrint([LABEL, TIMESTAMP, ACTIVE, OUTFILE, CHANNEL, ETHER])

Prints a line about every ARP packet that passes, in Click's form: who asks or answers, and for what.

ARP starts where the network header is marked. Lines go to the machine's log. Packets without that mark pass without a line, as do those
that are not about IP addresses. A tenant's files are those of the folder that the operator's policy grants it (`files`).

Arguments:
    LABEL: text in front of each line.
    TIMESTAMP: whether the packet's time is printed, in seconds; true if not given.
    ACTIVE: whether anything is printed; true if not given.
    OUTFILE: a file that lines are written to; what it had is lost.
    CHANNEL: accepted.
    ETHER: whether the Ethernet addresses are printed, where the packet starts with them.

Handlers:
    active (read): whether anything is printed.
    active (write): sets that.

Examples:
    ARPPrint
    ARPPrint(in, TIMESTAMP false)
    ARPPrint("ARP is", ETHER true, ACTIVE true)
"""

from ipaddress import IPv4Address
from typing import Final

from elements.definition.arguments import keyword
from elements.definition.parsers import boolean, ethernet_text
from elements.passing.printer import Printer
from elements.reference.packet import Packet

TRAILER: Final = 0x1000


class ARPPrint(Printer):
    ether = keyword("ETHER", boolean, False)
    c_helpers = """
#ifndef ARP_LINES
#define ARP_LINES
static void text_arp_ethernet(struct text *t, const uint8_t *b)
{
    for (int i = 0; i < 6; i++) text_form(t, i ? "-%02X" : "%02X", b[i]);
}
/* Whether there is a line about the message ``b``, which has 28 bytes. */
static int text_arp(struct text *t, const uint8_t *b)
{
    uint32_t hardware = get16(b), protocol = get16(b + 2), operation = get16(b + 6), count = b[4];
    static const uint8_t nobody[6];
    if ((protocol != 0x0800 && protocol != 0x1000) || b[5] != 4 || !count) return 0;
    if (protocol == 0x1000) text_say(t, "trailer-");
    switch (operation) {
    case 1:
        text_say(t, "arp who-has ");
        text_address(t, b + 24);
        if (memcmp(nobody, b + 18, count < 6 ? count : 6)) {
            text_say(t, " (");
            text_arp_ethernet(t, b + 18);
            text_byte(t, ')');
        }
        text_say(t, " tell ");
        text_address(t, b + 14);
        break;
    case 2:
        text_say(t, "arp reply ");
        text_address(t, b + 14);
        text_say(t, " is-at ");
        text_arp_ethernet(t, b + 8);
        break;
    case 3: case 8:
        text_say(t, operation == 3 ? "rarp who-is " : "invarp who-is ");
        text_arp_ethernet(t, b + 18);
        text_say(t, " tell ");
        text_arp_ethernet(t, b + 8);
        break;
    case 4: case 9:
        text_say(t, operation == 4 ? "rarp reply " : "invarp reply ");
        text_arp_ethernet(t, b + 18);
        text_say(t, " at ");
        text_address(t, b + 24);
        break;
    default: text_form(t, "arp-#%u", operation);
    }
    if (hardware != 1) text_form(t, "hardware #%u", hardware);
    return 1;
}
#endif
"""

    def line(self, packet: Packet, start: bytes) -> bytes | None:
        if packet.network is None:
            return None
        text = start.decode("utf-8", "surrogateescape")
        if self.ether and packet.start + 14 <= packet.network and packet.length >= 14:
            source, destination = packet.data[6:12], packet.data[:6]
            text += f"{ethernet_text(int.from_bytes(source, 'big'))} > {ethernet_text(int.from_bytes(destination, 'big'))}: "
        there = packet.end - packet.network
        if there < 8:
            return f"{text}truncated-arp ({there})".encode("utf-8", "surrogateescape")
        data = bytes(packet.buffer[packet.network : min(packet.end, packet.network + 28)]).ljust(28, b"\0")
        said = _text(data)
        return None if said is None else (text + said).encode("utf-8", "surrogateescape")

    def c_line(self) -> str:
        ether = """
            if (p->network >= 14 && p->length >= 14) {
                text_arp_ethernet(t, p->data + 6);
                text_say(t, " > ");
                text_arp_ethernet(t, p->data);
                text_say(t, ": ");
            }"""
        return f"""
        if (p->network == NO_NETWORK) printed = 0;
        else {{
            int64_t there = (int64_t)p->length - p->network;
            uint8_t b[28];
            for (int i = 0; i < 28; i++) b[i] = i < there ? byte_at(p, p->network + i) : 0;{ether if self.ether else ""}
            if (there < 8) text_form(t, "truncated-arp (%d)", (int)there);
            else printed = text_arp(t, b);
        }}
"""


def _text(data: bytes) -> str | None:
    """What the message says, None where it is about other addresses than those of IP."""
    hardware, protocol, operation = (int.from_bytes(data[at : at + 2], "big") for at in (0, 2, 6))
    if protocol not in (0x0800, TRAILER) or data[5] != 4 or data[4] == 0:
        return None
    sender, target = (ethernet_text(int.from_bytes(data[at : at + 6], "big")) for at in (8, 18))
    sender_ip, target_ip = IPv4Address(data[14:18]), IPv4Address(data[24:28])
    asked = f" ({target})" if any(data[18 : 18 + min(data[4], 6)]) else ""
    said = {
        1: f"arp who-has {target_ip}{asked} tell {sender_ip}",
        2: f"arp reply {sender_ip} is-at {sender}",
        3: f"rarp who-is {target} tell {sender}",
        4: f"rarp reply {target} at {target_ip}",
        8: f"invarp who-is {target} tell {sender}",
        9: f"invarp reply {target} at {target_ip}",
    }.get(operation, f"arp-#{operation}")
    return ("trailer-" if protocol == TRAILER else "") + said + (f"hardware #{hardware}" if hardware != 1 else "")
