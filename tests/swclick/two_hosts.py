"""Two hosts that reach each other through tenant a of a merged machine, with tenant b flooded beside it, each in a network of its own.

    left host -- la --\\                                                 /-- ra -- right host
                       access switch -- wire 0 -- machine -- wire 1 -- access switch
    left flood - lb --/                                                 \\-- rb -- right of b

The machine is the merged configuration of the example tenants a and b, as `mlclick merge` prints it, at two wires where packets have the
tenants' tags. The access switches put tags on and take them off; they are a configuration of another process, and so is the flood.

``python two_hosts.py BYTES`` says what was answered, and bits a second, and writes the figures to ``build/bench/hosts.json``. It has to be
run by root.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from graph.print_click import print_graph
from mlclick.design import Source
from mlclick.flow import merge_tenants

TENANTS = Path(__file__).parents[2] / "tenants"
COMMAND = [sys.executable, "-c", "from swclick.command import main; main()"]
LEFT, RIGHT = "10.0.0.2", "10.1.0.2"
VLANS = {"a": 100, "b": 200}
FLOOD, LINE = 1000, "100mbit"
"""Bytes of a packet of the flood, and the rate of the wire that it comes by. It is above what the policy here lets b have."""
POLICY = ("bits_per_second = 500_000_000", "bits_per_second = 20_000_000")
"""What of the example's policy is changed: two busy processors have no room for wires that are faster."""


def access(wire: str, a: str, b: str) -> str:
    """A switch between a wire with tags and the devices of a and b."""
    return f"""
        FromDevice({wire}, PROMISC true) -> {wire}_c :: Classifier(12/8100 14/0064%0fff, 12/8100 14/00c8%0fff, -);
        {wire}_c[0] -> VLANDecap -> Queue -> ToDevice({a});
        {wire}_c[1] -> VLANDecap -> {wire}_b :: Counter -> Queue -> ToDevice({b});
        {wire}_c[2] -> Discard;
        {wire}_s :: RoundRobinSched -> ToDevice({wire});
        FromDevice({a}, PROMISC true) -> VLANEncap(VLAN_ID 100) -> Queue -> [0] {wire}_s;
        FromDevice({b}, PROMISC true) -> VLANEncap(VLAN_ID 200) -> Queue -> [1] {wire}_s;
        """


def flood_of_b() -> bytes:
    """A packet that b's rules let by, from its customer: tag 10, UDP to the time service."""
    udp = struct.pack("!HHHH", 1000, 123, FLOOD - 38, 0) + bytes(FLOOD - 46)
    ip = struct.pack("!BBHHHBBHII", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0, 0xAC10_0002, 0x0808_0808)
    total = sum(struct.unpack("!10H", ip))
    total = (total & 0xFFFF) + (total >> 16)
    ip = ip[:10] + struct.pack("!H", ~total & 0xFFFF) + ip[12:]
    return bytes.fromhex("020000000b000200000000cc8100000a0800") + ip + udp


