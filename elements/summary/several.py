"""Packets that stand for several, one after the other."""

from __future__ import annotations

from typing import Final

from elements.reference.packet import Packet
from elements.summary.text import U32, U64, step_between


class Several:
    """Takes one packet after the other out of one that stands for several: as long as each other, and as far apart."""

    def __init__(self) -> None:
        self.begun = False
        self.each = self.last = self.step = 0

    def one(self, whole: Packet) -> tuple[Packet, Packet]:
        """The first of the packets that ``whole`` stands for, and what stands for the others."""
        count = 1 + whole.extra_packets
        if not self.begun:
            self._begin(whole, count)
        one = whole.copy()
        one.extra_packets = 0
        one.extra_length = self.each - one.length & U32
        whole.extra_packets = count - 2
        whole.extra_length = whole.extra_length - self.each & U32
        self.begun = count > 2
        if count == 2:
            whole.time = self.last
            set_lengths(whole, whole.length + whole.extra_length)
        else:
            whole.time = whole.time + self.step & U64
        return one, whole

    def _begin(self, whole: Packet, count: int) -> None:
        self.each = (whole.length + whole.extra_length) // count
        if self.each < whole.length:
            self.each = whole.length
            whole.extra_length = self.each * (count - 1) & U32
        self.last, self.step = whole.time, 0
        if whole.first_time:
            self.step = step_between(whole.first_time, whole.time, count - 1)
            whole.time = whole.first_time
        set_lengths(whole, self.each)


def set_lengths(packet: Packet, length: int) -> None:
    """The IP header of ``packet`` says that it has ``length`` bytes, and so does its UDP header."""
    at = packet.network
    if at is None or packet.end - at < 20 or packet.buffer[at + 2 : at + 4] == (length & 0xFFFF).to_bytes(2, "big"):
        return
    packet.buffer[at + 2 : at + 4] = (length & 0xFFFF).to_bytes(2, "big")
    header = 4 * (packet.buffer[at] & 15)
    if packet.buffer[at + 9] == 17 and packet.end - at >= header + 6:
        packet.buffer[at + header + 4 : at + header + 6] = ((length - header) & 0xFFFF).to_bytes(2, "big")


SEVERAL: Final = """
#ifndef SUMMARY_SEVERAL
#define SUMMARY_SEVERAL
struct several { uint64_t each, last; int64_t step; int begun; };
static void several_lengths(struct packet *p, uint64_t length)
{
    if (p->network == NO_NETWORK || (int64_t)p->length - p->network < 20) return;
    uint8_t *ip = p->data + p->network;
    uint32_t header = 4 * (ip[0] & 15);
    if (get16(ip + 2) == (length & 0xffff)) return;
    put16(ip + 2, length);
    if (ip[9] == 17 && (int64_t)p->length - p->network >= header + 6) put16(ip + header + 4, length - header);
}
/* ``one``, a copy of ``whole``, becomes the first of the packets that this stands for. */
static void several_one(struct several *s, struct packet *one, struct packet *whole)
{
    uint64_t count = 1 + (uint64_t)whole->extra_packets;
    if (!s->begun) {
        s->each = ((uint64_t)whole->length + whole->extra_length) / count;
        if (s->each < whole->length) {
            s->each = whole->length;
            whole->extra_length = s->each * (count - 1);
        }
        s->last = whole->time;
        s->step = 0;
        if (whole->first_time) {
            s->step = ((int64_t)whole->time - (int64_t)whole->first_time) / (int64_t)(count - 1);
            whole->time = whole->first_time;
        }
        several_lengths(whole, s->each);
        one->time = whole->time;
        several_lengths(one, s->each);
    }
    one->extra_packets = 0;
    one->extra_length = s->each - one->length;
    whole->extra_packets = count - 2;
    whole->extra_length -= s->each;
    s->begun = count > 2;
    if (count == 2) {
        whole->time = s->last;
        several_lengths(whole, (uint64_t)whole->length + whole->extra_length);
    } else {
        whole->time += s->step;
    }
}
#endif
"""
