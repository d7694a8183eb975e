"""InfiniteSource([DATA, LIMIT, BURST, ACTIVE, TIMESTAMP, LENGTH, DATASIZE, STOP, END_CALL])

Makes packets of DATA, BURST at a time, until it has made LIMIT of them.

In a machine that runs by itself, BURST packets are made each time that the task runs. In one that packets are offered to, the clock moves
when they arrive: a source with a LIMIT makes up to 4096 packets at one instant of it, and one without a limit
makes BURST of them, so that no source keeps the machine from its other work. Where its output is pulled, it gives as many.

A source that pushes to a Queue sleeps while that is full. Its end is told once for each time that a handler lets it make more. (Where
those that pull do not ask whether there is anything, as TimedSink, Click tells it at each pull.)

Arguments:
    DATA: the bytes of a packet, at most 2048; a text of 69 bytes if not given.
    LIMIT: packets to make; without end where it is negative, as it is if not given.
    BURST: packets to make each time, 1 to 4096; 1 if not given.
    ACTIVE: whether packets are made; true if not given.
    TIMESTAMP: whether packets have the time at which they were made; true if not given, otherwise their time is 0.
    LENGTH: bytes of a packet, at most 9216: DATA is cut or repeated. DATASIZE is an older name of it.
    DATASIZE: see LENGTH.
    STOP: whether the driver is told to stop when LIMIT packets are made; a tenant cannot stop a machine that others use.
    END_CALL: a write handler, with a value, that is called then; not by a machine that others use.

Handlers:
    active (read): whether packets are made.
    active (write): sets that.
    burst (read): packets each time.
    burst (write): sets that.
    burstsize (read): an older name of burst.
    burstsize (write): an older name of burst.
    count (read): packets made.
    data (read): the bytes. (Click's end before the first zero.)
    data (write): sets them; no more than LENGTH and DATA have, or 1514 where that is more, and no more than 2048.
    datasize (read): an older name of length.
    datasize (write): an older name of length.
    length (read): bytes of a packet, or -1 for those of DATA.
    length (write): sets that, to no more than LENGTH and DATA have, or 1514 where that is more.
    limit (read): packets to make, or -1.
    limit (write): sets that.
    reset (write): sets the count to zero, so that packets are made again.

Examples:
    InfiniteSource
    InfiniteSource("hello, world", 5, 2)
    InfiniteSource(\\<0800>, LIMIT 3, LENGTH 60, ACTIVE false, STOP true)
"""

from elements.definition.arguments import Argument, keyword
from elements.definition.csource import CSource
from elements.definition.handlers import StateView, reads, writes
from elements.definition.parsers import boolean, byte_string, raw
from elements.definition.ports import Ports
from elements.reference.machine import Machine
from elements.reference.packet import Packet
from elements.sources.burst import BurstSource, burst_number
from elements.sources.data import TEXT, DataSource, length_number, limit_number


class InfiniteSource(BurstSource, DataSource):
    ports = Ports("0/1", "a/a")
    data = Argument("DATA", byte_string, TEXT)
    limit = Argument("LIMIT", limit_number, -1)
    burst = Argument("BURST", burst_number, 1)
    active = Argument("ACTIVE", boolean, True)
    timestamp = keyword("TIMESTAMP", boolean, True)
    length = Argument[int | None]("LENGTH", length_number, None, position=False)
    datasize = Argument[int | None]("DATASIZE", length_number, None, position=False)
    stop = keyword("STOP", boolean, False, is_operators=True)
    end_call = keyword("END_CALL", raw, "", is_operators=True)

    def setup(self) -> None:
        self.settle_length(self.length, self.datasize)
        super().setup()

    def fresh(self, machine: Machine) -> Packet:
        return self.make(machine, machine.now if self.timestamp else 0)

    def c_source(self) -> CSource:
        made = self.data_source()
        return self.burst_source(made, "DATA_PACKET")

    @reads("burstsize")
    def burstsize_text(self, state: StateView) -> str:
        return self.burst_text(state)

    @writes("burstsize")
    def set_burstsize(self, state: StateView, text: str) -> None:
        self.set_burst(state, text)

    @reads("datasize")
    def datasize_text(self, state: StateView) -> str:
        return self.length_text(state)

    @writes("datasize")
    def set_datasize(self, state: StateView, text: str) -> None:
        self.set_length(state, text)
