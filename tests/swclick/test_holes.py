"""What of C may be data, and what may not."""

from __future__ import annotations

import pytest

from swclick.holes import split_text


def holes(text: str) -> list[str]:
    return [hole.kept for hole in split_text(text).holes]


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("    x = 5 + y;", ["5"]),
        ("    if (a < 0x10u) return 7;", ["0x10u", "7"]),
        ('    say("five", 4);', ['"five"', "4"]),
        ("    static const uint8_t two[2] = {1, 2};\n    use(two[i]);", ["static const uint8_t two[2] = {1, 2};"]),
        ("    e12_push(m, port, p);", ["e12_push(m"]),
    ],
)
def test_integers_strings_small_tables_and_other_elements_functions_may(text: str, data: list[str]) -> None:
    assert holes(text) == data


@pytest.mark.parametrize(
    "text",
    [
        "    case 5: break;",
        "    int x[5];",
        "    double x = 1.5e-07, y = 08.5, z = 1e-08, w = 0x1.8p+3, v = 1E5f;",
        '    x = sizeof("five") + sizeof(uint32_t);',
        '    __builtin_prefetch(f(t, 3), 1); _Static_assert(1, "x"); char x __attribute__((aligned(16)));',
        "    PEER(3)->turn++;",
        "    /* 5 */",
        "#if 5",
        "    c = '5';",
        "    static const uint8_t two[2] = {1, 2};\n    use(sizeof two);",
    ],
)
def test_nothing_else_may(text: str) -> None:
    assert holes(text) == []


@pytest.mark.parametrize(
    ("text", "keeps"),
    [
        ("    static int last;", True),
        ("    {static int last;}", True),
        ("\tstatic uint8_t last[4];", True),
        ("    static const struct frame *last;", True),
        ("    static const struct frame *const last = &one;", False),
        ("    static const int last = 5;", False),
        ("static void of(struct machine *m)\n{\n    int last = 5;\n}\n", False),
    ],
)
def test_a_variable_in_which_one_tenant_would_find_what_another_left_is_seen(text: str, keeps: bool) -> None:
    assert split_text(text).keeps is keeps
