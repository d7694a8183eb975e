"""Tasks in C: how each is run, and that it rests at once where it says itself that there is nothing left."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Job:
    """A task: the number of its element, the function that runs it, and what that is handed beside the machine."""

    element: int
    run: str
    of: str = "NULL"


def run_of(run: str, whose: str, task: str, idle: str) -> str:
    """The function ``run`` of a task, which is done by the call ``task``; ``whose`` says what it is handed is; ``idle``, an expression, is
    asked after each run."""
    rest = f"    if ({idle}) m->live.idle = 1;\n" if idle != "0" else ""
    return f"""static int {run}(struct machine *m, void *of)
{{
    (void)of;
{whose}    int worked = {task};
{rest}    return worked;
}}
"""
