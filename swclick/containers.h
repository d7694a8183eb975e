/* Tenants' tasks and timers, each tenant's in a container that has its turn by the processor time that it took: see share.h. Inside a container
   tasks run by stride, as they do in a machine without any. */

/* ns of processor time. What an idle container saves, and what a limit lets it take at once. */
#define SAVED 0
#define LIMIT_DEPTH 100000
/* A turn is several runs, where those are short: about this long, and no longer than a run may be. */
#define TURN 4000
#define MOST_RUNS 4
/* Turns of one run that follow on one of several that took long, so that it is seen whose run that was. */
#define ALONE 16
/* How often the clock is looked at. */
#define TICK_EVERY 10000
/* What took so long is asked whether the system took the processor away meanwhile, which takes about a microsecond to ask. What was taken
   from others before is not to be credited to it: so it is asked before as well, where a turn is expected to be long, and at each poll. */
#define ASKED_OF 20000
/* What is due so soon is waited for without sleeping. */
#define SOON 20000
/* Where nobody had anything to do for so long, nobody owes anything any more: less than that lies between packets of who sends steadily. */
#define IDLE 1000000
/* Where the clock is simulated, so that the same input is the same output, this is what each turn takes. */
#define SIMULATED_TURN 1000

struct container {
    struct bucket bucket;
    struct ready ready; /* tasks by stride */
    struct task *unfinished; /* moves what is left of a run before anything else is done, but for packets that wait */
    struct heap timers; /* by their time */
    struct entry alarm; /* among those of all containers, by the first of its timers */
    uint64_t pass;
    uint64_t woken; /* ns that it took to see that its timers are due, which are charged with its next turn */
    uint32_t runs, alone; /* in a turn; turns of one run that are to follow */
    uint8_t is_timers; /* whose turn it is inside */
    struct cut *parked; /* where packets wait, the last one first */
    uint8_t is_asked; /* whether it is asked before its turn what processor time there was, as the last one took long */
    uint8_t is_split, watches, futile; /* see cuts.h */
    uint64_t overruns, way, shorts; /* ns: see cuts.h */
    uint64_t whole; /* the shortest run that took too long and that nothing could make shorter */
};
struct containers {
    struct shares shares;
    struct container *all, *serving;
    uint32_t *owners; /* the number of a container by that of an element */
    uint32_t count;
    struct heap alarms;
    uint64_t bound; /* what a run may take, in ns */
    uint64_t (*counter)(void), (*spent_counter)(void);
    uint64_t first, scale; /* of the processor's counter */
    uint64_t steps, skipped; /* where the clock is simulated: ns of turns; ns that were waited */
    uint64_t now, ticked, polled, clock; /* clock: the machine's, when it was ticked */
    uint64_t served; /* when somebody was last charged */
    uint64_t seen, spent; /* the time and the processor time of this thread, when the latter was last looked at */
    uint64_t lost; /* ns that the system took away from this thread while it did not sleep */
    struct noted *noted; /* see cuts.h */
    uint32_t noted_count;
};

static uint64_t read_time(struct containers *k, const struct base *b);
static inline struct container *container_of(const struct containers *k, uint32_t element) { return &k->all[k->owners[element]]; }
/* A task that is in no heap is to run. */
static void make_contained_ready(struct live *l, struct task *t);
static void set_contained_timer(struct live *l, uint32_t number, uint64_t at);
/* What is done from now on, beside the turns, is charged; what was done before is nobody's. */
static void note_time(struct live *l, const struct base *b);
/* What was done since, beside the turns, was for this element. */
static void charge_element(struct live *l, const struct base *b, uint32_t element);
static int drive_contained(struct machine *m, struct live *l, struct base *b);
static void close_containers(struct live *l);
