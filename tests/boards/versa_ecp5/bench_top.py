"""Both ports of the board against the RGMII models of cocotbext-eth, around a loopback core that stalls at random."""

from __future__ import annotations

import itertools
import random
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles, Timer, with_timeout
from cocotb.utils import get_sim_time
from cocotbext.eth import GmiiFrame
from cocotbext.eth.rgmii import RgmiiPhy

from boards.versa_ecp5.link import BOARD, HOST
from boards.versa_ecp5.registers import IDENTITY, register_address

CROSSING = b"\x88\xb5"
REMOTE = b"\x88\xb7" + bytes(6)
ADDRESSES = bytes(range(12))


class Board:
    """The board out of reset, a PHY at each port. A PHY samples the sent nibbles with TXC delayed by 2 ns, as the real one does."""

    def __init__(self, dut: Any) -> None:
        self.dut = dut
        self.number = 0
        self.network = self.phy("eth0")
        self.host = self.phy("eth1")

    def phy(self, prefix: str) -> RgmiiPhy:
        dut = self.dut
        pin = {name: getattr(dut, f"{prefix}_{name}") for name in ("txd", "tx_ctl", "txc", "rxd", "rx_ctl", "rxc", "mdio_i")}
        pin["mdio_i"].value = 1
        delayed = getattr(dut, f"{prefix}_txc_delayed")
        cocotb.start_soon(delay(pin["txc"], delayed))
        return RgmiiPhy(pin["txd"], pin["tx_ctl"], delayed, pin["rxd"], pin["rx_ctl"], pin["rxc"])

    async def start(self) -> None:
        dut = self.dut
        dut.rst_n.value = 0
        # None of the clocks is a multiple of another.
        Clock(dut.clk_tx, 8002, unit="ps").start()
        Clock(dut.clk_core, 16010, unit="ps").start()
        await ClockCycles(dut.clk_core, 10)
        dut.rst_n.value = 1
        await ClockCycles(dut.clk_core, 20)

    async def access(self, operation: int, address: int, data: int = 0, version: int = 1) -> tuple[int, int]:
        """Status and data of a register access."""
        self.number += 1
        head = bytes([version, operation]) + self.number.to_bytes(2, "big") + bytes(2)
        request = b"\x88\xb6" + head + address.to_bytes(4, "big") + data.to_bytes(4, "big")
        await self.host.rx.send(GmiiFrame.from_payload(ADDRESSES + request))
        answer = await receive(self.host)
        assert answer[:12] == HOST + BOARD
        assert answer[12:20] == b"\x88\xb6" + bytes([1, operation | 0x80]) + head[2:4] + answer[18:19] + b"\0"
        assert answer[20:24] == request[8:12]
        assert answer[28:] == bytes(32)
        return answer[18], int.from_bytes(answer[24:28], "big")

    async def counter(self, name: str) -> int:
        status, value = await self.access(0, register_address(name))
        assert status == 0
        return value


async def delay(source: Any, target: Any) -> None:
    while True:
        await source.value_change
        level = source.value
        await Timer(2, unit="ns")
        target.value = level


async def receive(phy: RgmiiPhy) -> bytes:
    frame = await with_timeout(phy.tx.recv(), 60, "us")
    assert frame.error is None
    assert frame.get_preamble() == b"\x55" * 7 + b"\xd5"
    assert frame.check_fcs()
    return bytes(frame.get_payload())


async def silent(phy: RgmiiPhy) -> None:
    await Timer(20, unit="us")
    assert phy.tx.empty()


async def begin(dut: Any) -> Board:
    board = Board(dut)
    await board.start()
    return board


@cocotb.test()
async def all_sizes_come_back(dut: Any) -> None:
    board = await begin(dut)
    chance = random.Random(1)
    frames = [chance.randbytes(size) for size in (1, 59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 127, 128, 1513, 1514, 1518, 1599, 1600)]
    for frame in frames:
        await board.network.rx.send(GmiiFrame.from_payload(frame))
    for frame in frames:
        assert await receive(board.network) == frame.ljust(60, b"\0")
    assert await board.counter("port0_rx_good") == len(frames)
    assert await board.counter("port0_tx_sent") == len(frames)


@cocotb.test()
async def short_frames_back_to_back_leave_twelve_bytes_apart_and_none_is_lost(dut: Any) -> None:
    board = await begin(dut)
    chance = random.Random(2)
    # While the long frame is stored and sent, the short ones gather; from then on the sender never has to wait.
    frames = [chance.randbytes(1518)] + [chance.randbytes(60) for _ in range(60)]
    for frame in frames:
        await board.network.rx.send(GmiiFrame.from_payload(frame))
    sent = [await with_timeout(board.network.tx.recv(), 60, "us") for _ in frames]
    assert [bytes(frame.get_payload()) for frame in sent] == frames
    assert all(frame.check_fcs() for frame in sent)
    gaps = [(after.sim_time_start - before.sim_time_end) / 8002 for before, after in itertools.pairwise(sent)]
    backlog = gaps[:17]
    assert backlog == [12.0] * len(backlog), backlog
    assert min(gaps) == 12.0


