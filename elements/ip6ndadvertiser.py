"""IP6NDAdvertiser(ENTRY1, ..., ENTRYn)

Answers neighbour solicitations (RFC 4861) for the addresses that it knows.

Takes Ethernet frames of at least 86 bytes with an IPv6 header of hop limit 255 and a sound solicitation of 32 bytes, and answers those
whose target is in an entry, the one of the longest mask first, and of equals the first: with a router's solicited advertisement from the
target to the sender, in a frame to the frame's sender. Other packets are dropped. An answer has the time of what it answers, in Click none.

Arguments:
    ENTRY: addresses or networks with masks, `2001:db8:5::/48`, and one Ethernet address.

Examples:
    IP6NDAdvertiser(2001:db8:5::9/128 2001:db8:5:8000::/49 02:00:00:00:05:01, 2001:db8:6::/48 02:00:00:00:06:01)
"""

from typing import NamedTuple

from elements.definition.arguments import Rest
from elements.definition.csource import CSource
from elements.definition.element import Move
from elements.definition.parsers import ethernet_address
from elements.definition.ports import Ports
from elements.ip6.addresses import CHECKSUM_C, c_bytes, checksum, ip6_prefix
from elements.passing.each_packet import Replacing
from elements.reference.machine import Machine
from elements.reference.packet import Packet

SOLICITATION, ADVERTISEMENT, FRAME = 135, 136, 86


class Entry(NamedTuple):
    """An address, how many bits of it count, and the Ethernet address for it."""

    address: int
    length: int
    ethernet: int


def _entry(text: str) -> tuple[Entry, ...]:
    prefixes, ethernet = [], []
    for word in text.split():
        try:
            ethernet.append(ethernet_address(word))
        except ValueError:
            prefixes.append(ip6_prefix(word))
    if not prefixes or len(ethernet) != 1:
        raise ValueError(f"IPv6 addresses and one Ethernet address are wanted, not {text!r}")
    return tuple(Entry(address, length, ethernet[0]) for address, length in prefixes)


class IP6NDAdvertiser(Replacing):
    ports = Ports("1/1", "a/a")
    is_short = False
    software_reason = "IPv6 addresses beside packets are the software's"
    entries = Rest("ENTRY", _entry)

    def setup(self) -> None:
        self.known = sorted((entry for each in self.entries for entry in each), key=lambda entry: -entry.length)

    def move(self, output: int) -> Move:
        return Move(None, "none")

    def most_bytes(self, output: int, arriving: tuple[int, ...]) -> int:
        return FRAME

    def act(self, machine: Machine, packet: Packet) -> Packet | None:
        data = packet.data
        if len(data) < FRAME or data[12:14] != b"\x86\xdd" or data[21] != 255 or data[54] != SOLICITATION or data[55] != 0:
            return None
        message = data[54:56] + bytes(2) + data[58:86]
        covered = checksum(data[22:38], data[38:54], message)
        # The sum is over the length and the next header that the packet tells.
        told = int.from_bytes(data[18:20], "big") + data[20]
        total = (covered ^ 0xFFFF) + told + 2 * 0xFFFF - len(message) - 58
        while total >> 16:
            total = (total & 0xFFFF) + (total >> 16)
        if total ^ 0xFFFF != int.from_bytes(data[56:58], "big"):
            return None
        target = int.from_bytes(data[62:78], "big")
        entry = next((each for each in self.known if not (each.address ^ target) >> (128 - each.length)), None)
        if entry is None:
            return None
        own = entry.ethernet.to_bytes(6, "big")
        reply = bytes((ADVERTISEMENT, 0, 0, 0, 0xC0, 0, 0, 0)) + data[62:78] + b"\x02\x01" + own
        reply = reply[:2] + checksum(data[62:78], data[22:38], reply).to_bytes(2, "big") + reply[4:]
        front = data[6:12] + own + b"\x86\xdd" + b"\x60\0\0\0\0\x20\x3a\xff" + data[62:78] + data[22:38]
        return Packet.of(front + reply, time=packet.time, device=packet.device)

    def c_each(self) -> str:
        entries = ", ".join(f"{{{c_bytes(e.address, 16)}, {e.length}, {c_bytes(e.ethernet, 6)}}}" for e in self.known)
        return f"""
    static const struct {{ uint8_t address[16]; uint8_t length, ethernet[6]; }} known[{len(self.known) + 1}] = {{{entries}}};
    const uint8_t *d = p->data, *own = NULL;
    if (p->length >= {FRAME} && get16(d + 12) == 0x86dd && d[21] == 255 && d[54] == {SOLICITATION} && d[55] == 0) {{
        uint8_t message[32];
        memcpy(message, d + 54, 32);
        put16(message + 2, 0);
        uint32_t total = (ip6_checksum(d + 22, message, 32) ^ 0xffffu) + get16(d + 18) + d[20] + 2 * 0xffffu - 32 - 58;
        while (total >> 16) total = (total & 0xffff) + (total >> 16);
        for (int i = 0; (total ^ 0xffff) == get16(d + 56) && !own && i < {len(self.known)}; i++) {{
            uint32_t bytes = known[i].length / 8, bits = known[i].length % 8;
            if (memcmp(known[i].address, d + 62, bytes) == 0 && (!bits || !((known[i].address[bytes] ^ d[62 + bytes]) >> (8 - bits))))
                own = known[i].ethernet;
        }}
    }}
    struct packet *q = NULL;
    if (own) {{
        q = NEW_PACKET({FRAME});
        memcpy(q->data, d + 6, 6);
        memcpy(q->data + 6, own, 6);
        put16(q->data + 12, 0x86dd);
        q->data[14] = 0x60;
        q->data[19] = 32;
        q->data[20] = 58;
        q->data[21] = 255;
        memcpy(q->data + 22, d + 62, 16);
        memcpy(q->data + 38, d + 22, 16);
        q->data[54] = {ADVERTISEMENT};
        q->data[58] = 0xc0;
        memcpy(q->data + 62, d + 62, 16);
        q->data[78] = 2;
        q->data[79] = 1;
        memcpy(q->data + 80, own, 6);
        put16(q->data + 56, ip6_checksum(q->data + 22, q->data + 54, 32));
        q->device = p->device;
        q->time = p->time;
    }}
    KILL(p);
    p = q;
"""

    def c_rest(self) -> CSource:
        return CSource(shared=(CHECKSUM_C,))
