"""A program as text: every value once, in the order in which they rest on each other, then what the program does with them.

The text is the same for the same program, whatever was traced before it, and has all that the program is made of.
"""

from __future__ import annotations

from elements.program.combine import walk
from elements.program.program import Access, Program, Table
from elements.program.values import Value


def program_text(program: Program) -> str:
    """``program`` as text, a line for each value that is no constant and for each effect."""
    names: dict[Value, str] = {}
    lines = [_table(table) for table in program.tables]
    lines += [_state(access) for access in program.accesses]
    count = 0
    for value in walk(program.roots()):
        if value.constant is not None:
            names[value] = f"{value.constant:#x}:{value.width}"
            continue
        names[value] = f"v{count}"
        count += 1
        lines.append(f"{names[value]}:{value.width} = {_operation(value, names)}")
    lines += [f"edit {edit.layer}[{edit.offset}] = {names[edit.value]}" for edit in program.edits]
    lines += [f"annotate {name} = {names[value]}" for name, value in program.annotations]
    for access in program.accesses:
        lines.append(f"write {access.state.name}[{names[access.index]}] = {names[access.value]} if {names[access.when]}")
    lines.append(f"end {names[program.end]}")
    for way in program.exits:
        lines.append(f"output {way.port} if {names[way.when]} shift {way.shift} network {way.network}")
    lines.append("copies" if not program.exclusive else "one way")
    return "\n".join(lines) + "\n"


def _operation(value: Value, names: dict[Value, str]) -> str:
    words = [str(attribute) for attribute in value.attributes] + [names[operand] for operand in value.operands]
    return " ".join([value.op, *words])


def _table(table: Table) -> str:
    rows = " ".join(f"{key:#x}/{mask:#x}={value:#x}" for key, mask, value in table.entries)
    return f"table {table.name} {table.kind} {table.key_width} -> {table.value_width}: {rows}"


def _state(access: Access) -> str:
    state = access.state
    return f"state {state.name}:{state.width} words {state.depth} initial {state.initial:#x}"
