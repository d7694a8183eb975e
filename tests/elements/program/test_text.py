"""Programs as text: a few whole ones, and that the text tells programs apart."""

from dataclasses import replace

import pytest

from elements.program.packet import Packet
from elements.program.program import State, Table
from elements.program.text import program_text
from elements.program.values import const
from sim.conformance.examples import catalogue_examples, configured

GOLDEN = {
    ("Strip", "Strip(14)"): """\
v0:1 = has data 14
v1:16 = length data
end v1
output 0 if v0 shift 14 network keep
one way
""",
    ("Paint", "Paint(1)"): """\
v0:16 = length data
annotate paint = 0x1:8
end v0
output 0 if 0x1:1 shift 0 network keep
one way
""",
    ("DropBroadcasts", "DropBroadcasts"): """\
state dropped:32 words 1 initial 0x0
v0:3 = annotation packet_type
v1:1 = eq v0 0x1:3
v2:1 = eq v0 0x2:3
v3:1 = or v1 v2
v4:1 = not v3
v5:16 = length data
v6:32 = old dropped 0x0:1
v7:33 = add v6 0x1:32
v8:32 = slice 0 v7
v9:32 = mux v3 v8 v6
write dropped[0x0:1] = v9 if v3
end v5
output 1 if v3 shift 0 network keep
output 0 if v4 shift 0 network keep
one way
""",
    ("StaticIPLookup", "StaticIPLookup(10.0.0.0/8 0, 10.1.0.0/16 10.0.0.1 0, 0.0.0.0/0 192.168.1.1 0)"): """\
table routes lpm 32 -> 34: 0xa000000/0x8=0x0 0xa010000/0x10=0x28000004 0x0/0x0=0x302a00404
v0:32 = annotation dst_ip
v1:1 = hit routes v0
v2:34 = found routes v0
v3:2 = slice 0 v2
v4:1 = eq v3 0x0:2
v5:1 = and v1 v4
v6:1 = eq v3 0x1:2
v7:1 = and v1 v6
v8:1 = eq v3 0x2:2
v9:1 = and v1 v8
v10:1 = eq v3 0x3:2
v11:1 = and v1 v10
v12:32 = slice 2 v2
v13:1 = eq v12 0x0:32
v14:32 = mux v13 v0 v12
v15:32 = mux v1 v14 v0
v16:16 = length data
annotate dst_ip = v15
end v16
output 0 if v5 shift 0 network keep
output 1 if v7 shift 0 network keep
output 2 if v9 shift 0 network keep
output 3 if v11 shift 0 network keep
one way
""",
}


@pytest.mark.parametrize(("class_name", "text"), GOLDEN)
def test_the_text_of_an_element(class_name: str, text: str) -> None:
    assert program_text(configured(class_name, text).program) == GOLDEN[class_name, text]


def test_the_text_does_not_depend_on_what_was_traced_before() -> None:
    before = [program_text(example.program) for example in catalogue_examples()]
    assert before == [program_text(configured(e.class_name, e.text).program) for e in reversed(catalogue_examples())][::-1]


def test_all_that_a_program_is_made_of_is_in_its_text() -> None:
    state, table = State("count", 8, 4), Table("t", "exact", 8, 4, ((1, 0, 2),))
    packet = Packet(2)
    packet.write(state, packet.read(state, packet.data[1]) + 1, packet.data[1])
    packet.ether.type = 0x0800
    packet.annotate("paint", packet.lookup(table, packet.data[0])[1])
    packet.take(const(20, 16))
    packet.pull(14)
    packet.set_network(0)
    packet.output(1)
    program = packet.finish()
    others = [
        replace(program, exits=()),
        replace(program, exits=(replace(program.exits[0], port=0),)),
        replace(program, exits=(replace(program.exits[0], network="none"),)),
        replace(program, edits=program.edits[1:]),
        replace(program, annotations=()),
        replace(program, end=Packet(1).length),
        replace(program, accesses=(replace(program.accesses[0], state=replace(state, initial=1)),)),
        replace(program, tables=(replace(table, entries=((1, 0, 3),)),)),
        replace(program, exclusive=False),
    ]
    texts = [program_text(other) for other in (program, *others)]
    assert len(set(texts)) == len(texts)
