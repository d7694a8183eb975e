"""Latencies of a victim as a picture: two histograms, one above the other, on one axis."""

from __future__ import annotations

from io import StringIO
from typing import Final

from sim.evidence import Latencies

BINS: Final = 60
_NOTHING: Final = dict.fromkeys(("Date", "Creator", "Format", "Type"))
"""What a picture says of its making: nothing, so that the same latencies are the same picture."""


def draw(found: Latencies, victim: str, attacker: str) -> str:
    """An SVG element with the ``victim``'s latencies alone and beside the ``attacker``, the mode and its bound; the same text for the same
    latencies."""
    # It takes half a second, which no other command need wait for.
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    both = [cycles for side in (found.alone, found.beside) for cycles, _ in side]
    low, high = min(both), max(both) + 1
    step = max(1, -(-(high - low) // BINS))
    edges = range(low, high + step, step)
    figure = Figure(figsize=(8, 4), layout="constrained")
    FigureCanvasSVG(figure)
    axes = figure.subplots(2, 1, sharex=True, sharey=True)
    for axis, side, title, colour in zip(
        axes, (found.alone, found.beside), (f"{victim} alone", f"{victim} beside {attacker}"), ("#4878a8", "#c05a3c"), strict=True
    ):
        axis.hist([cycles for cycles, _ in side], bins=list(edges), weights=[count for _, count in side], color=colour)
        axis.set_title(title, loc="left", fontsize=10)
        axis.set_ylabel("frames")
        if found.bound is not None:
            axis.axvline(max(cycles for cycles, _ in found.alone) + found.bound, color="black", linestyle="--", linewidth=1)
    axes[1].set_xlabel("cycles from the first beat in to the last beat out")
    text = StringIO()
    with mpl.rc_context({"svg.hashsalt": f"{victim} beside {attacker}", "svg.fonttype": "none"}):
        figure.savefig(text, format="svg", metadata=_NOTHING)
    return text.getvalue()[text.getvalue().index("<svg") :]


def in_words(found: Latencies) -> str:
    """Mode, bound and the largest difference."""
    bound = "0 cycles" if found.mode == "strict" else "not computed" if found.bound is None else f"{found.bound} cycles"
    frames = sum(count for _, count in found.alone)
    return (
        f"mode {found.mode}, bound on the delay by others: {bound}; of {frames} frames none changes by more than {abs(found.most)} cycles"
    )
