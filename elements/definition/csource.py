"""The hand-written C of an element that a packet program cannot express."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

ABREAST: Final = 32
"""Packets that are got ready before the first goes on."""


def c_string(data: bytes) -> str:
    """A C string literal of ``data``."""
    return '"' + "".join(chr(b) if 32 <= b < 127 and b not in b'"\\?' else f"\\{b:03o}" for b in data) + '"'


@dataclass(frozen=True)
class CSource:
    """Pieces of C that the software engine puts around an element's ports. Each is the inside of a function, or empty where there is none.

    In all of them ``self`` points to the element's own structure, whose members ``fields`` declares, and these can be called:

    - ``OUT(k, p)``: hand the packet to push output ``k`` (it is not ours afterwards); ``IN(k)``: ask pull input ``k`` (NULL if none);
    - ``OFFER(k, p)``: hand the packet to the element's own input ``k``; ``EMIT(p)``: the packet leaves the machine at this sink;
      ``INPUT_IS_PULL`` is 1 where input 0 is pull, else 0, ``OUTPUT_IS_PULL`` the same of output 0;
    - ``KILL(p)``, ``CLONE(p)``, ``NEW_PACKET(length)`` (zeroed, with headroom), ``PULL(p, n)``, ``PUSH(p, n)`` (zeroed where new),
      ``TAKE(p, n)`` (n bytes are left), ``PUT(p, n)`` (n more, zero, behind the others);
    - packet members: ``p->data`` (bytes), ``p->length``, ``p->network`` (offset of the network header from the data's start, NO_NETWORK if
      unset), ``p->paint``, ``p->dst_ip``, ``p->dst_ip6`` (16 bytes), ``p->vlan_tci``, ``p->device``, ``p->packet_type``, ``p->parameter``,
      ``p->extra_length`` (bytes that it had behind those that are here), ``p->time`` (ns);
    - ``LOOK_AHEAD(q, n)``, in ``task``: the packets ``q[0]`` to ``q[n - 1]``, at most `ABREAST`, will be handed to push output 0 next, and
      what will be read for them may be fetched; ``HAS_AHEAD`` is 1 where it is known what that is, so that it pays to have several ready;
    - ``BATCH(n)``, in ``task``: how many packets it moves now of ``n`` that it would: as many, or fewer where they would take too long for
      one run of a machine that tenants share; the next run goes on with the others;
    - ``PULL_AGAIN``, in ``pull``: whoever pulls gets nothing now, but is not to sleep for that;
    - ``WAKE``: whoever pulls from this element may find a packet now (each element that keeps packets says it when one comes), and the
      element's own task may have something to do; ``WAKE_SOURCES``: whoever pushes to it may find room now; ``OUTPUT_IS_FULL``: everything
      behind it that says whether it is full is, and ``ONE_AHEAD_IS_FULL``: one of those is, wherever other ways go;
    - ``INPUT_IS_EMPTY(k)``: whether a pull at input ``k`` gives nothing before somebody says WAKE; ``EMPTIES_BEHIND``: how many elements
      can say so, and ``EMPTY_BEHIND(i)`` whether the i-th does; ``FULLS_AHEAD``: how many can say that they are full;
    - ``STORED_NEAR``: the packets that are in `Element.storage_near`;
    - ``AT(t)``: run ``timer`` when the clock is at ``t`` ns, once, and not when it was to be run before; ``AT(NEVER)``: not at all;
      ``WATCH(fd, events)``: run ``ready`` when the file descriptor is ready for these events of poll, none of them for never again;
    - ``DRIVEN``: whether the machine runs by itself, so that tasks run again and again and time passes; otherwise packets are offered to
      it, and tasks run until none has anything to do; ``STOP``: whoever drives the machine is told to stop it;
      ``CALL(what, p)``: call ``Element.called`` with these in Python, gives its answer; p may be NULL;
    - ``NOW`` (ns of the machine's clock), ``TRACE(text, length)`` (a line for the log),
      ``get16(b)``, ``get32(b)``, ``put16(b, v)``, ``put32(b, v)`` in network byte order.
    - ``PEER(k)``: the structure of the element whose name is ``peers[k]``, with ``k`` in digits. Until all have been initialized, its
      members may still be zero.

    ``initialize`` sets members before the first packet; ``push`` has ``port`` and ``p``; ``pull`` has ``port`` and returns a packet or
    NULL; ``task`` returns 1 if it did anything, or the packets that it moved (where it asks ``BATCH``, when ``DRIVEN``, these always):
    one that returns 0 is not run again before somebody wakes it. ``ready`` has ``fd`` and the
    ``events`` that it is ready for. ``quick`` is what is done, in place of ``push`` and alike to it, with the usual packets of input
    ``port``: it has the packet's header in ``v``, whose members (those of ``p`` up to ``fix_ip_src``) stay in registers; ``PASS(k)`` hands
    the packet on by push output ``k``, and what comes to its end is left to ``push``; ``seen_headroom(p, v, n)`` makes room in front, which
    ``seen_move(v, -n)`` takes. ``full``, an expression, is 1 where the element has no room for a packet; ``empty`` is 1 where a pull
    gives nothing, or its task does nothing, before the element says WAKE (not given, where all that it pulls from is empty); ``stored``
    is how many packets it stores, where it is a storage. ``after_write`` runs when a write handler of the element was called,
    ``before_read`` before a read handler is; ``passed`` runs for each packet of an element that is a program, behind the program and
    before the packet goes on. ``finish`` runs when the machine is taken down: it frees what the element allocated (packets that it still
    holds are freed with the machine). ``helpers`` is C at file level, the same for every instance of the class, ``shared``
    pieces of it that stand in front of all those, which other classes may have, too, ``types`` that which stands before the elements'
    structures. ``state`` maps the names of state variables to C lvalues (with ``self->``) for handlers, ``strides`` those whose words do
    not stand one behind the other to the bytes from one to the next. ``ahead`` is what is fetched for a packet that may come soon, in
    steps, each of which is done for several packets before the next step: ``ip`` points to its IP header, of which and of what follows
    there are ``left`` bytes, 28 at least; ``soon`` is a number that is kept for the packet from step to step. Nothing may be changed, and
    nothing is known but that memory: the packet may come changed, or not at all. ``is_short`` says that ``push`` is so little that it is
    copied to where packets are pushed from, rather than called. ``rests`` says that a task that has worked need not run once more to find
    out that nothing is left: it keeps no packet, and sets no timer, so that ``empty`` and what it pulls from tell it.
    """

    fields: str = ""
    initialize: str = ""
    push: str = ""
    pull: str = ""
    task: str = ""
    timer: str = ""
    ready: str = ""
    full: str = ""
    stored: str = ""
    empty: str = ""
    after_write: str = ""
    before_read: str = ""
    passed: str = ""
    quick: str = ""
    finish: str = ""
    helpers: str = ""
    shared: tuple[str, ...] = ()
    types: str = ""
    state: tuple[tuple[str, str], ...] = ()
    strides: tuple[tuple[str, int], ...] = ()
    peers: tuple[str, ...] = ()
    ahead: tuple[str, ...] = ()
    rests: bool = False
    is_short: bool = False
