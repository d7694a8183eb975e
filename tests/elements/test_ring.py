"""A packet out of a packet socket's ring, for every place where it can be cut, with nothing beside it that may be touched."""

from __future__ import annotations

import subprocess
from typing import Final

import pytest

from elements.devices.ring_c import COMMON, RECEIVE
from swclick.compiler import compiler
from swclick.runtime import headers, runtime_c

FLAGS: Final = ("-g", "-O0", "-std=gnu11", "-fno-strict-aliasing", "-w", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
TAKEN: Final = 46
"""Bytes of the packet that the kernel put into the ring; on the wire it had 100, and a tag."""
TRY: Final = rf"""
/* The runtime wants it; no descriptor is watched here. */
void machine_ready(void) {{ abort(); }}
int main(void)
{{
    for (uint32_t tagged = 0; tagged < 2; tagged++) for (uint32_t taken = 10; taken <= {TAKEN}; taken += {TAKEN} - 10)
    for (uint32_t most = 0; most <= {TAKEN} + 8; most++) {{
        struct base b = {{0}};
        uint8_t *place = malloc(66 + taken);
        memset(place, 0, 66);
        for (uint32_t i = 0; i < taken; i++) place[66 + i] = i;
        struct tpacket2_hdr *h = (struct tpacket2_hdr *)place;
        h->tp_mac = 66; h->tp_snaplen = taken; h->tp_len = 100; h->tp_vlan_tci = 0x2064;
        h->tp_status = TP_STATUS_USER | TP_STATUS_CSUMNOTREADY | (tagged ? TP_STATUS_VLAN_VALID : 0);
        struct packet *p = ring_packet(&b, h, HEADROOM, most);
        uint8_t *bytes = malloc(p->length ? p->length : 1);
        memcpy(bytes, p->data, p->length);
        printf("%u %u %u %u ", tagged, taken, most, p->extra_length);
        for (uint32_t i = 0; i < p->length; i++) printf("%02x", bytes[i]);
        printf("\n");
        free(bytes); free(place); kill_packet(&b, p); free_base(&b);
    }}
    return 0;
}}
"""


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[list[str]]:
    """Of each packet: whether it was tagged, bytes taken, SNAPLEN, extra length, bytes."""
    folder = tmp_path_factory.mktemp("ring")
    source, beside, program = folder / "ring.c", folder / "runtime.c", folder / "ring"
    beside.write_text(runtime_c(), encoding="utf-8")
    source.write_text(headers() + COMMON + RECEIVE + TRY, encoding="utf-8")
    subprocess.run([*compiler(), *FLAGS, "-o", str(program), str(source), str(beside)], check=True)
    done = subprocess.run([str(program)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return [line.split(" ") for line in done.stdout.splitlines()]


def test_what_is_cut_is_the_packet_as_it_was_on_the_wire(lines: list[list[str]]) -> None:
    assert len(lines) == 4 * (TAKEN + 9)
    for tagged, taken, most, extra, data in lines:
        whole = bytes(range(int(taken)))
        has_tag = tagged == "1" and len(whole) >= 12
        if has_tag:
            whole = whole[:12] + b"\x81\x00\x20\x64" + whole[12:]
        kept = whole[: int(most)]
        assert (data, int(extra)) == (kept.hex(), 100 + 4 * has_tag - len(kept)), (tagged, taken, most)
