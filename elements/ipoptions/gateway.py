"""The IP options that every router processes, Record Route and Timestamp (RFC 791, 3.1), in both readings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

END, NOTHING, RECORD_ROUTE, TIMESTAMP = 0, 1, 7, 68
DAY: Final = 86_400_000
"""Milliseconds."""


class WrongOption(Exception):
    """The byte of the header that an ICMP parameter problem is about."""

    def __init__(self, at: int) -> None:
        super().__init__(at)
        self.at = at


def fill_in(header: bytearray, time: int, address: int, others: Sequence[int]) -> bool:
    """Fill in the options of ``header``, a whole one, at ``time`` (ms since midnight UT), for a router with these addresses; whether any
    was for it. Errors: `WrongOption`."""
    at, ours = 20, False
    while at < len(header) and header[at] != END:
        if header[at] == NOTHING:
            at += 1
            continue
        size = header[at + 1] if at + 1 < len(header) else 0
        if size < 2 or at + size > len(header):
            raise WrongOption(at + 1)
        if header[at] == RECORD_ROUTE:
            ours = True
            _record(header, at, size, address)
        elif header[at] == TIMESTAMP:
            ours = True
            _stamp(header, at, size, time.to_bytes(4, "big"), address, others)
        at += size
    return ours


def _record(header: bytearray, at: int, size: int, address: int) -> None:
    place = (header[at + 2] if at + 2 < len(header) else 0) - 1
    if place >= 3 and place + 4 <= size:
        header[at + place : at + place + 4] = address.to_bytes(4, "big")
        header[at + 2] += 4
    elif place != size:
        raise WrongOption(at + 2)


def _stamp(header: bytearray, at: int, size: int, time: bytes, address: int, others: Sequence[int]) -> None:
    place = (header[at + 2] if at + 2 < len(header) else 0) - 1
    if place < 4:
        raise WrongOption(at + 2)
    if at + 3 >= len(header):
        raise WrongOption(at + 1)
    missed, kind = divmod(header[at + 3], 16)
    room = {0: 4, 1: 8, 3: 8}.get(kind)
    if room is None or (kind == 3 and place + room > size):
        raise WrongOption(at + 3)
    if place + room > size:
        if missed == 15:
            raise WrongOption(at + 3)
        header[at + 3] += 16
        return
    named = int.from_bytes(header[at + place : at + place + 4], "big")
    if kind == 3 and named not in (address, *others):
        return
    if kind == 1:
        header[at + place : at + place + 4] = address.to_bytes(4, "big")
    header[at + place + room - 4 : at + place + room] = time
    header[at + 2] += room


def fill_in_c(address: int, others: Sequence[int]) -> str:
    """The same to a copy of the header of packet ``p``, ``header``, of ``length`` bytes, or none where there are no options. ``ours`` says
    whether any was for the router; ``wrong`` is where it is wrong, 0 where it is not."""
    named = " || ".join(f"named == 0x{each:x}u" for each in (address, *others))
    return f"""
    uint8_t header[60];
    uint32_t length = 0, wrong = 0;
    int ours = 0;
    if (p->network != NO_NETWORK && p->network >= 0 && p->network < (int64_t)p->length) {{
        length = 4 * (p->data[p->network] & 15);
        if (length <= 20 || (int64_t)p->length - p->network < length) length = 0;
    }}
    if (length) memcpy(header, p->data + p->network, length);
    for (uint32_t at = 20; at < length && header[at] != {END};) {{
        if (header[at] == {NOTHING}) {{ at++; continue; }}
        uint32_t size = at + 1 < length ? header[at + 1] : 0;
        if (size < 2 || at + size > length) {{ wrong = at + 1; break; }}
        int32_t place = (at + 2 < length ? header[at + 2] : 0) - 1;
        if (header[at] == {RECORD_ROUTE}) {{
            ours = 1;
            if (place >= 3 && place + 4 <= (int32_t)size) {{
                put32(header + at + place, 0x{address:x}u);
                header[at + 2] += 4;
            }} else if (place != (int32_t)size) {{ wrong = at + 2; break; }}
        }} else if (header[at] == {TIMESTAMP}) {{
            ours = 1;
            if (place < 4) {{ wrong = at + 2; break; }}
            if (at + 3 >= length) {{ wrong = at + 1; break; }}
            uint32_t flags = header[at + 3], kind = flags & 15, room = kind ? 8 : 4;
            int full = place + room > size;
            if ((kind != 0 && kind != 1 && kind != 3) || (kind == 3 && full) || (full && flags >> 4 == 15)) {{ wrong = at + 3; break; }}
            if (full) {{
                header[at + 3] += 16;
            }} else {{
                uint32_t named = get32(header + at + place);
                if (kind != 3 || {named}) {{
                    if (kind == 1) put32(header + at + place, 0x{address:x}u);
                    put32(header + at + place + room - 4, NOW / 1000000 % {DAY}u);
                    header[at + 2] += room;
                }}
            }}
        }}
        at += size;
    }}
"""
