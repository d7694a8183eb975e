"""AggregateCounter([BYTES, IP_BYTES, MULTIPACKET, EXTRA_LENGTH, AGGREGATE_FREEZE, COUNT_FREEZE, AGGREGATE_STOP, COUNT_STOP, ...])

Counts packets, or bytes, by the number of the packet's aggregate.

Where it is frozen, numbers that have no count get none. Packets of the second input, where there is one, are counted as if it were. Packets
that are pushed and not counted leave by output 1, where there is one. The last four arguments are AGGREGATE_CALL, COUNT_CALL, BANNER and
CAPACITY, which Click does not have. Files are written by machines that run by themselves, a tenant's in the folder that it was granted;
it calls nothing and stops nothing.

Arguments:
    BYTES: whether bytes are counted.
    IP_BYTES: whether bytes in front of the IP header do not count.
    MULTIPACKET: whether a packet that stands for several counts as many; true if not given.
    EXTRA_LENGTH: whether bytes count that a packet stands for and does not have; true if not given.
    AGGREGATE_FREEZE: it freezes when one more than so many numbers have a count.
    COUNT_FREEZE: it freezes when all counts together are so many.
    AGGREGATE_STOP: the driver is told to stop when one more than so many numbers have a count.
    COUNT_STOP: the driver is told to stop when all counts together are so many.
    AGGREGATE_CALL: a number, a write handler and perhaps a value: it is called when one more than so many numbers have a count.
    COUNT_CALL: the same when all counts together are so many.
    BANNER: text at the beginning of files.
    CAPACITY: how many numbers have a count at most, up to 4194304; 65536 if not given, or what AGGREGATE_FREEZE, AGGREGATE_STOP or
        AGGREGATE_CALL says, where that is more. When there are as many, no other number gets one. A number takes up to 56 bytes.

Handlers:
    active (read): whether it counts.
    active (write): sets that.
    aggregate_call (read): AGGREGATE_CALL, as long as it is to be called. (Click says the other element's whole name.)
    aggregate_call (write): sets that.
    banner (read): BANNER.
    banner (write): sets that.
    clear (write): forgets all counts.
    count (read): all counts together.
    count_call (read): COUNT_CALL, as long as it is to be called. (Click says the other element's whole name.)
    count_call (write): sets that.
    counts_pdf (write): as reaggregate_counts.
    freeze (read): whether it is frozen.
    freeze (write): sets that.
    nagg (read): how many numbers have a count.
    reaggregate_counts (write): makes each count a number, and counts how many have it.
    stop (write): makes it inactive and tells the driver to stop.
    write_ascii_file (write): as write_text_file.
    write_file (write): writes a binary file of numbers and counts; `-` is the standard output.
    write_ip_file (write): writes a text file in which numbers are IP addresses.
    write_pdf_file (write): writes a text file with the share of each count.
    write_text_file (write): writes a text file.

Examples:
    AggregateCounter
    AggregateCounter(BYTES true, IP_BYTES true, EXTRA_LENGTH false, AGGREGATE_FREEZE 100, COUNT_STOP 1000, BANNER "# mine")
    AggregateCounter(MULTIPACKET false, AGGREGATE_STOP 5, COUNT_FREEZE 9)
    AggregateCounter(AGGREGATE_CALL 5 x.clear, COUNT_CALL 100 x.stop)
    AggregateCounter(CAPACITY 1000)
"""

from typing import ClassVar, Final

from elements.aggregates.count_c import FIELDS, STATE, count_packet
from elements.aggregates.files import binary_data, counts_file, ip_data, pdf_data, text_data
from elements.aggregates.index_c import INDEX
from elements.definition.arguments import Argument, keyword
from elements.definition.call_handler import call_handler
from elements.definition.csource import CSource
from elements.definition.element import Element, StateVariable
from elements.definition.handlers import StateView, reads, writes
from elements.definition.host import Address, Host
from elements.definition.octets import WHITE
from elements.definition.parsers import boolean, integer, word
from elements.definition.ports import Ports
from elements.hashing.salted import SALTED
from elements.reference.machine import Machine
from elements.reference.packet import Packet

