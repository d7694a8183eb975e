"""ICMPPingSource(SRC, DST [, INTERVAL, IDENTIFIER, DATA, LIMIT, ACTIVE, VERBOSE, STOP, MIRROR])

Sends ICMP echo requests (RFC 792), and looks at the replies that come to its input, where that is in use.

Sequence numbers count from 1, leaving 0 out. Where the output is pull, every pull is given a request. A line on standard error tells of
every reply. (In Click, `summary` is printed at the end, too.)

Arguments:
    SRC: source address.
    DST: destination address.
    INTERVAL: time between requests, at least 1 ms; 1 s if not given. (Click takes less as no time at all, and warns.)
    IDENTIFIER: the identifier of requests, whose low byte comes first (as in Click under Linux); 0 if not given.
    DATA: bytes behind the ICMP header; none if not given.
    LIMIT: how many requests are sent; without end if not given or negative.
    ACTIVE: whether requests are sent; true if not given.
    VERBOSE: whether there are lines about replies; true if not given.
    STOP: whether the driver is told to stop when LIMIT has been reached; false if not given.
    MIRROR: whether a reply is at once made the next request, whatever LIMIT says; false if not given.

Handlers:
    active (read): whether requests are sent.
    active (write): sets that.
    count (read): requests sent.
    dst (read): destination address.
    dst (write): sets that.
    interval (write): sets the time between requests.
    limit (write): sets how many are sent.
    reset_counts (write): sets all counts to zero.
    rtt_avg (read): the mean of the times that replies took, with its unit.
    rtt_max (read): the longest of them.
    rtt_min (read): the shortest of them.
    src (read): source address.
    src (write): sets that.
    summary (read): counts, losses and times, as ping prints them.

Examples:
    ICMPPingSource(10.0.0.1, 10.0.0.2)
    ICMPPingSource(10.0.0.1, 10.0.0.2, INTERVAL 0.1, IDENTIFIER 3, DATA "abc", LIMIT 5, STOP true)
    ICMPPingSource(10.0.0.1, 10.0.0.2, MIRROR true, VERBOSE false)
"""

from elements.pings.source import PingSource


class ICMPPingSource(PingSource):
    pass
