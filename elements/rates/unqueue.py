"""What RatedUnqueue and BandwidthRatedUnqueue have in common: packets are pulled when a token bucket says so."""

from __future__ import annotations

from elements.definition.csource import CSource
from elements.definition.element import StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.parsers import boolean
from elements.program.program import State
from elements.rates.tokens import BUCKET_STATE, FIELDS, HELPERS, Bucket, bucket_size
from elements.reference.machine import Machine
from elements.reference.packet import Packet


class BucketUnqueue(Bucket):
    """``rate`` and ``burst_duration`` are arguments. A packet is pulled where ``wanted`` billionths of tokens are there."""

    rate: int
    burst_duration: int | None
    size_name = "BURST_SIZE"
    wanted: int
    going = StateVariable(32, initial=1)
    runs = StateVariable(32)
    empty_runs = StateVariable(32)
    pushes = StateVariable(32)
    failed_pulls = StateVariable(32)

    def given_size(self) -> int | None:
        """The argument that says what the bucket holds."""
        raise NotImplementedError

    def cost(self, packet: Packet) -> int:
        """Tokens that a packet takes."""
        raise NotImplementedError

    def rate_text(self, state: StateView) -> str:
        """The rate that is now, as the argument is written."""
        raise NotImplementedError

    def read_rate(self, text: str) -> int:
        """A rate, as the argument is read. Errors: ``ValueError``."""
        raise NotImplementedError

    def size_for(self, rate: int) -> int:
        """What the bucket holds at ``rate``. Errors: ``ValueError``."""
        return bucket_size(rate, self.burst_duration, self.given_size(), self.size_name)

    def setup(self) -> None:
        self.size_for(self.rate)

    def initialize(self, machine: Machine) -> None:
        self.fill_bucket(machine.stores[self.name], self.rate, self.size_for(self.rate))

    def timer(self, machine: Machine) -> None:
        """Its task runs by itself then."""

    def task(self, machine: Machine) -> bool:
        state = machine.stores[self.name]

        def count(variable: State) -> None:
            state.set(variable, state.get(variable) + 1)

        count(self.runs)
        if not state.get(self.going):
            return False
        if self.refill(machine) < self.wanted:
            machine.at(self.name, self.full_of(machine, self.wanted))
            count(self.empty_runs)
            return False
        packet = machine.pull_in(self.name, 0)
        if packet is None:
            count(self.failed_pulls)
            return False
        self.spend(machine, self.cost(packet))
        count(self.pushes)
        machine.push_out(self.name, 0, packet)
        return True

    def bucket_source(self, cost: str) -> CSource:
        """The C; ``cost`` is an expression for a packet ``p``."""
        return CSource(
            fields=f"{FIELDS} uint32_t going, runs, empty_runs, pushes, failed_pulls;",
            helpers=HELPERS,
            initialize=f"{self.bucket_c(self.rate, self.size_for(self.rate))}    self->going = 1;\n",
            task=f"""
    self->runs++;
    if (!self->going) return 0;
    if (BUCKET_REFILL < {self.wanted}) {{
        AT(BUCKET_DUE({self.wanted}));
        self->empty_runs++;
        return 0;
    }}
    struct packet *p = IN(0);
    if (!p) {{ self->failed_pulls++; return 0; }}
    BUCKET_SPEND({cost});
    self->pushes++;
    OUT(0, p);
    return 1;
""",
            timer="    WAKE;\n",
            # The level that ``empty`` looks at is that of the last run.
            after_write="    WAKE;\n",
            empty=f"!self->going || self->level < {self.wanted}",
            state=(*BUCKET_STATE, *((name, f"self->{name}") for name in ("going", "runs", "empty_runs", "pushes", "failed_pulls"))),
        )

    @reads("active")
    def active_text(self, state: StateView) -> str:
        return str(bool(state.get(self.going))).lower()

    @writes("active")
    def set_active(self, state: StateView, text: str) -> None:
        state.set(self.going, int(boolean(text.strip())))

    @reads("config")
    def configuration(self, state: StateView) -> str:
        return self.rate_text(state)

    @writes("rate")
    def set_rate(self, state: StateView, text: str) -> None:
        rate = self.read_rate(text.strip())
        self.change_rate(state, rate, self.size_for(rate))

    @reads("calls")
    def calls(self, state: StateView) -> str:
        return (
            f"{state.get(self.runs)} calls to run_task()\n{state.get(self.empty_runs)} empty runs\n"
            f"{state.get(self.pushes)} pushes\n{state.get(self.failed_pulls)} failed pulls\n"
        )
