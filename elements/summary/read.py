"""IP summary dumps as the packets that they describe."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from elements.definition.parsers import ethernet_address
from elements.filters.names import ICMP_TYPES, PROTOCOLS
from elements.reference.packet import Packet
from elements.summary.draft import Draft, Flow, TooLongError
from elements.summary.fields import ICMP_CODES, OLD_FLAG_LETTERS, TCP_FLAG_LETTERS, TEXT_ONLY, VARIABLE, VERSION, Field, find
from elements.summary.options import ALL, NOT_TIMESTAMP, SACK
from elements.summary.options_read import parse_ip_options, parse_tcp_options
from elements.summary.text import SECOND, U32, parse_time, saturated, whole_number
from graph.configuration import unquote_word

MOST_FIELDS: Final = 255
_LINE: Final = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
_SPACE: Final = b" \t\n\v\f\r"
_STRING: Final = re.compile(rb'"(?:[^"\\]|\\<[^>]*>?|\\\r\n|\\.|\\\Z)*(?:"|\Z)', re.DOTALL)
_LETTERS: Final = {letter: bit for bit, letter in enumerate(TCP_FLAG_LETTERS)} | OLD_FLAG_LETTERS
_PROTOCOL_LETTERS: Final = {b"T": 6, b"U": 17, b"I": 1}
_BEGINNINGS: Final = (b"!creator", b"!data", b"!contents", b"!proto", b"!flowid")


@dataclass
class Reader:
    """Reads ``text``, the file called ``name``. What is wrong with it goes to ``report``."""

    text: bytes
    name: str
    protocol: int
    report: Callable[[str], None]
    fields: list[Field | None] = field(default_factory=list)
    flow: Flow | None = None
    at: int = 0
    line: int = 0
    minor: int = VERSION[1]
    binary: bool = False
    complained: bool = False
    over: bool = False

    def say(self, what: str) -> None:
        self.report(f"{self.name}:{'record ' if self.binary else ''}{self.line}: {what}")

    def begin(self) -> None:
        """Look at the first line, which says what the file is."""
        found = _LINE.match(self.text)
        first = found.group() if found else b""
        version = re.match(rb"!IPSummaryDump\s+([+-]?\d{1,9})\.([+-]?\d{1,9})", first)
        if version is not None:
            self.minor = int(version[2])
            if int(version[1]) != VERSION[0] or self.minor > VERSION[1]:
                self.say(f"warning: unexpected IPSummaryDump version {int(version[1])}.{self.minor}")
                self.minor = VERSION[1]
        if first.startswith(b"!IPSummaryDump"):
            self.at, self.line = len(first), 1
        elif not first.startswith(_BEGINNINGS) and not self.fields:
            self.say("warning: missing banner line; is this an IP summary dump?")

    def next(self, checksums: bool) -> Packet | None:
        """What the next line that may be a packet describes, None where it is none, or the file is over (``over``)."""
        while True:
            record, is_packet = self._record() if self.binary else (self._line(), False)
            if record is None:
                self.over = True
                return None
            if is_packet or record[:1] not in (b"!", b"#", b""):
                break
            self._command(record)
        draft = Draft(self.protocol, self.flow)
        try:
            known = self._put_binary(draft, record) if self.binary else self._put_text(draft, record)
            if not known:
                if not self.complained and (is_packet or record.strip(_SPACE)):
                    self.complained = True
                    self.say("packet parse error" if self.fields else "no '!data' provided")
                return None
            return draft.finish(checksums)
        except TooLongError:
            return None

    def _line(self) -> bytes | None:
        found = _LINE.match(self.text, self.at)
        if found is None:
            return None
        self.at, self.line = found.end(), self.line + 1
        return found.group()

    def _record(self) -> tuple[bytes | None, bool]:
        """A record, and whether it describes a packet: others have a line."""
        head = self.text[self.at : self.at + 4]
        if len(head) < 4:
            return None, False
        size = int.from_bytes(head, "big") & 0x7FFF_FFFF
        self.at += 4
        if size < 4:
            self.say("binary record too short")
            return None, False
        data = self.text[self.at : self.at + size - 4]
        if not data or len(data) < size - 4:
            return None, False
        self.at, self.line = self.at + size - 4, self.line + 1
        is_packet = head[0] < 0x80
        return data if is_packet else data.rstrip(b"\0"), is_packet

    # Lines that are no packets

    def _command(self, line: bytes) -> None:
        for word, call in (
            (b"!data", self.set_fields), (b"!contents", self.set_fields), (b"!flowid", self.set_flow), (b"!proto", self._set_protocol),
            (b"!binary", self._set_binary), (b"!aggregate", lambda _: None),
        ):  # fmt: skip
            if line.startswith(word) and line[len(word) : len(word) + 1] in tuple(bytes((c,)) for c in _SPACE):
                call(line)

    def set_fields(self, line: bytes) -> None:
        """Fields are those whose names ``line`` has, behind `!data` where it begins with that."""
        words = split(line)
        names = [unquote_word(word.decode("latin-1")) for word in words]
        self.fields = []
        for name in names[1:] if names[:1] in (["!data"], ["!contents"]) else names:
            found = find(name)
            if found is None or found.order is None:
                found = None
                self.say(f"warning: unknown content type '{name}'")
            self.fields.append(found)
        del self.fields[MOST_FIELDS:]
        if not self.fields:
            self.say("no contents specified")

    def set_flow(self, line: bytes) -> None:
        """Addresses and ports of packets whose fields say nothing else."""
        words = split(line)
        addresses = [0 if word == b"-" else parse_address(word) for word in (words[1:2] + words[3:4])]
        ports = [0 if word == b"-" else whole_number(word, 0xFFFF) for word in (words[2:3] + words[4:5])]
        if len(words) < 5 or None in addresses or None in ports:
            self.say("bad !flowid specification")
            self.flow = None
            return
        if len(words) > 5:
            self._named_protocol(words[5], "!flowid")
        self.flow = (addresses[0] or 0, ports[0] or 0, addresses[1] or 0, ports[1] or 0)

    def _set_protocol(self, line: bytes) -> None:
        words = split(line)
        if len(words) != 2:
            self.say("bad !proto")
            return
        self._named_protocol(words[1], "!proto")

    def _named_protocol(self, word: bytes, where: str) -> None:
        number = PROTOCOLS.get(word.decode("latin-1"), whole_number(word, 255))
        number = _PROTOCOL_LETTERS.get(word, number)
        if number is None:
            self.say(f"bad protocol in {where}")
        else:
            self.protocol = number

    def _set_binary(self, line: bytes) -> None:
        if len(split(line)) != 1:
            self.say("bad !binary specification")
        self.binary = True
        self.line = 1

    # Packets

    def _ordered(self) -> list[tuple[int, Field]]:
        known = [(index, each) for index, each in enumerate(self.fields) if each is not None]
        return sorted(known, key=lambda pair: (pair[1].order or 0, pair[0]))

    def _put_text(self, draft: Draft, line: bytes) -> int:
        texts = cut(line, len(self.fields))
        known = 0
        for index, each in self._ordered():
            text = texts[index]
            if text in (b"", b"-"):
                continue
            value = self._parse(draft, each, text)
            if value is not None:
                draft.inject(each.name, *value)
                known += 1
        return known

    def _put_binary(self, draft: Draft, record: bytes) -> int:
        pieces: list[bytes | None] = []
        at = 0
        for each in self.fields:
            size = 0 if each is None else each.size
            if size == VARIABLE:
                whole = at < len(record) and at + 1 + record[at] <= len(record)
                pieces.append(record[at + 1 : at + 1 + record[at]] if whole else b"")
                at = at + 1 + record[at] if whole else len(record)
            elif size == TEXT_ONLY or at + size > len(record):
                pieces.append(None)
                at = len(record)
            else:
                pieces.append(record[at : at + size])
                at += size
        known = 0
        for index, each in self._ordered():
            piece = pieces[index]
            if piece is None:
                continue
            number = int.from_bytes(piece, "big")
            if each.name in ("timestamp", "first_timestamp"):
                number = (number >> 32) * SECOND + (number & U32) * 1000
            elif each.name.endswith("ntimestamp"):
                number = (number & U32) * SECOND + (number >> 32)
            draft.inject(each.name, number, piece)
            known += 1
        return known

    def _parse(self, draft: Draft, each: Field, text: bytes) -> tuple[int, bytes] | None:
        """The number and the bytes that a field says."""
        name = each.name
        if name == "payload":
            return 0, unquote_word(text.decode("latin-1")).encode("latin-1")
        if name in ("eth_src", "eth_dst"):
            return _bytes(parse_ethernet(text))
        if name in ("ip_opt", "tcp_opt", "tcp_ntopt", "tcp_sack"):
            wanted = {"tcp_sack": SACK, "tcp_ntopt": NOT_TIMESTAMP}.get(name, ALL)
            return _bytes(parse_ip_options(text) if name == "ip_opt" else parse_tcp_options(text, wanted))
        number = self._number(draft, each, text)
        return None if number is None else (number, b"")

    def _number(self, draft: Draft, each: Field, text: bytes) -> int | None:
        name = each.name
        if name.endswith("timestamp"):
            return parse_time(text)
        if name in ("ip_src", "ip_dst"):
            return parse_address(text)
        if name in ("ip_frag", "ip_fragoff"):
            return parse_fragment(text, self.minor)
        if name in ("link", "paint", "direction") and text in (b">", b"<"):
            return int(text == b"<")
        if name == "ip_proto" and text in _PROTOCOL_LETTERS:
            return _PROTOCOL_LETTERS[text]
        if name == "ip_ecn":
            return _ECN.get(text)
        if name == "tcp_flags":
            return parse_flags(text)
        if name == "eth_type":
            return parse_hexadecimal(text)
        names: dict[str, int] = {}
        if name.startswith("icmp_type"):
            names = ICMP_TYPES
        elif name.startswith("icmp_code") and draft.icmp_type_given:
            names = ICMP_CODES.get(draft.buffer[draft.transport], {})
        most = U32 if name in ("link", "paint", "direction") else (1 << 8 * each.size) - 1
        return names.get(text.decode("latin-1"), whole_number(text, most))


_ECN: Final = {
    b"0": 0, b"1": 1, b"2": 2, b"3": 3, b"no": 0, b"ect1": 1, b"ECT(1)": 1, b"ect2": 2, b"ECT(0)": 2, b"ce": 3, b"CE": 3,
}  # fmt: skip


def _bytes(data: bytes | None) -> tuple[int, bytes] | None:
    return None if data is None else (0, data)


def split(line: bytes) -> list[bytes]:
    """Words between white space; a string in double quotes is part of one."""
    count = 0
    while (words := cut(line, count + 8)) and words[-1]:
        count += 8
    return [word for word in words if word]


def cut(line: bytes, count: int) -> list[bytes]:
    """The first ``count`` words; what is in front of white space at the beginning is one, too, and where there are no more they are
    empty."""
    words, at = [], 0
    for _ in range(count):
        start = at
        while at < len(line) and line[at] not in _SPACE:
            found = _STRING.match(line, at)
            at = at + 1 if found is None else found.end()
        words.append(line[start:at])
        while at < len(line) and line[at] in _SPACE:
            at += 1
    return words


def parse_address(text: bytes) -> int | None:
    """An IP address."""
    parts = text.split(b".")
    if len(parts) != 4 or not all(re.fullmatch(rb"0*[0-9]{1,3}", part) and int(part.lstrip(b"0") or b"0") < 256 for part in parts):
        return None
    return int.from_bytes(bytes(int(part.lstrip(b"0") or b"0") for part in parts), "big")


def parse_ethernet(text: bytes) -> bytes | None:
    """An Ethernet address."""
    try:
        letters = text.decode("latin-1")
        return None if "-" in letters and ":" in letters else ethernet_address(letters).to_bytes(6, "big")
    except ValueError:
        return None


def parse_hexadecimal(text: bytes) -> int | None:
    """A hexadecimal number of 16 bits."""
    found = re.fullmatch(rb"\+?(?:0[xX])?([0-9a-fA-F](?:_?[0-9a-fA-F])*)", text)
    number = None if found is None else int(found[1], 16)
    return number if number is not None and number <= 0xFFFF else None


def parse_fragment(text: bytes, minor: int) -> int | None:
    """What is in the header of fragments: a letter, or an offset in bytes with flags; in old files (``minor`` is 0), in units of 8."""
    letters = {b".": 0, b"!": 0x4000, b"F": 0x2000, b"f": 100}
    if text in letters:
        return letters[text]
    number, at = saturated(text, 0, 0)
    number >>= 3 if minor > 0 else 0
    for letter in text[at:]:
        if letter not in b"!+":
            return None
        number |= 0x4000 if letter == ord("!") else 0x2000
    return number & 0xFFFF


def parse_flags(text: bytes) -> int | None:
    """TCP flags: letters, a point for none, or a number."""
    if text == b".":
        return 0
    if text[:1].isdigit():
        return whole_number(text, 0xFFF)
    flags = 0
    for letter in text.decode("latin-1"):
        if letter not in _LETTERS:
            return None
        flags |= 1 << _LETTERS[letter]
    return flags
