"""Who owns what in a netlist that the prover is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sim.proof.design import Design


@dataclass(frozen=True)
class Ownership:
    """What the generator knows: state registers by name → tenant, and the memories whose words are among them; inputs that are the
    packet's (stage 0), those that are equal in both copies, and those that are a tenant's by name → tenant; outputs that show the state of
    the tenant whose number another input is, by name → name of that input; ``quiet`` outputs, which are zero where there is no packet;
    ``numbers``: outputs in which the packet's tenant stands, by name → its lowest bit; names of the valid, tenant, reset and clock inputs.

    Of the inputs it is presumed, not shown: tenant numbers are below the number of tenants; what is the victim's or common is equal in both
    copies. Whose a state register is said to be is presumed of nobody: a wrong owner makes the proof fail."""

    states: Mapping[str, int]
    packet_inputs: tuple[str, ...]
    common_inputs: tuple[str, ...]
    tenant_inputs: Mapping[str, int]
    memories: tuple[str, ...] = ()
    shows: Mapping[str, str] = field(default_factory=dict)
    quiet: tuple[str, ...] = ("out_valid",)
    numbers: Mapping[str, int] = field(default_factory=lambda: {"out_tenant": 0})
    valid: str = "valid"
    tenant: str = "tenant"
    reset: str = "rst"
    clock: str = "clk"

    def disagreements(self, design: Design) -> list[str]:
        """Where this does not say of ``design`` what the proof has to know."""
        classes = ((self.valid, self.tenant), self.packet_inputs, self.common_inputs, self.tenant_inputs)
        found = [
            f"the input {name} is given to {'nobody' if not times else 'several'}"
            for name in design.inputs
            if (times := sum(list(each).count(name) for each in classes)) != 1
        ]
        found += [f"the input {name} is not in the netlist" for each in classes for name in each if name not in design.inputs]
        if self.reset not in self.common_inputs:
            found.append(f"the reset {self.reset} is no common input")
        found += [
            f"the state {name} of tenant {tenant} is not in the netlist"
            for name, tenant in self.states.items()
            if name not in design.registers
        ]
        found += [
            f"the output {name} is not in the netlist" for name in (*self.quiet, *self.numbers, *self.shows) if name not in design.outputs
        ]
        found += [
            f"the output {name} shows what {asked} asks for, which is no common input"
            for name, asked in self.shows.items()
            if asked not in self.common_inputs or asked not in design.inputs
        ]
        if not self.quiet or not self.numbers or {*self.quiet, *self.numbers} & set(self.shows):
            found.append("no output says whether there is a packet, or whose it is")
        return found
