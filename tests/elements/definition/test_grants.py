"""What a tenant may not have: arguments that reach beyond its elements, and files that it was not granted."""

from __future__ import annotations

from pathlib import Path

import pytest

from elements.definition.arguments import Argument, declared
from elements.definition.catalogue import class_names, find
from elements.definition.grants import granted
from elements.definition.host import HandlerError
from graph.diagnostics import ClickError, Location
from graph.load import load_text
from graph.model import Graph
from graph.policy import Quota, TenantPolicy
from swclick.live import Clock, Live

POLICY = Path("policy.toml")
REACHING = {
    "InfiniteSource(LIMIT 5, STOP true) -> Discard": "STOP",
    "RandomSource(9, END_CALL other/c.reset) -> Discard": "END_CALL",
    "RatedSource(STOP true) -> Discard": "STOP",
    "TimedSource(STOP 1) -> Discard": "STOP",
    "ICMPPingSource(1.0.0.1, 2.0.0.2, STOP true) -> Discard": "STOP",
    "FromDump(x.pcap, STOP true) -> Discard": "STOP",
    "FromDump(x.pcap, END_CALL a.b) -> Discard": "END_CALL",
    "MemSource(x.pcap, STOP true) -> Discard": "STOP",
    "FromIPSummaryDump(x, STOP true) -> Discard": "STOP",
    "Idle -> TimeFilter(STOP true) -> Discard": "STOP",
    "Idle -> TimeFilter(END_CALL stop) -> Discard": "END_CALL",
    "Idle -> Counter(COUNT_CALL 1 stop) -> Discard": "COUNT_CALL",
    "Idle -> Counter(COUNT_CALL 1 stop, BYTE_COUNT_CALL 1 stop) -> Discard": "COUNT_CALL and BYTE_COUNT_CALL",
    "Idle -> AggregateCounter(AGGREGATE_STOP 1) -> Discard": "AGGREGATE_STOP",
    "Idle -> AggregateCounter(COUNT_CALL 1 stop) -> Discard": "COUNT_CALL",
    "Idle -> TimeSortedSched(STOP true) -> Discard": "STOP",
}


def tenant(files: Path | None = None) -> TenantPolicy:
    location = Location(None, str(POLICY), 1, 1)
    return TenantPolicy("a", Path("a.click"), 7, None, None, {}, 1, Quota(), {}, location, files)


def granted_to(text: str, files: Path | None = None) -> Graph:
    return granted(load_text(text, "a.click", "a"), tenant(files), POLICY)


@pytest.mark.parametrize("text", list(REACHING))
def test_what_stops_the_machine_or_calls_handlers_is_refused(text: str, tmp_path: Path) -> None:
    for name in ("x.pcap", "x"):
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(ClickError) as refused:
        granted_to(text, tmp_path)
    (said,) = refused.value.diagnostics
    assert said.message.rpartition(": ")[2] == f"a may not stop the machine, nor call handlers, by {REACHING[text]}"
    assert said.location is not None
    assert (said.location.tenant, said.location.line, said.advice) == ("a", 1, "take that out; what it would do is the operator's")


def test_what_it_says_by_default_may_be_said() -> None:
    text = "InfiniteSource(LIMIT 5, STOP false) -> Counter -> Discard;"
    assert [node.config for node in granted_to(text).nodes if node.class_name == "InfiniteSource"] == ["LIMIT 5, STOP false"]


def test_every_argument_that_stops_or_calls_is_the_operator_s() -> None:
    named = {
        (name, argument.name)
        for name in class_names()
        for argument in declared(find(name) or object)
        if argument.name == "STOP" or argument.name.endswith(("_STOP", "_CALL"))
    }
    known = {
        (name, argument.name)
        for name in class_names()
        for argument in declared(find(name) or object)
        if isinstance(argument, Argument) and argument.is_operators
    }
    assert named == known
    assert len(named) > 20


COUNTING = "FromIPSummaryDump(x, STOP false) -> c :: AggregateCounter -> Discard;"


def test_a_handler_writes_files_of_the_tenant_s_folder_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "x").write_text("!data aggregate\n3\n")
    monkeypatch.chdir(tmp_path)
    machine = Live(granted_to(COUNTING, tmp_path / "mine"), Clock(0.0))
    for name, why in (
        ("/tmp/out", "the file name '/tmp/out' is absolute"),
        ("../out", "the file name '../out' leaves its folder by '..'"),
        ("-", ""),
        ("out", ""),
    ):
        if why:
            with pytest.raises(HandlerError, match=why):
                machine.write_handler("c.write_text_file", name)
        else:
            machine.write_handler("c.write_text_file", name)
    machine.close()
    assert sorted(path.name for path in (tmp_path / "mine").iterdir()) == ["-", "out", "x"]
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_tenant_without_files_writes_none() -> None:
    machine = Live(granted_to("Idle -> c :: AggregateCounter -> Discard;"), Clock(0.0))
    with pytest.raises(HandlerError, match="a may use no files"):
        machine.write_handler("c.write_file", "out")
    machine.close()
