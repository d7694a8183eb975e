/* Time from the processor's own counter, which costs less than a question to the system; where it has none, from the monotonic clock. */
#if defined(__x86_64__) || defined(__i386__)
#include <x86intrin.h>
#define HAS_CYCLES 1
static inline uint64_t cycles(void) { return __rdtsc(); }
#elif defined(__aarch64__)
#define HAS_CYCLES 1
static inline uint64_t cycles(void)
{
    uint64_t count;
    __asm__ volatile("mrs %0, cntvct_el0" : "=r"(count));
    return count;
}
#else
#define HAS_CYCLES 0
static inline uint64_t cycles(void) { return clock_read(CLOCK_MONOTONIC); }
#endif
/* What it is calibrated for, in ns: the clock's own error is a few ten of them. */
#define CALIBRATION 5000000

/* How often both are read for one reading of both. */
#define READINGS 8
struct reading { uint64_t count, time; };

/* Both at one time: of several readings that during which the counter passed least, as the system may do something else between the two. */
static struct reading read_both(void)
{
    struct reading best = {0, 0};
    uint64_t least = UINT64_MAX;
    for (int i = 0; i < READINGS; i++) {
        uint64_t before = cycles(), time = clock_read(CLOCK_MONOTONIC), passed = cycles() - before;
        if (passed < least) {
            least = passed;
            best = (struct reading){before + passed / 2, time};
        }
    }
    return best;
}

/* How many ns a count is, in 2^-32ths; settled once for a program. */
static uint64_t ns_of_cycle(void)
{
    static uint64_t found;
    if (found) return found;
    if (!HAS_CYCLES) return found = UINT64_C(1) << 32;
    struct reading first = read_both(), last;
    do last = read_both();
    while (last.time - first.time < CALIBRATION);
    uint64_t count = last.count - first.count;
    return found = count ? ((unsigned __int128)(last.time - first.time) << 32) / count : UINT64_C(1) << 32;
}
