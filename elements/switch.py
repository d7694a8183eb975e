"""Switch([OUTPUT])

Sends every packet to one output, which can be changed while it runs.

Arguments:
    OUTPUT: the output; packets are dropped where it is negative. 0 if not given.

Handlers:
    config (read): the configuration, with the number that was set.
    switch (read): the output, or -1 for none.
    switch (write): sets that.

Examples:
    Switch
    Switch(0)
    Switch(-1)
"""

import errno
import os
import sys
from typing import Final

from elements.definition.arguments import Argument
from elements.definition.csource import CSource
from elements.definition.handlers import StateView
from elements.definition.ports import Ports
from elements.queues.choice import PLACE_FIELDS, PLACE_STATE, Choice, port_number
from elements.reference.machine import Machine
from elements.reference.packet import Packet

GET: Final = 5
SET: Final = 6
"""Numbers of calls by LLRPC: what is read or set is an integer of four bytes."""


class Switch(Choice):
    ports = Ports("1/-", "h/h")
    chosen = Argument("OUTPUT", port_number, 0)

    @property
    def ways(self) -> int:
        return self.outputs

    def setup(self) -> None:
        if self.chosen >= max(1, self.outputs):
            raise ValueError(f"output must be < {self.outputs}")

    def push(self, machine: Machine, port: int, packet: Packet) -> None:
        place = self.place_now(machine)
        if place >= 0:
            machine.push_out(self.name, place, packet)

    def llrpc(self, state: StateView, number: int, data: bytes) -> bytes:
        if number == GET:
            return state.get(self.place).to_bytes(4, sys.byteorder)
        if number != SET:
            return super().llrpc(state, number, data)
        wanted = int.from_bytes(data[:4], sys.byteorder, signed=True)
        if wanted >= self.outputs:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        state.set(self.place, self.valid(wanted))
        return data

    def c_source(self) -> CSource:
        return CSource(
            is_short=True, fields=PLACE_FIELDS, initialize=self.place_c, push="    OUT((int32_t)self->place, p);\n", state=PLACE_STATE
        )
