"""C that receives and sends packets by sockets of datagrams."""

from typing import Final

DATAGRAMS: Final = """
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
static __attribute__((cold)) void datagram_says(struct base *b, const char *title, int why)
{
    char line[1024];
    int n = snprintf(line, sizeof line, "%s: %s", title, strerror(why));
    trace_line(b, line, n < (int)sizeof line ? n : (int)sizeof line - 1);
}
/* A packet of at most ``most`` bytes and who sent it; NULL where there is none, and why. */
static struct packet *datagram_receive(struct base *b, int fd, uint32_t front, uint32_t most, struct sockaddr_in *from, int *why)
{
    struct packet *p = raw_packet(b, front, most);
    socklen_t size = sizeof *from;
    ssize_t length = recvfrom(fd, p->data, most, MSG_TRUNC | MSG_DONTWAIT, (struct sockaddr *)from, &size);
    if (length < 0) {
        *why = errno;
        kill_packet(b, p);
        return NULL;
    }
    memset(p->buffer, 0, front);
    p->length = length < most ? length : most;
    p->extra_length = length - p->length;
    return p;
}
/* 0 or, where it was not sent, why. */
static int datagram_send(int fd, const struct sockaddr_in *to, const struct packet *p)
{
    while (sendto(fd, p->data, p->length, MSG_DONTWAIT | MSG_NOSIGNAL, (const struct sockaddr *)to, sizeof *to) < 0)
        if (errno != EINTR) return errno;
    return 0;
}
"""
