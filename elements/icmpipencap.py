"""ICMPIPEncap(SRC, DST, TYPE [, CODE, IDENTIFIER])

Makes packets the data of ICMP messages: an ICMP and an IPv4 header are put in front, of which the latter is marked.

Types that have a sequence number get one that counts from 1, leaving 0 out; it is the identification of the IP header in all. Timestamps
get three times of 0. The destination annotation is set.

Arguments:
    SRC: source address.
    DST: destination address.
    IDENTIFIER: the identifier in the ICMP header of types that have one; 0 if not given.
    TYPE: the ICMP type, a number or a name such as `echo`.
    CODE: the ICMP code, a number or, for some types, a name such as `port`; 0 if not given.

Handlers:
    dst (read): destination address.
    dst (write): sets that.
    src (read): source address.
    src (write): sets that.

Examples:
    ICMPIPEncap(1.0.0.1, 2.0.0.2, echo-reply, IDENTIFIER 7)
    ICMPIPEncap(1.0.0.1, 2.0.0.2, unreachable, port)
    ICMPIPEncap(1.0.0.1, 2.0.0.2, TYPE 13, CODE 0)
"""

from elements.checksums.icmp_encap import ICMPEncap
from elements.definition.arguments import Argument
from elements.definition.parsers import byte, word
from elements.filters.names import ICMP_CODES, ICMP_TYPES


def _type(text: str) -> int:
    return ICMP_TYPES[text] if text in ICMP_TYPES else byte(text)


class ICMPIPEncap(ICMPEncap):
    type_given = Argument("TYPE", _type)
    code_given = Argument("CODE", word, "0")

    def setup(self) -> None:
        self.kind = self.type_given
        known = ICMP_CODES.get(self.kind, {})
        try:
            self.code = known[self.code_given] if self.code_given in known else byte(self.code_given)
        except ValueError as error:
            raise ValueError(f"CODE: {error}") from None