@cocotb.test()
async def bad_frames_are_dropped_and_counted(dut: Any) -> None:
    board = await begin(dut)
    chance = random.Random(3)
    good = []
    for number in range(12):
        frame = GmiiFrame.from_payload(chance.randbytes(chance.randint(60, 300)))
        match number % 6:
            case 0:
                frame.data[chance.randrange(8, len(frame.data))] ^= 1 << chance.randrange(8)
            case 1:
                frame = GmiiFrame.from_payload(chance.randbytes(chance.randint(5, 59)), min_len=0)
            case 2:
                frame = GmiiFrame.from_payload(chance.randbytes(1601))
            case 3:
                frame.error = [0] * 40 + [1] + [0] * (len(frame.data) - 41)
            case _:
                good.append(bytes(frame.get_payload()))
        await board.network.rx.send(frame)
    for expected in good:
        assert await receive(board.network) == expected
    await silent(board.network)
    seen = {name: await board.counter(f"port0_rx_{name}") for name in ("good", "bad_fcs", "runt", "oversize", "full")}
    assert seen == {"good": len(good), "bad_fcs": 4, "runt": 2, "oversize": 2, "full": 0}
    assert not int(dut.led.value) >> 4 & 1, "the light of drops at port 0 is off"
    assert int(dut.led.value) >> 5 & 1, "the light of drops at the host's port is on"


@cocotb.test()
async def the_link_takes_addresses_off_and_puts_its_own_on(dut: Any) -> None:
    board = await begin(dut)
    chance = random.Random(4)
    # The last as long as any that comes: 16 bytes of a shim, and what a crossing carries.
    frames = [CROSSING + chance.randbytes(size) for size in (*(chance.randint(44, 700) for _ in range(12)), 14 + 1792)]
    for frame in frames:
        await board.host.rx.send(GmiiFrame.from_payload(chance.randbytes(12) + frame))
    for frame in frames:
        answer = await receive(board.host)
        assert answer[:12] == HOST + BOARD
        assert answer[12:].ljust(48, b"\0") == frame.ljust(48, b"\0")


@cocotb.test()
async def the_link_refuses_other_ethertypes(dut: Any) -> None:
    board = await begin(dut)
    for ethertype in (0x0800, 0x88B4, 0x88B8, 0x08B5, 0xB588):
        await board.host.rx.send(GmiiFrame.from_payload(ADDRESSES + ethertype.to_bytes(2, "big") + bytes(60)))
    wanted = CROSSING + bytes(range(60))
    await board.host.rx.send(GmiiFrame.from_payload(ADDRESSES + wanted))
    assert (await receive(board.host))[12:] == wanted
    assert await board.counter("host_rx_refused") == 5
    assert await board.counter("host_rx_bad_fcs") == 0


@cocotb.test()
async def registers_are_read_and_written_over_the_link(dut: Any) -> None:
    board = await begin(dut)
    assert await board.access(0, register_address("identity")) == (0, IDENTITY)
    assert await board.access(0, register_address("status")) == (0, 0)
    for value in (0x12345678, 0xFFFFFFFF, 0):
        assert await board.access(1, 0, value) == (0, value)
        assert await board.access(0, 0) == (0, value)
    assert (await board.access(0, 4))[0] == 2
    assert (await board.access(1, 4, 5))[0] == 2
    assert (await board.access(1, register_address("identity"), 5))[0] == 2
    assert (await board.access(0, 1 << 20))[0] == 3
    assert (await board.access(0, 2))[0] == 3
    assert (await board.access(2, 0))[0] == 3
    earlier = (await board.access(0, 8))[1]
    begun = get_sim_time("ns")
    assert abs((await board.access(0, 8))[1] - earlier - (get_sim_time("ns") - begun)) < 500
    # Another version is not answered, nor does it stand in the way.
    await board.host.rx.send(GmiiFrame.from_payload(ADDRESSES + b"\x88\xb6\x02\x00" + bytes(12)))
    await silent(board.host)
    assert await board.access(0, 0) == (0, 0)


@cocotb.test()
async def port_one_stands_at_the_hosts_end_of_the_link(dut: Any) -> None:
    board = await begin(dut)
    chance = random.Random(6)
    frames = [chance.randbytes(size) for size in (60, 61, 63, 64, 65, 1000, 1514)]
    for number, frame in enumerate(frames):
        await board.host.rx.send(GmiiFrame.from_payload(ADDRESSES + REMOTE + frame))
        await board.host.rx.send(GmiiFrame.from_payload(ADDRESSES + CROSSING + bytes([number]) + frame))
    seen = [await receive(board.host) for _ in range(2 * len(frames))]
    assert all(frame[:12] == HOST + BOARD for frame in seen)
    assert [frame[20:] for frame in seen if frame[12:20] == REMOTE] == frames
    assert [frame[15:] for frame in seen if frame[12:14] == CROSSING] == frames
    await silent(board.network)


@cocotb.test()
async def both_ports_and_registers_at_once(dut: Any) -> None:
    board = await begin(dut)
    chance = random.Random(5)
    network = [chance.randbytes(chance.randint(60, 400)) for _ in range(25)]
    crossing = [CROSSING + chance.randbytes(chance.randint(46, 400)) for _ in range(25)]
    board.network.rx.ifg = 12
    for one, other in zip(network, crossing, strict=True):
        await board.network.rx.send(GmiiFrame.from_payload(one))
        await board.host.rx.send(GmiiFrame.from_payload(ADDRESSES + other))
        if chance.random() < 0.2:
            request = b"\x88\xb6\x01\x00\x00\x07" + bytes(2) + register_address("identity").to_bytes(4, "big") + bytes(4)
            await board.host.rx.send(GmiiFrame.from_payload(ADDRESSES + request))
    for frame in network:
        assert await receive(board.network) == frame
    seen: list[bytes] = []
    answers = 0
    while len(seen) < len(crossing):
        frame = (await receive(board.host))[12:]
        if frame[:2] == CROSSING:
            seen.append(frame)
        else:
            answers += 1
            assert frame[12:16] == IDENTITY.to_bytes(4, "big")
    assert seen == crossing
    assert answers > 0
    assert await board.counter("host_tx_underrun") == 0
    assert await board.counter("port0_tx_underrun") == 0