NEVER: Final = (1 << 64) - 1
U32: Final = (1 << 32) - 1
ByteString = bytes
NOTHING, FREEZE, STOP, CALL = range(4)
MOST: Final = 1 << 22
"""Numbers that have a count."""
USUAL: Final = 1 << 16
_aggregates = integer(0, MOST)
_capacity = integer(1, MOST)
_count = integer(0, NEVER)


def _call(text: str) -> tuple[int, str]:
    number, _, call = text.strip().partition(" ")
    if not call.strip():
        raise ValueError("first word should be unsigned, and a write handler should follow")
    return _count(number), call.strip()


class AggregateCounter(Element):
    ports = Ports("1-2/1-2", "a/a")
    bytes = keyword("BYTES", boolean, False)
    ip_bytes = keyword("IP_BYTES", boolean, False)
    multipacket = keyword("MULTIPACKET", boolean, True)
    extra_length = keyword("EXTRA_LENGTH", boolean, True)
    aggregate_freeze = Argument[int | None]("AGGREGATE_FREEZE", _aggregates, None, position=False)
    count_freeze = Argument[int | None]("COUNT_FREEZE", _count, None, position=False)
    aggregate_stop = Argument[int | None]("AGGREGATE_STOP", _aggregates, None, position=False, is_operators=True)
    count_stop = Argument[int | None]("COUNT_STOP", _count, None, position=False, is_operators=True)
    aggregate_call = Argument[tuple[int, str] | None]("AGGREGATE_CALL", _call, None, position=False, is_operators=True)
    count_call = Argument[tuple[int, str] | None]("COUNT_CALL", _call, None, position=False, is_operators=True)
    banner = keyword("BANNER", word, "")
    given_capacity = Argument[int | None]("CAPACITY", _capacity, None, position=False)
    writes_by_handler: ClassVar[bool] = True
    keys = StateVariable(32, depth=1 << 32)
    counts = StateVariable(32, depth=1 << 32)
    entries = StateVariable(32)
    """How many of them there are, in the order in which their numbers came."""
    stale = StateVariable(1)
    """Whether a handler has changed them."""
    total = StateVariable(64)
    frozen = StateVariable(1)
    idle = StateVariable(1)
    most_aggregates = StateVariable(64)
    most_count = StateVariable(64)

    def setup(self) -> None:
        self.numbers: list[int] = []
        self.calls: list[str] = []
        self.actions: list[int] = []
        groups = (
            ("AGGREGATE", self.aggregate_freeze, self.aggregate_stop, self.aggregate_call),
            ("COUNT", self.count_freeze, self.count_stop, self.count_call),
        )
        for name, freeze, stop, call in groups:
            if sum(given is not None for given in (freeze, stop, call)) > 1:
                raise ValueError(f"'{name}_FREEZE', '{name}_STOP', and '{name}_CALL' are mutually exclusive")
            self.numbers.append(next((n for n in (freeze, stop, None if call is None else call[0]) if n is not None), NEVER))
            self.calls.append("" if call is None else call[1])
            self.actions.append(FREEZE if freeze is not None else STOP if stop is not None else CALL)
        told = self.numbers[0] if self.numbers[0] <= MOST else 0
        self.capacity = max(USUAL, told) if self.given_capacity is None else self.given_capacity
        if told > self.capacity:
            raise ValueError(f"CAPACITY: at least the {told} numbers after which something happens are wanted, not {self.capacity}")
        self.head = self.banner
        self.places: dict[int, int] = {}

    def initialize(self, machine: Machine) -> None:
        state = machine.stores[self.name]
        state.set(self.most_aggregates, self.numbers[0])
        state.set(self.most_count, self.numbers[1])

    def _update(self, state: StateView, packet: Packet, frozen: bool) -> bool:
        if state.get(self.idle):
            return False
        if state.get(self.stale):
            self.places = {state.get(self.keys, place): place for place in range(state.get(self.entries))}
            state.set(self.stale, 0)
        place = self.places.get(packet.aggregate)
        if place is None and frozen:
            return False
        amount = self._amount(packet)
        if not amount:
            return True
        if place is None:
            place = state.get(self.entries)
            if place >= state.get(self.most_aggregates):
                state.set(self.most_aggregates, NEVER)
                self._act(state, self.actions[0])
                return self._update(state, packet, frozen or bool(state.get(self.frozen)))
            if place >= self.capacity:
                return False
            self.places[packet.aggregate] = place
            state.set(self.keys, packet.aggregate, place)
            state.set(self.counts, 0, place)
            state.set(self.entries, place + 1)
        state.set(self.counts, state.get(self.counts, place) + amount, place)
        state.set(self.total, state.get(self.total) + amount)
        if state.get(self.total) >= state.get(self.most_count):
            state.set(self.most_count, NEVER)
            self._act(state, self.actions[1])
        return True

    def _amount(self, packet: Packet) -> int:
        if not self.bytes:
            return 1 + (packet.extra_packets if self.multipacket else 0) & U32
        amount = packet.length + (packet.extra_length if self.extra_length else 0)
        return amount - (packet.network - packet.start if self.ip_bytes and packet.network is not None else 0) & U32

    def _act(self, state: StateView, action: int) -> None:
        state.set(self.frozen if action == FREEZE else self.idle, int(action != CALL) or state.get(self.idle))

    def push(self, machine: Machine, port: int, packet: Packet) -> None:
        state = machine.stores[self.name]
        counted = self._update(state, packet, bool(state.get(self.frozen)) or port == 1)
        machine.push_out(self.name, 0 if counted or self.outputs == 1 else 1, packet)

    def pull(self, machine: Machine, port: int) -> Packet | None:
        packet = machine.pull_in(self.name, 0 if self.inputs == 1 else port)
        if packet is not None:
            state = machine.stores[self.name]
            self._update(state, packet, bool(state.get(self.frozen)) or port == 1)
        return packet

    def c_source(self) -> CSource:
        amount = "1 + p->extra_packets" if self.multipacket else "1"
        if self.bytes:
            less = " - (p->network == NO_NETWORK ? 0 : p->network)" if self.ip_bytes else ""
            amount = f"p->length{' + p->extra_length' if self.extra_length else ''}{less}"

        def act(which: int) -> str:
            if self.actions[which] == CALL:
                return f"if (DRIVEN) CALL({which}, p);"
            return "self->frozen = 1;" if self.actions[which] == FREEZE else "self->idle = 1; if (DRIVEN) STOP;"

        update = count_packet(amount, self.capacity, act(0), act(1))
        cases = "\n".join(f"    case {i}: p = IN({i}); break;" for i in range(self.inputs))
        return CSource(
            fields=FIELDS,
            shared=(SALTED,),
            helpers=INDEX,
            initialize=f"""
    draw_salt(self->salt, 2);
    self->keys = grow(NULL, &self->key_room, 1, sizeof *self->keys);
    self->counts = grow(NULL, &self->count_room, 1, sizeof *self->counts);
    self->most_aggregates = {self.numbers[0]}ULL;
    self->most_count = {self.numbers[1]}ULL;
    aggregate_index(self->keys, 0, &self->index, &self->slots, self->salt);
""",
            push=f"{update}    OUT({'0' if self.outputs == 1 else '!counted'}, p);\n",
            pull=f"""
    struct packet *p = NULL;
    switch ({"0" if self.inputs == 1 else "port"}) {{
{cases}
    }}
    if (!p) return NULL;
{update}    (void)counted;
    return p;
""",
            finish="    free(self->keys);\n    free(self->counts);\n    free(self->index);\n",
            state=STATE,
        )

    def called(self, host: Host, what: int, packet: Address | None) -> int:
        if self.calls[what]:
            call_handler(host, self.calls[what], self.name)
        return 0

    # Handlers

    def _all(self, state: StateView) -> list[tuple[int, int]]:
        """Numbers and counts, in the order of the numbers."""
        return sorted((state.get(self.keys, place), state.get(self.counts, place)) for place in range(state.get(self.entries)))

    def _write(self, state: StateView, name: str, mark: str, data: ByteString) -> None:
        name = word(name.strip(WHITE))
        if self.host is None or not name:
            raise ValueError("argument should be filename" if not name else "files are written by machines that run by themselves")
        whole = counts_file(self.head, self._all(state), mark, data)
        if name == "-" and self.node.location.tenant is None:
            self.host.write_out(whole)
            return
        path = self.file_for_handler(name)
        try:
            path.write_bytes(whole)
        except OSError as error:
            raise ValueError(f"{name}: {error.strerror}") from None

    @writes("write_text_file")
    def write_text(self, state: StateView, text: str) -> None:
        self._write(state, text, "", text_data(self._all(state)))

    @writes("write_ascii_file")
    def write_ascii(self, state: StateView, text: str) -> None:
        self.write_text(state, text)

    @writes("write_ip_file")
    def write_ip(self, state: StateView, text: str) -> None:
        self._write(state, text, "!ip\n", ip_data(self._all(state)))

    @writes("write_pdf_file")
    def write_pdf(self, state: StateView, text: str) -> None:
        self._write(state, text, "", pdf_data(self._all(state), state.get(self.total)))

    @writes("write_file")
    def write_binary(self, state: StateView, text: str) -> None:
        self._write(state, text, "!packed_le\n", binary_data(self._all(state)))

    @reads("count")
    def count(self, state: StateView) -> str:
        return str(state.get(self.total))

    @reads("nagg")
    def nagg(self, state: StateView) -> str:
        return str(state.get(self.entries))

    @reads("freeze")
    def freeze_text(self, state: StateView) -> str:
        return "true" if state.get(self.frozen) else "false"

    @writes("freeze")
    def set_frozen(self, state: StateView, text: str) -> None:
        state.set(self.frozen, int(boolean(text.strip())))

    @reads("active")
    def active_text(self, state: StateView) -> str:
        return "false" if state.get(self.idle) else "true"

    @writes("active")
    def set_active(self, state: StateView, text: str) -> None:
        state.set(self.idle, int(not boolean(text.strip())))

    @writes("stop")
    def set_stopped(self, state: StateView, text: str) -> None:
        state.set(self.idle, 1)
        if self.host is not None:
            self.host.stop()

    @writes("clear")
    def clear(self, state: StateView, text: str) -> None:
        state.set(self.entries, 0)
        state.set(self.total, 0)
        state.set(self.stale, 1)

    @writes("reaggregate_counts")
    def reaggregate(self, state: StateView, text: str) -> None:
        found: dict[int, int] = {}
        for _, count in self._all(state):
            found[count] = found.get(count, 0) + 1
        for place, (key, count) in enumerate(found.items()):
            state.set(self.keys, key, place)
            state.set(self.counts, count, place)
        state.set(self.entries, len(found))
        state.set(self.total, sum(found.values()))
        state.set(self.stale, 1)

    @writes("counts_pdf")
    def counts_pdf(self, state: StateView, text: str) -> None:
        self.reaggregate(state, text)

    @reads("banner")
    def banner_text(self, state: StateView) -> str:
        return self.head

    @writes("banner")
    def set_banner(self, state: StateView, text: str) -> None:
        self.head = "" if text == "\n" else text if not text or text.endswith("\n") else f"{text}\n"

    @reads("aggregate_call")
    def aggregate_call_text(self, state: StateView) -> str:
        return self._call_text(state.get(self.most_aggregates), 0)

    @reads("count_call")
    def count_call_text(self, state: StateView) -> str:
        return self._call_text(state.get(self.most_count), 1)

    def _call_text(self, number: int, which: int) -> str:
        action = {FREEZE: f"{self.name}.freeze true", STOP: f"{self.name}.stop", CALL: self.calls[which]}[self.actions[which]]
        return "" if number == NEVER else f"{number} {action}"

    @writes("aggregate_call")
    def set_aggregate_call(self, state: StateView, text: str) -> None:
        state.set(self.most_aggregates, self._set_call(0, text, "aggregate_call"))

    @writes("count_call")
    def set_count_call(self, state: StateView, text: str) -> None:
        state.set(self.most_count, self._set_call(1, text, "count_call"))

    def _set_call(self, which: int, text: str, handler: str) -> int:
        if not text.strip():
            return NEVER
        try:
            number, call = _call(text)
        except ValueError:
            raise ValueError(f"argument to '{handler}' should be 'N HANDLER [VALUE]'") from None
        if self.actions[which] != CALL:
            raise ValueError("what is done is configured: give a call in the configuration to change it")
        self.calls[which] = call
        return number
