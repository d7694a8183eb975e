"""The module that the shell instantiates: parameters and pins as it knows them, the data path inside.

The data path's own module has no parameters, as its widths are the core's. This one takes the shell's; where one asks for what the core is
not, it instantiates a module that does not exist and whose name says what is wrong, so that elaboration ends there with that name. It is
Verilog-2001, as Vivado reads a ``.v`` file.
"""

from __future__ import annotations

from typing import Final

from boards.netfpga.nf_datapath import PORTS, NfDatapath
from boards.netfpga.page_register import ADDRESS_BITS
from boards.netfpga.pins import DATA, TUSER, WIDTH, Pin
from hdl.tools.verilog import to_verilog

TOP: Final = "nf_datapath"
"""The module that the shell's top instantiates."""
DATAPATH: Final = "mlclick_datapath"
"""The module with the data path."""
_REQUIRED: Final = {
    "C_S_AXI_DATA_WIDTH": DATA,
    "C_M_AXIS_DATA_WIDTH": WIDTH,
    "C_S_AXIS_DATA_WIDTH": WIDTH,
    "C_M_AXIS_TUSER_WIDTH": TUSER,
    "C_S_AXIS_TUSER_WIDTH": TUSER,
    "NUM_QUEUES": PORTS,
}
"""The only value of each; it is the default too."""
_ADDRESS: Final = "C_S_AXI_ADDR_WIDTH"
_FREE: Final = {_ADDRESS: "32", "C_BASEADDR": "32'h00000000"}
"""Defaults of the others. The second is of no use: an address is what the shell's interconnect leaves of it."""


def sume_verilog(top: NfDatapath) -> str:
    """All Verilog of the data path: the module `TOP`, and `DATAPATH` and what that has inside."""
    return shell_module(top.pins) + "\n" + to_verilog(top, DATAPATH, top.ports)


def shell_module(pins: tuple[Pin, ...]) -> str:
    """The module `TOP` around the module `DATAPATH` with ``pins``."""
    parameters = {**{name: str(value) for name, value in _REQUIRED.items()}, **_FREE}
    wrong = [(f"{name} != {value}", f"mlclick_{name}_must_be_{value}") for name, value in _REQUIRED.items()]
    wrong.append((f"{_ADDRESS} < {ADDRESS_BITS}", f"mlclick_{_ADDRESS}_must_be_{ADDRESS_BITS}_or_more"))
    checks = [f"    if ({condition}) begin : check{i}\n      {name} stop ();\n    end" for i, (condition, name) in enumerate(wrong)]
    return (
        f"module {TOP} #(\n"
        + ",\n".join(f"  parameter {name} = {value}" for name, value in parameters.items())
        + "\n) (\n"
        + ",\n".join(f"  {_declaration(pin)}" for pin in pins)
        + "\n);\n  generate\n"
        + "\n".join(checks)
        + f"\n  endgenerate\n  {DATAPATH} datapath (\n"
        + ",\n".join(f"    .{pin.signal.name}({_connected(pin)})" for pin in pins)
        + "\n  );\nendmodule\n"
    )


def _declaration(pin: Pin) -> str:
    direction = "output" if pin.leaves else "input"
    return f"{direction} [{pin.width}-1:0] {pin.signal.name}" if pin.width else f"{direction} {pin.signal.name}"


def _connected(pin: Pin) -> str:
    name = str(pin.signal.name)
    return f"{name}[{ADDRESS_BITS - 1}:0]" if pin.width == _ADDRESS else name
