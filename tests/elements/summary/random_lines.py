"""IP summary dumps of random fields, with what cannot be among what can."""

from __future__ import annotations

import random
from collections.abc import Callable

from elements.summary.fields import FIELDS, OLD_NAMES

ADDRESSES = ("1.2.3.4", "10.0.0.1", "255.255.255.255", "1.2.3", "1.2.3.256", "01.2.3.4")
ETHERNET = ("1:2:3:4:5:6", "00-0A-95-A6-D9-BC", "aa:bb:cc:dd:ee:ff", "1:2-3:4:5:6", "1:2:3:4:5")
TIMES = ("1.5", "0.000001", "996033261.451094", "1e3", "5ms", "1h", "x", "1.0000000019", ".5", "3.")
PAYLOADS = ('"hi there\\n"', "abc", '""', '"a b"', '"\\x41\\101\\<4243>z"', "'q'", 'a"b c"d', '"' + "x" * 61 + '"', "z//z", '"$\\\\\\"\\t"')
IP_OPTIONS = (
    "nop", "eol", "rr{2.3.4.5}+3", "rr{}+1", "ssrr{128.4.45.60,128.4.49.61^1.1.1.1,2.2.2.2}", "lsrr{1.1.1.1^}", "ts{1,10000,!45}+2",
    "ts.ip{1.0.0.1=!8320,1.0.0.2=8321}++5", "ts.3{1.0.0.1=1,^1.0.0.3,1.0.0.4=?}+1", "ts.preip{1.0.0.1=1^1.0.0.3}", "98", "99=0:5:10",
    "ts{}", "bad", "256", "rr{1.2.3}", "ts{1,^2}", "ssrr{}",
)  # fmt: skip
TCP_OPTIONS = (
    "nop", "eol", "mss1400", "wscale10", "sackok", "sack95-98", "sack1-2,sack3:4", "ts669063908:38382731", "98", "99=0:5:10", "mss70000",
    "wscale256", "bad", "sack1",
)  # fmt: skip
CHOICES = {
    "ip_src": ADDRESSES, "ip_dst": ADDRESSES, "eth_src": ETHERNET, "eth_dst": ETHERNET, "payload": PAYLOADS,
    "timestamp": TIMES, "ntimestamp": TIMES, "first_timestamp": TIMES, "first_ntimestamp": TIMES,
    "link": (">", "<", "3", "300"), "paint": ("1", "x"), "direction": (">", "<", "2"),
    "eth_type": ("0800", "800", "0x806", "86dd", "ffff", "10000"), "ip_frag": tuple(".!Ff"),
    "ip_fragoff": ("0", "0+", "0!", "8+", "24", "1480!+", "x", "100+", ".", "f"),
    "ip_proto": ("T", "U", "I", "T", "U", "I", "33", "136", "6", "17", "0", "47", "300"),
    "ip_ecn": ("no", "ect1", "ECT(0)", "ce", "0", "3", "4"), "ip_len": ("40", "20", "60", "28", "1500", "11"),
    "ip_hl": ("20", "24", "60", "21", "0", "62"), "tcp_off": ("20", "24", "60", "21", "0", "62"),
    "tcp_flags": (".", "SA", "PA", "F", "XYW", "NEC", "24", "0x1ff", "Q", "4096", "U"),
    "icmp_type": ("echo", "echo-reply", "3", "unreachable", "timestamp", "redirect", "bad", "13", "8"),
    "icmp_type_name": ("echo", "timestamp", "99"), "icmp_code": ("0", "needfrag", "4", "host", "300", "toshost"),
    "icmp_code_name": ("port", "1"), "payload_len": ("0", "7", "40", "90"), "wire_len": ("0", "50", "100"), "ts_usec": ("0", "999999"),
}  # fmt: skip


def _number(rng: random.Random, size: int) -> str:
    most = min(1 << 8 * size, 1 << 40)
    number = rng.randrange(most)
    forms = (str(number), hex(number), f"0{number:o}", str(most), "x", "-1", "+5", "1_0", "0b11", str(rng.randrange(min(most, 60))))
    return rng.choice((*forms, str(number), str(number)))


def _options(rng: random.Random, options: tuple[str, ...]) -> str:
    return rng.choice(";,").join(rng.choice(options) for _ in range(rng.choice((1, 1, 2, 3))))


def _value(rng: random.Random, name: str) -> str:
    if name == "ip_opt":
        return _options(rng, IP_OPTIONS)
    if name in ("tcp_opt", "tcp_ntopt", "tcp_sack"):
        return _options(rng, TCP_OPTIONS)
    return rng.choice(CHOICES[name]) if name in CHOICES else _number(rng, max(1, FIELDS[name].size))


def _spelling(rng: random.Random, name: str) -> str:
    old = [each for each, present in OLD_NAMES.items() if present == name]
    short = [name[3:]] if name.startswith("ip_") and "_" not in name[3:] else []
    spaced = [f'"{name.replace("_", " ")}"'] if name.count("_") == 1 else []
    return rng.choice((name, name, *old, *short, *spaced))


def random_lines(seed: int, blocks: int, choose: Callable[[str], bool] = lambda _: True) -> str:
    """A dump with ``blocks`` `!data` lines; its fields are those that ``choose`` takes."""
    rng = random.Random(seed)
    names = [name for name in FIELDS if choose(name)]
    lines = ["!IPSummaryDump 1.3"]
    for _ in range(blocks):
        fields = rng.sample(names, min(len(names), rng.choice((1, 2, 3, 5, 8, 12))))
        if rng.random() < 0.7 and "ip_proto" not in fields:
            fields.insert(rng.randrange(len(fields) + 1), "ip_proto")
        if rng.random() < 0.2:
            lines.append(f"!proto {rng.choice(('U', 'T', 'I', 'udp', '99', 'x'))}")
        lines.append("!data " + " ".join(_spelling(rng, name) for name in fields))
        for _ in range(12):
            row = ["-" if rng.random() < 0.2 else _value(rng, name) for name in fields]
            lines.append(" ".join(row[: rng.randrange(len(row) + 1)] if rng.random() < 0.1 else row))
    return "\n".join(lines) + "\n"
