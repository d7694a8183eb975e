"""RatedSource([DATA, RATE, LIMIT, ACTIVE, LENGTH, DATASIZE, STOP, BANDWIDTH])

Makes RATE packets of DATA a second, until it has made LIMIT of them.

A token bucket of two packets, or of what RATE gives in 10 ms where that is more, says when; it begins full. The rate is exact over any
time. In a machine that packets are offered to, the clock moves when they arrive: there it makes at each instant what the bucket has. Where
its output is pulled, it gives as many.

In a machine that runs by itself, one that pushes and has made LIMIT waits for `active` or `reset` before it makes more or tells its end
once more, whatever its limit is. (Where it is pulled, Click tells the end at each pull.)

Arguments:
    DATA: the bytes of a packet, at most 2048; a text of 69 bytes if not given.
    RATE: packets a second; 10 if not given.
    LIMIT: packets to make; without end where it is negative, as it is if not given.
    ACTIVE: whether packets are made; true if not given.
    LENGTH: bytes of a packet, at most 9216: DATA is cut or repeated. DATASIZE is an older name of it.
    DATASIZE: see LENGTH.
    STOP: whether the driver is told to stop when LIMIT packets are made; a tenant cannot stop a machine that others use.
    BANDWIDTH: bytes a second, or a bandwidth such as 1Mbps, in the place of RATE.

Handlers:
    active (read): whether packets are made.
    active (write): sets that.
    count (read): packets made.
    data (read): the bytes. (Click's end before the first zero.)
    data (write): sets them; no more than LENGTH and DATA have, or 1514 where that is more, and no more than 2048.
    datasize (read): an older name of length.
    datasize (write): an older name of length.
    length (read): bytes of a packet, or -1 for those of DATA.
    length (write): sets that, to no more than LENGTH and DATA have, or 1514 where that is more.
    limit (read): packets to make, or -1.
    limit (write): sets that.
    rate (read): packets a second.
    rate (write): sets that.
    reset (write): sets the count to zero, so that packets are made again, and leaves one packet in the bucket.

Examples:
    RatedSource
    RatedSource("hello", 1000, 5)
    RatedSource(\\<0800>, RATE 20, LENGTH 60, STOP true)
    RatedSource(BANDWIDTH 1Mbps, LENGTH 100, ACTIVE false)
"""

from dataclasses import replace

from elements.definition.arguments import Argument, keyword
from elements.definition.csource import CSource
from elements.definition.element import StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.parsers import bandwidth, boolean, byte_string, unsigned32
from elements.definition.ports import Ports
from elements.rates.tokens import BUCKET_STATE, FIELDS, HELPERS, TOKEN, Bucket
from elements.reference.machine import Machine
from elements.reference.packet import Packet
from elements.sources.data import TEXT, DataSource, length_number, limit_number


class RatedSource(DataSource, Bucket):
    ports = Ports("0/1", "a/a")
    data = Argument("DATA", byte_string, TEXT)
    rate = Argument("RATE", unsigned32, 10)
    limit = Argument("LIMIT", limit_number, -1)
    active = Argument("ACTIVE", boolean, True)
    length = Argument[int | None]("LENGTH", length_number, None, position=False)
    datasize = Argument[int | None]("DATASIZE", length_number, None, position=False)
    stop = keyword("STOP", boolean, False, is_operators=True)
    bandwidth = Argument[int | None]("BANDWIDTH", bandwidth, None, position=False)

    asleep = StateVariable(32)
    """Whether one that runs by itself has ended: as in Click, `active` and `reset` wake it, and nothing else."""

    def setup(self) -> None:
        self.settle_length(self.length, self.datasize)
        super().setup()
        if self.bandwidth:
            each = len(self.data) if self.bytes_each < 0 else self.bytes_each
            if each == 0:
                raise ValueError("BANDWIDTH: packets without bytes have none")
            self.rate = self.bandwidth // each
        self.burst = _burst(self.rate)

    def initialize(self, machine: Machine) -> None:
        super().initialize(machine)
        self.fill_bucket(machine.stores[self.name], self.rate, self.burst)

    def _next(self, machine: Machine) -> Packet | None:
        """A packet, if there is to be one now."""
        if not machine.stores[self.name].get(self.going) or self.over(machine) or self.refill(machine) < TOKEN:
            return None
        self.spend(machine, 1)
        return self.make(machine, machine.now)

    def task(self, machine: Machine) -> bool:
        packet = None if machine.checked.kind(self.name, True, 0) == "pull" else self._next(machine)
        if packet is not None:
            machine.push_out(self.name, 0, packet)
        return packet is not None

    def pull(self, machine: Machine, port: int) -> Packet | None:
        return self._next(machine)

    def c_source(self) -> CSource:
        made = self.data_source()
        stop = "if (DRIVEN && self->going && !(OUTPUT_IS_PULL && self->asleep)) STOP;" if self.stop else ""
        following = f"""
    if (!self->going || DATA_OVER) {{
        {stop}
        if (DRIVEN) self->asleep = 1;
        return 0;
    }}
    self->asleep = 0;
    if (BUCKET_REFILL < {TOKEN}) {{
        if (DRIVEN) AT(BUCKET_DUE({TOKEN}));
        return 0;
    }}
    BUCKET_SPEND(1);
    struct packet *p = DATA_PACKET;
"""
        return replace(
            made,
            fields=f"{made.fields} {FIELDS} uint32_t asleep;",
            helpers=made.helpers + HELPERS,
            initialize=made.initialize + self.bucket_c(self.rate, self.burst),
            task=f"""
#if OUTPUT_IS_PULL
    return 0;
#else
{following}
    OUT(0, p);
    return 1;
#endif
""",
            pull=f"{following}    return p;\n",
            timer="    WAKE;\n",
            # Its task, or who pulls, comes once more, and so ends what there is to end.
            empty="self->asleep && (!OUTPUT_IS_PULL || !self->going || DATA_OVER)",
            state=(*made.state, *BUCKET_STATE, ("asleep", "self->asleep")),
        )

    @reads("rate")
    def rate_text(self, state: StateView) -> str:
        return str(state.get(self.rate_now))

    @writes("rate")
    def set_rate(self, state: StateView, text: str) -> None:
        rate = unsigned32(text.strip())
        self.change_rate(state, rate, _burst(rate))

    @writes("active")
    def set_active(self, state: StateView, text: str) -> None:
        super().set_active(state, text)
        self._wake(state)

    @writes("reset")
    def reset(self, state: StateView, text: str) -> None:
        super().reset(state, text)
        state.set(self.level, TOKEN)
        self._wake(state)

    def _wake(self, state: StateView) -> None:
        if state.get(self.going):
            state.set(self.asleep, 0)

    @reads("datasize")
    def datasize_text(self, state: StateView) -> str:
        return self.length_text(state)

    @writes("datasize")
    def set_datasize(self, state: StateView, text: str) -> None:
        self.set_length(state, text)


def _burst(rate: int) -> int:
    return 2 if rate < 200 else rate // 100
