"""A machine that there is no memory for says so and ends, with what it wrote in its files."""

from __future__ import annotations

import resource
from pathlib import Path

from elements.captures.pcap import read_capture
from tests.swclick.program import swclick

MOST = 700 << 20
"""Bytes that the process may take: more than Python and the machine need, and less than what is kept."""


def test_it_is_said_that_there_is_no_memory(tmp_path: Path) -> None:
    configuration = f"InfiniteSource(DATA abc, LIMIT 1000000, STOP true) -> ToDump({tmp_path}/x.pcap) -> Queue(1000000) -> Idle;"
    # Compiled without a limit: the compiler is not what is asked about.
    assert swclick("-q", "-e", configuration).returncode == 0
    done = swclick("-e", configuration, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MOST, MOST)))
    assert (done.returncode, done.stderr, done.stdout) == (
        1,
        b"swclick: there is no memory left; allow more (ulimit -v), or give queues and tables less\n",
        b"",
    )
    assert len(read_capture(tmp_path / "x.pcap").packets) > 100_000
