"""PORT commands of FTP (RFC 959): where they are in a packet, and the C that finds and changes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from elements.reference.packet import Packet

TOO_MUCH: Final = 256


@dataclass(frozen=True)
class PortCommand:
    """A command: the addresses and ports of its flow, the address and port that it tells, the sequence number of its packet and how many
    bytes that has, where in the buffer the argument is, and its length."""

    addresses: int
    ports: int
    source: int
    port: int
    sequence: int
    data_length: int
    at: int
    length: int


def find_command(packet: Packet) -> PortCommand | None:
    """The command that a packet starts with, None where there is none that makes sense."""
    network, transport = packet.network, packet.transport
    if network is None or transport is None or network < packet.start or packet.end - network < 20:
        return None
    buffer = packet.buffer
    if buffer[network] & 15 < 5 or buffer[network + 9] != 6 or packet.end - transport < 20:
        return None
    start = transport + 4 * (buffer[transport + 12] >> 4)
    data = bytes(buffer[start : packet.end])
    if start < transport + 20 or data[:5].upper() != b"PORT ":
        return None
    first = 5
    while first < len(data) and data[first] == ord(" "):
        first += 1
    numbers, place, at = [0] * 6, 0, first
    while at < len(data) and place < 6:
        if chr(data[at]).isdigit() and data[at] < 128:
            numbers[place] = min(numbers[place] * 10 + data[at] - ord("0"), TOO_MUCH)
        elif data[at] == ord(","):
            place += 1
        else:
            break
        at += 1
    if place != 5 or at >= len(data) or data[at] not in b"\r\n" or max(numbers) >= TOO_MUCH:
        return None
    return PortCommand(
        addresses=int.from_bytes(buffer[network + 12 : network + 20], "big"),
        ports=int.from_bytes(buffer[transport : transport + 4], "big"),
        source=int.from_bytes(bytes(numbers[:4]), "big"),
        port=int.from_bytes(bytes(numbers[4:]), "big"),
        sequence=int.from_bytes(buffer[transport + 4 : transport + 8], "big"),
        data_length=len(data),
        at=start + first,
        length=at - first,
    )


PORT_COMMANDS: Final = """
static void ftp_put(struct packet *p, uint32_t at, uint32_t length, const char *text, uint32_t size)
{
    uint32_t after = p->length - at - length;
    if (size > length) {
        PUT(p, size - length);
        memmove(p->data + at + size, p->data + at + length, after);
    } else {
        memmove(p->data + at + size, p->data + at + length, after);
        p->length -= length - size;
    }
    memcpy(p->data + at, text, size);
    uint8_t *ip = p->data + p->network, *tcp = ip + 4 * (ip[0] & 15);
    uint32_t old = get16(ip + 2), new = (p->length - p->network) & 0xffff, covered = p->data + p->length - tcp;
    put16(ip + 2, new);
    rw_correct(ip + 10, rw_difference(old, new));
    put16(tcp + 16, 0);
    uint64_t total = get16(ip + 12) + get16(ip + 14) + get16(ip + 16) + get16(ip + 18) + 6 + covered;
    for (uint32_t i = 0; i < covered; i++) total += (uint32_t)tcp[i] << (i % 2 ? 0 : 8);
    while (total >> 16) total = (total & 0xffff) + (total >> 16);
    put16(tcp + 16, total ^ 0xffff);
}
static void ftp_map(struct rewriter *control, struct rewriter *data, int port, struct packet *p, uint64_t time)
{
    if (p->network < 0 || (int64_t)p->length - p->network < 20) return;
    const uint8_t *ip = p->data + p->network, *tcp = ip + 4 * (ip[0] & 15), *end = p->data + p->length;
    if ((ip[0] & 15) < 5 || ip[9] != 6 || end - tcp < 20) return;
    const uint8_t *text = tcp + 4 * (tcp[12] >> 4);
    int64_t length = end - text;
    if (text < tcp + 20 || length < 5 || (text[0] | 32) != 'p' || (text[1] | 32) != 'o' || (text[2] | 32) != 'r' || (text[3] | 32) != 't'
        || text[4] != ' ')
        return;
    int64_t first = 5;
    while (first < length && text[first] == ' ') first++;
    uint32_t numbers[6] = {0}, place = 0;
    int64_t at = first;
    for (; at < length && place < 6; at++) {
        if (text[at] >= '0' && text[at] <= '9') {
            numbers[place] = numbers[place] * 10 + text[at] - '0';
            if (numbers[place] > 256) numbers[place] = 256;
        } else if (text[at] == ',') {
            place++;
        } else {
            break;
        }
    }
    if (place != 5 || at >= length || (text[at] != '\\r' && text[at] != '\\n')) return;
    for (int i = 0; i < 6; i++)
        if (numbers[i] >= 256) return;
    uint32_t ports = get32(tcp), source = numbers[0] << 24 | numbers[1] << 16 | numbers[2] << 8 | numbers[3];
    uint32_t destination = get32(ip + 16), told = numbers[4] << 8 | numbers[5], sequence = get32(tcp + 4);
    uint32_t entry = rw_find(control, (struct rw_key){0, ports, (uint64_t)get32(ip + 12) << 32 | destination});
    if (!entry) return;
    struct rw_key keys[2];
    uint32_t count = rw_keys_for(data, 6, (uint64_t)source << 32 | destination, told << 16 | ((ports - 1) & 0xffff), 0, keys);
    if (!count) return;
    uint32_t found = rw_find_any(data, keys, count), other;
    if (!found && !(found = rw_new_flow(data, port, keys[0], time))) return;
    other = (found - 1) ^ 1;
    int keyed_by = data->settings->keyed_by;
    if (keyed_by != RW_HOSTS || !((found - 1) & 1)) source = rw_turned_addresses(data->halves[other].addresses) >> 32;
    if (keyed_by != RW_HOSTS && keyed_by != RW_PAIRS) told = rw_turned_ports(data->halves[other].ports_of) >> 16;
    char made[32];
    uint32_t size = snprintf(made, sizeof made, "%u,%u,%u,%u,%u,%u", source >> 24, source >> 16 & 255, source >> 8 & 255, source & 255,
                             told >> 8, told & 255);
    ftp_put(p, text + first - p->data, at - first, made, size);
    rw_shift(control, entry - 1, sequence + (uint32_t)length, size - (uint32_t)(at - first));
    data->halves[2 * ((found - 1) >> 1)].mark = control->halves[2 * ((entry - 1) >> 1)].mark;
}
"""
