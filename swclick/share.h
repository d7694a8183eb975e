/* Who of several has the processor next, by weight and within limits. Nothing here reads a clock: what somebody took is said when it is over.

   Each has a token bucket of processor time. While anybody has something to do, each that has is given its weight's share of what passes, and
   what it takes is taken out of its bucket, also what is not in it: it is negative then, and others come first until it is paid back. Whoever
   has most in its bucket, for its weight, comes first. What it holds is not kept, but where it stands between all: its ``pass`` is what it
   took, divided by its weight, and the bucket holds what it is behind the ``pass`` of them all, times its weight. So a turn changes two numbers
   and a place in a heap, whoever else there is, and one that has nothing to do costs nothing.

   Of those that always have something to do, none is ahead of another by more than one turn: what two took, divided by their weights, differs
   at any time by at most the longest turn of either, divided by its weight. Whoever had nothing to do begins with at most ``burst``.

   A limit is another bucket, which fills with the time that passes: whoever has one takes at most that share of any time, ``depth`` and one
   turn more. Who is over it is held until it is paid back. */
#define SHARE_PARTS 1000000u /* of a limit: parts in a million */

struct bucket {
    struct entry entry; /* in those that are able, by pass; in those that are held, by when they are not any more */
    uint64_t weight, pass, rest; /* a pass is in 64ths of a ns of weight 1; ``rest`` is what the division left */
    uint64_t limit; /* 0: none */
    int64_t room; /* what the limit leaves, in millionths of a ns */
    uint64_t filled; /* when that was */
    uint64_t time, turns, longest; /* all that it took, in ns, how often it was charged, and the most at once */
    uint8_t is_held;
};
struct shares {
    struct heap able, held;
    struct bucket *serving; /* whose turn it is */
    uint64_t pass, last, order; /* of them all, and the furthest of any */
    uint64_t burst, depth; /* ns */
};

/* ``most`` is how many buckets there will be. */
void open_shares(struct shares *s, uint32_t most, uint64_t burst, uint64_t depth);
void close_shares(struct shares *s);
/* It has something to do from now on. */
void want_turn(struct shares *s, struct bucket *b, uint64_t now);
/* Whose turn it is now, NULL where there is nobody that may; it is charged for it next. */
struct bucket *next_turn(struct shares *s, uint64_t now);
/* It took so much until ``now``; ``more``: it still has something to do. Also of one whose turn it is not. */
void charge_turn(struct shares *s, struct bucket *b, uint64_t now, uint64_t took, int more);
/* Nobody had anything to do for a while, and nobody is held: what was owed is owed to nobody. */
void rest_shares(struct shares *s);
/* When the first that is held may have a turn; NEVER where none is. */
uint64_t held_until(const struct shares *s);
/* What is in the bucket, in ns; negative: it pays back. */
int64_t level_of(const struct shares *s, const struct bucket *b);
