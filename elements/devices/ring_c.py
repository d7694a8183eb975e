"""C that takes packets from the ring of a packet socket, and sends packets with one."""

from __future__ import annotations

from typing import Final

from elements.devices.packet_socket import BLOCK, BLOCKS

COMMON: Final = """
#ifndef DEVICES
#define DEVICES
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
static __attribute__((cold)) void device_says(struct base *b, const char *title, const char *what)
{
    char line[1024];
    int n = snprintf(line, sizeof line, "%s: %s", title, what);
    trace_line(b, line, n < (int)sizeof line ? n : (int)sizeof line - 1);
}
/* Says what is wrong with a device; whether it is there no more. */
static __attribute__((cold)) int device_failed(struct base *b, const char *title, uint32_t index, int why)
{
    char name[IF_NAMESIZE];
    int gone = !if_indextoname(index, name);
    device_says(b, title, gone ? "the device is gone" : why == ENETDOWN ? "the device is down" : strerror(why));
    return gone;
}
/* The error that waits at a socket, 0 if there is none; it does not wait any more. */
static __attribute__((cold)) int device_error(int fd)
{
    int why = 0;
    socklen_t size = sizeof why;
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &why, &size) ? errno : why;
}
#endif
"""

RECEIVE: Final = f"""
#define RING_BLOCK {BLOCK}u
#define RING_BLOCKS {BLOCKS}u
static uint8_t *ring_map(int fd)
{{
    void *memory = mmap(NULL, (size_t)RING_BLOCK * RING_BLOCKS, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    return memory == MAP_FAILED ? NULL : memory;
}}
/* The packet at a place of the ring, NULL where none has come yet. */
ALWAYS struct tpacket2_hdr *ring_at(uint8_t *memory, uint32_t frame, uint32_t place)
{{
    uint32_t each = RING_BLOCK / frame;
    struct tpacket2_hdr *h = (struct tpacket2_hdr *)(memory + (uint64_t)(place / each) * RING_BLOCK + (uint64_t)(place % each) * frame);
    return __atomic_load_n(&h->tp_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER ? h : NULL;
}}
/* The sum that a TCP or UDP packet of this host has left to the device, in its place: what is there is that of the pseudo header. */
static __attribute__((noinline)) void ring_sum(uint8_t *ip, uint32_t length)
{{
    if (length < 20) return;
    uint32_t at, end, protocol;
    if (ip[0] >> 4 == 4) {{
        at = (ip[0] & 15) * 4u;
        end = get16(ip + 2);
        protocol = ip[9];
        if (at < 20 || get16(ip + 6) & 0x3fff) return;
    }} else if (ip[0] >> 4 == 6) {{
        if (length < 40) return;
        at = 40;
        end = 40 + get16(ip + 4);
        protocol = ip[6];
    }} else {{
        return;
    }}
    uint32_t field = at + (protocol == 6 ? 16 : 6);
    if ((protocol != 6 && protocol != 17) || end > length || field + 2 > end) return;
    uint64_t sum = 0;
    for (uint32_t i = at; i + 1 < end; i += 2) sum += get16(ip + i);
    if ((end - at) & 1) sum += (uint32_t)ip[end - 1] << 8;
    while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
    sum = ~sum & 0xffff;
    if (!sum && protocol == 17) sum = 0xffff;
    ip[field] = sum >> 8;
    ip[field + 1] = sum;
}}
/* The packet as it was on the wire, cut to ``most`` bytes: a tag that the kernel took off is put back. */
ALWAYS struct packet *ring_packet(struct base *b, const struct tpacket2_hdr *h, uint32_t front, uint32_t most)
{{
    const uint8_t *data = (const uint8_t *)h + h->tp_mac;
    uint32_t status = h->tp_status, taken = h->tp_snaplen, tag = status & TP_STATUS_VLAN_VALID && taken >= 12 ? 4 : 0;
    uint32_t length = taken + tag < most ? taken + tag : most;
    struct packet *p = raw_packet(b, front, length);
    memset(p->buffer, 0, front);
    if (tag && length > 12) {{
        uint32_t type = status & TP_STATUS_VLAN_TPID_VALID ? h->tp_vlan_tpid : 0x8100;
        const uint8_t bytes[4] = {{type >> 8, type, h->tp_vlan_tci >> 8, h->tp_vlan_tci}};
        memcpy(p->data, data, 12);
        memcpy(p->data + 12, bytes, length < 16 ? length - 12 : 4);
        if (length > 16) memcpy(p->data + 16, data + 12, length - 16);
    }} else {{
        memcpy(p->data, data, length);
    }}
    p->extra_length = h->tp_len + tag > length ? h->tp_len + tag - length : 0;
    p->packet_type = ((const struct sockaddr_ll *)((const uint8_t *)h + TPACKET_ALIGN(sizeof *h)))->sll_pkttype;
    if (status & TP_STATUS_CSUMNOTREADY && length >= 14) {{
        uint32_t network = 14;
        while (network + 4 <= p->length && (get16(p->data + network - 2) == 0x8100 || get16(p->data + network - 2) == 0x88a8)) network += 4;
        if (network < p->length) ring_sum(p->data + network, p->length - network);
    }}
    return p;
}}
/* Gives the place back to the kernel. */
ALWAYS void ring_done(struct tpacket2_hdr *h) {{ __atomic_store_n(&h->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE); }}
"""

MOST_AT_ONCE: Final = 64
SEND: Final = f"""
#define SEND_MOST {MOST_AT_ONCE}u
/* Sends packets in order; how many were sent or, where that is none, the error, less than 0. */
static int device_send(int fd, struct packet **packets, uint32_t count)
{{
    struct mmsghdr messages[SEND_MOST];
    struct iovec parts[SEND_MOST];
    for (uint32_t i = 0; i < count; i++) {{
        parts[i] = (struct iovec){{packets[i]->data, packets[i]->length}};
        messages[i] = (struct mmsghdr){{.msg_hdr = {{.msg_iov = &parts[i], .msg_iovlen = 1}}}};
    }}
    int sent = sendmmsg(fd, messages, count, MSG_DONTWAIT);
    return sent < 0 ? -errno : sent;
}}
"""
