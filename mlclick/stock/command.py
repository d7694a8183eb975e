"""What `mlclick compare` says and writes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.progress import track

from elements.captures.pcap import write_capture
from elements.definition.catalogue import class_names
from graph.diagnostics import Location, fail
from mlclick.prepare import prepare
from mlclick.software.engines import Engine, ours
from mlclick.software.inputs import data_folder
from mlclick.stock.apart import CLASSES, EXAMPLES
from mlclick.stock.configurations import Configuration, configurations
from mlclick.stock.find_differences import differences, packets_of
from mlclick.stock.run_program import CAPTURE, SUMMARY, run_program
from mlclick.stock.times import Sent, by_time
from mlclick.stock.traffic import Frames, captured, generated, lasting, summary

OUT: Final = Path("build") / "compare"
PATIENCE: Final = 60
"""Seconds in which a click says what it is, and what it knows."""


@dataclass(frozen=True)
class Compared:
    """What was found of an example: ``packets`` that Click sent, and how ours ``differs``."""

    class_name: str
    example: str
    packets: int
    differs: tuple[str, ...]


def compare(
    click: Annotated[str, typer.Argument(help="A stock click: its path, or its name where it is on PATH.")],
    only: Annotated[str, typer.Option("--only", help="Classes whose name is like this: 'IP*'.")] = "*",
    data: Annotated[Path | None, typer.Option("--data", help="Folder of captures that are sent, too; $MLCLICK_DATA if not given.")] = None,
    seed: Annotated[int, typer.Option("--seed", help="What the generated packets are made from.")] = 1,
    jobs: Annotated[int, typer.Option("--jobs", min=1, help="Examples that are run at once.")] = min(2, os.cpu_count() or 1),
) -> None:
    """Send the same packets through every element here and in a stock Click, and compare all that comes out; writes JSON in
    build/compare/."""
    chosen = [name for name in class_names() if fnmatch(name, only)]
    if not chosen:
        fail(f"no element class is like {only!r}", f"the first are {', '.join(class_names()[:3])}", Location(None, "--only", 1, 1))
    theirs = stock_click(click)
    unknown = missing_classes(theirs, chosen)
    folder = data_folder() if data is None else data
    if folder is not None and not folder.is_dir():
        fail("the folder of captures is not there", "name one that is, or leave it out", Location(None, str(folder), 1, 1))
    aside = {name: CLASSES.get(name, "not in this Click") for name in chosen if name in CLASSES or name in unknown}
    frames = [] if folder is None else captured(folder)
    sent = [*generated(seed), *frames]
    todo = [each for name in chosen if name not in aside for each in configurations(name, lasting(sent))]
    wanted = [each for each in todo if each.example not in EXAMPLES]
    if not wanted:
        first, why = next(iter(aside.items()))
        advice = "leave --only out, or name classes that are compared"
        fail(f"there is nothing to compare: {first}: {why}", advice, Location(None, "--only", 1, 1))
    prepare(OUT)
    inputs, known = write_inputs(seed, sent), by_time(sent)
    typer.echo(f"seed: {seed}" + ("" if folder is None else f"; {len(frames)} frames of captures in {folder}"))
    with ThreadPoolExecutor(jobs) as pool:
        done = pool.map(lambda each: compare_one(each, theirs, inputs, known), wanted)
        bar = track(done, "elements", total=len(wanted), disable=not sys.stderr.isatty())
        found = list(bar)
    left_out = list(dict.fromkeys(each.example for each in todo if each.example in EXAMPLES))
    for line in lines_of(found, aside, left_out):
        typer.echo(line)
    classes = {each.class_name for each in found}
    differing = {each.class_name for each in found if each.differs}
    path = write_json(seed, folder, found, aside, left_out)
    typer.echo(f"figures: {path}")
    typer.echo(f"{sum(not each.differs for each in found)} of {len(found)} configurations send what Click sends")
    typer.echo(f"{len(classes - differing)} of {len(classes)} elements send what Click sends")
    if differing:
        raise typer.Exit(1)


def stock_click(named: str) -> Engine:
    """The click that the user names. Errors: `ClickError` where there is none, or something else."""
    here = Location(None, "CLICK", 1, 1)
    found = shutil.which(named)
    if found is None:
        fail(f"CLICK names the program {named!r}, which is not there", "name a click that is built: userlevel/click of its source", here)
    try:
        done = subprocess.run([found, "--version"], capture_output=True, text=True, check=False, timeout=PATIENCE, stdin=subprocess.DEVNULL)
        said = done.stdout
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        said = ""
    if not said.startswith("click (Click)"):
        fail(f"CLICK names {named}, which is no click: --version does not say so", "name userlevel/click of a built source of Click", here)
    return Engine("click", (str(Path(found).resolve()),))


def missing_classes(click: Engine, names: Sequence[str]) -> list[str]:
    """Those of ``names`` that ``click`` does not know. Errors: `ClickError` where it does not end."""
    text = "".join(f"e{number} :: {name};\n" for number, name in enumerate(names))
    try:
        done = subprocess.run(
            [*click.command, "-q", "-e", text],
            env={**os.environ, **click.environment}, capture_output=True, text=True, check=False, timeout=PATIENCE,
            errors="replace", stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        fail(
            f"CLICK names {click.command[0]}, which does not say within {PATIENCE} s which classes it has",
            "see what it does with -q -e 'Idle'",
            Location(None, "CLICK", 1, 1),
        )
    return [name for name in names if f"unknown element class '{name}'" in done.stderr]


def write_inputs(seed: int, frames: Frames) -> list[Path]:
    """Writes the packets that all elements get, ``frames`` as a capture, and others as a summary; returns the files."""
    write_capture(OUT / CAPTURE, frames)
    (OUT / SUMMARY).write_text(summary(seed), encoding="utf-8")
    return [OUT / CAPTURE, OUT / SUMMARY]


def compare_one(configuration: Configuration, click: Engine, inputs: Sequence[Path], sent: Sent) -> Compared:
    """What was found of a configuration, to which the frames of ``inputs`` are ``sent``, and whose files are kept where both differ."""
    folder = OUT / configuration.name
    theirs = run_program(click, configuration, inputs, folder / click.name)
    mine = run_program(ours(), configuration, inputs, folder / ours().name)
    differs = tuple(differences(mine, theirs, configuration, sent))
    if not differs:
        shutil.rmtree(folder)
    return Compared(configuration.class_name, configuration.example, packets_of(theirs), differs)


def lines_of(found: Sequence[Compared], aside: dict[str, str], examples: Sequence[str]) -> Iterator[str]:
    """The table: a line for each class, below it how each of its examples differs; then what was not compared."""
    yield f"{'':24}{'configurations':>15}{'packets':>10}"
    for name in dict.fromkeys(each.class_name for each in found):
        mine = [each for each in found if each.class_name == name]
        differing = [each for each in mine if each.differs]
        said = "same" if not differing else f"differs in {len(differing)}"
        yield f"{name:24}{len(mine):15}{sum(each.packets for each in mine):10}  {said}"
        yield from (f"    {each.example}: {how}" for each in differing for how in each.differs)
    for name, why in aside.items():
        yield f"{name:24}{'not compared':>15}  {why}"
    for example in examples:
        yield f"{example}: not compared: {EXAMPLES[example]}"


def write_json(seed: int, folder: Path | None, found: Sequence[Compared], aside: dict[str, str], left_out: Sequence[str]) -> Path:
    """Writes what was found; returns where."""
    said = {
        "seed": seed,
        "captures": None if folder is None else str(folder),
        "examples": [asdict(each) for each in found],
        "not_compared": {**aside, **{example: EXAMPLES[example] for example in left_out}},
    }
    path = OUT / "compare.json"
    path.write_text(json.dumps(said, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return path
