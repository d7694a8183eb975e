"""IPClassifier(PATTERN, ...)

Sends an IP packet to the output of the first pattern that it matches; packets that match none are dropped.

A pattern is an expression such as `src host 10.0.0.1 and tcp dst port www`. Tests: `[src|dst|src or dst|src and dst] [host|net]
ADDR[/MASK]`, `[src|dst] [tcp|udp] port PORT`, `ip proto PROTO`, `icmp type TYPE`, `tcp opt FLAG`, `tcp win N`, `ip
vers|hl|id|tos|dscp|ttl|len N`, `ip frag`, `ip unfrag`, `ip ect`, `ip ce`, a protocol's name, `any` and `none`. Values may have a relation
(`<`, `>=`, `!=` …), be ranges `A-B`, or have a mask `V/MASK`. They are joined by `and`, `or`, `not`, `? :` and parentheses. The IP header
must be marked.

Arguments:
    PATTERN: an expression; `-` matches every packet.

Examples:
    IPClassifier(src host 10.0.0.1 and tcp dst port www, icmp type echo, -)
    IPClassifier(net 10.0.0.0/8 ? udp port 50-60 : not ip frag, ip ttl < 5 or ip tos 0x10/0xf0)
    IPClassifier(tcp opt syn && !tcp opt ack, src and dst net 192.168.0.0/16, 1.2.3.4 or 5.6.7.8)
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
