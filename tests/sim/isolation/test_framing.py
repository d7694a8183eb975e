"""Frames that are not as they should be (T18 to T20)."""

from __future__ import annotations

import random
from typing import Final

import pytest

from hdl.stream import Beat
from sim.frames import beat_value
from sim.isolation import Scene
from sim.packets import internet_checksum
from tests.sim.attacks import GAP, TIMES, duel, frame_of, in_the_gaps, malformed, more, shims, spoken, tag, traffic
from tests.sim.tenant_sets import OWN, PARTIES, VLAN, Lie, each_way, examples, in_each_mode, liars, unwatched

pytestmark = pytest.mark.slow


@in_each_mode
@each_way
def test_t18_malformed_frames_harm_nobody_else(mode: str, victim: str, attacker: str, seed: int) -> None:
    """Frames of 1 byte to 9600, at, before and behind the ends of beats, and with headers that lie about length, change nothing that the
    victim sees."""
    gap = 2_600
    mine = Scene(traffic(victim, seed, 24, gap), cycles=gap * 25)
    theirs = {port: list(in_the_gaps(malformed(seed + port, VLAN[attacker]), gap)) for port in (0, 1)}
    runs = duel(examples(mode), victim, attacker, mine, Scene(theirs), but=TIMES)
    assert theirs[0][-1][0] < gap * 24
    assert more(runs, "malformed") == [13 + 3] * 2
    assert more(runs, "unknown") == [2] * 2


WIDTH: Final = 64
LANES: Final = WIDTH // 8


def values(frame: bytes, *, last: bool = True) -> list[int]:
    """The beats of a frame; where ``last`` is false, its end is not marked."""
    starts = range(0, len(frame), LANES)
    return [beat_value(frame[at : at + LANES], WIDTH, last=last and at + LANES >= len(frame)) for at in starts]


def kept(value: int, keep: int) -> int:
    """The beat with another ``keep``."""
    return value & ~(0xFF << WIDTH) | keep << WIDTH


def breaking_rules(tenant: str, rng: random.Random) -> list[list[int]]:
    """The beats of frames whose framing is broken, each malformed once: holes, empty beats, ends that are not marked or come late."""
    sound = frame_of(tag(VLAN[tenant]) + b"\x08\x05", rng.randbytes(46))
    middle, end = rng.randrange(3, 6), len(values(sound)) - 1
    hole = 0b11101111
    broken = []
    for place, keep in ((middle, hole), (middle, 0), (middle, 0x0F), (end, hole), (end, 0), (end, 0xF0), (0, 0), (2, 0x7F)):
        beats = values(sound)
        beats[place] = kept(beats[place], keep)
        broken.append(beats)
    broken.append([*values(sound[:60], last=False), *values(sound)])
    broken.append([*values(sound + rng.randbytes(2_400), last=False), *values(sound)])
    broken.append([*values(sound + rng.randbytes(9_600))])
    return broken


@in_each_mode
@each_way
def test_t18_broken_framing_harms_nobody_else_and_the_next_frame_is_whole(mode: str, victim: str, attacker: str, seed: int) -> None:
    """Beats with holes, empty ones, an end that is not marked and one that comes thousands of bytes late are dropped and counted once
    each; the frame behind the next end is whole again, and the victim sees nothing of it.

    A frame without an end on a wire in common takes with it what follows there: a stream has no mark of a beginning. That is why the
    attacker has a wire of its own here, and why a port's shell must end every frame."""
    rng, at = random.Random(seed), 10
    wire, sound = [], []
    broken = breaking_rules(attacker, rng) * 3
    rng.shuffle(broken)
    for number, each in enumerate(broken):
        sound.append(frame_of(tag(VLAN[attacker]) + b"\x08\x05", number.to_bytes(2, "big") + rng.randbytes(rng.randrange(30, 70))))
        for value in (*each, *values(sound[-1])):
            wire.append((at, value))
            at += 1 + (rng.random() < 0.2)
    mine = Scene(spoken(victim, seed, 60, GAP), cycles=34_000)
    assert at < 30_000
    runs = duel(unwatched(mode), victim, attacker, mine, Scene({}, beats={OWN[attacker]: wire}))
    assert runs.beside.registers[0, f"port{OWN[attacker]}/malformed"] == len(broken)
    assert PARTIES[attacker].frames(runs.beside)["tx1"] == sound


@in_each_mode
@each_way
def test_t18_a_shim_that_lies_about_its_length_harms_nobody_else(mode: str, victim: str, attacker: str, seed: int) -> None:
    """A frame of the host that says that it is longer than it is, or that it has no byte, is dropped and counted; one that is shorter than
    the room that its crossing has in front of the packet leaves by no way; what is behind the length that it says is cut off; and what a
    shim says anywhere else changes nothing for the victim."""
    rng, number = random.Random(seed), PARTIES[attacker].number
    frame = next(shims([number], [1]))
    lengths = [0, 1, 7, 11, 40, 59, 60, 61, 1_600, 65_535] * 5
    rng.shuffle(lengths)
    host = [frame[:6] + rng.randbytes(8) + length.to_bytes(2, "big") + frame[16:] for length in lengths]
    mine = Scene(spoken(victim, seed, 60, GAP), cycles=34_000)
    runs = duel(liars(mode), victim, attacker, mine, Scene({}, host=list(in_the_gaps(host))))
    assert runs.beside.registers[0, "host/malformed"] == 4 * 5
    assert runs.beside.registers[0, "host/accepted"] - runs.alone.registers[0, "host/accepted"] == 6 * 5
    assert sum(map(len, PARTIES[attacker].frames(runs.beside).values())) == 3 * 5


