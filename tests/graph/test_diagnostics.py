"""Every diagnostic of the Click language, the checks, the policy and the merge: its whole text, kept in golden/diagnostics.

The last test finds diagnostics in the source that no case here raises.
"""

from __future__ import annotations

import ast
import pickle
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import FrameType
from typing import cast

import pytest

import graph.diagnostics
from graph.check import check
from graph.classes import ClassInfo
from graph.connect import UnlikeSidesError
from graph.diagnostics import ClickError, Diagnostic, Location
from graph.load import load, load_text
from graph.merge import merge
from graph.model import Graph
from graph.policy import read_policy

GOLDEN = Path(__file__).parent / "golden" / "diagnostics"
SOURCE = Path(graph.diagnostics.__file__).parent
MANY = [f"a{i}" for i in range(1100)]


def nest(count: int, body: str) -> str:
    """A chain of classes, each made of the one before."""
    classes = "".join(f"elementclass A{i + 1} {{ {body.replace('A', f'A{i}')} }}\n" for i in range(count))
    return f"elementclass A0 {{ -> Null -> }}\n{classes}Idle -> A{count} -> Discard;"


LEXER = {
    "comment": "Idle;\n  /* never",
    "comment in a configuration": "Idle(a /* b);",
    "string": 'Idle(a, "b);',
    "verbatim string": "Idle('b);",
    "data": "Idle(\\<00 );",
    "configuration": "Idle(a, (b);",
    "directive": "#include <x>",
    "directive with a large number": "# 12345678901",
    "directive in a configuration": "Idle(a,\n#b\n);",
    "place by a directive": '# 40 "other.click"\nIdle -> ?;',
    "character": "Idle -> \u20ac;",
    "control character": "Idle(\x1b[2J) -> \x00;",
    "hash": "Idle; # 5",
    "long line": "Idle;" * 100 + "?" + "Idle;" * 100,
}
PARSE = {
    "no element": "Idle -> ;",
    "two arrows": "Idle -> -> Discard;",
    "stray parenthesis": "Idle ) Idle",
    "stray bracket": "Idle ]",
    "stray variable": "Idle -> Null $x;",
    "compound": "elementclass A { input -> output;",
    "group": "Idle -> ( -> Null",
    "class name": "elementclass { -> }",
    "class": "elementclass A ;",
    "class of an element": "a :: ;",
    "require": "require foo;",
    "provide": "provide(x);",
    "define": "define $x 1;",
    "requirement": "require(a b c);",
    "library": "require(library lib.click);",
    "library inside": "elementclass A { require(library x) }",
    "variable": "define(x 1);",
    "ports": "a :: Tee; a[0 1] -> Discard;",
    "two dashes": "a :: Tee; a[0-1-2] => Discard;",
    "port": "a :: Tee; a[x] -> Discard;",
    "octal port": "a :: Tee; a[09] -> Discard;",
    "large port": "a :: Tee; a[70000] -> Discard;",
    "long port": f"a :: Tee; a[{'9' * 5000}] -> Discard;",
    "many ports": "a :: Tee;\n" + "a[0-65535] -> Null;\n" * 5,
    "nested": "{" * 51,
    "dots": "elementclass A { ... || -> }",
    "parameters": "elementclass A { $a $b | -> }",
    "parameter": "elementclass A { $a, B | -> }",
    "parameter twice": "elementclass A { $a, $a | -> }",
    "keyword twice": "elementclass A { K $a, K $b | -> }",
    "order": "elementclass A { K $a, $b | -> }",
    "order of rest": "elementclass A { __REST__ $a, K $b | -> }",
    "implied in the middle": "a :: { Idle -> [0], Null -> Discard }",
    "two arrows in a compound": "a :: { Idle -> [0] -> Discard }",
}
ELABORATE = {
    "class after element": "A :: Idle; elementclass A { -> }",
    "element as class": "A :: Idle; b :: A;",
    "extended without a name": "Idle -> { -> || ... } -> Discard;",
    "class as name": "Null -> Null; Null :: Idle;",
    "compound as name": "{ -> } :: Null;",
    "digits": "a/1 :: Idle;",
    "undeclared": "Idle -> nowhere;",
    "another's": "Idle -> b/rt;",
    "redeclared": "a :: Idle;\na :: Idle;",
    "redeclared input": "b :: { input :: Idle };",
    "configured twice": "a :: Idle; a(3) -> Discard;",
    "group with a class": "Idle -> (->) :: Null;",
    "group with a configuration": "Idle -> (->)(3) -> Discard;",
    "ports at the start": "[1] Idle -> Discard;",
    "ports at the end": "Idle -> Discard [1];",
    "group at the end": "Idle -> (-> Null ->);",
    "input as output": "Idle -> { Idle -> input } -> Discard;",
    "output as input": "x :: { output -> Discard };",
    "gap": "Idle -> { input[1] -> Discard };",
    "gap in a group": "a :: Tee => ( [0] -> Discard; [2] -> Discard );",
    "defined twice": "define($a 1, $a 2);",
    "parameter defined": "x :: { $a | define($a 2) }(1);",
    "two open lists": "a :: Tee; b :: Null; a[] => [] b;",
    "many to many": "Idle, Idle -> Null, Null;",
    "unlike sides": "Idle, Idle => Null, Null, Null;",
    "open and unlike": "a :: Tee; a[0,1,2,] => Null, Null;",
    "many connections": "a :: Tee;\n" + "a[0-65535] -> Null;\n" * 4 + "a -> Null;",
}
FLATTEN = {
    "no meaning": "elementclass X { $a | -> || $a, K $b | -> } Idle -> X(1, 2) -> Discard;",
    "no meaning without a name": "Idle -> { $a | -> } -> Discard;",
    "too deep": nest(101, "-> A ->"),
    "too large": nest(30, "-> A -> A ->"),
    "same name": "f/x :: Idle;\nf :: { x :: Idle };",
    "variables": "define($a $a$a$a$a); Idle($a);",
    "parentheses": "define($x (a b)); Idle(${x[0]});",
    "a statement in a variable": "define($x (() ; b/rt -> Discard; y :: X ())); X(${x[0]} ${x[1]} ${x[2]});",
    "no input": "f :: { Idle -> output }; Idle -> f -> Discard;",
    "no output": "Idle -> f :: { -> Discard }; f -> Discard;",
    "input left open": "f :: { -> Null -> }; f -> Discard;",
    "output left open": "Idle -> f :: { -> Null -> };",
    "group without an input": "a :: Tee; a [0,1] => [0,1] (->) -> Discard;",
    "too many": "p :: { -> };\n"
    + "".join(f"{name} :: Idle -> p;\n" for name in MANY)
    + "".join(f"p -> {name}_ :: Discard;\n" for name in MANY),
}
CHECK = {
    "class": "Idle -> Foo -> Discard;",
    "recursion": "elementclass X { -> X -> } Idle -> X -> Discard;",
    "class as name": "Queue :: Idle;",
    "too few": "Idle -> q :: Queue;",
    "too many": "Idle -> q :: Queue; Idle -> [1] q; q -> Discard;",
    "open": "c :: Classifier(-); Idle -> c; c[1] -> Discard;",
    "open, many": "c :: Classifier(-); Idle -> c; c[3] -> Discard; c[9] -> Discard;",
    "push meets pull": "Idle -> Queue -> Counter -> p :: Push -> Discard;",
    "pull meets push": "p :: Push;\nIdle -> Queue -> Discard; p -> l :: Pull; Idle -> p",
    "push twice": "c :: Classifier(-); Idle -> c -> Discard; c -> Discard;",
    "pull twice": "q :: Queue; Idle -> q -> p :: Pull; r :: Queue; Idle -> r -> p",
}
POLICIES = {
    "toml": "x = [",
    "deep toml": "x = " + "[" * 5000,
    "unknown key": "color = 1",
    "unknown key of a tenant": "[tenants.a]\nvlan = 1\ncolor = 1",
    "files, a number": "[tenants.a]\nvlan = 1\nfiles = 7",
    "files, no folder": '[tenants.a]\nvlan = 1\nfiles = "none"',
    "files, another's": '[tenants.a]\nvlan = 1\nfiles = "."\n[tenants.b]\nvlan = 2\nfiles = "."',
    "files, the policy's": '[tenants.a]\nvlan = 1\nfiles = "."',
    "mode": '[machine]\nmode = "fast"',
    "slot": "[machine]\nslot = 600",
    "slot size": '[machine]\nmode = "strict"\nslot = 20000',
    "name": "[tenants.a-b]\nvlan = 1",
    "operator's name": "[tenants.port0_x]\nvlan = 1",
    "vni": "[tenants.a]\nvni = 7",
    "no identity": "[tenants.a]\nweight = 2",
    "one identity": "[tenants.a]\nvlan = 1\n[tenants.b]\nvlan = 1",
    "rates": "[tenants.a]\nvlan = 1\nrates = { rt = [0, 0] }",
    "endless rates": "[tenants.a]\nvlan = 1\nrates = { rt = [inf, 1] }",
    "table": "[tenants]\na = 3",
    "number": "[tenants.a]\nvlan = 5000",
    "long number": "[tenants.a]\nvlan = 0x" + "f" * 9000,
    "device": '[tenants.a]\nvlan = 1\ndevices = { eth0 = "x" }',
    "share": "[tenants.a]\nvlan = 1\nquota = { cpu_share = 2 }",
    "limit": "[tenants.a]\nvlan = 1\nquota = { cpu_limit = 0.0001 }",
    "share of nothing": "[tenants.a]\nvlan = 1\nquota = { cpu_share = 0.5 }",
    "mac": '[tenants.a]\nmac = "x"',
    "file": "[tenants.a]\nvlan = 1\nclick = 3",
}
TABLE = {
    "Idle": ClassInfo("Idle", "-/-", "a/a", "x/y"),
    "Null": ClassInfo("Null", "1", "a/a", "x/x"),
    "Counter": ClassInfo("Counter", "1", "a/a", "x/x"),
    "Discard": ClassInfo("Discard", "1/0", "a/a", "x/y"),
    "Queue": ClassInfo("Queue", "1/1", "h/l", "x/y"),
    "Classifier": ClassInfo("Classifier", "1/-", "h/h", "x/x"),
    "Push": ClassInfo("Push", "1/1", "h/h", "x/x"),
    "Pull": ClassInfo("Pull", "1/0", "l/l", "x/y"),
}


