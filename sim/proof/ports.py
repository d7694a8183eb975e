"""That every port of a core keeps to its rules, by their numbers in `hdl.stream_rules` (R) and `hdl.axi_lite_rules` (L): proved of the
core's netlist, for whatever the registers hold that stand behind those at the port.

Of what leaves: R1 to R6, R9 and R10, and that a frame for the host begins with its shim. For R5 what has left of a packet is counted, the
shim with it; how long packets are is what `sim.proof.noted` shows of the ways out. The ports' payloads say nothing of a packet but its
bytes, so that R7 and R8 ask nothing there. Of the shim, which is among them, R7 and that it is its note's are in that proof, and here it is
shown that where the pipeline makes it it says the length that goes with it to that note. What comes in is taken in every cycle, so that its
sender cannot break R1 and R2; how it is framed, R3 to R5, is judged where it is stored. Of the registers' bus: L2 to L8, that each access
that was taken is answered, in the cycle after all of it was, and that there is never more than one under way. Resets may come in any cycle
here; where it is shown of the ways out what R5 rests on, there is none. Of the streams inside, `sim.proof.noted` has those of the arbiter
and of the ways out, and `sim.proof.edited` the editor's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from elements.program.combine import walk
from elements.program.values import FALSE, TRUE, Value, bit_not, cat, const, eq, extend, mux, part
from hdl.axi_lite import OKAY, SLVERR
from hdl.core import Core
from hdl.egress import EgressPort
from hdl.meta import SHIM_BYTES
from sim.proof import duties
from sim.proof.around import around
from sim.proof.claims import Claims, NoSuchNet, one_of
from sim.proof.design import Design, where
from sim.proof.netlist import Bit, Netlist
from sim.proof.noninterference import Result, deeply
from sim.proof.noted import empty_lanes, is_run, kept, sent_before
from sim.proof.segments import minus, plus

_BUS: Final = ("awready", "wready", "bresp", "bvalid", "arready", "rdata", "rresp", "rvalid")


def prove_ports(core: Core, netlist: Netlist, only: str = "") -> dict[str, Result]:
    """Of the streams and of the bus of a core, whose ``netlist`` it is, by the names of its ports; of ``only`` one, where that is said.
    Errors: `claims.NoSuchNet` for a netlist of another design."""
    names = [*(str(port) for port in range(core.datapath.parameters.ports)), "_host"]
    proofs: dict[str, Callable[[], Result]] = {}
    for number, (name, egress) in enumerate(zip(names, core.datapath.egress_ports, strict=True)):
        proofs[f"rx{name}"] = partial(_taken, netlist, f"rx{name}")
        proofs[f"tx{name}"] = partial(_left, netlist, f"tx{name}", egress, f"datapath.egress{number}")
    proofs["axi"] = partial(deeply, lambda: _Bus(netlist).claims.proved())
    return {name: prove() for name, prove in proofs.items() if only in ("", name)}


def _taken(netlist: Netlist, port: str) -> Result:
    """That what comes is taken in every cycle."""
    claims = _claims(netlist, [f"{port}__ready"])
    claims.now(f"{port} takes what comes", claims.net(f"{port}__ready"))
    return deeply(claims.proved)


def _left(netlist: Netlist, port: str, egress: EgressPort, name: str) -> Result:
    """That what leaves keeps to the rules; its way out is called ``name`` in the netlist."""
    return deeply(lambda: _Stream(netlist, port, egress, name).proved())


def _claims(netlist: Netlist, outputs: Sequence[str], nets: Sequence[str] = (), cycles: int = 1) -> Claims:
    """Of what is around the ``outputs``, and around nets that are none. Errors: `NoSuchNet` for one of those."""
    shown = {name: (False, _net(netlist, name)) for name in nets}
    return Claims(Design(around(replace(netlist, ports={**shown, **netlist.ports}), [*outputs, *shown], cycles)))


class _Held:
    """The rules that an offer stays as it is until it is taken, and that there is none in the first cycle after reset."""

    def __init__(self, claims: Claims, port: str) -> None:
        self.claims = claims
        self.port = port
        self.reset = claims.net("rst")

    def remember(self, name: str, following: Value, initial: int = 0) -> Value:
        """A ghost that reset clears."""
        return self.claims.ghost(f"{name} at {self.port}", mux(self.reset, const(initial, following.width), following), initial)

    def stays(self, fell: str, changed: str, channel: tuple[Value, Value, Value]) -> None:
        """Of a channel's valid, ready and payload."""
        valid, ready, payload = channel
        waiting, held = (
            self.remember(f"waiting for {fell}", valid & bit_not(ready)),
            self.claims.ghost(f"{changed} at {self.port}", payload),
        )
        self.claims.always(f"{fell}: {self.port} stays valid until it is taken", valid, where=waiting)
        self.claims.always(f"{changed}: what {self.port} offers stays as it is until it is taken", eq(payload, held), where=waiting)

    def quiet(self, rule: str, valids: Value) -> None:
        """Nothing in the first cycle after reset."""
        fresh = self.remember("fresh", FALSE, 1)
        self.claims.always(f"{rule}: {self.port} is not valid in the first cycle after reset", bit_not(valids), where=fresh)


