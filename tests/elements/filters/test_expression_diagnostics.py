"""What is said of every filter expression that is refused, with the column in it."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from elements.filters.expression import parse_expression
from elements.reference.machine import instantiate
from graph.diagnostics import ClickError
from graph.load import load_text
from swclick.machine import Machine as Compiled
from tests.elements.test_diagnostics import refused

TEST = "a test such as `src host 10.0.0.1` or `tcp port 80`"
EXPRESSIONS = {
    "udp tcp; any": "column 5: one protocol is wanted, not 'tcp'",
    "tcp ; any": "column 5: a number or a name for proto is wanted, not ';'",
    "tcp # any": "column 5: '#' has no meaning in a filter expression",
    "tcp & udp": "column 5: a number or a name for proto is wanted, not '&'",
    "& 5": f"column 4: {TEST} is wanted where the expression ends",
    "src dst 5": "column 5: one of src and dst is wanted, not 'dst'",
    "port host": "column 6: one kind of test is wanted, not 'host'",
    "ip[3:2] 5": "column 7: [POS] or [POS:LEN], of one to four bytes within a word, is wanted, not ']'",
    "ip[3": "column 5: ']' is wanted where the expression ends",
    "ip[3] & 0 = 5": "column 9: a mask that is not zero is wanted, not '0'",
    "ip[3] & 256 = 5": "column 9: a mask of at most 0xff is wanted, not '256'",
    "ip frag 5": "column 9: no value is wanted, not '5'",
    "net 1.2.3.4 mask 5": "column 18: a mask such as 255.255.255.0 is wanted, not '5'",
    "icmp port 5": "column 1: only TCP, UDP and DCCP have ports",
    "udp opt syn": "column 1: only TCP has flags",
    "tcp opt > 5": "column 9: flags are set or not: use nothing in front of them",
    "80": "column 1: 'port' is wanted, not '80'",
    "tcp ? udp": "column 10: ':' is wanted where the expression ends",
    "tcp and": f"column 8: {TEST} is wanted where the expression ends",
    "or tcp": f"column 1: {TEST} is wanted, not 'or'",
    "src tcp 5": "column 9: 'port' is wanted, not '5'",
    "src host": "column 9: a value is wanted where the expression ends",
    "host 1.2.3": "column 6: an address such as 10.0.0.1 or 10.0.0.0/8 is wanted, not '1.2.3'",
    "host > 1.2.3.4": "column 6: addresses are only equal or not: use =, != or nothing",
    "ip colour 5": "column 4: one of proto, frag, unfrag, ect, ce, vers, hl, id, tos, dscp, ttl, len is wanted, not 'colour'",
    "ip ttl high": "column 8: a number for ip ttl is wanted, not 'high'",
    "port telephone": "column 6: a number or a name for port is wanted, not 'telephone'",
    "port 9-5": "column 6: a number from 0 to 65535, the smaller end of a range first, is wanted, not '9-5'",
    "port 70000": "column 6: a number from 0 to 65535, the smaller end of a range first, is wanted, not '70000'",
    "ip tos 4/x": "column 8: a number for ip tos is wanted, not '4/x'",
    "not src": f"column 8: {TEST} is wanted where the expression ends",
    "src != ": "column 7: a value is wanted where the expression ends",
    "src != or tcp": "column 8: a value is wanted, not 'or'",
    "tcp > and udp": "column 7: a value is wanted, not 'and'",
    "tcp ip[9] = 6": "column 5: `ip` and a protocol name two headers for these bytes: put `and` between them",
    "ether[0] 5": "column 1: the Ethernet header is asked for addresses alone: leave `ether` out",
    "ether ttl 5": "column 1: the Ethernet header is asked for addresses alone: leave `ether` out",
    "src & 1:1:1:1:1:1 = 1.2.3.4": "column 7: a mask of an IP address is wanted, not '1:1:1:1:1:1'",
    "src & 255.0.0.0 = 1:1:1:1:1:1": "column 7: a mask of an Ethernet address is wanted, not '255.0.0.0'",
    "ip ttl & 0.0.0.1 = 1": "column 10: a mask of at most 0xff is wanted, not '0.0.0.1'",
    "ip ttl & 1 = 1/1": "column 14: one mask is wanted, not '1/1'",
    "ip ttl 1/0": "column 8: a mask from 1 to 0xff behind the slash is wanted, not '1/0'",
    "ip hl 5/0x30": "column 7: a mask from 1 to 0xf behind the slash is wanted, not '5/0x30'",
    "ip ect 4": "column 8: a number from 0 to 3, the smaller end of a range first, is wanted, not '4'",
    "ip ect & 4 = 0": "column 10: a mask of at most 0x3 is wanted, not '4'",
    "ip ce & 1": "column 9: no mask is wanted, not '1'",
    "ip frag != 1": "column 9: no relation is wanted, not '!='",
    "ip ect != or tcp": "column 11: a value is wanted, not 'or'",
    "ip proto tcp > all": "column 16: a number or a name for proto is wanted, not 'all'",
    "tcp opt 256": "column 9: a number from 0 to 255 or a name for tcp opt is wanted, not '256'",
    "tcp opt 2-4": "column 9: a number from 0 to 255 or a name for tcp opt is wanted, not '2-4'",
    "tcp opt & 2 = syn": "column 13: flags are set or not: use nothing in front of them",
    "udp ip proto 6": "column 14: one protocol is wanted, not '6'",
    "transp or udp": "column 1: `transp` alone asks nothing: put bytes in brackets or a test behind it, or leave it out",
    "tcpudp & 3": "column 10: no mask is wanted, not '3'",
    "ip ttl 08": "column 8: a number for ip ttl is wanted, not '08'",
    "ip ttl > 4294967296": "column 10: a number for ip ttl is wanted, not '4294967296'",
    f"ip ttl {'9' * 5000}": f"column 8: a number for ip ttl is wanted, not '{'9' * 5000}'",
    f"ip[{'9' * 5000}]": "column 5004: [POS] or [POS:LEN], of one to four bytes within a word, is wanted, not ']'",
    "echo": "column 1: 'echo' means several things here: write `port echo` or `icmp type echo`",
    "udp unreachable": "column 5: 'unreachable' means nothing of that kind here: write `icmp type unreachable`",
    "icmp type 3 or www": "column 16: only TCP, UDP and DCCP have ports",
    "ip ce or high": "column 10: a number for ip ect is wanted, not 'high'",
    "ip frag or high": f"column 12: {TEST} is wanted, not 'high'",
    "tcp win 5 or high": "column 14: a number is wanted, not 'high'",
    "1:1:1:1:1:1 or 1.2.3": "column 16: an address such as 10.0.0.1 or 10.0.0.0/8 is wanted, not '1.2.3'",
}


@pytest.mark.parametrize("expression", list(EXPRESSIONS))
def test_an_expression_is_refused_with_its_column(expression: str, tmp_path: Path) -> None:
    said = refused(f"IPClassifier({expression})", 1, tmp_path)
    assert f"{tmp_path}/t.click:2:1: error: x :: IPClassifier: PATTERN 1: {EXPRESSIONS[expression]}\n" in said


@pytest.mark.parametrize(
    "levels",
    [
        lambda n: ("(" * n + "tcp" + ")" * n, n),
        lambda n: ("! " * n + "tcp", 2 * n - 1),
        lambda n: ("tcp ? udp : " * n + "icmp", 12 * n - 7),
        lambda n: ("tcp ? " * n + "tcp" + " : udp" * n, 6 * n - 1),
    ],
    ids=["parentheses", "not", "else", "then"],
)
def test_an_expression_is_a_hundred_levels_deep_at_most(levels: Callable[[int], tuple[str, int]], tmp_path: Path) -> None:
    deepest, _ = levels(100)
    Compiled(load_text(f"Idle -> IPClassifier({deepest}) -> Discard;", "t"))
    deeper, column = levels(101)
    said = "parentheses, `not` and `? :` are more than 100 levels deep here: use several patterns\n"
    assert f": PATTERN 1: column {column}: {said}" in refused(f"IPClassifier({deeper})", 1, tmp_path)
    assert said in refused(f"IPClassifier({levels(5000)[0]})", 1, tmp_path)


def test_a_name_with_other_numbers_for_tcp_and_udp_is_asked_for_its_protocol(tmp_path: Path) -> None:
    names = "PortInfo(web 8080/tcp, web 8081/udp, log 514/udp);"
    for pattern, text in {
        "port web": "column 6: 'web' means several things here: write `tcp port web` or `udp port web`",
        "tcp port log": "column 10: 'log' means nothing of that kind here: write `udp port log`",
    }.items():
        with pytest.raises(ClickError, match=re.escape(text)):
            instantiate(load_text(f"{names} Idle -> IPClassifier({pattern}) -> Discard;", str(tmp_path / "t.click")))


@pytest.mark.parametrize(
    ("expression", "text"),
    [("tcp )", "column 5: the end is wanted, not ')'"), ("(tcp", "column 5: ')' is wanted where the expression ends")],
)
def test_parentheses_that_do_not_match_are_named(expression: str, text: str) -> None:
    with pytest.raises(ValueError) as error:
        parse_expression(expression)
    assert str(error.value) == text
