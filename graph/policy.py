"""The operator's policy: how each tenant's packets are known, what its device names mean, and what it may use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NoReturn

from graph.diagnostics import Location, fail


@dataclass(frozen=True)
class Quota:
    """What a tenant may use at most; None where the policy does not say. Rates are per second, shares between 0 and 1.

    ``cpu_share``: the share of the machine's ``host_ns`` that the tenant's software elements and crossings may take together; it needs
    ``host_ns``. ``crossing_share``: of the tenant's packets that are offered, the share that may cross from hardware to the host, where a
    packet that crosses to it twice counts twice. ``cpu_limit``: of the time of the processor that the software engine runs on, the share
    that the tenant's tasks take at most, also where nobody else wants it.
    """

    luts: int | None = None
    bram_bits: int | None = None
    table_entries: int | None = None
    packets_per_second: int | None = None
    bits_per_second: int | None = None
    cpu_share: float | None = None
    crossing_share: float | None = None
    cpu_limit: float | None = None


@dataclass(frozen=True)
class TenantPolicy:
    """One tenant: identity (``vlan`` tag, destination ``mac``, physical ``port``; what is None does not matter), devices, weight
    (its part of what tenants take turns at: the ways of the hardware, and the processor of the software engine), quota, and ``rates``: by
    element, the shares of its packets that leave by each output. ``files`` is the folder whose files its elements may name, None where
    there is none.
    """

    name: str
    click: Path
    vlan: int | None
    mac: int | None
    port: int | None
    devices: Mapping[str, int]
    weight: int
    quota: Quota
    rates: Mapping[str, tuple[float, ...]]
    location: Location
    files: Path | None = None


@dataclass(frozen=True)
class MachinePolicy:
    """Budgets for all tenants together, None where there is none, and how tenants take turns at what they share. ``host_ns``: nanoseconds
    of host time, in software elements and crossings, that a packet offered to the machine may take on average. ``mode``: ``shared``, where
    a turn that one does not use is the next one's, or ``strict``, slots of time that stay idle, of at least ``slot`` cycles."""

    luts: int | None = None
    ffs: int | None = None
    bram_bits: int | None = None
    host_ns: int | None = None
    mode: Literal["shared", "strict"] = "shared"
    slot: int | None = None
    location: Location | None = None


@dataclass(frozen=True)
class Policy:
    """The whole policy file; tenants in its order."""

    path: Path
    machine: MachinePolicy
    tenants: Mapping[str, TenantPolicy] = field(default_factory=dict)

    def tenant(self, name: str) -> TenantPolicy:
        """The tenant of that name. Errors: `ClickError`."""
        found = self.tenants.get(name)
        if found is None:
            fail(
                f"the policy has no tenant {name!r}",
                f"add [tenants.{name}], or use one of: {', '.join(self.tenants)}",
                Location(None, str(self.path), 1, 1),
            )
        return found


_WHOLE: dict[str, tuple[int, int]] = {
    "luts": (0, 10**9),
    "ffs": (0, 10**9),
    "bram_bits": (0, 10**12),
    "host_ns": (0, 10**9),
    "slot": (16, 1 << 14),
    "table_entries": (0, 10**8),
    "packets_per_second": (1, 10**9),
    "bits_per_second": (8, 10**12),
    "weight": (1, 1000),
    "vlan": (1, 4094),
    "port": (0, 15),
}
_LARGEST_SHARE = 1e12
_LEAST_LIMIT = 0.001
"""Of the processor: a tenant with less would have a run in seconds."""


def read_policy(path: Path) -> Policy:
    """The policy at ``path``. Errors: `ClickError` with file, line and column."""
    # It takes a part of the time in which a machine without a policy starts.
    import tomllib

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        fail(f"cannot read the policy: {error}", "the operator's policy.toml stands beside the tenants", Location(None, str(path), 1, 1))
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        line, column = (int(found.group(1)), int(found.group(2))) if found else (len(text.splitlines()) or 1, 1)
        message = re.sub(r" \(at .*\)$", "", str(error))
        shown = text.splitlines()[line - 1 : line]
        fail(f"not TOML: {message}", "see toml.io for the format", Location(None, str(path), line, column), shown[0] if shown else None)
    except (ValueError, RecursionError):
        fail("not TOML: a number is too long or a list too deep", "see toml.io for the format", Location(None, str(path), 1, 1))
    return _Reader(path, text).policy(table)


def _shown(value: object) -> str:
    """A value as a diagnostic shows it, not longer than a line."""
    try:
        text = repr(value)
    except ValueError:
        return "a very long number"
    return text if len(text) <= 80 else f"{text[:80]}…"


