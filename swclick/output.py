"""Standard output and standard error as Click has them: who does not read any more does no harm."""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import Any, Final

_NOBODY: Final = (errno.EPIPE, errno.EBADF)


class _Output(io.FileIO):
    """What cannot be written is lost. Why is said once on standard error, but for a reader that has gone."""

    fails = False

    def write(self, data: Any) -> int:
        try:
            return super().write(data)
        except OSError as error:
            if error.errno not in _NOBODY and not self.fails:
                self.fails = True
                os.write(2, f"swclick: standard output: {os.strerror(error.errno or 0)}\n".encode())
            return memoryview(data).nbytes


def open_outputs() -> None:
    """Make them so, for this process. Text is UTF-8, and bytes that were none when they were read come out as they came in."""
    sys.stdout, sys.stderr = _text(1), _text(2)


def _text(descriptor: int) -> io.TextIOWrapper:
    try:
        os.fstat(descriptor)
    except OSError:
        descriptor = os.open(os.devnull, os.O_WRONLY)
    raw = _Output(descriptor, "w", closefd=False)
    return io.TextIOWrapper(io.BufferedWriter(raw), "utf-8", "surrogateescape", line_buffering=descriptor == 2)
