"""An element under test between sources and sinks, in one of its readings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from elements.reference.machine import Machine as Reference
from elements.reference.packet import Packet
from graph.load import load_text
from swclick.machine import Machine as Compiled


class Bench:
    """The element `x`, packets offered at its inputs, and what comes out. ``text`` is a whole graph in the place of that."""

    def __init__(
        self, machine: type[Reference] | type[Compiled], configuration: str, inputs: int, outputs: int, text: str = "", file: str = "t"
    ) -> None:
        made = text or "\n".join(
            [
                f"x :: {configuration};",
                *(f"s{i} :: FromCrossing(t:{i}) -> [{i}] x;" for i in range(inputs)),
                *(f"x [{o}] -> d{o} :: ToCrossing(t:{o});" for o in range(outputs)),
            ]
        )
        self.machine = machine(load_text(made, file))
        self._logged = 0

    def push(self, data: bytes, port: int = 0, *, now: int = 0, network: int | None = None, **annotations: Any) -> list[tuple[int, Packet]]:
        """Offer a packet at ``now`` (ns); (output, packet) for each that comes out. ``network`` is where its IP header starts."""
        packet = Packet.of(data, time=now)
        packet.network = None if network is None else packet.start + network
        for name, value in annotations.items():
            setattr(packet, name, value)
        return self._seen(f"s{port}", packet)

    def out(self, data: bytes, port: int = 0, *, now: int = 0, network: int | None = None, **annotations: Any) -> list[tuple[int, bytes]]:
        """As `push`, but (output, bytes)."""
        return [(output, packet.data) for output, packet in self.push(data, port, now=now, network=network, **annotations)]

    def _seen(self, source: str, packet: Packet) -> list[tuple[int, Packet]]:
        self.clear()
        self.machine.inject(source, packet)
        return self.emitted()

    def settle(self, now: int = 0) -> list[tuple[int, Packet]]:
        """Run tasks at ``now``; what comes out."""
        self.clear()
        self.machine.settle(now)
        return self.emitted()

    def emitted(self) -> list[tuple[int, Packet]]:
        """What came out since the last `clear`: sinks are called `d` and their number."""
        return [(int(name[1:]), packet) for name, packet in self.machine.emitted]

    def clear(self) -> None:
        """Forget what came out and what was printed."""
        if isinstance(self.machine, Compiled):
            self.machine.clear()
        else:
            self.machine.emitted.clear()
            self.machine.log.clear()

    @property
    def log(self) -> Sequence[str]:
        """Lines printed since the last `clear`."""
        return self.machine.log

    def read(self, handler: str, *question: str, element: str = "x") -> str:
        """A read handler, of one that takes a parameter with it."""
        return self.machine.read(element, handler, *question)

    def write(self, handler: str, text: str = "", element: str = "x") -> None:
        """A write handler."""
        self.machine.write(element, handler, text)
