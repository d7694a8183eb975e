"""MarkIPHeader says where the IP header is."""

from collections.abc import Callable

import pytest

from tests.elements.bench import Bench


@pytest.mark.parametrize(("text", "offset"), [("MarkIPHeader", 0), ("MarkIPHeader(14)", 14), ("MarkIPHeader(OFFSET 127)", 127)])
def test_the_header_is_marked_without_looking(bench: Callable[..., Bench], text: str, offset: int) -> None:
    ((_, packet),) = bench(text).push(bytes(200), network=3)
    assert packet.network == packet.start + offset
