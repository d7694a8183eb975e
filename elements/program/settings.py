"""State that no packet changes: write handlers set it while software runs; for everything else it is a constant."""

from __future__ import annotations

from dataclasses import replace

from elements.program.program import Edit, Program
from elements.program.substitute import substitute
from elements.program.values import FALSE, Value, const, make


def with_settings_fixed(program: Program) -> Program:
    """``program`` with such state at its first value, and without what cannot be then; the same program where there is none."""
    fixed = {access.state.name: access.state for access in program.accesses if access.when is FALSE}
    if not fixed:
        return program

    def leaf(value: Value, operands: tuple[Value, ...]) -> Value:
        state = fixed.get(str(value.attributes[0])) if value.op == "old" else None
        return make(value.op, value.width, operands, value.attributes) if state is None else const(state.initial, state.width)

    new = substitute(program.roots(), leaf)
    return Program(
        exits=tuple(replace(way, when=new[way.when]) for way in program.exits if new[way.when] is not FALSE),
        edits=tuple(Edit(edit.layer, edit.offset, new[edit.value]) for edit in program.edits),
        annotations=tuple((name, new[value]) for name, value in program.annotations),
        end=new[program.end],
        accesses=tuple(
            replace(access, index=new[access.index], when=new[access.when], value=new[access.value])
            for access in program.accesses
            if access.state.name not in fixed
        ),
        tables=program.tables,
        exclusive=program.exclusive,
    )