def texts(cases: dict[str, str], run: Callable[[str], object]) -> Iterator[tuple[str, Callable[[], object]]]:
    for name, text in cases.items():
        yield name, partial(run, text)


def files(folder: Path) -> Iterator[tuple[str, Callable[[], object]]]:
    """Cases that need files; what they leave in ``folder`` is named in the diagnostics."""

    def written(name: str, content: bytes) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    def libraries() -> None:
        for i in range(60):
            written(f"l{i}.click", f"require(library l{i + 1}.click);\n".encode())
        load(folder / "l0.click")

    def faulty_library() -> None:
        written("lib.click", b"\nIdle ]")
        load(written("in.click", b"require(library lib.click);"), "a")

    def merged(text: str, entry: str) -> Callable[[], object]:
        def run() -> object:
            policy = read_policy(written("policy.toml", f"[tenants.a]\n{entry}".encode()))
            return merge({"a": load_text(text, "a.click", "a")}, policy)

        return run

    yield "no file", lambda: load(folder / "none.click", "a")
    yield "not UTF-8", lambda: load(written("latin.click", b"Idle(\xe9);"), "a")
    yield "library outside", lambda: load(written("out.click", b"require(library ../../etc/passwd);"), "a")
    yield "mistake in a library", faulty_library
    yield "too many libraries", libraries
    yield "no policy", lambda: read_policy(folder / "none.toml")
    yield "no tenant", lambda: read_policy(written("policy.toml", b"[tenants.a]\nvlan = 1")).tenant("b")
    two = "vlan = 1\ndevices = { eth0 = 0, eth1 = 0, eth2 = 2 }"
    yield "device", merged("FromDevice(eth7) -> ToDevice(DEVNAME eth0);", two)
    yield "no device", merged("FromDevice() -> Discard;", "vlan = 1")
    yield "device read twice", merged("a :: FromDevice(eth0) -> Discard;\nFromDevice(PROMISC true, DEVNAME eth1) -> Discard;", two)
    yield "device of another port", merged("FromDevice(eth0) -> Discard;", f"port = 2\n{two}")
    yield "package", merged('require(compact_config, package fast);\nFromDevice(eth0) -> Discard; { require("a b") };', two)
    yield "operator's elements", merged("FromDevice(eth0) -> port0_decap :: Null -> port0_out :: Queue -> ToDevice(eth0);", two)


