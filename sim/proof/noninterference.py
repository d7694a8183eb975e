"""Noninterference of a pipeline, proved without a bound by self-composition, one obligation a register.

Two copies of the netlist take a step. The relation between them, for a victim v: in every stage, either both hold a packet of v, and then
all of the stage's registers are equal, or neither does; v's state is equal; the time is equal. All else may differ: in the second copy it
is zero. The relation holds after reset, where no stage holds a packet. It is inductive if, in each case of what a stage holds (a packet
of v, nothing, a packet of another tenant), every register's next value keeps to it. Terms are hash-consed and fold, so that equal means
identical: no solver, and nothing left open that is not reported.

A register's stage is found from the netlist: one more than that of the registers that it is computed from. A register that depends on
itself is state and must be named as some tenant's; any other is an error, and so is one that mixes stages.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from elements.program.combine import walk
from elements.program.substitute import substitute
from elements.program.values import FALSE, Value, const
from sim.proof.netlist import Bit, Cell, Netlist
from sim.proof.spread_memories import spread_memories
from sim.proof.terms import Evaluator, memory_read, symbol
from sim.proof.unroll_delays import unroll_delays

CASES = ("victim", "idle", "other")
_DEEP = 1_000_000
_STACK = 512 << 20


@dataclass(frozen=True)
class Ownership:
    """What the generator knows: state registers by name → tenant, and the memories whose words are among them; inputs that are the
    packet's (stage 0), those that are equal in both copies, and those that are a tenant's by name → tenant; outputs that show the state of
    the tenant whose number another input is, by name → name of that input; names of the valid and tenant inputs."""

    states: Mapping[str, int]
    packet_inputs: tuple[str, ...]
    common_inputs: tuple[str, ...]
    tenant_inputs: Mapping[str, int]
    memories: tuple[str, ...] = ()
    shows: Mapping[str, str] = field(default_factory=dict)
    valid: str = "valid"
    tenant: str = "tenant"


@dataclass
class Result:
    """``obligations`` that were discharged, and ``failures``: the register, the case and why."""

    obligations: int = 0
    failures: list[str] = field(default_factory=list)
    stages: int = 0

    @property
    def proved(self) -> bool:
        """Whether everything was."""
        return not self.failures and self.obligations > 0


@dataclass(frozen=True)
class _Register:
    name: str
    bits: tuple[Bit, ...]
    data: tuple[Bit, ...]


def prove(netlist: Netlist, ownership: Ownership, victim: int, tenants: int) -> Result:
    """Prove that tenants other than ``victim`` cannot influence it. Runs in a thread with a deep stack: terms are walked recursively."""
    results: list[Result] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            results.append(_Prover(netlist, ownership, victim, tenants).run())
        except BaseException as error:  # noqa: BLE001  # handed to the caller's thread
            errors.append(error)

    limit, size = sys.getrecursionlimit(), threading.stack_size(_STACK)
    sys.setrecursionlimit(_DEEP)
    try:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    finally:
        sys.setrecursionlimit(limit)
        threading.stack_size(size)
    if errors:
        raise errors[0]
    return results[0]


class _Prover:
    def __init__(self, netlist: Netlist, ownership: Ownership, victim: int, tenants: int) -> None:
        netlist = unroll_delays(spread_memories(netlist, ownership.memories))
        self.netlist = netlist
        self.ownership = ownership
        self.victim = victim
        self.tenants = tenants
        self.result = Result()
        self.registers = _registers(netlist)
        self.memories = [cell for cell in netlist.cells if cell.kind in ("mem", "mem_v2")]
        self.reads = _memory_reads(self.memories)
        self.places: dict[int, tuple[str, int]] = {}
        for register in self.registers.values():
            self.places.update({bit: (register.name, index) for index, bit in enumerate(register.bits) if isinstance(bit, int)})
        for name, (is_input, bits) in netlist.ports.items():
            if is_input:
                self.places.update({bit: (name, index) for index, bit in enumerate(bits) if isinstance(bit, int)})
        self.widths = {r.name: len(r.bits) for r in self.registers.values()}
        self.widths |= {n: len(bits) for n, (is_input, bits) in netlist.ports.items() if is_input}
        self.stage: dict[str, int] = {}
        self.common = set(ownership.common_inputs)
        self.carried: dict[int, list[dict[str, int]]] = {}
        self.support: dict[str, frozenset[str]] = {}
        self.next: dict[str, Value] = {}
        self.free: dict[str, Value] = {}

    def run(self) -> Result:
        self._find_stages()
        if self.result.failures:
            return self.result
        self.result.stages = max(self.stage.values(), default=0)
        for stage in range(self.result.stages + 1):
            for case in CASES:
                for tenant in [self.victim] if case == "victim" else [t for t in range(self.tenants) if t != self.victim]:
                    self._check_stage(stage, case, tenant)
                    if case == "idle":
                        break
        return self.result

    # Stages

    def _find_stages(self) -> None:
        own = self.ownership
        self.stage = dict.fromkeys((*own.packet_inputs, own.valid, own.tenant), 0)
        self._read_next()
        support = self.support
        pending = [name for name in self.registers if name not in own.states]
        for name in pending:
            if name in support[name]:
                self.result.failures.append(f"{name} depends on itself and is no tenant's state")
        progress = True
        while pending and progress and not self.result.failures:
            progress = False
            for name in list(pending):
                tokens = {s for s in support[name] if s not in own.states and s not in self.common and s not in own.tenant_inputs}
                if tokens <= set(self.stage):
                    stages = {self.stage[s] for s in tokens}
                    if len(stages) > 1:
                        self.result.failures.append(f"{name} is computed from registers of several stages: {sorted(stages)}")
                    if stages or support[name] & set(own.states):
                        self.stage[name] = max(stages, default=-1) + 1
                    else:
                        # Made of the time alone: the same in both copies, whatever packets there are.
                        self.common.add(name)
                    pending.remove(name)
                    progress = True
        if pending and not self.result.failures:
            self.result.failures.append(f"{pending[0]} is in no stage")
        for name, tenant in own.states.items():
            if name not in self.registers:
                self.result.failures.append(f"the state {name} of tenant {tenant} is not in the netlist")

    def _read_next(self) -> None:
        """Every register's next value as a term of free variables, and the registers and inputs that each is computed from."""
        self.free = {name: symbol(name, width) for name, width in self.widths.items()}
        evaluator = self._evaluator(self.free)
        self.next = {name: evaluator.word(register.data) for name, register in self.registers.items()}
        below: dict[Value, frozenset[str]] = {}
        for value in walk(list(self.next.values())):
            own = frozenset((str(value.attributes[0]),)) if value.op == "meta" else frozenset()
            below[value] = own.union(*(below[operand] for operand in value.operands))
        self.support = {name: below[term] for name, term in self.next.items()}

    def _evaluator(self, terms: Mapping[str, Value]) -> Evaluator:
        evaluator: Evaluator

        def source(bit: int) -> tuple[Value, int] | None:
            place = self.places.get(bit)
            if place is not None:
                return terms[place[0]], place[1]
            read = self.reads.get(bit)
            if read is None:
                return None
            memory, address, width, index = read
            return memory_read(memory, evaluator.word(address), width), index

        evaluator = Evaluator(self.netlist, source)
        return evaluator

    # Obligations

    def _check_stage(self, stage: int, case: str, tenant: int) -> None:
        """What the registers behind ``stage``, and the victim's state that it updates, become in ``case``."""
        first, second = self._copies(stage, case, tenant)
        a, b = self._evaluator(first), self._evaluator(second)
        for name, register in self.registers.items():
            if name in self.ownership.states:
                if self.ownership.states[name] == self.victim and self._touches(name, stage):
                    self._equal(name, case, a.word(register.data), b.word(register.data))
            elif self.stage.get(name) == stage + 1:
                if case == "victim":
                    self._equal(name, case, a.word(register.data), b.word(register.data))
                elif case == "idle" and name.startswith("valid_s"):
                    self._never(name, case, a.word(register.data))
        if case == "other":
            self._stays_other(stage, a, tenant)
        if stage == self.result.stages and case == "victim":
            for name, (is_input, bits) in self.netlist.ports.items():
                if not is_input and name not in self.ownership.shows:
                    self._equal(f"output {name}", case, a.word(bits), b.word(bits))
        if stage == 0 and case == "other":
            self._shown(first, second)

    def _shown(self, first: Mapping[str, Value], second: Mapping[str, Value]) -> None:
        """Who asks for the victim's state sees the same in both copies."""
        for name, asked in self.ownership.shows.items():
            mine = {asked: const(self.victim, self.widths[asked])}
            bits = self.netlist.ports[name][1]
            x, y = self._evaluator({**first, **mine}).word(bits), self._evaluator({**second, **mine}).word(bits)
            self._equal(f"output {name}", "other", x, y)

    def _touches(self, name: str, stage: int) -> bool:
        tokens = {s for s in self.support[name] if s in self.stage}
        stages = {self.stage[s] for s in tokens}
        if len(stages) > 1:
            self._fail(f"{name} is updated from several stages: {sorted(stages)}")
        return stages <= {stage}

    def _copies(self, stage: int, case: str, tenant: int) -> tuple[dict[str, Value], dict[str, Value]]:
        own = self.ownership
        first: dict[str, Value] = {}
        second: dict[str, Value] = {}
        for name, width in self.widths.items():
            free = symbol(name, width)
            first[name] = second[name] = free
            owner = own.states.get(name, own.tenant_inputs.get(name))
            if owner is not None:
                if owner != self.victim:
                    second[name] = const(0, width)
            elif name not in self.common and (self.stage.get(name) != stage or case != "victim"):
                second[name] = const(0, width)
        valids = [n for n, s in self.stage.items() if s == stage and (n == own.valid or n.startswith("valid_s"))]
        for name in valids:
            first[name] = const(int(case != "idle"), 1)
            second[name] = const(int(case == "victim"), 1)
        if case != "idle":
            for name, value in self._carried(stage, tenant).items():
                first[name] = const(value, self.widths[name])
                second[name] = const(value if case == "victim" else 0, self.widths[name])
        return first, second

    def _carried(self, stage: int, tenant: int) -> dict[str, int]:
        """The input and the registers of ``stage`` that are made of the tenant's number alone, with their values for ``tenant``."""
        known = self.carried.setdefault(tenant, [{self.ownership.tenant: tenant}])
        while len(known) <= stage:
            before = known[-1]
            terms = {name: const(value, self.widths[name]) for name, value in before.items()}
            found: dict[str, int] = {}
            for name in self.registers:
                if self.stage.get(name) == len(known) and self.support[name] and self.support[name] <= set(before):
                    term = _with(self.next[name], terms)
                    if term.constant is not None:
                        found[name] = term.constant
            known.append(found)
        return known[stage]

    def _stays_other(self, stage: int, a: Evaluator, tenant: int) -> None:
        """Another tenant's packet is still that tenant's in the next stage."""
        for name, value in self._carried(stage + 1, tenant).items():
            self.result.obligations += 1
            if a.word(self.registers[name].data).constant != value:
                self._fail(f"{name}: the packet of tenant {tenant} becomes another's")

    def _equal(self, name: str, case: str, x: Value, y: Value) -> None:
        self.result.obligations += 1
        if x is not y:
            odd = sorted(
                {str(v.attributes[0]) for v in walk([x]) if v.op == "meta"} ^ {str(v.attributes[0]) for v in walk([y]) if v.op == "meta"}
            )
            self._fail(f"{name}, where the stage holds {_WORDS[case]}: differs by {', '.join(odd[:5]) or 'its form'}")

    def _never(self, name: str, case: str, x: Value) -> None:
        self.result.obligations += 1
        if x is not FALSE:
            self._fail(f"{name}, where the stage holds {_WORDS[case]}: a packet appears")

    def _fail(self, text: str) -> None:
        self.result.failures.append(text)


