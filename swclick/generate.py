"""A whole graph as one C file: every element a few static functions that call each other, for the compiler to fuse."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from elements.definition.element import Element
from graph.check import Checked
from swclick.alike import Class, Shared, classes_of, piece_of
from swclick.generate_element import ElementTexts
from swclick.generate_machine import Parts, machine_functions
from swclick.regions import find_groups
from swclick.runtime import headers, live_header
from swclick.sort_table import has_levels


def generate(checked: Checked, elements: Mapping[str, Element], *, share: bool = True, cuts: Mapping[str, int] | None = None) -> str:
    """The C file of a checked graph, to be linked with `runtime_c`. Elements are numbered in the graph's order. Regions that are alike have
    their functions once, unless they are not to ``share`` them. Packets may wait at ``cuts``, elements with an input: see `find_cuts`."""
    texts = ElementTexts(checked, elements, cuts or {})
    return _text(texts, _classes(texts) if share else [])


def _classes(texts: ElementTexts) -> list[Class]:
    """Regions that are alike, as they are when no others are shared: an element may be a part of what is around it."""
    groups = find_groups(texts.graph)
    while groups:
        texts.share([region for group in groups for region in group])
        found = classes_of(groups, partial(piece_of, texts))
        classes = [each for each in found if len(each.members) > 1]
        if sum(len(each.members) for each in classes) == sum(map(len, groups)):
            return classes
        groups = [each.members for each in classes]
    texts.share([])
    return []


def _text(texts: ElementTexts, classes: list[Class]) -> str:
    shared = Shared(texts, classes)
    alone = [name for name, number in texts.numbers.items() if number not in shared.home]
    sources = texts.sources.values()
    pieces = dict.fromkeys(piece for source in sources for piece in source.shared)
    parts = [
        headers(),
        *dict.fromkeys(source.types for source in sources if source.types),
        _structures(texts, alone, shared),
        live_header(),
        "\n".join([shared.prototypes(), *(texts.prototypes(name) for name in alone)]),
        *pieces,
        *dict.fromkeys(source.helpers for source in sources if source.helpers),
        shared.functions(),
        *(shared.spread(name) + shared.outside(texts.element(name)) for name in alone),
    ]
    machine = shared.outside(machine_functions(_parts(texts, alone, shared)))
    return "\n".join([*parts, *([shared.data()] if classes else []), machine])


def _structures(texts: ElementTexts, alone: list[str], shared: Shared) -> str:
    lines = [texts.structure(name) for name in alone]
    members = "".join(f"    struct e{texts.numbers[name]} e{texts.numbers[name]};\n" for name in alone)
    counts = f"    uint64_t unsettled[{len(texts.numbers) + 1}], runaway[{len(texts.back) + 1}];\n"
    own = f"    struct base base;\n    struct live live;\n{counts}"
    return shared.structures() + "\n".join(lines) + f"\nstruct machine {{\n{own}{members}{shared.members()}}};\n"


def _parts(texts: ElementTexts, alone: list[str], shared: Shared) -> Parts:
    numbers, sources, wakes = texts.numbers, texts.sources, texts.wakes
    idle = {name: texts.idle(None, name) if wakes.pulled(name) else "" for name in wakes.tasks}
    idle |= {name: f"e{numbers[name]}_idle(m)" for name, text in idle.items() if text and numbers[name] in shared.home}
    return Parts(
        [*numbers.values()],
        [shared.job(numbers[name]) for name, source in sources.items() if source.task],
        [numbers[name] for name, source in sources.items() if source.timer],
        [numbers[name] for name, source in sources.items() if source.ready],
        [numbers[name] for name, source in sources.items() if source.before_read],
        [f"    case {numbers[name]}:{text} break;\n" for name in alone if (text := texts.written(name))],
        [*idle.values()],
        [line for name in alone for line in texts.words(name, numbers[name])],
        _table_cases(texts),
        [number for name, number in numbers.items() if not texts.graph.incoming(name)],
        shared.given(),
        shared.state(),
        shared.writes(),
        [(numbers[name], port) for name, port in texts.cuts.items()],
    )


def _table_cases(texts: ElementTexts) -> list[str]:
    given = "numbers, sizes, groups, group_count, count"
    return [
        f"    case {texts.numbers[name] << 16 | index}: "
        f"table_replace(&m->e{texts.numbers[name]}.{table.name}, {int(has_levels(table))}, {given}); return;"
        for name, program in texts.programs.items()
        for index, table in enumerate(program.tables)
    ]