def families(folder: Path) -> Iterator[tuple[str, Iterator[tuple[str, Callable[[], object]]]]]:
    """Every case, by the file that keeps its diagnostics."""

    def parsed(text: str) -> Graph:
        return load_text(text, "a.click", "a")

    def policy(text: str) -> object:
        (folder / "policy.toml").write_text(text)
        return read_policy(folder / "policy.toml")

    for name, cases in (("lexer", LEXER), ("parse", PARSE), ("elaborate", ELABORATE), ("flatten", FLATTEN)):
        yield name, texts(cases, parsed)
    yield "check", texts(CHECK, lambda text: check(parsed(text), TABLE.get))
    yield "policy", texts(POLICIES, policy)
    yield "files", files(folder)


def said(run: Callable[[], object]) -> str:
    """What ``run`` complains of."""
    with pytest.raises(ClickError) as caught:
        run()
    return str(caught.value)


@pytest.mark.parametrize("family", ["lexer", "parse", "elaborate", "flatten", "check", "policy", "files"])
def test_diagnostics_are_as_they_are_kept(family: str, tmp_path: Path, golden: Callable[[Path, str], None]) -> None:
    cases = dict(families(tmp_path))[family]
    text = "".join(f"=== {name}\n{said(run)}\n\n" for name, run in cases)
    golden(GOLDEN / f"{family}.txt", text.replace(str(tmp_path), "FOLDER"))


