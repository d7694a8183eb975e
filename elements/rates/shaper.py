"""What Shaper and BandwidthShaper have in common: packets are given to whoever pulls when a rate allows it."""

from __future__ import annotations

from elements.definition.csource import CSource
from elements.definition.handlers import StateView, writes
from elements.rates.tokens import BUCKET_STATE, FIELDS, HELPERS, TOKEN, Bucket
from elements.reference.machine import Machine
from elements.reference.packet import Packet


class RateShaper(Bucket):
    """``rate`` is an argument. The bucket holds what a second gives, so that what was not pulled in time is made up for in that; it begins
    with ``wanted`` billionths of tokens, those that have to be there for a packet, where there is a rate."""

    rate: int
    wanted: int = TOKEN

    def cost(self, packet: Packet) -> int:
        """Tokens that a packet takes."""
        raise NotImplementedError

    def read_rate(self, text: str) -> int:
        """A rate, as the argument is read. Errors: ``ValueError``."""
        raise NotImplementedError

    def initialize(self, machine: Machine) -> None:
        self.start(machine.stores[self.name], self.rate)

    def start(self, state: StateView, rate: int) -> None:
        """The bucket as it begins; its time begins when it is first looked at."""
        self.fill_bucket(state, rate, max(1, rate))
        state.set(self.level, self.wanted)
        state.set(self.filled_at, (1 << 64) - 1)

    def allows(self, machine: Machine) -> bool:
        """Whether a packet may be given now."""
        state = machine.stores[self.name]
        if state.get(self.filled_at) == (1 << 64) - 1:
            state.set(self.filled_at, machine.now)
        return self.refill(machine) >= self.wanted

    def pull(self, machine: Machine, port: int) -> Packet | None:
        allowed = self.allows(machine)
        if allowed != (port == 0):
            if port == 0:
                machine.at(self.name, self.full_of(machine, self.wanted))
            return None
        packet = machine.pull_in(self.name, 0)
        if packet is not None and port == 0:
            self.spend(machine, self.cost(packet))
        return packet

    def timer(self, machine: Machine) -> None:
        """Whoever pulls looks by itself then."""

    def shaper_source(self, cost: str) -> CSource:
        """The C; ``cost`` is an expression for a packet ``p``."""
        return CSource(
            fields=FIELDS,
            helpers=HELPERS,
            initialize=f"""
{self.bucket_c(self.rate, max(1, self.rate))}
    self->level = {self.wanted};
    self->filled_at = UINT64_MAX;
""",
            pull=f"""
    if (self->filled_at == UINT64_MAX) self->filled_at = NOW;
    int allowed = BUCKET_REFILL >= {self.wanted};
    if (allowed != (port == 0)) {{
        if (port == 0) AT(BUCKET_DUE({self.wanted}));
        return NULL;
    }}
    struct packet *p = IN(0);
    if (!p || port) return p;
    BUCKET_SPEND({cost});
    /* Those that pull what is over the rate may do so now. */
    if ({int(self.outputs > 1)}) WAKE;
    return p;
""",
            timer="    WAKE;\n",
            state=BUCKET_STATE,
        )

    @writes("rate")
    def set_rate(self, state: StateView, text: str) -> None:
        self.start(state, self.read_rate(text.strip()))

    @writes("reset")
    def reset(self, state: StateView, text: str) -> None:
        self.start(state, state.get(self.rate_now))