class Hosts:
    """The networks and processes; ``near`` and ``far`` are the networks of the two hosts."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self._stack = stack
        self._folder = folder
        self.near, self.far, self._machine, self._switch, self._flood = (self._network() for _ in range(5))
        for one, here, other, there in (
            ("e0", self.near, "la", self._switch),
            ("e0", self.far, "ra", self._switch),
            ("lw", self._switch, "0", self._machine),
            ("rw", self._switch, "1", self._machine),
            ("lb", self._switch, "lbx", self._flood),
            ("rb", self._switch, "rbx", self._flood),
        ):
            self._run(here, f"ip link add {one} type veth peer name {other} netns {there}")
            self._run(here, f"ip link set {one} mtu 1496 up" if one == "e0" else f"ip link set {one} up")
            self._run(there, f"ip link set {other} up")
        for place, address, gateway in ((self.near, LEFT, "10.0.0.1"), (self.far, RIGHT, "10.1.0.1")):
            self._plain(place, "e0")
            self._run(place, f"ip addr add {address}/24 dev e0")
            self._run(place, "ip link set lo up")
            self._run(place, f"ip route add default via {gateway}")

    def _network(self) -> int:
        """The process that keeps a new network."""
        quiet = "for each in all default; do echo 1 > /proc/sys/net/ipv6/conf/$each/disable_ipv6; done"
        keeper = subprocess.Popen(["unshare", "--net", "sh", "-c", f"{quiet}; echo; exec sleep 600"], stdout=subprocess.PIPE)
        self._stack.callback(_end, keeper)
        assert keeper.stdout is not None
        keeper.stdout.readline()
        return keeper.pid

    def _run(self, place: int, words: str) -> None:
        subprocess.run(["nsenter", "-t", str(place), "-n", *words.split()], check=True)

    def _plain(self, place: int, device: str) -> None:
        """Packets of the device are as they will be on a wire: one frame each."""
        code = (
            "import socket, fcntl, struct, ctypes\n"
            "s = socket.socket()\n"
            "for c in (0x1f, 0x24, 0x2c):\n"
            "    v = ctypes.create_string_buffer(struct.pack('II', c, 0))\n"
            f"    fcntl.ioctl(s, 0x8946, struct.pack('16sP16x', b'{device}', ctypes.addressof(v)))\n"
        )
        subprocess.run(["nsenter", "-t", str(place), "-n", sys.executable, "-c", code], check=True)

    def start(self, place: int, name: str, text: str) -> subprocess.Popen[bytes]:
        """Run a configuration in a network, once it is ready."""
        file = self._folder / f"{name}.click"
        file.write_text(text + '\nScript(print "ready");\n')
        process = subprocess.Popen(["nsenter", "-t", str(place), "-n", *COMMAND, str(file)], stdout=subprocess.PIPE)
        self._stack.callback(_end, process)
        assert process.stdout is not None
        if process.stdout.readline() != b"ready\n":
            raise RuntimeError(f"{name} did not start")
        return process

    def start_machine(self) -> None:
        """The merged machine, and the switches around it."""
        for file in TENANTS.iterdir():
            (self._folder / file.name).write_bytes(file.read_bytes())
        policy = self._folder / "policy.toml"
        old, new = POLICY
        assert old in policy.read_text()
        policy.write_text(policy.read_text().replace(old, new))
        merged = merge_tenants(Source(("a", "b"), self._folder))
        self.start(self._machine, "machine", print_graph(merged.master.graph))
        self.start(self._switch, "switch", access("lw", "la", "lb") + access("rw", "ra", "rb"))

    @contextmanager
    def flood(self) -> Iterator[None]:
        """b is flooded at the rate of its wire."""
        self._run(self._flood, f"tc qdisc add dev lbx root tbf rate {LINE} burst 32kb limit 64kb")
        text = f"InfiniteSource(DATA \\<{flood_of_b().hex()}>, BURST 32) -> ToDevice(lbx);"
        process = self.start(self._flood, "flood", text)
        yield
        _end(process)

    def of_b(self) -> int:
        """How many packets of b have come out on the right."""
        found = subprocess.run(
            ["nsenter", "-t", str(self._flood), "-n", "ip", "-j", "-s", "link", "show", "rbx"], check=True, capture_output=True
        )
        return int(json.loads(found.stdout)[0]["stats64"]["rx"]["packets"])


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


@contextmanager
def inside(place: int) -> Iterator[None]:
    """This thread is in another network; sockets that it makes stay there."""
    library = ctypes.CDLL(None, use_errno=True)
    with Path("/proc/self/ns/net").open() as before, Path(f"/proc/{place}/ns/net").open() as there:
        library.setns(there.fileno(), 0x4000_0000)
        try:
            yield
        finally:
            library.setns(before.fileno(), 0x4000_0000)


def ping(hosts: Hosts) -> bool:
    """Whether the right host answers the left, to the byte (ICMP over a raw socket)."""
    with inside(hosts.near), socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as raw:
        raw.settimeout(1)
        for number in range(5):
            text = struct.pack("!BBHHH", 8, 0, 0, 77, number) + b"to and fro" * 10
            total = sum(struct.unpack(f"!{len(text) // 2}H", text))
            while total >> 16:
                total = (total & 0xFFFF) + (total >> 16)
            raw.sendto(text[:2] + struct.pack("!H", ~total & 0xFFFF) + text[4:], (RIGHT, 0))
            try:
                answer = raw.recv(2000)
            except TimeoutError:
                continue
            if answer[20] == 0 and answer[24:] == text[4:] and answer[8] == 63:
                return True
    return False


def transfer(hosts: Hosts, size: int) -> float:
    """Bits a second of a file from left to right over TCP, byte-exact."""
    data = os.urandom(1 << 20) * (-(-size // (1 << 20)))
    data, found = data[:size], hashlib.sha256()
    with inside(hosts.far):
        server = socket.create_server((RIGHT, 5001))
    with inside(hosts.near):
        client = socket.socket()

    def serve() -> None:
        connection, _ = server.accept()
        with connection:
            while part := connection.recv(1 << 16):
                found.update(part)
            connection.sendall(b"all")

    with server, client:
        thread = threading.Thread(target=serve)
        thread.start()
        client.settimeout(300)
        began = time.monotonic()
        client.connect((RIGHT, 5001))
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)
        assert client.recv(3) == b"all"
        took = time.monotonic() - began
        thread.join()
    assert found.digest() == hashlib.sha256(data).digest()
    return size * 8 / took


def names(hosts: Hosts, count: int = 20) -> int:
    """How many of ``count`` questions about names, with one repetition each, have their answer, byte for byte."""
    question = struct.pack("!HHHHHH", 7, 0x100, 1, 0, 0, 0) + b"\x07example\x03org\x00\x00\x01\x00\x01"
    with inside(hosts.far):
        server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        server.bind((RIGHT, 53))
        server.settimeout(1)
    with inside(hosts.near):
        client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    client.settimeout(1)
    answered = 0
    with server, client:
        for number in range(count):
            asked = struct.pack("!H", number) + question[2:]
            answer = asked[:2] + b"\x81\x80" + asked[4:] + b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x0e\x10\x00\x04\x0a\x01\x00\x09"
            for _ in range(3):
                client.sendto(asked, (RIGHT, 53))
                try:
                    got, back = server.recvfrom(2000)
                    assert got == asked
                    server.sendto(answer, back)
                    if client.recv(2000) == answer:
                        answered += 1
                        break
                except TimeoutError:
                    continue
    return answered


def measure(folder: Path, size: int) -> dict[str, float | bool]:
    """Ping, names and a transfer of ``size`` bytes through a, alone and with b flooded: what arrived, and bits a second, also of b."""
    with ExitStack() as stack:
        hosts = Hosts(stack, folder)
        hosts.start_machine()
        figures: dict[str, float | bool] = {"ping": ping(hosts), "names": names(hosts), "alone": transfer(hosts, size)}
        with hosts.flood():
            time.sleep(0.3)
            before, began = hosts.of_b(), time.monotonic()
            figures |= {"flooded ping": ping(hosts), "flooded names": names(hosts), "flooded": transfer(hosts, size)}
            figures["b"] = (hosts.of_b() - before) * FLOOD * 8 / (time.monotonic() - began)
    return figures


def write_figures(figures: dict[str, float | bool]) -> dict[str, float | bool]:
    """Write what was measured to ``build/bench/hosts.json``; gives it back."""
    path = Path("build") / "bench" / "hosts.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return figures


def text_of(figures: dict[str, float | bool]) -> str:
    """A line for each figure."""
    rates = {"alone", "flooded", "b"}
    return "".join(f"{name}: {f'{figure / 1e6:.0f} Mb/s' if name in rates else figure}\n" for name, figure in figures.items())


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        sys.stdout.write(text_of(write_figures(measure(Path(made), int(sys.argv[1])))))
