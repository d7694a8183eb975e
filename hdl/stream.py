"""AXI4-Stream as every block of the data path speaks it: one payload layout and the numbered handshake rules.

The rules (`hdl.stream_rules` as hardware; `hdl.watch` puts them on every stream of a design):

R1. Once `valid` is high it stays high until `ready` is high with it.
R2. While `valid` is high and `ready` low, the payload does not change.
R3. `keep` is all ones on every beat but the last of a packet.
R4. On the last beat `keep` is a contiguous run of ones from lane 0, and not empty.
R5. A packet has at most `max_frame` bytes, where it leaves a block that states one.
R6. Neither `valid` nor the payload depends on `ready` in the same cycle.
R7. What the payload says of the packet (metadata, tenant, length, shim) is the same on all of its beats.
R8. Where it says a length, the packet has that many bytes.
R9. Where it says anything, the lanes of `data` that `keep` leaves out are zero.
R10. `valid` is low in the first cycle after reset.

`last` ends every packet; a packet is at least one byte. R3 and R4 together leave no null beats.

Byte 0 of a frame is `data[0:8]` of the first beat; there are no null beats, no preamble and no frame check sequence.
"""

from amaranth.lib import data, stream


class Beat(data.StructLayout):
    """One beat of a packet stream.

    ``width`` is the data width in bits, a multiple of 8 and a power of two from 64 to 1024 on the data path (8 is used
    between a media access controller and the width converters).
    """

    def __init__(self, width: int) -> None:
        if width < 8 or width & (width - 1):
            raise ValueError(f"a stream is a power of two of at least 8 bits wide, not {width}")
        self.width = width
        super().__init__({"data": width, "keep": width // 8, "last": 1})


def beat_stream(width: int) -> stream.Signature:
    """The signature of a packet stream of ``width`` data bits: payload `Beat`, `valid`, `ready`."""
    return stream.Signature(Beat(width))


class PacketBeat(data.StructLayout):
    """One beat of a stream inside the data path, where every beat also carries what is known of its packet.

    ``meta`` is constant over a packet: its shape is chosen by the data path (length in bytes, ingress port, tenant number,
    entry of the pipeline and, for packets from the crossing, the annotations of the shim).
    """

    def __init__(self, width: int, meta: data.StructLayout) -> None:
        self.width = width
        self.meta = meta
        super().__init__({"data": width, "keep": width // 8, "last": 1, "meta": meta})


def packet_stream(width: int, meta: data.StructLayout) -> stream.Signature:
    """The signature of a packet stream with metadata: payload `PacketBeat`, `valid`, `ready`."""
    return stream.Signature(PacketBeat(width, meta))