def _with(value: Value, terms: Mapping[str, Value]) -> Value:
    """``value`` with ``terms`` in the place of its free variables."""
    return substitute([value], lambda leaf, _: terms[str(leaf.attributes[0])])[value]


_WORDS = {"victim": "a packet of the victim", "idle": "nothing", "other": "another tenant's packet"}


def _registers(netlist: Netlist) -> dict[str, _Register]:
    """Registers by the name of the net that they drive; one without a name is called by its cell."""
    names: dict[tuple[int | str, ...], str] = {}
    for name, bits in netlist.names.items():
        better = names.get(bits)
        if (
            better is None
            or (better.startswith("$") and not name.startswith("$"))
            or (len(name) < len(better) and not name.startswith("$"))
        ):
            names[bits] = name
    found: dict[str, _Register] = {}
    for cell in netlist.cells:
        if cell.kind == "dff":
            bits = tuple(bit for bit in cell.connections["Q"] if isinstance(bit, int))
            name = names.get(cell.connections["Q"], cell.name)
            found[name] = _Register(str(name), bits, cell.connections["D"])
        elif "dff" in cell.kind or "latch" in cell.kind:
            raise ValueError(f"the register {cell.name} is a {cell.kind}, not a plain dff")
    return found


def _memory_reads(memories: list[Cell]) -> dict[int, tuple[str, tuple[int | str, ...], int, int]]:
    """By net bit: (memory, address bits, width, index) of every asynchronous read port. Errors: ``ValueError`` for a memory that is
    written.
    """
    reads: dict[int, tuple[str, tuple[int | str, ...], int, int]] = {}
    for cell in memories:
        if cell.number("WR_PORTS"):
            raise ValueError(f"the memory {cell.name} is written, and the proof takes memories as constant")
        width, address_bits = cell.number("WIDTH"), cell.number("ABITS")
        for port in range(cell.number("RD_PORTS")):
            address = cell.connections["RD_ADDR"][port * address_bits : (port + 1) * address_bits]
            for index, bit in enumerate(cell.connections["RD_DATA"][port * width : (port + 1) * width]):
                if isinstance(bit, int):
                    reads[bit] = (cell.name, address, width, index)
    return reads
