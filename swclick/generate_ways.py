"""An element's ways out in C: packets handed on by an output whose number is known as the text is made, or when the machine runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from swclick.inline import ALWAYS, PART


def way_out(number: int | str, kind: str, hands: Mapping[int, str], long: str) -> str:
    """``eN_out`` or, where packets have their header in registers and ``kind`` is v, ``eN_outv``: it hands on a packet by the output that
    it is told, as its text in ``hands`` says. Packets that are too ``long`` are dropped, where that is asked of what has the length."""
    view, too_long = _view(kind), f"    if ({long}->length > LONGEST) port = -1;\n" if long else ""
    cases = "\n".join(f"    case {port}: {hand} return;" for port, hand in hands.items())
    return f"""
static {ALWAYS} void e{number}_out{kind}(struct machine *m, int port, struct packet *p{view})
{{
{too_long}    switch (port) {{
{cases}
    default: break;
    }}{"" if not kind else " (void)v;"}
    kill_packet(&m->base, p);
}}
"""


def ways_out(number: int | str, kind: str, hands: Mapping[int, str], long: str, ports: Iterable[int]) -> str:
    """``eN_out_K`` or ``eN_outv_K`` for each output K of ``ports``, otherwise as `way_out`.

    A program names its outputs. Each place that does would become a switch over all of them, and time to compile their number squared.
    """
    view, too_long = _view(kind), f"        if ({long}->length > LONGEST) break;\n" if long else ""
    return "".join(
        f"""
static {PART} void e{number}_out{kind}_{port}(struct machine *m, struct packet *p{view})
{{
    do {{
{too_long}        {f"{hands[port]} return;" if port in hands else ""}
    }} while (0);{"" if not kind else " (void)v;"}
    kill_packet(&m->base, p);
}}
"""
        for port in sorted(set(ports))
    )


def _view(kind: str) -> str:
    return ", struct view *v" if kind else ""
