"""Who owns a register: an attribute on its signal, which reaches the netlist and is what the proof starts from.

Owners: a tenant by number; the *schedule* (the same whoever sends what: counters of time slots and of delay lines); a *packet*, by the
place of the data path in which one stands at a time; the *operator* (counters that no tenant reads and that nothing depends on); or
*shared*, with the reason.
"""

from __future__ import annotations

from typing import Final

OWNER: Final = "owner"


def tenant(number: int) -> dict[str, str]:
    """Attributes of a register of the tenant with this number."""
    return {OWNER: f"tenant {number}"}


def schedule() -> dict[str, str]:
    """Attributes of a register that depends on nothing that a tenant does."""
    return {OWNER: "schedule"}


def packet(place: str) -> dict[str, str]:
    """Attributes of a register that belongs to whatever packet is in ``place``."""
    return {OWNER: f"packet {place}"}


def operator() -> dict[str, str]:
    """Attributes of a register that the operator alone reads."""
    return {OWNER: "operator"}


def shared(reason: str) -> dict[str, str]:
    """Attributes of a register that tenants share, because of ``reason``."""
    return {OWNER: f"shared: {reason}"}
