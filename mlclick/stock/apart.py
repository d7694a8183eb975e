"""What is not compared, by name, and why: classes, and examples. Where ours differs on purpose, its manual page says so."""

from __future__ import annotations

from typing import Final

CLASSES: Final = {
    "ControlSocket": "it is spoken to over a network",
    "FromCrossing": "it is the border between tenants' hardware and software, which no Click has",
    "FromDevice": "its packets come from an interface",
    "McastSocket": "its packets come from a network",
    "MemSource": "it is for measurements, and no Click has it",
    "RandomSample": "which packets it takes is random",
    "RandomSeed": "what it settles are random numbers, and two machines draw theirs in different ways",
    "RandomSource": "its packets are random",
    "RandomSwitch": "which way a packet takes is random",
    "RED": "which packets it drops is random",
    "SetRandIPAddress": "its addresses are random",
    "ToCrossing": "it is the border between tenants' hardware and software, which no Click has",
    "ToDevice": "its packets leave by an interface",
}
"""Classes of which no example is compared."""
EXAMPLES: Final = {
    "AggregateCounter(CAPACITY 1000)": "the argument is ours: here the memory of a tenant has a bound",
}
"""Examples that are not compared, of classes of which others are."""
