/* What of the runtime is not on a packet's usual way. */

void *grow(void *old, uint64_t *room, uint64_t wanted, size_t size)
{
    if (wanted <= *room) return old;
    uint64_t more = *room ? *room : 1024;
    while (more < wanted) more *= 2;
    void *grown = realloc(old, more * size);
    if (!grown) no_memory();
    *room = more;
    return grown;
}

struct packet *made_packet(struct base *b, struct packet *p, uint64_t wanted)
{
    if (!p) {
        if (!(p = calloc(1, sizeof *p))) no_memory();
        p->older = b->packets;
        b->packets = p;
    }
    /* Who copies nothing to it may not be told to copy it to nowhere. */
    if (!p->buffer || p->room < wanted) {
        free(p->buffer);
        p->room = wanted < USUAL_ROOM ? USUAL_ROOM : wanted;
        if (!(p->buffer = malloc(p->room))) no_memory();
    }
    return p;
}

void free_base(struct base *b)
{
    for (struct packet *p = b->packets, *older; p; p = older) {
        older = p->older;
        free(p->buffer);
        free(p);
    }
    free(b->emitted);
    free(b->bytes);
    free(b->log);
}

/* Nothing that runs can go on without it; files have what was written to them. */
void no_memory(void)
{
    static const char text[] = "swclick: there is no memory left; allow more (ulimit -v), or give queues and tables less\n";
    fflush(NULL);
    if (write(2, text, sizeof text - 1) < 0) _exit(EXIT_FAILURE);
    _exit(EXIT_FAILURE);
}

void more_headroom(struct packet *p, uint64_t count)
{
    uint64_t front = p->data - p->buffer, more = HEADROOM + count - front, used = front + p->length;
    if (used + more > p->room) {
        uint64_t room = 2 * (used + more);
        uint8_t *made = malloc(room);
        if (!made) no_memory();
        memcpy(made + more, p->buffer, used);
        free(p->buffer);
        p->buffer = made;
        p->room = room;
    } else {
        memmove(p->buffer + more, p->buffer, used);
    }
    memset(p->buffer, 0, more);
    p->data = p->buffer + front + more;
}

void add_tail(struct packet *p, uint32_t count)
{
    uint64_t used = (uint64_t)(p->data - p->buffer) + p->length;
    if (used + count > p->room) {
        uint64_t front = p->data - p->buffer, room = 2 * (used + count);
        uint8_t *made = realloc(p->buffer, room);
        if (!made) no_memory();
        p->buffer = made;
        p->data = made + front;
        p->room = room;
    }
    memset(p->buffer + used, 0, count);
    p->length += count;
}

/* Of a machine that runs by itself nobody takes what leaves. */
void emit_packet(struct base *b, int32_t sink, struct packet *p)
{
    if (b->driven) {
        kill_packet(b, p);
        return;
    }
    uint32_t front = p->data - p->buffer;
    uint64_t size = (uint64_t)front + p->length;
    b->emitted = grow(b->emitted, &b->emitted_room, b->emitted_count + 1, sizeof *b->emitted);
    b->bytes = grow(b->bytes, &b->bytes_room, b->bytes_count + size + 1, 1);
    struct emission *e = &b->emitted[b->emitted_count++];
    *e = (struct emission){sink, front, p->length, p->network, p->dst_ip, p->vlan_tci, p->paint, p->device, p->packet_type,
                           p->fix_ip_src, p->parameter, p->aggregate, p->extra_packets, p->extra_length, p->time, p->first_time,
                           b->bytes_count, .dst_ip6 = {0}};
    memcpy(e->dst_ip6, p->dst_ip6, sizeof e->dst_ip6);
    memcpy(b->bytes + b->bytes_count, p->buffer, size);
    b->bytes_count += size;
    kill_packet(b, p);
}

/* A line of the log: its length in 8 bytes, then its text, which may have any bytes. A machine that is driven prints it. */
void trace_line(struct base *b, const char *text, uint64_t length)
{
    if (b->driven) {
        fwrite(text, 1, length, stderr);
        putc('\n', stderr);
        return;
    }
    b->log = grow(b->log, &b->log_room, b->log_count + sizeof length + length, 1);
    memcpy(b->log + b->log_count, &length, sizeof length);
    if (length) memcpy(b->log + b->log_count + sizeof length, text, length);
    b->log_count += sizeof length + length;
}
