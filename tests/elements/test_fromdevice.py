"""FromDevice sets the device and packet type annotations."""

from collections.abc import Callable

import pytest

from tests.elements.bench import Bench

TYPES = {b"\xff" * 6: 1, b"\x01\x00\x5e\x00\x00\x01": 2, b"\x02\x00\x00\x00\x00\x01": 0, b"\xff" * 5: 2, b"": 0}


@pytest.mark.parametrize(("device", "number"), [("3", 3), ("eth0", 0)])
def test_the_annotations_are_set(bench: Callable[..., Bench], device: str, number: int) -> None:
    x = bench("", text=f"s0 :: FromDevice({device}, true, 2000, SNIFFER false) -> d0 :: ToCrossing(t:0);")
    for destination, kind in TYPES.items():
        data = destination + bytes(20) if len(destination) == 6 else destination
        ((_, packet),) = x.push(data, device=9, packet_type=4)
        assert (packet.data, packet.device, packet.packet_type) == (data, number, kind)