class _Reader:
    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.lines = text.splitlines()

    def policy(self, table: dict[str, Any]) -> Policy:
        self._known("", table, ("machine", "tenants"))
        machine = self._table("machine", table.get("machine", {}))
        self._known("machine", machine, ("luts", "ffs", "bram_bits", "host_ns", "mode", "slot"))
        mode = machine.get("mode", "shared")
        if mode not in ("shared", "strict"):
            self._fail("machine", "mode", f"mode = {_shown(mode)} is not there", 'write mode = "shared" or mode = "strict"')
        slot = self._whole("machine", machine, "slot")
        if slot is not None and mode != "strict":
            self._fail("machine", "slot", "there are no slots in the shared mode", 'write mode = "strict", or take slot away')
        budgets = {key: self._whole("machine", machine, key) for key in ("luts", "ffs", "bram_bits", "host_ns")}
        tenants = {name: self._tenant(name, entry) for name, entry in self._table("tenants", table.get("tenants", {})).items()}
        self._distinct(list(tenants.values()))
        self._apart(list(tenants.values()))
        self._shares_of_something(tenants.values(), budgets["host_ns"])
        return Policy(self.path, MachinePolicy(**budgets, mode=mode, slot=slot, location=self._find("machine", None)[0]), tenants)

    def _shares_of_something(self, tenants: Iterable[TenantPolicy], host_ns: int | None) -> None:
        for tenant in tenants:
            if tenant.quota.cpu_share is not None and host_ns is None:
                self._fail(
                    f"tenants.{tenant.name}.quota",
                    "cpu_share",
                    f"{tenant.name} has a cpu_share, and the policy does not say of what",
                    "give [machine] a host_ns: the nanoseconds of host time that a packet offered may take",
                )

    def _tenant(self, name: str, entry: object) -> TenantPolicy:
        section = f"tenants.{name}"
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            self._fail(section, None, f"{name!r} is no name for a tenant", "use letters, digits and _, not starting with a digit")
        if re.fullmatch(r"port\d+_.*", name):
            self._fail(section, None, f"{name!r} is no name for a tenant", "names such as port0_… are the operator's own")
        table = self._table(section, entry)
        self._known(section, table, ("click", "vlan", "mac", "port", "vni", "devices", "weight", "quota", "rates", "files"))
        if "vni" in table:
            self._fail(section, "vni", "tenants cannot be known by a VXLAN network identifier yet", "use vlan, mac or port")
        if not {"vlan", "mac", "port"} & set(table):
            self._fail(section, None, f"nothing says which packets are {name}'s", "give it vlan, mac or port")
        devices = self._table(f"{section}.devices", table.get("devices", {}))
        for device in devices:
            if self._whole(f"{section}.devices", devices, device, (0, 15)) is None:
                raise AssertionError
        return TenantPolicy(
            name=name,
            click=self.path.parent / self._click(section, table, name),
            vlan=self._whole(section, table, "vlan"),
            mac=self._mac(section, table),
            port=self._whole(section, table, "port"),
            devices=dict(devices),
            weight=self._whole(section, table, "weight") or 1,
            quota=self._quota(f"{section}.quota", table.get("quota", {})),
            rates=self._rates(f"{section}.rates", table.get("rates", {})),
            location=self._find(section, None)[0],
            files=self._files(section, table),
        )

    def _quota(self, section: str, value: Any) -> Quota:
        table = self._table(section, value)
        self._known(section, table, tuple(Quota.__dataclass_fields__))
        return Quota(
            luts=self._whole(section, table, "luts"),
            bram_bits=self._whole(section, table, "bram_bits"),
            table_entries=self._whole(section, table, "table_entries"),
            packets_per_second=self._whole(section, table, "packets_per_second"),
            bits_per_second=self._whole(section, table, "bits_per_second"),
            cpu_share=self._share(section, table, "cpu_share"),
            crossing_share=self._share(section, table, "crossing_share"),
            cpu_limit=self._cpu_limit(section, table),
        )

    def _click(self, section: str, table: dict[str, Any], name: str) -> str:
        file = table.get("click", f"{name}.click")
        if not isinstance(file, str) or not file or "\0" in file:
            self._fail(section, "click", f"click = {_shown(file)} is not the name of a file", f'write it as "{name}.click"')
        return file

    def _files(self, section: str, table: dict[str, Any]) -> Path | None:
        value = table.get("files")
        if value is None:
            return None
        if not isinstance(value, str) or not value:
            self._fail(section, "files", f"files = {value!r} is no folder", 'write files = "FOLDER"; it starts from the policy\'s own')
        folder = self.path.parent / value
        if not folder.is_dir():
            self._fail(section, "files", f"there is no folder {folder}", "make it, or correct its name")
        return folder

    def _apart(self, tenants: list[TenantPolicy]) -> None:
        """No tenant may see another's files: no folder is in another's, nor are tenants' Click files and the policy in one."""
        granted = [(tenant, tenant.files.resolve()) for tenant in tenants if tenant.files is not None]
        for tenant, folder in granted:
            for other, place in granted:
                if other is not tenant and place.is_relative_to(folder):
                    self._fail(
                        f"tenants.{other.name}",
                        "files",
                        f"the files of {other.name} are in those of {tenant.name}",
                        "give each its own folder",
                    )
            if self.path.resolve().is_relative_to(folder) or any(each.click.resolve().is_relative_to(folder) for each in tenants):
                self._fail(
                    f"tenants.{tenant.name}",
                    "files",
                    f"{tenant.name} could name the policy or a tenant's Click file",
                    "give it a folder that has neither",
                )

    def _rates(self, section: str, entry: object) -> dict[str, tuple[float, ...]]:
        rates: dict[str, tuple[float, ...]] = {}
        for element, shares in self._table(section, entry).items():
            numbers = isinstance(shares, list) and all(
                isinstance(s, int | float) and not isinstance(s, bool) and 0 <= s <= _LARGEST_SHARE for s in shares
            )
            if not numbers or not sum(shares):
                self._fail(section, element, f"{element} = {_shown(shares)} are no shares", "write a number for each output: [1, 99]")
            rates[element] = tuple(float(share) / sum(shares) for share in shares)
        return rates

    def _distinct(self, tenants: list[TenantPolicy]) -> None:
        """No packet may be two tenants': two identities must differ in something that both name."""
        for index, b in enumerate(tenants):
            for a in tenants[:index]:
                pairs = ((a.vlan, b.vlan), (a.mac, b.mac), (a.port, b.port))
                if not any(x is not None and y is not None and x != y for x, y in pairs):
                    section = f"tenants.{b.name}"
                    key = next(k for k in ("vlan", "mac", "port") if getattr(b, k) is not None)
                    self._fail(
                        section,
                        key,
                        f"{a.name} and {b.name} can have the same packets: nothing in their identities tells them apart",
                        "give them different vlan, mac or port",
                    )

    def _table(self, section: str, value: object) -> dict[str, Any]:
        if not isinstance(value, dict):
            parent, _, key = section.rpartition(".")
            self._fail(parent, key, f"{section} is not a table", f"write [{section}]")
        return value

    def _known(self, section: str, table: dict[str, Any], keys: tuple[str, ...]) -> None:
        for key in table:
            if key not in keys:
                self._fail(section, key, f"unknown key {key!r}", f"known here: {', '.join(keys)}")

    def _whole(self, section: str, table: dict[str, Any], key: str, limits: tuple[int, int] | None = None) -> int | None:
        value = table.get(key)
        if value is None:
            return None
        low, high = limits or _WHOLE[key]
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            self._fail(section, key, f"{key} = {_shown(value)} is not a whole number from {low} to {high}", "correct the number")
        return value

    def _share(self, section: str, table: dict[str, Any], key: str) -> float | None:
        value = table.get(key)
        if value is None:
            return None
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 1:
            self._fail(section, key, f"{key} = {_shown(value)} is not a number from 0 to 1", "correct the number")
        return float(value)

    def _cpu_limit(self, section: str, table: dict[str, Any]) -> float | None:
        value = table.get("cpu_limit")
        if value is None:
            return None
        if not isinstance(value, int | float) or isinstance(value, bool) or not _LEAST_LIMIT <= value <= 1:
            tenant = section.split(".")[1]
            message = f"{tenant}: cpu_limit = {_shown(value)} is not a number from {_LEAST_LIMIT} to 1"
            self._fail(section, "cpu_limit", message, "write the share of the processor that its tasks may take; leave it out for no limit")
        return float(value)

    def _mac(self, section: str, table: dict[str, Any]) -> int | None:
        value = table.get("mac")
        if value is None:
            return None
        if not isinstance(value, str) or not re.fullmatch(r"[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}", value):
            self._fail(section, "mac", f"mac = {_shown(value)} is not an Ethernet address", 'write it as "00:11:22:33:44:55"')
        return int(value.replace(":", ""), 16)

    def _find(self, section: str, key: str | None) -> tuple[Location, str | None]:
        """The place of a key, or of a section's header; inline tables are searched in the line of their own key."""
        inside = section == ""
        parent, _, last = section.rpartition(".")
        for number, line in enumerate(self.lines, 1):
            header = re.match(r"\s*\[([^\]]+)\]", line)
            if header:
                inside = header.group(1).replace('"', "").replace(" ", "") == section
                if (inside and key is None) or (section == "" and header.group(1) == key):
                    return Location(None, str(self.path), number, line.index("[") + 1), line
            elif inside and key is not None and (found := re.match(rf'\s*"?({re.escape(key)})"?\s*[=.]', line)):
                return Location(None, str(self.path), number, found.start(1) + 1), line
        if parent:
            place, text = self._find(parent, last)
            if key is not None and text is not None and (at := text.find(key)) >= 0:
                return Location(None, str(self.path), place.line, at + 1), text
            return place, text
        return Location(None, str(self.path), 1, 1), None

    def _fail(self, section: str, key: str | None, message: str, advice: str) -> NoReturn:
        place, line = self._find(section, key)
        fail(message, advice, place, line)
