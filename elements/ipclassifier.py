"""IPClassifier(PATTERN, ...)

Sends an IP packet to the output of the first pattern that it matches; packets that match none are dropped.

A pattern is an expression such as `src host 10.0.0.1 and tcp dst port www`. Tests: `[src|dst|src or dst|src and dst] [host|net]
ADDR[/MASK]`, the same of Ethernet addresses in the header right in front of the IP header, `[src|dst] [tcp|udp] port PORT`, `ip proto
PROTO`, `icmp type TYPE`, `tcp opt FLAG`, `tcp win N`, `ip vers|hl|id|tos|dscp|ttl|len N`, `ip frag`, `ip unfrag`, `ip ect`, `ip ce`, bytes
by number, as in `ip[9]`, `tcp[2:2]` or `transp[0:4]`, a protocol's name, `true`, `any`, `false`, `none`. In front of a value there may be a
mask (`& MASK`) and a relation (`<`, `>=`, `!=` …); values may be ranges `A-B`, or have a mask `V/MASK`. Tests are joined by `and`, `or`,
`not`, `? :` and parentheses. Of two sides one is enough, but `!=`, `<` and `<=` are the opposites of `=`, `>=` and `>` of them. The IP
header must be marked.

A protocol in front of a test asks for packets of it besides: `tcp ip ttl 1` is passed by TCP packets whose IP header has that TTL. Bytes by
number are of the header named right in front of them. A value without a test in front of it goes on with the test before it: `src port 80
or 81`; a protocol goes on with ports and with fields behind the IP header alone.

Tests of ports and of fields behind the IP header are passed by packets of their protocol and by first fragments alone, and none is passed
by a packet that ends before what it asks for, whatever the relation: `src port != 80` is not the same as `not src port 80`, which all these
pass. A qualifier without a value, as in `not src` or `src !=`, is refused.

What is not as in Click: ranges, masks behind a slash, numbers from 2147483648 for four bytes, `net` without a length, `host` with one, and
`any` and `none` within expressions are not in Click. A packet that ends within what is asked does not pass, also where the mask or the
relation would need its first bytes alone or, as `>= 0`, none; Click reads bytes by number of `ip` on past the packet's end. `<` and `>`
compare numbers under any mask; Click can err where the mask has not the last bit. A mask that is a number counts from an address's last
octet on every machine. `ip ect 1 or 2` goes on with these two bits, not with all of the TOS. Refused are `tcp ip[9]`, which Click takes for
bytes of the TCP header, `transp` alone, a protocol in front of `ip proto` with another or a relation, and more than 100 levels of
parentheses, `not` and `? :`.

Arguments:
    PATTERN: an expression; `-` matches every packet.

Examples:
    IPClassifier(src host 10.0.0.1 and tcp dst port www, icmp type echo, -)
    IPClassifier(net 10.0.0.0/8 ? udp port 50-60 : not ip frag, ip ttl < 5 or ip tos 0x10/0xf0)
    IPClassifier(tcp opt syn && !tcp opt ack, src and dst net 192.168.0.0/16, 1.2.3.4 or 5.6.7.8)
    IPClassifier(ip[0:2] & 0xfff0 = 0x4500 and tcp[13] & 0x12 != 0, "transp[0,3] > 7", host 1:1:1:1:1:1, dst port != 80 or 90)
    IPClassifier(ip proto 50, dst udp port >= 1024, ip ce, tcp win != 0, ip dscp 46, ip hl > 5)
"""

from elements.definition.arguments import Rest
from elements.definition.element import Element
from elements.definition.ports import Ports
from elements.filters.expression import parse_expression
from elements.filters.lower import lower
from elements.program.packet import Packet
from elements.program.values import FALSE, bit_and, bit_not


class IPClassifier(Element):
    ports = Ports("1/-", "h/h")
    patterns = Rest("PATTERN", parse_expression, 1)

    def setup(self) -> None:
        if self.outputs > len(self.patterns):
            raise ValueError(f"{self.outputs} outputs are in use, but there are {len(self.patterns)} pattern(s)")

    def program(self, p: Packet) -> None:
        matched = FALSE
        for number, pattern in enumerate(self.patterns):
            here = lower(pattern, p)
            if number < self.outputs:
                with p.when(bit_and(here, bit_not(matched))):
                    p.output(number)
            matched = matched | here
