"""Bytes of a configuration that are no ASCII come out as they went in, as UTF-8 or as nothing that is: Click looks at none of them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from elements.captures.pcap import read_capture
from tests.swclick.program import swclick

TEXTS = {
    "UTF-8": "Grüße-ÄÖ→漢字😀".encode(),
    "no UTF-8": b"\xff\xfe-caf\xe9-\x80",
    "some of both": "é".encode() + b"\xe9",
    "white in latin-1": "Å-à".encode(),
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("way", ["-e", "file", "-"])
def test_bytes_come_out_as_they_went_in(way: str, text: bytes, tmp_path: Path) -> None:
    configuration = b"""
        s :: DriverManager(export x TEXT, print "TEXT", print $(length TEXT), print $(sprintf "%s" TEXT),
            print >FOLDER/TEXT $x, print $(cat FOLDER/TEXT), wait_stop);
        InfiniteSource(DATA "TEXT", LIMIT 1, STOP true) -> Print("TEXT") -> ToDump("FOLDER/TEXT.pcap") -> Discard;
        """.replace(b"TEXT", text).replace(b"FOLDER", bytes(tmp_path))
    file = tmp_path / "x.click"
    file.write_bytes(configuration)
    words: dict[str, list[str | bytes]] = {"-e": ["-e", configuration], "file": [str(file)], "-": ["-"]}
    given: dict[str, Any] = {"input": configuration} if way == "-" else {}
    done = swclick("-h", "s.x", "-h", "config", "-o", str(tmp_path / "flat"), *words[way], **given)
    said = b"%b\n%d\n%b\n%b\n" % (text, len(text), text, text)
    assert (done.returncode, done.stdout) == (0, said + b"s.x:\n" + text + b"\n\nconfig:\n" + configuration + b"\n\n")
    assert done.stderr.startswith(text + b":")
    assert (tmp_path / "flat").read_bytes().count(text) == configuration.count(text)
    assert (tmp_path / os.fsdecode(text)).read_bytes() == text + b"\n"
    assert [data for _, data in read_capture(tmp_path / os.fsdecode(text + b".pcap")).packets] == [text]


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_bytes_in_a_mistake_come_out_too(text: bytes) -> None:
    done = swclick("-q", "-e", b'Idle -> Paint("' + text + b'") -> Discard;')
    assert (done.returncode, done.stdout) == (1, b"")
    assert text in done.stderr and b"Traceback" not in done.stderr
