"""Whose packet is it: the tenant's number from the first bytes of a frame and the port that it came by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from amaranth.hdl import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hdl.composition import META

IDENTITY_BYTES: Final = 16
"""Up to the end of a tag: what follows it is the tenant's to judge."""


@dataclass(frozen=True)
class Rule:
    """Packets of ``tenant`` (number): those with VLAN identifier ``vlan`` in an 802.1Q tag, destination address ``mac``, on ``port``;
    what is None does not matter."""

    tenant: int
    vlan: int | None
    mac: int | None
    port: int | None


class Identity(wiring.Component):
    """Combinational. ``header``: the first 16 bytes of the frame, the first in the low bits; ``length`` in bytes. ``known`` is clear where
    no rule matches: there is no default tenant. Priority and drop eligible bits of the tag do not matter."""

    def __init__(self, rules: Sequence[Rule], port: int) -> None:
        self.rules: Final = [rule for rule in rules if rule.port in (None, port)]
        super().__init__({"header": In(8 * IDENTITY_BYTES), "length": In(16), "tenant": Out(META["tenant"]), "known": Out(1)})

    def elaborate(self, platform: object) -> Module:
        m = Module()

        def byte(index: int) -> object:
            return self.header[8 * index : 8 * index + 8]

        for rule in self.rules:
            tests = [self.length >= (IDENTITY_BYTES if rule.vlan is not None else 14)]
            if rule.vlan is not None:
                tests += [byte(12) == 0x81, byte(13) == 0, byte(15) == rule.vlan & 0xFF, self.header[112:116] == rule.vlan >> 8]
            if rule.mac is not None:
                tests += [byte(i) == (rule.mac >> (40 - 8 * i)) & 0xFF for i in range(6)]
            match = tests[0]
            for test in tests[1:]:
                match = match & test
            with m.If(match):
                m.d.comb += [self.tenant.eq(rule.tenant), self.known.eq(1)]
        return m
