/* Push chains that are split. Where even one packet takes longer than the bound on its way, it waits on that way, at an element before which
   the compiler has left a place for it (a cut), and goes on in another run of its tenant's, so that others have their turn between. Nothing else
   of the tenant's runs before it is through, and no more than one packet is on its way: the tenant sees of this nothing but time.

   Where to cut is measured: while a tenant's runs are watched, each place notes when packets came by; of a run that took too long those places
   are chosen that make of it runs within the bound. */
#define CUT_OFF 0
#define CUT_ON 1
#define CUT_WATCHED 2
/* A run that takes too long counts as so many bounds of time, time that the tenant has in others is taken off, and at so many the tenant is
   watched: interrupts, which anybody's run has, are rarer. */
#define OVERRUN 16
#define OFTEN 48
/* What was found is forgotten where packets have been through within half of the bound, all runs of one together, for so many bounds of
   time; one that was not takes so many off. */
#define FORGOTTEN 1024
#define NOT_SHORT 64
/* Places that one run may note, how many runs are watched at a time, and how often a tenant is watched without finding any place. */
#define MOST_NOTED 256
#define WATCHED_RUNS 16
#define MOST_FUTILE 4

struct noted { struct cut *cut; uint64_t at; };
