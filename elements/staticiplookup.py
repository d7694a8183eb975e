"""StaticIPLookup([ROUTE, ...] [, FILE])

Looks up the destination address annotation in a routing table, longest prefix first.

A packet leaves by the output of its route; where the route has a gateway, the destination annotation becomes the gateway's address.
Packets without a route are dropped. Of routes with one prefix the first counts. Its table cannot be changed while
it runs; those of LinearIPLookup, RadixIPLookup, DirectIPLookup and RangeIPLookup can.

Arguments:
    ROUTE: `ADDR/MASK [GW] OUT`.
    FILE: a file with a route a line, read after the others; its name is relative to the Click file. (Not in Click: the merged
        configuration has the routes in place.)

Handlers:
    lookup (read): output and gateway for the address that is asked for, -1 where there is no route.
    table (read): the routes that count, one a line, `-` for no gateway.

Examples:
    StaticIPLookup(10.0.0.0/8 0, 10.1.0.0/16 10.0.0.1 0, 0.0.0.0/0 192.168.1.1 0)
    StaticIPLookup(1.2.3.4/32 0, 1.2.3.0/24 5.6.7.8 0)
"""

from elements.definition.ports import Ports
from elements.routes.table import RouteTable


class StaticIPLookup(RouteTable):
    ports = Ports("1/-", "h/h")
