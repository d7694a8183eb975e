"""C that reads IP summary dumps as `elements.summary.read` does. It stands behind that of options, words and drafts."""

from __future__ import annotations

from typing import Final

from elements.summary.fields import VERSION
from elements.summary.options import NOT_TIMESTAMP, SACK

READER: Final = (
    r"""
#ifndef SUMMARY_READER
#define SUMMARY_READER
/* A file of lines, or text; what its fields are. */
struct reader {
    FILE *file;
    int is_pipe;
    const uint8_t *text, *text_end;
    const char *name;
    struct text line, piece;
    struct options options;
    struct several several;
    struct draft draft, first; /* what the draft is in the beginning */
    uint8_t *fields, *order;
    uint64_t field_count, field_room, order_room, word_room;
    struct word *words;
    uint64_t at, number;
    int minor;
    uint8_t ethernet[6], protocol, binary, complained, over, again; /* again: the first line was only looked at */
};
static void reader_say(struct base *b, const struct reader *r, const char *form, const char *what, uint64_t count)
{
    char line[8192], text[4096];
    snprintf(text, sizeof text, form, (int)count, what);
    int n = snprintf(line, sizeof line, "%s:%s%llu: %s", r->name, r->binary ? "record " : "", (unsigned long long)r->number, text);
    trace_line(b, line, n < (int)sizeof line ? n : (int)sizeof line - 1);
}
#define SAY(what) reader_say(b, r, "%.*s", what, strlen(what))
static int reader_byte(struct reader *r) { return r->file ? getc_unlocked(r->file) : r->text < r->text_end ? *r->text++ : EOF; }
static void reader_unread(struct reader *r, int c)
{
    if (c == EOF) return;
    if (r->file) ungetc(c, r->file);
    else r->text--;
}
/* The next line, with what ends it; whether there was one. */
static int reader_line(struct reader *r)
{
    int c;
    r->line.length = 0;
    while ((c = reader_byte(r)) != EOF) {
        text_byte(&r->line, c);
        if (c == '\n') break;
        if (c != '\r') continue;
        c = reader_byte(r);
        if (c == '\n') text_byte(&r->line, c);
        else reader_unread(r, c);
        break;
    }
    if (!r->line.length) return 0;
    r->at += r->line.length;
    r->number++;
    return 1;
}
/* The next record; 0 where there is none, 1 for a line, 2 for a packet. */
static int reader_record(struct base *b, struct reader *r)
{
    uint8_t head[4];
    for (int i = 0; i < 4; i++) {
        int c = reader_byte(r);
        if (c == EOF) return 0;
        head[i] = c;
    }
    uint32_t size = get32(head) & 0x7fffffff;
    r->at += 4;
    if (size < 4) { SAY("binary record too short"); return 0; }
    r->line.length = 0;
    for (uint32_t i = 4; i < size; i++) {
        int c = reader_byte(r);
        if (c == EOF) return 0;
        text_byte(&r->line, c);
    }
    if (size == 4) return 0;
    r->at += size - 4;
    r->number++;
    if (!(head[0] & 0x80)) return 2;
    while (r->line.length && !r->line.at[r->line.length - 1]) r->line.length--;
    return 1;
}
/* The first words of the line, empty where there are no more. */
static void reader_cut(struct reader *r, uint64_t count)
{
    const uint8_t *s = (uint8_t *)r->line.at, *end = s + r->line.length;
    r->words = grow(r->words, &r->word_room, count + 1, sizeof *r->words);
    for (uint64_t i = 0; i < count; i++) r->words[i] = next_word(&s, end);
}
/* All words of the line that are not empty; how many. */
static uint64_t reader_split(struct reader *r, const uint8_t *s, const uint8_t *end)
{
    uint64_t count = 0;
    while (s < end) {
        struct word w = next_word(&s, end);
        if (w.at == w.end) continue;
        r->words = grow(r->words, &r->word_room, count + 1, sizeof *r->words);
        r->words[count++] = w;
    }
    return count;
}
static int field_named(struct text *name)
{
    for (;;) {
        text_byte(name, 0);
        name->length--;
        for (uint64_t i = 0; i < sizeof old_fields / sizeof *old_fields; i++)
            if (!strcmp(name->at, old_fields[i].old)) {
                name->length = 0;
                text_put(name, old_fields[i].name, strlen(old_fields[i].name) + 1);
                name->length--;
                break;
            }
        for (int i = 0; i < FIELD_COUNT; i++)
            if (!strcmp(name->at, summary_fields[i].name)) return i;
        char *space = memchr(name->at, ' ', name->length);
        if (space) *space = '_';
        else if (memchr(name->at, '_', name->length)) return NO_FIELD;
        else {
            text_put(name, "   ", 3);
            memmove(name->at + 3, name->at, name->length - 3);
            memcpy(name->at, "ip_", 3);
        }
    }
}
static int field_order(uint8_t field) { return field == NO_FIELD ? 1 << 14 : summary_fields[field].order; }
static void reader_set_fields(struct base *b, struct reader *r, const uint8_t *s, const uint8_t *end)
{
    uint64_t count = reader_split(r, s, end);
    r->field_count = 0;
    for (uint64_t i = 0; i < count; i++) {
        unquote_word(&r->piece, r->words[i]);
        struct word name = {(uint8_t *)r->piece.at, (uint8_t *)r->piece.at + r->piece.length};
        if (!i && (word_is(name, "!data") || word_is(name, "!contents"))) continue;
        struct word given = r->words[i];
        int field = field_named(&r->piece);
        if (field == NO_FIELD || summary_fields[field].order < 0) {
            unquote_word(&r->piece, given);
            reader_say(b, r, "warning: unknown content type '%.*s'", r->piece.at, r->piece.length);
            field = NO_FIELD;
        }
        r->fields = grow(r->fields, &r->field_room, r->field_count + 1, 1);
        r->order = grow(r->order, &r->order_room, r->field_count + 1, 1);
        if (r->field_count < 255) r->fields[r->field_count++] = field;
    }
    /* Sorted by insertion. */
    for (uint64_t i = 0; i < r->field_count; i++) {
        uint64_t at = i;
        for (; at && field_order(r->fields[r->order[at - 1]]) > field_order(r->fields[i]); at--) r->order[at] = r->order[at - 1];
        r->order[at] = i;
    }
    if (!r->field_count) SAY("no contents specified");
}
static int read_port(struct word w, uint64_t *number)
{
    if (word_is(w, "-")) { *number = 0; return 1; }
    return whole_number(w.at, w.end, 0, 0xffff, number);
}
static int read_end(struct word w, uint64_t *number)
{
    if (word_is(w, "-")) { *number = 0; return 1; }
    return read_address(w, number);
}
static void reader_set_protocol(struct base *b, struct reader *r, struct word w, const char *bad)
{
    uint64_t number;
    if (named_protocol(w, &number)) r->protocol = number;
    else SAY(bad);
}
static void reader_set_flow(struct base *b, struct reader *r, const uint8_t *s, const uint8_t *end)
{
    uint64_t count = reader_split(r, s, end), n[4];
    struct word *w = r->words;
    r->first.has_flow = 0;
    if (count < 5 || !read_end(w[1], n) || !read_port(w[2], n + 1) || !read_end(w[3], n + 2) || !read_port(w[4], n + 3)) {
        SAY("bad !flowid specification");
        return;
    }
    if (count > 5) reader_set_protocol(b, r, w[5], "bad protocol in !flowid");
    r->first.has_flow = 1;
    r->first.source = n[0];
    r->first.source_port = n[1];
    r->first.destination = n[2];
    r->first.destination_port = n[3];
}
static int begins(const struct text *t, const char *word, int spaced)
{
    uint64_t n = strlen(word);
    return t->length >= n + spaced && !memcmp(t->at, word, n) && (!spaced || is_space(t->at[n]));
}
static void reader_command(struct base *b, struct reader *r)
{
    const uint8_t *s = (uint8_t *)r->line.at, *end = s + r->line.length;
    if (begins(&r->line, "!data", 1) || begins(&r->line, "!contents", 1)) reader_set_fields(b, r, s, end);
    else if (begins(&r->line, "!flowid", 1)) reader_set_flow(b, r, s, end);
    else if (begins(&r->line, "!proto", 1)) {
        if (reader_split(r, s, end) != 2) SAY("bad !proto");
        else reader_set_protocol(b, r, r->words[1], "bad protocol in !proto");
    } else if (begins(&r->line, "!binary", 1)) {
        if (reader_split(r, s, end) != 1) SAY("bad !binary specification");
        r->binary = 1;
        r->number = 1;
    }
}
static void reader_begin(struct base *b, struct reader *r)
{
    static const char *const beginnings[] = {"!creator", "!data", "!contents", "!proto", "!flowid"};
    int major, minor, known = r->field_count > 0;
    reader_line(r);
    text_byte(&r->line, 0);
    r->line.length--;
    if (begins(&r->line, "!IPSummaryDump", 0)) {
        r->number = 0;
        if (sscanf(r->line.at + 14, " %d.%d", &major, &minor) == 2) {
            r->minor = minor;
            if (major != """
    + str(VERSION[0])
    + r""" || minor > """
    + str(VERSION[1])
    + r""") {
                char text[80];
                snprintf(text, sizeof text, "warning: unexpected IPSummaryDump version %d.%d", major, minor);
                SAY(text);
                r->minor = """
    + str(VERSION[1])
    + r""";
            }
        }
        r->number = 1;
        return;
    }
    for (int i = 0; i < 5; i++) known |= begins(&r->line, beginnings[i], 0);
    r->number = 0;
    if (!known) SAY("warning: missing banner line; is this an IP summary dump?");
    /* It is read again. */
    r->at = 0;
    r->again = 1;
}
static int reader_parse(struct reader *r, int field, struct word w, uint64_t *number, const uint8_t **data, uint32_t *count)
{
    struct draft *d = &r->draft;
    switch (field) {
    case F_PAYLOAD:
        unquote_word(&r->piece, w);
        *data = (uint8_t *)r->piece.at;
        *count = r->piece.length > DRAFT_MOST ? DRAFT_MOST : r->piece.length;
        if (r->piece.length > DRAFT_MOST) d->long_ = 1;
        return 1;
    case F_ETH_SRC: case F_ETH_DST:
        *data = r->ethernet;
        return read_ethernet(w, r->ethernet);
    case F_IP_OPT: case F_TCP_OPT: case F_TCP_NTOPT: case F_TCP_SACK:
        r->options.at = w.at;
        r->options.end = w.end;
        if (!read_options(&r->options, field != F_IP_OPT, field == F_TCP_NTOPT ? """
    + f"{NOT_TIMESTAMP} : field == F_TCP_SACK ? {SACK}"
    + r""" : 0xff)) return 0;
        *data = (uint8_t *)r->options.out.at;
        *count = r->options.out.length;
        return 1;
    case F_TIMESTAMP: case F_NTIMESTAMP: case F_FIRST_TIMESTAMP: case F_FIRST_NTIMESTAMP: return read_time(w.at, w.end, number);
    case F_IP_SRC: case F_IP_DST: return read_address(w, number);
    case F_IP_FRAG: case F_IP_FRAGOFF: return read_fragment(w, r->minor, number);
    case F_LINK: case F_PAINT: case F_DIRECTION:
        if (word_is(w, ">") || word_is(w, "<")) { *number = *w.at == '<'; return 1; }
        return whole_number(w.at, w.end, 0, UINT32_MAX, number);
    case F_IP_PROTO: return read_protocol(w, number);
    case F_IP_ECN: return read_ecn(w, number);
    case F_TCP_FLAGS: return read_flags(w, number);
    case F_ETH_TYPE: return read_hexadecimal(w, number);
    case F_ICMP_TYPE: case F_ICMP_TYPE_NAME:
        if (icmp_type_named(w, number)) return 1;
        break;
    case F_ICMP_CODE: case F_ICMP_CODE_NAME:
        if (d->type_given && icmp_code_named(w, d->b[d->transport], number)) return 1;
        break;
    }
    int size = summary_fields[field].size;
    return whole_number(w.at, w.end, 0, size == 8 ? UINT64_MAX : (1ull << 8 * size) - 1, number);
}
static int reader_put_text(struct reader *r)
{
    int known = 0;
    reader_cut(r, r->field_count);
    for (uint64_t i = 0; i < r->field_count; i++) {
        int field = r->fields[r->order[i]];
        struct word w = r->words[r->order[i]];
        uint64_t number = 0;
        const uint8_t *data = w.at;
        uint32_t count = 0;
        if (field == NO_FIELD || w.at == w.end || word_is(w, "-") || !reader_parse(r, field, w, &number, &data, &count)) continue;
        draft_inject(&r->draft, field, number, data, count);
        known++;
    }
    return known;
}
static int reader_put_binary(struct reader *r)
{
    const uint8_t *s = (uint8_t *)r->line.at, *end = s + r->line.length;
    int known = 0;
    r->words = grow(r->words, &r->word_room, r->field_count + 1, sizeof *r->words);
    for (uint64_t i = 0; i < r->field_count; i++) {
        int size = r->fields[i] == NO_FIELD ? 0 : summary_fields[r->fields[i]].size;
        struct word *w = &r->words[i];
        *w = (struct word){NULL, NULL};
        if (size == -1) {
            int whole = s < end && s + 1 + *s <= end;
            *w = whole ? (struct word){s + 1, s + 1 + *s} : (struct word){end, end};
            s = w->end;
        } else if (size < 0 || size > end - s) s = end;
        else {
            *w = (struct word){s, s + size};
            s += size;
        }
    }
    for (uint64_t i = 0; i < r->field_count; i++) {
        int field = r->fields[r->order[i]];
        struct word w = r->words[r->order[i]];
        if (!w.at || field == NO_FIELD) continue;
        uint64_t number = 0;
        for (const uint8_t *c = w.at; c < w.end; c++) number = number << 8 | *c;
        if (field == F_TIMESTAMP || field == F_FIRST_TIMESTAMP) number = (number >> 32) * 1000000000u + (uint64_t)(uint32_t)number * 1000;
        else if (field == F_NTIMESTAMP || field == F_FIRST_NTIMESTAMP) number = (uint64_t)(uint32_t)number * 1000000000u + (number >> 32);
        draft_inject(&r->draft, field, number, w.at, w.end - w.at);
        known++;
    }
    return known;
}
/* What the next line that may be a packet describes is in the draft; whether it is one. */
static int reader_next(struct base *b, struct reader *r, int checksums)
{
    int is_packet;
    for (;;) {
        is_packet = 0;
        if (r->again) { r->again = 0; r->number++; r->at += r->line.length; }
        else if (r->binary) {
            is_packet = reader_record(b, r);
            if (!is_packet) { r->over = 1; return 0; }
            is_packet--;
        } else if (!reader_line(r)) { r->over = 1; return 0; }
        if (is_packet || (r->line.length && r->line.at[0] != '!' && r->line.at[0] != '#')) break;
        reader_command(b, r);
    }
    struct draft *d = &r->draft;
    if (!d->b && !(r->first.b = d->b = calloc(DRAFT_ROOM, 1))) no_memory();
    r->first.start = r->first.end = r->first.transport = HEADROOM;
    memset(d->b, 0, d->most > HEADROOM ? d->most : HEADROOM);
    *d = r->first;
    d->protocol = r->protocol;
    if (!(r->binary ? reader_put_binary(r) : reader_put_text(r))) {
        int blank = !is_packet;
        for (uint64_t i = 0; i < r->line.length && blank; i++) blank = is_space(r->line.at[i]);
        if (!blank && !r->complained) {
            r->complained = 1;
            SAY(r->field_count ? "packet parse error" : "no '!data' provided");
        }
        return 0;
    }
    return draft_finish(d, checksums) && !d->long_;
}
/* The packet that the draft is. */
static struct packet *reader_packet(struct base *b, struct reader *r)
{
    struct draft *d = &r->draft;
    uint32_t length = d->end - d->start;
    struct packet *p = new_packet(b, length);
    memcpy(p->data, d->b + d->start, length);
    p->network = d->network ? (int32_t)(d->network - d->start) : NO_NETWORK;
    p->dst_ip = d->network && !d->no_ip ? get32(d->b + d->network + 16) : 0;
    p->paint = d->link;
    p->aggregate = d->aggregate;
    p->extra_packets = d->extra_packets;
    p->extra_length = d->wanted > length ? d->wanted - length : 0;
    p->time = d->time;
    p->first_time = d->first_time;
    return p;
}
static void reader_free(struct reader *r)
{
    if (r->file && r->file != stdin) { if (r->is_pipe) pclose(r->file); else fclose(r->file); }
    free(r->line.at);
    free(r->piece.at);
    free(r->options.out.at);
    free(r->draft.b);
    free(r->fields);
    free(r->order);
    free(r->words);
    free(r);
}
#endif
"""
)
