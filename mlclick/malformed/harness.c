/* Drives one machine with malformed packets: fuzz SEED PACKETS SOURCES SEEDS LOG LEFT, hour SEED SECONDS RATE FILL SOURCES SEEDS,
   replay FILE SALT LEFT. The file LEFT says what left the machine: it is written, or, where it is there, what leaves has to be the same.

   SOURCES are the machine's elements that packets are offered to, with commas between them; each packet is offered to AT_ONCE of them that stand
   beside each other. Files have records: a struct emission, whose sink is a source, and the packet's bytes behind it. What follows from the same
   words and machine is the same: coverage is counted by places in the code, and what is random is drawn from the seed. */
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>

struct machine *machine_new(int driven, int simulated, uint64_t now, int64_t (*call)(int32_t, int32_t, struct packet *));
void machine_free(struct machine *m);
void machine_inject(struct machine *m, int source, const uint8_t *bytes, const struct emission *e);
void machine_clear(struct machine *m);
struct base *machine_base(struct machine *m);
__attribute__((weak)) int __lsan_do_recoverable_leak_check(void);
__attribute__((weak)) void __sanitizer_print_stack_trace(void);

#define PLACES (1u << 20)
#define LIFE 5000 /* packets of a machine, before the next is made */
#define LOG_BYTES (32u << 20)
#define KEPT_BYTES (64u << 20)
#define STALLS 30 /* seconds of processor time that packets of one input do not take together */
#define TEXT(number) TEXT_OF(number)
#define TEXT_OF(number) #number
#define POOL 1000 /* so few that a source sees each many times */
#define TOLD 1000
#define AT_ONCE 4

/* An edge is two blocks of code that follow each other. */
static uint8_t is_reached[PLACES];
static uint64_t edges;
static uintptr_t before;
void __sanitizer_cov_trace_pc(void)
{
    uintptr_t here = ((uintptr_t)__builtin_return_address(0) - (uintptr_t)machine_new) * 0x9e3779b97f4a7c15ULL >> 40;
    uint8_t *place = &is_reached[(here ^ before >> 1) % PLACES];
    before = here;
    if (!*place) {
        *place = 1;
        edges++;
    }
}

/* Tables draw their salts from a number that is the machine's. */
static uint64_t salt;
ssize_t getrandom(void *room, size_t size, unsigned flags)
{
    (void)flags;
    for (size_t i = 0; i < size; i++) ((uint8_t *)room)[i] = (uint8_t)draw_from(&salt);
    return (ssize_t)size;
}

static void stalls(int number)
{
    static const char text[] = "SUMMARY: mlclick: a packet is not done after " TEXT(STALLS) " s of processor time\n";
    (void)number;
    if (__sanitizer_print_stack_trace) __sanitizer_print_stack_trace();
    if (write(2, text, sizeof text - 1) < 0) _exit(98);
    _exit(98);
}

static void may_take(int seconds)
{
    struct itimerval wait = {.it_value = {.tv_sec = seconds}};
    signal(SIGVTALRM, stalls);
    setitimer(ITIMER_VIRTUAL, &wait, NULL);
}

static int sources[4096], source_count;
static void read_sources(char *text)
{
    for (char *word = strtok(text, ","); word; word = strtok(NULL, ",")) sources[source_count++] = atoi(word);
}

static struct input *inputs;
static uint64_t input_count, input_room, input_bytes;
static void keep_input(struct input in)
{
    uint64_t size = 0;
    for (int i = 0; i < in.count; i++) size += in.packets[i].about.front + in.packets[i].about.length;
    if (input_bytes + size > KEPT_BYTES) {
        forget(&in);
        return;
    }
    inputs = grow(inputs, &input_room, input_count + 1, sizeof *inputs);
    inputs[input_count++] = in;
    input_bytes += size;
}

static int read_record(FILE *file, struct sample *s)
{
    if (fread(&s->about, sizeof s->about, 1, file) != 1) return 0;
    size_t size = (size_t)s->about.front + s->about.length;
    if (!(s->bytes = malloc(size ? size : 1))) no_memory();
    if (size && fread(s->bytes, size, 1, file) != 1) exit(3);
    return 1;
}

static FILE *opened(const char *name)
{
    FILE *file = fopen(name, "rb");
    if (file) return file;
    perror(name);
    exit(3);
}

static void read_seeds(const char *name)
{
    FILE *file = opened(name);
    struct input in = {.count = 1};
    for (; read_record(file, &in.packets[0]); in.where += AT_ONCE) keep_input(in);
    fclose(file);
    if (!input_count) exit(3);
}

