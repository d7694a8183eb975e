"""Latencies of a victim as a picture: histograms, one below the other, on one axis."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO
from typing import Final

from sim.evidence import Latencies

BINS: Final = 60
_NOTHING: Final = dict.fromkeys(("Date", "Creator", "Format", "Type"))
"""What a picture says of its making: nothing, so that the same latencies are the same picture."""


def draw(found: Sequence[Latencies], victim: str, attacker: str) -> str:
    """An SVG element with the ``victim``'s latencies alone and beside the ``attacker``, for each thing that it did, with how near it
    comes to a bound; the same text for the same latencies."""
    # It takes half a second, which no other command need wait for.
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    sides = [(f"{victim} alone", found[0].alone, "#4878a8")]
    sides += [(f"{victim} beside {attacker}{each.attack and ': ' + each.attack}", each.beside, "#c05a3c") for each in found]
    all_of_them = [cycles for _, side, _ in sides for cycles, _ in side]
    low, high = min(all_of_them), max(all_of_them) + 1
    step = max(1, -(-(high - low) // BINS))
    edges = list(range(low, high + step, step))
    figure = Figure(figsize=(8, 0.4 + 1.8 * len(sides)), layout="constrained")
    FigureCanvasSVG(figure)
    axes = figure.subplots(len(sides), 1, sharex=True, sharey=True)
    for axis, (title, side, colour) in zip(axes, sides, strict=True):
        axis.hist([cycles for cycles, _ in side], bins=edges, weights=[count for _, count in side], color=colour)
        axis.set_title(title, loc="left", fontsize=10)
        axis.set_ylabel("frames")
    for axis, each in zip(axes[1:], found, strict=True):
        # Outputs have bounds of their own, so that there is no one line.
        if each.bound is not None:
            axis.set_title(f"nearest to its output's bound: {_late(each)}", loc="right", fontsize=9)
    axes[-1].set_xlabel("cycles from the first beat in to the last beat out")
    text = StringIO()
    salt = " ".join((victim, "beside", attacker, *(each.attack for each in found)))
    with mpl.rc_context({"svg.hashsalt": salt, "svg.fonttype": "none"}):
        figure.savefig(text, format="svg", metadata=_NOTHING)
    return text.getvalue()[text.getvalue().index("<svg") :]


def in_words(found: Sequence[Latencies]) -> str:
    """Mode, and for each thing that the attacker did how near frames come to their bound; the largest difference where there is none."""
    frames, mode = sum(count for _, count in found[0].alone), found[0].mode
    if found[0].bound is None:
        bound = "0 cycles" if mode == "strict" else "not computed"
        changes = ", ".join(f"{abs(each.most)} cycles{_beside(each)}" for each in found)
        return f"mode {mode}, bound on the delay by others: {bound}; of {frames} frames none changes by more than {changes}"
    nearest = ", ".join(f"{_late(each)}{_beside(each)}" for each in found)
    return f"mode {mode}; of {frames} frames the one that comes nearest to the bound of its output on the delay by others is {nearest}"


def _late(each: Latencies) -> str:
    late = f"{each.most:,} cycles late" if each.most > 0 else f"{-each.most:,} cycles early" if each.most else "as alone"
    return f"{late}, of {each.bound:,}"


def _beside(each: Latencies) -> str:
    return f" beside {each.attack}" if each.attack else ""