MAKERS = {"fail", "_fail", "_unexpected", "_mistake", "_no_match", "_conflict", "Diagnostic", "UnlikeSidesError"}


def call_sites() -> Iterator[tuple[str, int, int]]:
    """(file, first line, last line) of every place in the source that makes a diagnostic, but for the helpers that pass one on."""
    for path in sorted(SOURCE.glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        inside = {id(call) for f in ast.walk(tree) if isinstance(f, ast.FunctionDef) and f.name in MAKERS for call in ast.walk(f)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and id(node) not in inside:
                called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if called in MAKERS:
                    yield path.name, node.lineno, node.end_lineno or node.lineno


def test_every_diagnostic_in_the_source_has_a_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reached: set[tuple[str, int]] = set()

    def note() -> None:
        frame: FrameType | None = sys._getframe(2)
        while frame is not None:
            reached.add((Path(frame.f_code.co_filename).name, frame.f_lineno))
            frame = frame.f_back

    def noted(self: Diagnostic, *arguments: object) -> None:
        note()
        made(self, *arguments)

    made = cast("Callable[..., None]", Diagnostic.__init__)
    monkeypatch.setattr(Diagnostic, "__init__", noted)
    monkeypatch.setattr(UnlikeSidesError, "__init__", lambda *_: note(), raising=False)
    for _, cases in families(tmp_path):
        for _, run in cases:
            said(run)
    missed = [site for site in call_sites() if not any((site[0], line) in reached for line in range(site[1], site[2] + 1))]
    assert missed == []


def test_a_mistake_comes_out_of_another_process_as_what_it_is() -> None:
    error = ClickError(Diagnostic(Location("a", "a.click", 1, 2), "there is no such class", "write another"), Diagnostic(None, "b", "c"))
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.diagnostics, str(again)) == (ClickError, error.diagnostics, str(error))
