"""StoreIPAddress([ADDR,] OFFSET)

Writes an IP address into packets: ADDR, or where that is not given, the destination annotation.

An annotation of 0.0.0.0 is not written to a number as OFFSET: the packet leaves as if it had not the place. (In Click, what has not the
place is written to in its IP header, or in front of it, where one is marked.) Where OFFSET is src or dst, the IP checksum follows, and
that of a TCP or UDP header behind it; the IP header must be marked then. Packets without the place leave by output 1, or are dropped where
it is not in use.

Arguments:
    OFFSET: an address first, where there are two of them; then bytes from the start of the packet, or `src` or `dst` for an
        address of the IP header.

Examples:
    StoreIPAddress(16)
    StoreIPAddress(1.0.0.3, 4)
    StoreIPAddress(src)
    StoreIPAddress(1.0.0.4, dst)
"""

from elements.definition.arguments import Rest
from elements.definition.parsers import integer, ip_address, raw
from elements.definition.ports import Ports
from elements.passing.each_packet import DROP, EachPacket
from elements.reference.machine import Machine
from elements.reference.packet import Packet

_offset = integer(0, 2047)
_PLACES = {"src": 12, "dst": 16}


class StoreIPAddress(EachPacket):
    ports = Ports("1/1-2", "a/ah")
    given = Rest("OFFSET", raw, 1)

    def setup(self) -> None:
        if len(self.given) > 2:
            raise ValueError(f"an address and an offset are wanted, not {len(self.given)} arguments")
        names = ("ADDR ", "OFFSET ")[-len(self.given) :]
        texts = [text.removeprefix(name).strip() for text, name in zip(self.given, names, strict=True)]
        try:
            self.address = ip_address(texts[0]) if len(texts) > 1 else None
        except ValueError as error:
            raise ValueError(f"ADDR: {error}") from None
        self.place = _PLACES.get(texts[-1].lower())
        try:
            self.offset = _offset(texts[-1]) if self.place is None else 0
        except ValueError as error:
            raise ValueError(f"OFFSET: src, dst or {error}") from None

    def each(self, machine: Machine, packet: Packet) -> int:
        address = packet.dst_ip if self.address is None else self.address
        if self.place is None:
            if packet.length < self.offset + 4 or (self.address is None and not address):
                return self._refused
            at = packet.start + self.offset
            packet.buffer[at : at + 4] = address.to_bytes(4, "big")
            return 0
        ip, buffer = packet.network, packet.buffer
        if ip is None or ip < packet.start or packet.end - ip < 20 or buffer[ip] & 15 < 5:
            return self._refused
        old = _folded(int.from_bytes(buffer[ip + self.place : ip + self.place + 4], "big"))
        new = _folded(address)
        buffer[ip + self.place : ip + self.place + 4] = address.to_bytes(4, "big")
        _update(buffer, ip + 10, old, new)
        message = ip + 4 * (buffer[ip] & 15)
        if not int.from_bytes(buffer[ip + 6 : ip + 8], "big") & 0x1FFF:
            if buffer[ip + 9] == 6 and packet.end - message >= 20:
                _update(buffer, message + 16, old, new)
            if buffer[ip + 9] == 17 and packet.end - message >= 8 and any(buffer[message + 6 : message + 8]):
                _update(buffer, message + 6, old, new)
        return 0

    @property
    def _refused(self) -> int:
        return 1 if self.outputs > 1 else DROP

    helpers = """
static void store_update(uint8_t *checksum, uint32_t old, uint32_t new)
{
    uint32_t total = (get16(checksum) ^ 0xffff) + (old ^ 0xffff) + new;
    total = (total & 0xffff) + (total >> 16);
    total = (total & 0xffff) + (total >> 16);
    put16(checksum, total ^ 0xffff);
}
/* Writes an address ``place`` bytes into the IP header; 0 where there is none. */
static int store_address(struct packet *p, uint32_t address, uint32_t place)
{
    if (p->network == NO_NETWORK || p->network < 0 || (int64_t)p->length - p->network < 20) return 0;
    uint8_t *ip = p->data + p->network, *end = p->data + p->length, *message = ip + 4 * (ip[0] & 15);
    if ((ip[0] & 15) < 5) return 0;
    uint32_t old = get16(ip + place) + get16(ip + place + 2), new = (address >> 16) + (address & 0xffff);
    old = (old + (old >> 16)) & 0xffff;
    new = (new + (new >> 16)) & 0xffff;
    put32(ip + place, address);
    store_update(ip + 10, old, new);
    if (get16(ip + 6) & 0x1fff) return 1;
    if (ip[9] == 6 && end - message >= 20) store_update(message + 16, old, new);
    if (ip[9] == 17 && end - message >= 8 && get16(message + 6)) store_update(message + 6, old, new);
    return 1;
}
"""

    def c_each(self) -> str:
        address = "p->dst_ip" if self.address is None else f"{self.address}u"
        if self.place is not None:
            return f"    way = store_address(p, {address}, {self.place}) ? 0 : {self._refused};\n"
        zero = "p->dst_ip && " if self.address is None else ""
        return f"""
    if ({zero}p->length >= {self.offset + 4}) {{
        put32(p->data + {self.offset}, {address});
    }} else {{
        way = {self._refused};
    }}
"""


def _folded(address: int) -> int:
    """The sum of its two words, folded."""
    total = (address >> 16) + (address & 0xFFFF)
    return (total + (total >> 16)) & 0xFFFF


def _update(buffer: bytearray, at: int, old: int, new: int) -> None:
    """The checksum there, now that words whose sum was ``old`` have the sum ``new`` (RFC 1624, equation 3)."""
    total = (int.from_bytes(buffer[at : at + 2], "big") ^ 0xFFFF) + (old ^ 0xFFFF) + new
    total = (total & 0xFFFF) + (total >> 16)
    total = (total & 0xFFFF) + (total >> 16)
    buffer[at : at + 2] = (total ^ 0xFFFF).to_bytes(2, "big")