class _Stream:
    def __init__(self, netlist: Netlist, port: str, egress: EgressPort, name: str) -> None:
        width = egress.width
        self.port, self.lanes, self.netlist = port, width // 8, netlist
        self.claims = claims = _claims(netlist, [f"{port}__valid", f"{port}__payload"], [f"{name}.shim"] if egress.with_shim else [])
        self.valid, self.ready = claims.net(f"{port}__valid"), claims.net(f"{port}__ready")
        self.payload = claims.net(f"{port}__payload", width + self.lanes + 1)
        self.keep, self.last = part(self.payload, width, self.lanes), part(self.payload, width + self.lanes, 1)
        self.with_shim, self.longest = egress.with_shim, egress.longest + (SHIM_BYTES if egress.with_shim else 0)
        # What the port sends of, of which a proof of the way out says that it has bytes, and how many.
        there, left = claims.net(f"{name}.source__valid"), claims.net(f"{name}.left_now", 16)
        taken = claims.net("datapath.prepend.sink__ready") if egress.with_shim else self.ready
        self.there, self.taken = there, there & taken
        self.given = claims.net(f"{name}.source__payload", width + self.lanes + 1)
        self.given_shim = claims.net(f"{name}.shim", 8 * SHIM_BYTES) if egress.with_shim else const(0, 8 * SHIM_BYTES)
        self.sent = sent_before(claims, f"by {name}", self.taken, left, self.lanes)
        claims.expects(duties.LEFT, there, left)
        claims.expects(duties.TOGETHER, there, self.sent, left, egress.longest)

    def proved(self) -> Result:
        """All of it."""
        claims, keep, held = self.claims, self.keep, _Held(self.claims, self.port)
        held.stays("R1", "R2", (self.valid, self.ready, self.payload))
        held.quiet("R10", self.valid)
        whole = eq(keep, const((1 << self.lanes) - 1, self.lanes))
        self._is_short(held)
        claims.now(f"R3: {self.port} fills every beat but the last", whole, where=self.valid & bit_not(self.last))
        claims.now(f"R4: {self.port} fills the last beat from its first byte on", is_run(keep), where=self.valid & self.last)
        empty = empty_lanes(part(self.payload, 0, 8 * self.lanes), keep)
        claims.now(f"R9: what {self.port} has past the end of a packet is zero", empty, where=self.valid)
        result = claims.proved()
        result.obligations += 1
        if self.with_shim:
            length = _shim_says(self.netlist)
            result.obligations += length.obligations
            result.failures += length.failures
        if f"{self.port}__ready" in {str(value.attributes[0]) for value in walk([self.valid, self.payload]) if value.op == "meta"}:
            result.failures.append(f"R6: what {self.port} offers is made of whether it is taken")
        return result

    def _is_short(self, held: _Held) -> None:
        """R5, of the bytes that leave, which are those of the way out, behind the shim, where there is one."""
        claims, none, name = self.claims, const(0, 16), "bytes that have left"
        before, bytes_now = held.remember(name, none), extend(kept(self.keep), 16)
        moved = mux(self.valid & self.ready, mux(self.last, none, plus(before, bytes_now)), before)
        claims.becomes(f"{name} at {self.port}", mux(held.reset, none, moved))
        if not self.with_shim:
            claims.always("what has left is what the way out gave", eq(before, self.sent))
            self._is_given(TRUE)
        else:
            self._has_shim(before)
        total = before + bytes_now
        claims.now(f"R5: a packet of {self.port} has at most {self.longest} bytes", total <= self.longest, where=self.valid)

    def _is_given(self, where: Value) -> None:
        claims, same = self.claims, eq(self.valid, self.there) & eq(self.payload, self.given)
        claims.now("what leaves is what the way out gives, byte for byte", same, where=where)

    def _has_shim(self, before: Value) -> None:
        """In front of each frame there is its shim, as the way out has it, and it is counted with what has left ``before`` of a packet."""
        claims, bits, width = self.claims, 8 * SHIM_BYTES, 8 * self.lanes
        shim, data = claims.net("datapath.prepend.shim", bits), part(self.payload, 0, width)
        claims.now("the shim of a frame is the one that the way out gives", eq(shim, self.given_shim), where=self.there)
        if self.lanes <= SHIM_BYTES:
            behind = extend(part(claims.net("datapath.prepend.index", None) * self.lanes, 0, 8), 16)
            inside = behind < SHIM_BYTES
            claims.always("no more is in front of a frame than the shim", behind <= SHIM_BYTES)
            claims.always("nothing has left of a frame of which the shim is leaving", bit_not(self.sent.any()), where=inside)
            claims.always(
                "what has left is the shim, or what of it has left, and what the way out gave", eq(before, plus(self.sent, behind))
            )
            now = one_of(claims.net("datapath.prepend.index", None), [part(shim, at, width) for at in range(0, bits, width)])
            claims.now("a frame for the host begins with its shim", eq(data, now), where=self.valid & inside)
            claims.now("a shim leaves in front of a frame that waits, and nowhere else", eq(self.valid, self.there), where=inside)
            self._is_given(bit_not(inside))
            return
        # Where a shim does not fill beats, a beat has the last bytes of the one before, and for the last ones there is a beat of its own.
        flush, rest, begun = (claims.net(f"datapath.prepend.{name}", None) for name in ("flush", "carry_keep", "begun"))
        claims.always("what has left is what the way out gave, but for what is left over", eq(before, self.sent), where=bit_not(flush))
        claims.always("what is left over of a frame for the host is a run of bytes", is_run(rest), where=flush)
        carry = claims.net("datapath.prepend.carry", bits)
        claims.always("what is left over is zero past its end", empty_lanes(carry, rest), where=flush)
        together = before + extend(kept(rest), 16)
        claims.always("what is left over and what has left are a frame and its shim", together <= self.longest, where=flush)
        claims.always("nothing has left of the frame behind what is left over", bit_not(self.sent.any()), where=flush)
        claims.always("a frame has begun where some of it has left", eq(begun, before.any()), where=bit_not(flush))
        claims.now("what leaves is of a frame that waits, or is left over of one", self.there | flush, where=self.valid)
        now = eq(part(data, 0, bits), shim)
        claims.now("a frame for the host begins with its shim", now, where=self.valid & bit_not(before.any() | flush))
        beyond = claims.ghost("what the beat before had beyond", const(0, bits))
        claims.becomes("what the beat before had beyond", mux(self.taken, part(self.given, width - bits, bits), beyond))
        claims.always("what is left over is the end of the beat before", eq(carry, beyond), where=begun | flush)
        claims.now("what is left over goes on in front", eq(part(data, 0, bits), carry), where=self.valid & (begun | flush))
        behind = eq(part(data, bits, width - bits), part(self.given, 0, width - bits))
        claims.now("behind it is the beginning of what the way out gives", behind, where=self.valid & bit_not(flush))
        self._has_lanes(flush, rest)

    def _has_lanes(self, flush: Value, rest: Value) -> None:
        """Of a frame behind its shim each byte that the way out gives leaves, and no other: those that have no room in their beat leave
        with the next, or, if that was the last, in one of their own, in the cycles of ``flush`` as the lanes of ``rest``."""
        claims, lanes, full = self.claims, self.lanes, const((1 << SHIM_BYTES) - 1, SHIM_BYTES)
        room = lanes - SHIM_BYTES
        given, ends = part(self.given, 8 * lanes, lanes), part(self.given, 9 * lanes, 1)
        beyond = part(given, room, SHIM_BYTES)
        ends_beyond, goes, here = ends & beyond.any(), self.valid & self.ready, self.valid & bit_not(flush)
        due, kept_then = claims.ghost("something is left over", FALSE), claims.ghost("lanes of the beat before that had no room", beyond)
        claims.becomes("something is left over", mux(claims.net("rst"), FALSE, mux(self.taken, ends_beyond, due & bit_not(goes))))
        claims.becomes("lanes of the beat before that had no room", mux(self.taken, beyond, kept_then))
        claims.always("something is left over of a last beat that had no room, and of no other", eq(flush, due))
        claims.always("what is left over are the bytes that had no room", eq(rest, kept_then), where=flush)
        claims.now("a beat has all bytes that are there and have room", eq(self.keep, cat(part(given, 0, room), full)), where=here)
        claims.now("a beat is the last where it has the end of the frame", eq(self.last, ends & bit_not(beyond.any())), where=here)
        alone = eq(self.keep, extend(rest, lanes)) & self.last
        claims.now("what is left over leaves in a beat of its own, which is the last", alone, where=self.valid & flush)


