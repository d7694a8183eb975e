"""Which ports an arrow connects when there are several elements or several ports on its sides."""

from __future__ import annotations

from dataclasses import dataclass

from graph.syntax import Place, Ports


class UnlikeSidesError(ValueError):
    """The sides of an arrow do not fit: (what, advice, what Click says)."""


@dataclass(frozen=True)
class End:
    """An element beside an arrow, by its number, with the ports that are written on that side."""

    part: int
    ports: Ports | None
    place: Place


Port = tuple[End, int]


def pairs(left: tuple[End, ...], right: tuple[End, ...], arrow: str) -> list[tuple[Port, Port]]:
    """The ports that ``arrow`` connects, outputs of ``left`` with inputs of ``right``. One port meets all of the other side; several
    meet as many, in order, and that wants `=>`. An open list of ports grows to the length of the other side, and so does an element
    alone and without ports beside `=>`. Errors: `UnlikeSidesError`.
    """
    sides = (left, right)
    least = [sum(len(end.ports.numbers) if end.ports else 1 for end in side) for side in sides]
    opens = [[index for index, end in enumerate(side) if end.ports and end.ports.open] for side in sides]
    if len(opens[0]) + len(opens[1]) > 1:
        raise UnlikeSidesError(
            "two lists of ports beside this arrow are open",
            "close one of them: [0, 1] instead of [0,]",
            "at most one expandable port allowed per connection",
        )
    if arrow == "=>":
        for side in (0, 1):
            if least[side] == 1 and least[1 - side] > 1 and sides[side][0].ports is None:
                opens[side] = [0]
    many = [least[side] > 1 or bool(opens[side]) for side in (0, 1)]
    if all(many):
        _check(least, opens, arrow)
    grown = [_ports(sides[side], opens[side], least[1 - side] - least[side]) for side in (0, 1)]
    if not all(many):
        count = max(len(ports) for ports in grown)
        grown = [ports if many[side] else ports * count for side, ports in enumerate(grown)]
    return list(zip(*grown, strict=False))


def _check(least: list[int], opens: list[list[int]], arrow: str) -> None:
    outputs, inputs = least
    if arrow != "=>":
        raise UnlikeSidesError(
            "many outputs and many inputs meet at ->",
            "write => to connect them in order",
            "syntax error: many-to-many connections require '=>'",
        )
    if (outputs < inputs and not opens[0]) or (inputs < outputs and not opens[1]):
        more = [" or more" if opens[side] else "" for side in (0, 1)]
        raise UnlikeSidesError(
            f"{outputs}{more[0]} output(s) are connected to {inputs}{more[1]} input(s)",
            "write as many ports on both sides of the arrow",
            f"connection mismatch: {outputs}{more[0]} outputs connected to {inputs}{more[1]} inputs",
        )


def _ports(side: tuple[End, ...], opens: list[int], missing: int) -> list[Port]:
    found: list[Port] = []
    for index, end in enumerate(side):
        numbers = end.ports.numbers if end.ports else (0,)
        found += [(end, number) for number in numbers]
        if index in opens:
            found += [(end, numbers[-1] + 1 + more) for more in range(max(missing, 0))]
    return found
