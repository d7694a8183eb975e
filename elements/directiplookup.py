"""DirectIPLookup([ROUTE, ...] [, FILE])

Looks up the destination address annotation in a routing table, longest prefix first.

A packet leaves by the output of its route; where the route has a gateway, the destination annotation becomes the gateway's address.
Packets without a route are dropped. Of routes with one prefix the first counts. This, RadixIPLookup, RangeIPLookup and LinearIPLookup are
one table behind several names. Handlers change the table of software; in hardware it is as it was configured.

Arguments:
    ROUTE: `ADDR/MASK [GW] OUT`.
    FILE: a file with a route a line, read after the others; its name is relative to the Click file. (Not in Click: the merged
        configuration has the routes in place.)

Handlers:
    add (write): adds a route `ADDR/MASK [GW] OUT`, whose prefix must be new.
    ctrl (write): a command a line, `add ROUTE`, `set ROUTE` or `remove ROUTE`; all are done, or none where one is wrong.
    flush (write): removes all routes.
    lookup (read): output and gateway for the address that is asked for, -1 where there is no route.
    remove (write): removes the route with this prefix, which must have this gateway and output where they are given.
    set (write): adds a route, in the place of the one with its prefix, if there is one.
    table (read): the routes that count, one a line, `-` for no gateway. (Click's are in the order of a hash table.)

Examples:
    DirectIPLookup(10.0.0.0/8 0, 10.1/16 10.0.0.1 0, 0.0.0.0/0 192.168.1.1 0)
    DirectIPLookup(1.2.3.4/32 0, 1.2.3.0/24 5.6.7.8 0)
"""

from elements.definition.ports import Ports
from elements.routes.table import ChangingRouteTable


class DirectIPLookup(ChangingRouteTable):
    ports = Ports("1/-", "h/h")
