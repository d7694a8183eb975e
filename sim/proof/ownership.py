"""Who owns what in a netlist that the prover is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sim.proof.design import Design


@dataclass(frozen=True)
class Ownership:
    """What the generator knows. Whose a state register is said to be is presumed of nobody: a wrong owner makes the proof fail. Of the
    inputs it is presumed: tenant numbers are below the number of tenants; what is common, or of the victim, is equal in both copies.

    * ``states``: state registers by name → tenant; ``memories``: those whose words are among them.
    * ``packet_inputs``: what comes with a packet, as ``valid`` and ``tenant`` do; ``common_inputs``: equal in both copies, as reset is;
      ``tenant_inputs``: those that are a tenant's, by name → tenant.
    * ``shows``: outputs that show the state of the tenant whose number an input is, by name → name of that input; ``asking_inputs``: those
      by which such outputs are asked, that one among them. They are equal in both copies only where the victim asks.
    * ``quiet``: outputs that are zero where there is no packet; ``numbers``: outputs in which the packet's tenant stands, by name → its
      lowest bit.
    """

    states: Mapping[str, int]
    packet_inputs: tuple[str, ...]
    common_inputs: tuple[str, ...]
    tenant_inputs: Mapping[str, int]
    memories: tuple[str, ...] = ()
    shows: Mapping[str, str] = field(default_factory=dict)
    asking_inputs: tuple[str, ...] = ()
    quiet: tuple[str, ...] = ("out_valid",)
    numbers: Mapping[str, int] = field(default_factory=lambda: {"out_tenant": 0})
    valid: str = "valid"
    tenant: str = "tenant"
    reset: str = "rst"
    clock: str = "clk"

    def disagreements(self, design: Design) -> list[str]:
        """Where this does not say of ``design`` what the proof has to know."""
        classes = ((self.valid, self.tenant), self.packet_inputs, self.common_inputs, self.tenant_inputs, self.asking_inputs)
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
            f"the output {name} shows what {asked} asks for, which is no asking input"
            for name, asked in self.shows.items()
            if asked not in self.asking_inputs
        ]
        if not self.quiet or not self.numbers or {*self.quiet, *self.numbers} & set(self.shows):
            found.append("no output says whether there is a packet, or whose it is")
        return found