def lying_packets(vlan: int, rng: random.Random) -> list[bytes]:
    """IP and ARP packets that are not as they should be: versions, header lengths, options, fragments, checksums, cut ones."""

    def ip(first: int = 0x45, length: int = 60, fragment: int = 0, options: bytes = b"", wrong: int = 0, kind: int = 0x0800) -> bytes:
        start = bytes((first, 0)) + length.to_bytes(2, "big") + rng.randbytes(2) + fragment.to_bytes(2, "big") + b"\x40\x11"
        addresses = b"\x0a\x00\x00\x07" + bytes((10, rng.randrange(3), 0, rng.randrange(256)))
        checksum = internet_checksum(start + bytes(2) + addresses + options) ^ wrong
        header = start + checksum.to_bytes(2, "big") + addresses + options
        return frame_of(tag(vlan) + kind.to_bytes(2, "big"), header + rng.randbytes(60 - len(header)))

    packets = [ip(first) for first in (0x05, 0x40, 0x44, 0x4F, 0x60, 0x65, 0xF5)]
    packets += [ip(length=length) for length in (0, 19, 20, 59, 61, 1_500, 65_535)]
    packets += [ip(fragment=each) for each in (0x2000, 0x2001, 0x0001, 0x2002, 0x3FFF, 0x1FFF, 0x4000, 0x8000)]
    packets += [ip(0x46, options=each) for each in (b"\x07\x03\x04\x00", b"\x83\x03\x04\x00", b"\x94\x04\x00\x00", b"\x07\xff\xff\xff")]
    packets += [ip(wrong=0x0101), ip(kind=0x86DD), ip(0x60), ip(kind=0x0806)]
    arp = b"\x00\x01\x08\x00\x06\x04\x00\x01" + rng.randbytes(20)
    return packets + [frame_of(tag(vlan) + b"\x08\x06", arp)[: 18 + size] for size in (0, 1, 7, 8, 27, 28)]


@in_each_mode
@each_way
def test_t19_packets_that_lie_in_their_headers_harm_nobody_else(mode: str, victim: str, attacker: str, seed: int) -> None:
    """IP versions and header lengths that there are not, lengths that lie, options, fragments of every kind and overlapping, wrong
    checksums and cut ARP, through every element of the attacker, change nothing that the victim sees."""
    rng = random.Random(seed)
    flood = lying_packets(VLAN[attacker], rng) * 3
    rng.shuffle(flood)
    mine = Scene(traffic(victim, seed), cycles=40_000)
    theirs = {port: list(in_the_gaps(flood)) for port in (0, 1)}
    runs = duel(examples(mode), victim, attacker, mine, Scene(theirs), but=TIMES)
    for port in (0, 1):
        assert PARTIES[attacker].registers(runs.beside)[f"{attacker}/port{port}_in.packets"] == len(flood)


@in_each_mode
@each_way
def test_t20_a_frame_that_is_cut_short_is_its_tenant_s_or_nobody_s(mode: str, victim: str, attacker: str, seed: int) -> None:
    """The streams have no error flag: what a media access controller marks as bad, a port's shell drops. What is nearest, a frame that
    breaks off behind any of its bytes, is malformed, nobody's or its tenant's by what is there of it, and changes nothing for others."""
    assert set(Beat(WIDTH).members) == {"data", "keep", "last"}
    whole = frame_of(tag(VLAN[attacker]) + b"\x08\x05", random.Random(seed).randbytes(60))
    cut = [whole[:size] for size in range(1, len(whole))]
    random.Random(seed).shuffle(cut)
    mine = Scene(spoken(victim, seed, 60, GAP), cycles=34_000)
    runs = duel(liars(mode), victim, attacker, mine, Scene({OWN[attacker]: list(in_the_gaps(cut))}))
    counted = {name: runs.beside.registers[0, f"port{OWN[attacker]}/{name}"] for name in ("malformed", "unknown", "accepted")}
    assert counted == {"malformed": 13, "unknown": 2, "accepted": len(whole) - 1 - 15}


@in_each_mode
@each_way
def test_t20_what_a_tenant_cuts_short_leaves_with_its_tag_or_by_no_way(mode: str, victim: str, attacker: str, seed: int) -> None:
    """What is left of a packet where its sender has taken bytes from its front, or what software sends to a port, may end anywhere, also
    where a tag is to stand; no frame leaves that does not say whose it is."""
    rng, number = random.Random(seed), PARTIES[attacker].number
    whole = frame_of(tag(VLAN[attacker]) + Lie.SHIFTED.to_bytes(2, "big"), rng.randbytes(60))
    cut = [whole[:size] for size in range(18, 60)]
    # A crossing of a liar's to a queue has room for a tag and the 8 bytes that are taken off.
    sent = [next(shims([number], [1], body=rng.randbytes(size))) for size in range(12, 60)]
    rng.shuffle(cut)
    rng.shuffle(sent)
    mine = Scene(spoken(victim, seed, 60, GAP), cycles=34_000)
    theirs = Scene({OWN[attacker]: list(in_the_gaps(cut))}, host=list(in_the_gaps(sent)))
    runs = duel(liars(mode), victim, attacker, mine, theirs)
    came = {where: runs.beside.registers[0, f"{where}/accepted"] for where in (f"port{OWN[attacker]}", "host")}
    assert came[f"port{OWN[attacker]}"] == len(cut)
    assert came["host"] - runs.alone.registers[0, "host/accepted"] == len(sent)
    left = sorted(len(frame) for output, each in PARTIES[attacker].frames(runs.beside).items() if output != "tx_host" for frame in each)
    # With the tag put on, 4 bytes more than what is left behind the 12 that are in front of it.
    assert left == sorted([size - 8 for size in (*range(24, 60), *range(24, 60))])
