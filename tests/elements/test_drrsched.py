"""DRRSched gives inputs equal shares of bytes."""

from collections.abc import Callable

from tests.elements.bench import Bench


def order(bench: Callable[..., Bench], arguments: str, lengths: tuple[int, ...], count: int = 12) -> str:
    sources = "".join(
        f"InfiniteSource({chr(97 + at)}, LIMIT {count}, BURST {count}, LENGTH {length}) -> Queue -> [{at}] x;"
        for at, length in enumerate(lengths)
    )
    x = bench("", text=f"x :: DRRSched{arguments}; {sources} x -> d0 :: ToDevice(0);")
    return "".join(chr(packet.data[0]) for _, packet in x.settle(1))


def test_packets_of_one_length_alternate(bench: Callable[..., Bench]) -> None:
    # By hand from Shreedhar and Varghese: input 0 starts without a deficit, so input 1 is served first.
    assert order(bench, "", (500, 500), 3) == "bababa"


def test_short_packets_leave_more_often(bench: Callable[..., Bench]) -> None:
    served = order(bench, "(600)", (200, 600))
    first = served[: served.index("b", 12) if "b" in served[12:] else 16]
    assert 2.5 < first.count("a") / first.count("b") < 3.5
    assert (served.count("a"), served.count("b")) == (12, 12)


def test_a_packet_longer_than_the_quantum_waits_its_rounds(bench: Callable[..., Bench]) -> None:
    served = order(bench, "(100)", (1000, 100), 20)
    assert served.index("a") in (9, 10)
    assert served.count("a") == served.count("b") == 20


def test_without_inputs_it_has_no_packets(bench: Callable[..., Bench]) -> None:
    assert bench("", text="x :: DRRSched -> d0 :: ToDevice(0);").settle(1) == []
