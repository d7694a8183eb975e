from amaranth.back import rtlil
from amaranth.hdl import Module, signed, unsigned
from amaranth.lib import memory, wiring
from amaranth.lib.wiring import Out
from hypothesis import given, settings
from hypothesis import strategies as st

from hdl.tools.memory_words import memory_words


class Words(wiring.Component):
    """A memory that holds these words of so many bits, read in order."""

    def __init__(self, words: list[int], width: int, *, negative: bool) -> None:
        self.words = words
        self.shape = signed(width) if negative else unsigned(width)
        super().__init__({"word": Out(self.shape)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.words = words = memory.Memory(shape=self.shape, depth=len(self.words), init=self.words)
        read, write = words.read_port(), words.write_port()
        m.d.comb += [self.word.eq(read.data), write.data.eq(read.data), write.en.eq(1)]
        m.d.sync += read.addr.eq(read.addr + 1)
        return m


@st.composite
def _memories(draw: st.DrawFn) -> tuple[list[int], int, bool]:
    width, negative = draw(st.integers(1, 140)), draw(st.booleans())
    low, high = (-(1 << width - 1), (1 << width - 1) - 1) if negative else (0, (1 << width) - 1)
    return draw(st.lists(st.integers(low, high), min_size=1, max_size=20)), width, negative


@given(_memories())
@settings(max_examples=40, deadline=None)
def test_the_text_is_the_one_that_amaranth_itself_makes(drawn: tuple[list[int], int, bool]) -> None:
    words, width, negative = drawn
    theirs = rtlil.convert(Words(words, width, negative=negative), name="words")
    with memory_words():
        ours = rtlil.convert(Words(words, width, negative=negative), name="words")
    assert "$meminit_v2" in ours
    assert ours == theirs


def test_of_a_memory_without_words_too() -> None:
    theirs = rtlil.convert(Words([], 8, negative=False), name="words")
    with memory_words():
        assert rtlil.convert(Words([], 8, negative=False), name="words") == theirs


def test_amaranth_is_as_it_was_afterwards() -> None:
    before = rtlil.ModuleEmitter.emit_memory
    with memory_words():
        assert rtlil.ModuleEmitter.emit_memory is not before
    assert rtlil.ModuleEmitter.emit_memory is before
