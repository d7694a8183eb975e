"""DropBroadcasts looks at the packet type."""

from collections.abc import Callable

from tests.elements.bench import Bench


def test_link_level_broadcast_and_multicast_are_dropped(bench: Callable[..., Bench]) -> None:
    for outputs, instead in ((1, []), (2, [(1, b"a")])):
        x = bench("DropBroadcasts", outputs=outputs)
        assert [x.out(b"a", packet_type=kind) for kind in range(5)] == [[(0, b"a")], instead, instead, [(0, b"a")], [(0, b"a")]]
        assert x.read("drops") == "2"