def _shim_says(netlist: Netlist) -> Result:
    """That the last two bytes of the shim, high one first, are the length that the pipeline gives beside it."""
    names = [f"datapath.pipeline.{name}" for name in ("shim", "out_length")]
    claims = _claims(netlist, (), names, cycles=0)
    shim, length = (claims.net(name, bits) for name, bits in zip(names, (8 * SHIM_BYTES, 16), strict=True))
    high, low = (part(shim, at, 8) for at in (8 * SHIM_BYTES - 16, 8 * SHIM_BYTES - 8))
    claims.now("R8: a shim says the length that goes with it", eq(cat(high, low), length))
    return claims.proved()


def _net(netlist: Netlist, name: str) -> tuple[Bit, ...]:
    if name not in netlist.names:
        raise NoSuchNet(f"the proof speaks of the net {name}, which the netlist does not have")
    return netlist.names[name]


class _Bus:
    """What was taken and not answered is told by what ready would be if nothing was answered."""

    def __init__(self, netlist: Netlist) -> None:
        self.claims = claims = _claims(netlist, [f"axi__{name}" for name in _BUS])
        self.net = {name: claims.net(f"axi__{name}", None) for name in _BUS}
        self.net |= {name: claims.net(f"axi__{name}") for name in ("awvalid", "wvalid", "bready", "arvalid", "rready")}
        self.held = _Held(claims, "axi")
        net, response = self.net, {name: self.net[name] for name in ("bresp", "rresp")}
        self.held.stays("L2", "L2 (answer)", (net["bvalid"], net["bready"], net["bresp"]))
        self.held.stays("L3", "L3 (answer)", (net["rvalid"], net["rready"], cat(net["rdata"], net["rresp"])))
        self.held.quiet("L7", net["bvalid"] | net["rvalid"])
        for name, answer in response.items():
            legal = eq(answer, const(OKAY, 2)) | eq(answer, const(SLVERR, 2))
            claims.always(f"L6: {name} is OKAY or SLVERR", legal, where=net[f"{name[0]}valid"])
        refused = net["rvalid"] & eq(net["rresp"], const(SLVERR, 2))
        claims.always("L8: what is refused tells nothing", bit_not(net["rdata"].any()), where=refused)
        self._answered("L4", "b", ("aw", "w"))
        self._answered("L5", "r", ("ar",))

    def _answered(self, rule: str, answer: str, requests: tuple[str, ...]) -> None:
        """Requests of some channels, which are taken together, are answered one for one."""
        claims, net, pending = self.claims, self.net, const(1, 1)
        ended, valid = net[f"{answer}valid"] & net[f"{answer}ready"], net[f"{answer}valid"]
        silent = {str(valid.attributes[0]): FALSE} if valid.op == "meta" else {}
        for channel in requests:
            begun, taken = net[f"{channel}valid"] & net[f"{channel}ready"], bit_not(where(net[f"{channel}ready"], silent))
            name = f"accesses by {channel} that are under way"
            count = self.held.remember(name, const(0, 4))
            claims.becomes(f"{name} at axi", mux(self.held.reset, const(0, 4), minus(plus(count, begun), ended)))
            claims.always(f"{rule}: what is answered on {answer} was asked on {channel}", eq(count, const(1, 4)), where=valid)
            claims.always(f"what is taken on {channel} is under way until it is answered", eq(count, plus(extend(taken, 4), valid)))
            claims.always(f"nothing is answered on {answer} while {channel} is still to be", bit_not(taken), where=valid)
            pending = pending & taken
        late = self.held.remember(f"all of {answer} was taken", pending)
        claims.always(f"what was taken is answered on {answer} in the next cycle", valid, where=late)
