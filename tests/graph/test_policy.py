"""What a policy says is what is read of it."""

from pathlib import Path

from graph.policy import Quota, read_policy


def test_every_part_of_a_quota_is_read(tmp_path: Path) -> None:
    names = list(Quota.__dataclass_fields__)
    values = [0.5 if name.endswith(("_share", "_limit")) else 10 + index for index, name in enumerate(names)]
    given = ", ".join(f"{name} = {value}" for name, value in zip(names, values, strict=True))
    (tmp_path / "policy.toml").write_text(f"[machine]\nhost_ns = 1\n[tenants.a]\nvlan = 1\nquota = {{ {given} }}\n")
    quota = read_policy(tmp_path / "policy.toml").tenant("a").quota
    assert [getattr(quota, name) for name in names] == values
