"""StripToNetworkHeader takes off what is in front of the network header."""

from collections.abc import Callable

from tests.elements.bench import Bench


def test_what_is_in_front_is_taken_off(bench: Callable[..., Bench]) -> None:
    x = bench("StripToNetworkHeader")
    assert x.out(b"ab") == [(0, b"ab")]
    [(_, packet)] = x.push(b"abcdef", network=4)
    assert (packet.data, packet.network) == (b"ef", packet.start)
    assert x.out(b"abc", network=0) == [(0, b"abc")]
    assert x.out(b"abc", network=9) == [(0, b"")]
