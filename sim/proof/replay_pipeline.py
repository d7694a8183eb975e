"""What the proof of a pipeline has against it, seen in simulation, as `sim.proof.replay` does it for the data path: terms that are not the
same in both copies are given to a solver, and what makes them differ is put into the simulated netlist.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from elements.program.values import bit_not, eq
from hdl.pipeline import Pipeline
from sim.proof.against import evaluated, least_apart
from sim.proof.any_state import AnyState, Step
from sim.proof.netlist import Netlist, read_netlist
from sim.proof.noninterference import Unequal, deeply
from sim.proof.pipeline import ownership_of, pipeline_verilog
from sim.proof.replayed import Replayed, in_copies
from sim.proof.spread_memories import spread_memories, word_name
from sim.proof.unroll_delays import Words, in_memories

_OUTPUT: Final = "output "


def replay_pipeline(pipeline: Pipeline, unequal: Unequal, netlist: Netlist | None = None) -> Replayed | None:
    """What a step of ``pipeline`` does of what `prove_pipeline` found to be ``unequal``; None where that is only otherwise written down, so
    that no state makes it differ. What is in tables the solver does not know: where it rests on that, no difference may be seen. Errors:
    as `AnyState`."""
    whole = netlist or read_netlist(pipeline_verilog(pipeline), "pipeline")
    return deeply(lambda: _replay(whole, ownership_of(pipeline, whole).memories, unequal))


def _replay(netlist: Netlist, memories: tuple[str, ...], unequal: Unequal) -> Replayed | None:
    one, two = unequal.copies
    answer = least_apart([bit_not(eq(*unequal.terms))], {name: (one[name], two[name]) for name in one})
    if answer is None:
        return None
    model, apart = answer
    numbers = evaluated([*one.values(), *two.values()], model)
    begun = [{name: numbers[value] for name, value in copy.items()} for copy in (one, two)]
    output = [unequal.name.removeprefix(_OUTPUT)] if unequal.name.startswith(_OUTPUT) else []
    states = spread_memories(netlist, memories)
    places = {word_name(c.name, n): (c.name, n) for c in netlist.cells if c.name in memories for n in range(1 << c.number("ABITS"))}
    played = AnyState(netlist, "pipeline", output)

    def step(start: Mapping[str, int]) -> Mapping[str, int]:
        words, counters = in_memories(states, start)
        words.update({place: start[name] for name, place in places.items() if start.get(name)})
        registers = {name: counters.get(bits, start.get(name, 0)) for name, bits in played.registers.items()}
        return _seen(played.step(start, registers, words), words)

    after = [step(start) for start in begun]
    seen = in_copies(*({unequal.name: each.get(unequal.name, 0)} for each in after))
    different = in_copies(*({name: start[name] for name in apart} for start in begun))
    return Replayed(unequal.name, tuple(different), tuple(seen), "in the same cycle" if output else "a cycle later")


def _seen(step: Step, words: Words) -> dict[str, int]:
    """Registers, words of state and outputs by the names that the proof gives them."""
    kept = {**words, **{(memory, at): word for memory, (at, word) in step.written.items()}}
    return {
        **step.later,
        **{word_name(*place): word for place, word in kept.items()},
        **{f"{_OUTPUT}{net}": value for net, value in step.nets.items()},
    }
