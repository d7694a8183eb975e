"""Times a packet as a picture: a group of bars for each configuration, one for each engine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from mlclick.software.measure import Row

_COLOURS: Final = ("#2a5c8a", "#c05a3c", "#e0a080", "#5a8a4a", "#a8c898")
_NOTHING: Final = dict.fromkeys(("Date", "Creator", "Format", "Type"))
"""What a picture says of its making: nothing, so that the same figures are the same picture."""


def draw(rows: Sequence[Row], engines: Sequence[str], path: Path) -> Path | None:
    """Write an SVG with the medians; the same for the same figures. Returns its path, None where there is nothing to draw."""
    shown = [row for row in rows if row.runs]
    if not shown:
        return None
    # It takes half a second, which no other command need wait for.
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 1 + len(shown) * (0.15 + 0.15 * len(engines))), layout="constrained")
    FigureCanvasSVG(figure)
    axis = figure.subplots()
    high = 0.8 / len(engines)
    for place, engine in enumerate(engines):
        at = [number + (place + 0.5) * high - 0.4 for number in range(len(shown))]
        bars = axis.barh(at, [row.time(engine) or 0 for row in shown], high, label=engine, color=_COLOURS[place % len(_COLOURS)])
        axis.bar_label(bars, [f" {time:.1f}" if (time := row.time(engine)) else "" for row in shown], fontsize=7)
    axis.set_yticks(range(len(shown)), [row.name for row in shown])
    axis.invert_yaxis()
    axis.set_xscale("log")
    axis.set_xlabel("ns/packet, one core, median")
    axis.legend(fontsize=8)
    with mpl.rc_context({"svg.hashsalt": "software", "svg.fonttype": "none"}):
        figure.savefig(path, format="svg", metadata=_NOTHING)
    return path
