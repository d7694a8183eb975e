"""The fields of IP summary dumps: their names, older spellings, sizes in binary records, and in which order they are put into a packet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from elements.filters.names import ICMP_TYPES

VARIABLE: Final = -1
"""The size of a field that begins with a byte that says how many more it has."""
TEXT_ONLY: Final = -2
"""The size of a field that binary records cannot have."""
VERSION: Final = (1, 3)
ANNOTATION, LINK, NETWORK, TRANSPORT, PAYLOAD = 100, 200, 300, 400, 500


@dataclass(frozen=True)
class Field:
    """``size`` is in bytes of a binary record; fields are put into a packet by ascending ``order``, those with None are only written."""

    name: str
    size: int
    order: int | None


_ANNOTATIONS: Final = {
    "timestamp": 8, "ntimestamp": 8, "ts_sec": 4, "ts_usec": 4, "ts_usec1": 8, "first_timestamp": 8, "first_ntimestamp": 8, "count": 4,
    "link": 1, "paint": 1, "direction": 1, "aggregate": 4, "wire_len": 4,
}  # fmt: skip
_LINK: Final = {"eth_src": 6, "eth_dst": 6, "eth_type": 2}
_HEADERS: Final[dict[str, tuple[int, int | None]]] = {
    "ip_src": (4, NETWORK), "ip_dst": (4, NETWORK), "ip_tos": (1, NETWORK), "ip_dscp": (1, NETWORK), "ip_ecn": (1, NETWORK),
    "ip_ttl": (1, NETWORK), "ip_frag": (1, NETWORK - 2), "ip_fragoff": (2, NETWORK - 1), "ip_id": (2, NETWORK), "ip_sum": (2, NETWORK + 2),
    "ip_proto": (1, NETWORK), "ip_hl": (1, NETWORK - 1), "ip_len": (4, NETWORK + 1), "ip_capture_len": (4, PAYLOAD + 2),
    "ip_opt": (VARIABLE, NETWORK), "sport": (2, TRANSPORT), "dport": (2, TRANSPORT),
    "tcp_seq": (4, TRANSPORT), "tcp_ack": (4, TRANSPORT), "tcp_off": (1, TRANSPORT - 1), "tcp_flags": (1, TRANSPORT),
    "tcp_window": (2, TRANSPORT), "tcp_urp": (2, TRANSPORT), "tcp_opt": (VARIABLE, TRANSPORT + 3), "tcp_ntopt": (VARIABLE, TRANSPORT + 2),
    "tcp_sack": (VARIABLE, TRANSPORT + 1), "udp_len": (4, TRANSPORT),
    "icmp_type": (1, TRANSPORT), "icmp_code": (1, TRANSPORT + 1), "icmp_type_name": (1, TRANSPORT), "icmp_code_name": (1, TRANSPORT + 1),
    "icmp_flowid": (2, TRANSPORT + 2), "icmp_seq": (2, TRANSPORT + 2), "icmp_nextmtu": (2, TRANSPORT + 2),
    "payload_len": (4, PAYLOAD + 1), "payload": (TEXT_ONLY, PAYLOAD), "payload_md5": (16, None), "payload_md5_hex": (16, None),
}  # fmt: skip
FIELDS: Final = {
    field.name: field
    for field in (
        *(Field(name, size, ANNOTATION) for name, size in _ANNOTATIONS.items()),
        *(Field(name, size, LINK) for name, size in _LINK.items()),
        *(Field(name, size, order) for name, (size, order) in _HEADERS.items()),
    )
}
OLD_NAMES: Final = {
    "utimestamp": "timestamp", "ts": "timestamp", "sec": "ts_sec", "usec": "ts_usec", "usec1": "ts_usec1",
    "first_utimestamp": "first_timestamp", "first_ts": "first_timestamp", "pkt_count": "count", "packet_count": "count",
    "agg": "aggregate", "wire_length": "wire_len", "ether_src": "eth_src", "ether_dst": "eth_dst", "ether_type": "eth_type",
    "length": "ip_len", "ip_p": "ip_proto", "tcp_seqno": "tcp_seq", "tcp_ackno": "tcp_ack", "tcp_win": "tcp_window",
    "payload_length": "payload_len",
}  # fmt: skip
ICMP_CODES: Final[dict[int, dict[str, int]]] = {
    3: {
        "net": 0, "host": 1, "protocol": 2, "port": 3, "needfrag": 4, "srcroutefail": 5, "netunknown": 6, "hostunknown": 7, "isolated": 8,
        "netprohibited": 9, "hostprohibited": 10, "tosnet": 11, "toshost": 12, "filterprohibited": 13, "hostprecedence": 14,
        "precedencecutoff": 15,
    },
    5: {"net": 0, "host": 1, "tosnet": 2, "toshost": 3},
    11: {"transit": 0, "reassembly": 1},
    12: {"erroratptr": 0, "missingopt": 1, "length": 2},
}  # fmt: skip
"""Names of codes, by ICMP type (RFC 792, 1122 and 1812)."""
ICMP_TYPE_NAMES: Final = {number: name for name, number in ICMP_TYPES.items()}
ICMP_CODE_NAMES: Final = {kind: {number: name for name, number in codes.items()} for kind, codes in ICMP_CODES.items()}
SEQUENCED: Final = (0, 8, 13, 14, 15, 16)
"""ICMP types whose messages have an identifier and a sequence number."""
TCP_FLAG_LETTERS: Final = "FSRPAUECN"
"""From the lowest bit on."""
OLD_FLAG_LETTERS: Final = {"X": 6, "Y": 7, "W": 7}


def find(name: str) -> Field | None:
    """The field of that name: a present one, an older one, one with a space for an underscore, or one without its `ip_`."""
    while True:
        name = OLD_NAMES.get(name, name)
        if name in FIELDS:
            return FIELDS[name]
        if " " in name:
            name = name.replace(" ", "_", 1)
        elif "_" not in name:
            name = f"ip_{name}"
        else:
            return None
