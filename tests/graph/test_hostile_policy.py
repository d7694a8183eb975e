"""No policy file ends in anything but a policy or a diagnostic with a place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.diagnostics import ClickError
from graph.policy import Policy, read_policy

KEYS = (
    "click vlan mac port vni devices weight quota rates luts ffs bram_bits host_ns mode machine tenants a b cpu_share cpu_limit"
    " table_entries x"
)
VALUES = (
    "1 0 -1 5000 1e999 nan -inf 0x"
    + "f" * 5000
    + ' true "" "a\\u0000b" \'shared\' "00:11:22:33:44:55" [] [1,99] [[1]] [1e308,1e308] [inf] {} '
    "{a=1} {eth0=0,eth1=1} {luts=-1} {cpu_share=2.5} 1979-05-27 07:32:00 " + "[" * 3000
).split()
LINES = st.one_of(
    st.sampled_from(
        [
            "[machine]",
            "[tenants]",
            "[tenants.a]",
            "[tenants.b]",
            "[tenants.a.quota]",
            '[tenants."a.b"]',
            "[[tenants]]",
            "[tenants.a.rates]",
            "#",
        ]
    ),
    st.builds(lambda key, value: f"{key} = {value}", st.sampled_from(KEYS.split()), st.sampled_from(VALUES)),
    st.builds(lambda key, value: f"{key} = {value}", st.sampled_from(KEYS.split()), st.sampled_from(["1", "{a=1}", "[1,99]"])),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
)


def policy_or_diagnostics(path: Path) -> Policy | None:
    try:
        return read_policy(path)
    except ClickError as error:
        assert all(d.location is not None for d in error.diagnostics)
        assert all(c.isprintable() or c in "\n\t" for c in str(error).replace(str(path), ""))
        return None


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LINES, max_size=8))
def test_soups_of_lines(tmp_path: Path, lines: list[str]) -> None:
    path = tmp_path / "policy.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    policy_or_diagnostics(path)


@pytest.mark.parametrize(
    "content", [b"\xff", b"\0", b"[tenants.a]\nvlan = 1\n\0", b"\xef\xbb\xbf[tenants.a]\nvlan = 1", b"[" * 100000, b"a=" + b"{a=" * 20000]
)
def test_hostile_bytes(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_bytes(content)
    assert policy_or_diagnostics(tmp_path / "policy.toml") is None


def test_a_folder_is_no_policy(tmp_path: Path) -> None:
    assert policy_or_diagnostics(tmp_path) is None
