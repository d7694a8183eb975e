"""Names that filter expressions know: protocols, ports, ICMP types, TCP flags (numbers from the IANA registries)."""

from typing import Final

PROTOCOLS: Final = {
    "icmp": 1, "igmp": 2, "ipip": 4, "tcp": 6, "udp": 17, "dccp": 33, "ipv6": 41, "gre": 47, "esp": 50, "ah": 51, "ospf": 89, "sctp": 132,
}  # fmt: skip
PORTS: Final = {
    "echo": 7, "discard": 9, "daytime": 13, "chargen": 19, "ftp-data": 20, "ftp": 21, "ssh": 22, "telnet": 23, "smtp": 25, "time": 37,
    "dns": 53, "domain": 53, "bootps": 67, "bootpc": 68, "tftp": 69, "finger": 79, "www": 80, "http": 80, "pop3": 110, "sunrpc": 111,
    "auth": 113, "nntp": 119, "ntp": 123, "imap": 143, "imap2": 143, "snmp": 161, "snmptrap": 162, "bgp": 179, "irc": 194, "ldap": 389,
    "https": 443, "rip": 520, "submission": 587, "ldaps": 636, "imaps": 993, "pop3s": 995, "mysql": 3306, "rdp": 3389, "sip": 5060,
    "postgresql": 5432, "x11": 6000, "http-alt": 8080, "netbios-ns": 137, "netbios-dgm": 138, "netbios-ssn": 139, "snmp-trap": 162,
    "imap3": 220, "route": 520, "pptp": 1723,
}  # fmt: skip
ICMP_TYPES: Final = {
    "echo-reply": 0, "unreachable": 3, "sourcequench": 4, "redirect": 5, "echo": 8, "routeradvert": 9, "routersolicit": 10,
    "timeexceeded": 11, "parameterproblem": 12, "timestamp": 13, "timestamp-reply": 14, "inforeq": 15, "inforeq-reply": 16,
    "maskreq": 17, "maskreq-reply": 18,
}  # fmt: skip
ICMP_CODES: Final = {
    3: {
        "net": 0, "host": 1, "protocol": 2, "port": 3, "needfrag": 4, "srcroutefail": 5, "netunknown": 6, "hostunknown": 7, "isolated": 8,
        "netprohibited": 9, "hostprohibited": 10, "tosnet": 11, "toshost": 12, "filterprohibited": 13, "hostprecedence": 14,
        "precedencecutoff": 15,
    },
    5: {"net": 0, "host": 1, "tosnet": 2, "toshost": 3},
    11: {"transit": 0, "reassembly": 1},
    12: {"erroratptr": 0, "missingopt": 1, "length": 2},
}  # fmt: skip
"""Names of ICMP codes, by type."""
TCP_FLAGS: Final = {"fin": 1, "syn": 2, "rst": 4, "psh": 8, "ack": 16, "urg": 32}
IP_FIELDS: Final = ("vers", "hl", "id", "tos", "dscp", "ttl", "len")
FIELDS: Final[dict[str, tuple[int | None, int, int]]] = {
    "vers": (None, 0, 4), "hl": (None, 4, 4), "tos": (None, 8, 8), "dscp": (None, 8, 6), "ce": (None, 14, 2), "ect": (None, 14, 2),
    "len": (None, 16, 16), "id": (None, 32, 16), "ttl": (None, 64, 8), "win": (6, 112, 16), "type": (1, 0, 8),
}  # fmt: skip
"""Fields by name: protocol, None for IP itself, first bit and bits of the header."""
TCP_OR_UDP: Final = 256
TRANSPORT: Final = 258
"""Numbers that stand for TCP and UDP, and for whatever is behind the IP header."""
PORTED: Final = (PROTOCOLS["tcp"], PROTOCOLS["udp"], PROTOCOLS["dccp"], TCP_OR_UDP)
"""Protocols that have ports."""