/* Newer ones are chosen more often. */
static const struct input *some_input(void)
{
    uint64_t newest = (input_count + 3) / 4;
    return &inputs[below(2) ? below(input_count) : input_count - 1 - below(newest)];
}

static uint64_t now;
static void wait_some(void)
{
    /* A day, for what is forgotten after one, is a lot of timers that ring each second. */
    now += below(400) ? (uint64_t)CHOOSE(1000, 1000, 3000000, 3000000, 700000000)
         : below(100) ? (uint64_t)CHOOSE(20, 100, 400) * 1000000000 : 90000000000000;
}

/* What the machine was given since it was made, in memory that is a file and so stays when the process does not: how many bytes of records there
   are, the machine's salt, and those records. */
#define TOLD_AT 16
static uint8_t *told;
static void open_log(const char *name)
{
    int file = open(name, O_RDWR | O_CREAT | O_TRUNC, 0666);
    if (file < 0 || ftruncate(file, LOG_BYTES)) exit(3);
    told = mmap(NULL, LOG_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (told == MAP_FAILED) exit(3);
}
static uint64_t told_bytes(void)
{
    uint64_t used;
    memcpy(&used, told, 8);
    return used;
}
static void tell(const struct sample *s)
{
    uint64_t used = told_bytes(), size = (uint64_t)s->about.front + s->about.length;
    memcpy(told + TOLD_AT + used, &s->about, sizeof s->about);
    memcpy(told + TOLD_AT + used + sizeof s->about, s->bytes, size);
    used += sizeof s->about + size;
    memcpy(told, &used, 8);
}

static uint64_t mixed(uint64_t state, const void *bytes, uint64_t count)
{
    uint64_t word = count;
    for (uint64_t at = 0; at < count; at += 8) {
        state ^= word;
        state = draw_from(&state);
        word = 0;
        memcpy(&word, (const uint8_t *)bytes + at, count - at < 8 ? count - at : 8);
    }
    state ^= word;
    return draw_from(&state);
}

/* What follows from all that left the machine for a packet, what it wrote to its log, and where in the code that was new. */
static uint64_t what_left(struct machine *m)
{
    const struct base *b = machine_base(m);
    uint64_t state = edges;
    for (uint64_t i = 0; i < b->emitted_count; i++) {
        const struct emission *e = &b->emitted[i];
        /* There is a byte that has no meaning behind the parameter. */
        state = mixed(state, e, offsetof(struct emission, parameter) + 1);
        state = mixed(state, &e->aggregate, sizeof *e - offsetof(struct emission, aggregate));
    }
    return mixed(mixed(state, b->bytes, b->bytes_count), b->log, b->log_count);
}

static FILE *left;
static int left_is_known;
static void open_left(const char *name)
{
    left_is_known = !access(name, R_OK);
    if (!(left = fopen(name, left_is_known ? "rb" : "wb"))) exit(3);
}
static void note_left(struct machine *m)
{
    static const char text[] = "SUMMARY: mlclick: what leaves hangs on memory that nobody wrote\n";
    uint64_t found = what_left(m), known = found;
    if (left_is_known ? fread(&known, 8, 1, left) != 1 : fwrite(&found, 8, 1, left) != 1) exit(3);
    if (found == known) return;
    if (write(2, text, sizeof text - 1) < 0) _exit(96);
    _exit(96);
}

static void offer(struct machine *m, const struct sample *s)
{
    if (told) tell(s);
    before = 0;
    machine_inject(m, s->about.sink, s->bytes, &s->about);
    if (left) note_left(m);
    machine_clear(m);
}

static void offer_around(struct machine *m, struct sample *s, uint32_t where)
{
    for (uint32_t i = 0; i < AT_ONCE && i < (uint32_t)source_count; i++) {
        s->about.sink = sources[(where + i) % source_count];
        offer(m, s);
    }
}

static struct machine *made_machine(uint64_t its_salt)
{
    salt = its_salt;
    if (told) memcpy(told + 8, &salt, 8);
    struct machine *m = machine_new(0, 0, now = 0, NULL);
    machine_clear(m);
    return m;
}

static void end_machine(struct machine *m)
{
    machine_free(m);
    may_take(20 * STALLS);
    if (__lsan_do_recoverable_leak_check && __lsan_do_recoverable_leak_check()) exit(97);
    if (told) memset(told, 0, 8);
}

static void offer_input(struct machine *m, struct input *in)
{
    may_take(STALLS);
    for (int i = 0; i < in->count; i++) {
        wait_some();
        in->packets[i].about.time = now;
        offer_around(m, &in->packets[i], in->where % source_count);
    }
}

static void say_progress(uint64_t packets, uint64_t found)
{
    printf("%llu %llu %llu\n", (unsigned long long)packets, (unsigned long long)edges, (unsigned long long)found);
    fflush(stdout);
}

static int fuzz(uint64_t wanted)
{
    uint64_t packets = 0, tried = 0, seeds = input_count, life = 0;
    struct machine *m = NULL;
    while (packets < wanted) {
        if (!m) {
            m = made_machine(draw());
            life = 0;
        }
        struct input in = copied_input(tried < seeds ? &inputs[tried] : some_input());
        if (tried++ >= seeds) mutate(&in, some_input());
        uint64_t known = edges;
        offer_input(m, &in);
        if (packets / TOLD != (packets + in.count) / TOLD) {
            say_progress(packets + in.count, input_count - seeds);
        }
        packets += in.count;
        life += in.count;
        if (edges > known) keep_input(in);
        else forget(&in);
        if (life < LIFE && told_bytes() < LOG_BYTES - 2 * AT_ONCE * MOST_PACKETS * (LONGEST + 1000)) continue;
        end_machine(m);
        m = NULL;
    }
    if (m) end_machine(m);
    say_progress(packets, input_count - seeds);
    return 0;
}

static int replay(const char *name, uint64_t its_salt)
{
    FILE *file = opened(name);
    struct machine *m = made_machine(its_salt);
    struct sample s;
    uint64_t packets = 0;
    for (; read_record(file, &s); packets++) {
        may_take(STALLS);
        offer(m, &s);
        free(s.bytes);
    }
    fclose(file);
    end_machine(m);
    printf("%llu\n", (unsigned long long)packets);
    return 0;
}

static uint64_t held(void)
{
    struct mallinfo2 found = mallinfo2();
    return found.uordblks + found.hblkhd;
}

/* For so many seconds of the machine's clock packets of a pool of malformed ones, three in four with new keys: in the first twelfth ``fill`` for each
   source, so that tables come to their bounds, then ``rate`` a second; each line: the second, and the most bytes that were in use since the last. */
static int hour(uint64_t seconds, uint64_t rate, uint64_t fill)
{
    struct machine *m = made_machine(draw());
    struct sample *pool = malloc(POOL * sizeof *pool);
    uint64_t count = 0, most = 0, apart, filled = seconds / 12 * 1000000000, fills = 1;
    while (count < POOL) {
        struct input in = copied_input(some_input());
        if (count % 4) mutate(&in, some_input());
        for (int i = 0; i < in.count; i++) {
            if (count == POOL) free(in.packets[i].bytes);
            else pool[count++] = in.packets[i];
        }
    }
    fills += fill * source_count / (source_count < AT_ONCE ? source_count : AT_ONCE);
    apart = held();
    for (uint64_t number = 0, second = 10; second <= seconds; number++) {
        struct sample *s = &pool[below(POOL)];
        now = number < fills ? number * (filled / fills) : filled + (number - fills) * 1000000000 / rate;
        if (number % 16 == 0 || now >= second * 1000000000) {
            /* Less than at first where the machine has given back what it began with. */
            int64_t used = (int64_t)(held() - apart);
            if (used > (int64_t)most) most = used;
        }
        for (; second <= seconds && now >= second * 1000000000; second += 10, most = 0) {
            printf("%llu %llu\n", (unsigned long long)second, (unsigned long long)most);
            fflush(stdout);
        }
        if (below(4)) new_keys(s);
        s->about.time = now;
        offer_around(m, s, below(source_count));
    }
    machine_free(m);
    return 0;
}

int main(int count, char **words)
{
    if (count == 8 && !strcmp(words[1], "fuzz")) {
        drawn = strtoull(words[2], NULL, 10);
        read_sources(words[4]);
        read_seeds(words[5]);
        open_log(words[6]);
        open_left(words[7]);
        return fuzz(strtoull(words[3], NULL, 10));
    }
    if (count == 8 && !strcmp(words[1], "hour")) {
        drawn = strtoull(words[2], NULL, 10);
        read_sources(words[6]);
        read_seeds(words[7]);
        return hour(strtoull(words[3], NULL, 10), strtoull(words[4], NULL, 10), strtoull(words[5], NULL, 10));
    }
    if (count != 5 || strcmp(words[1], "replay")) return 2;
    open_left(words[4]);
    return replay(words[2], strtoull(words[3], NULL, 10));
}
