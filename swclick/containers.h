/* Tenants' tasks and timers, each tenant's in a container that has its turn by the processor time that it took: see share.h. Inside a container
   tasks run by stride, as they do in a machine without any. */

/* ns of processor time. What an idle container saves, and what a limit lets it take at once. */
#define SAVED 0
#define LIMIT_DEPTH 100000
/* A turn is several runs, where those are short: about this long. */
#define TURN 4000
#define MOST_RUNS 4
/* How often the clock is looked at, and the file descriptors. */
#define TICK_EVERY 10000
#define POLL_EVERY 100000
/* What is due so soon is waited for without sleeping. */
#define SOON 20000
/* Where the clock is simulated, so that the same input is the same output, this is what each turn takes. */
#define SIMULATED_TURN 1000

struct container {
    struct bucket bucket;
    struct ready ready; /* tasks by stride */
    struct heap due; /* timers that are due, by their time */
    uint64_t pass;
    uint32_t runs; /* in a turn */
    uint8_t is_timers; /* whose turn it is inside */
};
struct containers {
    struct shares shares;
    struct container *all;
    uint32_t *owners; /* the number of a container by that of an element */
    uint32_t count;
    uint64_t (*counter)(void);
    uint64_t first, scale; /* of the processor's counter */
    uint64_t steps, skipped; /* where the clock is simulated: ns of turns; ns that were waited */
    uint64_t now, ticked, polled;
};

/* A task that is in no heap is to run. */
static void make_contained_ready(struct live *l, struct task *t);
/* A timer that is due, and has not had its turn, is set anew. */
static void forget_due(struct live *l, struct timer *t);
/* What is done from now on, beside the turns, is charged; what was done before is nobody's. */
static void note_time(struct live *l, const struct base *b);
/* What was done since, beside the turns, was for this element. */
static void charge_element(struct live *l, const struct base *b, uint32_t element);
static int drive_contained(struct machine *m, struct live *l, struct base *b);
static void close_containers(struct live *l);
