"""What will be read for packets that a source has got ready, fetched in C: step by step, each for all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from elements.definition.csource import ABREAST, CSource
from elements.program.program import Program
from swclick.find_common_case import CommonCase
from swclick.look_ahead import Ahead, Soon
from swclick.lower_value import ValueLowering

_LEAST: Final = 28
"""Bytes from an IP header on that an element may look at."""


def fetch_ahead(
    number: int | str,
    found: Sequence[Ahead | Soon],
    programs: Mapping[str, Program],
    sources: Mapping[str, CSource],
    called: Mapping[str, str],
) -> str:
    """``eN_ahead`` of a source, for ``count`` packets, at most `ABREAST`; elements are ``called`` so."""
    tables = [_table(number, each, programs[each.element], called[each.element]) for each in found if isinstance(each, Ahead)]
    said = [each for each in found if isinstance(each, Soon)]
    steps = ["".join(tables)] if tables else []
    for place in range(max((len(sources[each.element].ahead) for each in said), default=0)):
        pieces = [
            _step(each, index, sources[each.element].ahead[place], called[each.element])
            for index, each in enumerate(said)
            if place < len(sources[each.element].ahead)
        ]
        steps.append("".join(pieces))
    loops = "".join(f"    for (uint32_t i = 0; i < count; i++) {{\n    const struct packet *p = q[i];\n{step}    }}\n" for step in steps)
    kept = f"    uint32_t kept[{ABREAST}][{len(said)}];\n" if said else ""
    return f"""static void e{number}_ahead(struct machine *m, struct packet **q, uint32_t count)
{{
    (void)m; (void)q; (void)count;
{kept}{loops}}}
"""


def _table(number: int | str, ahead: Ahead, program: Program, name: str) -> str:
    values = ValueLowering(program, number, CommonCase(program, near={"data": ahead.length}))
    lines = "\n".join(values.lines([ahead.key]))
    fetch = f"fetch_levels(&m->e{name}.{ahead.table}, {values.names[ahead.key]});"
    return f"    if (p->length >= {ahead.length}u) {{\n    const uint8_t *const near_data = p->data;\n{lines}\n    {fetch}\n    }}\n"


def _step(soon: Soon, index: int, text: str, name: str) -> str:
    own = f"struct e{name} *self = &m->e{name}; const uint8_t *ip = p->data + {soon.network}; uint32_t left = p->length - {soon.network};"
    return f"""    if (p->length >= {soon.network + _LEAST}u) {{
    {own}
    uint32_t *soon = &kept[i][{index}];
    (void)self; (void)ip; (void)left; (void)soon;
{text}    }}
"""
