"""That the ports' counters count what the ways in say of frames, and that what comes by the core's ports comes to those: proved of the
core's netlist, for whatever the other registers hold.

What the ways in say of a frame is the matter of `sim.proof.arrivals`. Counters wrap, as `hdl.core` says.
"""

from __future__ import annotations

from dataclasses import replace

from elements.program.values import FALSE, Value, const, eq, mux
from hdl.core import PORT_COUNTER_BITS, Core
from sim.proof.around import around
from sim.proof.claims import Claims
from sim.proof.design import Design
from sim.proof.netlist import Netlist
from sim.proof.noninterference import Result, deeply
from sim.proof.segments import plus

_STROBES = ("accepted", "malformed", "overflow", "unknown")


def prove_counted(core: Core, netlist: Netlist) -> dict[str, Result]:
    """Of each way in of a core, whose ``netlist`` it is, by the name of its port. Resets may come in any cycle. Errors: `claims.NoSuchNet`
    for a netlist of another design."""
    ports = core.datapath.parameters.ports
    results = deeply(lambda: [_counted(netlist, port, host=port == ports) for port in range(ports + 1)])
    return dict(zip([*(f"rx{port}" for port in range(ports)), "rx_host"], results, strict=True))


def _counted(netlist: Netlist, port: int, *, host: bool) -> Result:
    wire, name = ("rx_host", "host") if host else (f"rx{port}", f"port{port}")
    way = f"datapath.ingress{port}"
    joints = {wire: "datapath.strip.sink", "datapath.strip.source": f"{way}.sink"} if host else {wire: f"{way}.sink"}
    counters = [f"{name}_{strobe}" for strobe in _STROBES]
    seen = [*counters, *(f"{end}__{what}" for ends in joints.items() for end in ends for what in ("valid", "payload"))]
    seen += [f"{way}.shim", "datapath.strip.shim", "datapath.strip.short"] if host else []
    outputs = {each: (False, netlist.names[each]) for each in seen if each in netlist.names}
    claims = Claims(Design(around(replace(netlist, ports={**outputs, **netlist.ports}), outputs)))
    for begin, end in joints.items():
        for what in ("valid", "payload"):
            same = eq(claims.net(f"{begin}__{what}", None), claims.net(f"{end}__{what}", None))
            claims.now(f"the {what} of {begin} comes to {end}", same)
    if host:
        claims.now("the shim comes with its frame", eq(claims.net("datapath.strip.shim", None), claims.net(f"{way}.shim", None)))
    for strobe, counter in zip(_STROBES, counters, strict=True):
        short = claims.net("datapath.strip.short") if host and strobe == "malformed" else FALSE
        _counts(claims, counter, claims.net(f"{way}.{strobe}"), short)
    return claims.proved()


def _counts(claims: Claims, counter: str, strobe: Value, other: Value) -> None:
    none = const(0, PORT_COUNTER_BITS)
    number = claims.ghost(f"what {counter} should be", none)
    claims.becomes(f"what {counter} should be", mux(claims.net("rst"), none, plus(plus(number, strobe), other)))
    claims.always(f"{counter} counts every one", eq(claims.net(counter, PORT_COUNTER_BITS), number))
