"""Values of a packet program: unsigned bit vectors in static single assignment form, hash-consed and folded as they are made.

The grammar is closed. ``OPERATIONS`` names every operation with its meaning; what is not in it cannot be said. Widths grow and
do not wrap, with one exception that says so: `-` is modular in the wider operand's width.

Two values that are made from the same operation on the same operands are the same object, so identity is structural equality,
a value can be a dictionary key, and what two tenants compute alike from the same bytes is computed once.
"""

from __future__ import annotations

from typing import Final

OPERATIONS: Final[dict[str, str]] = {
    "const": "attribute 0: the number",
    "load": "attributes (layer, offset): the byte there, zero past the end of the packet; 8 bits",
    "has": "attributes (layer, count): whether the packet has `count` bytes from the start of the layer; 1 bit",
    "length": "attribute (layer): bytes from the start of the layer to the end of the packet, zero where the layer is not set; 16 bits",
    "annotation": "attribute (name): an annotation at the entry of the program",
    "now": "nanoseconds modulo 2**48",
    "meta": "attribute (name): what the hardware knows of a packet at its entry (hardware only: composed pipelines)",
    "old": "attribute (variable): a state variable before this packet; operand: index",
    "hit": "attribute (table): whether a table has the key; operand: key",
    "found": "attribute (table): what a table holds for the key, zero where it has none; operand: key",
    "add": "sum; one bit wider than the wider operand",
    "sub": "difference modulo 2**width of the wider operand",
    "mul": "product; as wide as both operands together",
    "and": "bitwise; as wide as the wider operand",
    "or": "bitwise; as wide as the wider operand",
    "xor": "bitwise; as wide as the wider operand",
    "not": "bitwise",
    "eq": "1 bit",
    "ult": "unsigned less than; 1 bit",
    "mux": "operand 1 where operand 0 (1 bit) is set, else operand 2",
    "cat": "concatenation, first operand most significant",
    "slice": "attribute (low): `width` bits from bit `low`",
    "zext": "zero extension",
    "shl": "shift left by operand 1; result has the given width, bits beyond are lost",
    "shr": "logical shift right by operand 1",
}


class Value:
    """One value: an operation, its width in bits, its operands and its attributes (strings and numbers)."""

    __slots__ = ("attributes", "op", "operands", "width")

    op: str
    width: int
    operands: tuple[Value, ...]
    attributes: tuple[str | int, ...]

    def __init__(self, op: str, width: int, operands: tuple[Value, ...], attributes: tuple[str | int, ...]) -> None:
        self.op = op
        self.width = width
        self.operands = operands
        self.attributes = attributes

    @property
    def constant(self) -> int | None:
        """The number, if this is a constant."""
        return int(self.attributes[0]) if self.op == "const" else None

    def __add__(self, other: Value | int) -> Value:
        return add(self, lift(other, self.width))

    def __radd__(self, other: int) -> Value:
        return add(lift(other, self.width), self)

    def __sub__(self, other: Value | int) -> Value:
        return sub(self, lift(other, self.width))

    def __mul__(self, other: Value | int) -> Value:
        return mul(self, lift(other, None))

    def __and__(self, other: Value | int) -> Value:
        return bit_and(self, lift(other, self.width))

    def __or__(self, other: Value | int) -> Value:
        return bit_or(self, lift(other, self.width))

    def __xor__(self, other: Value | int) -> Value:
        return bit_xor(self, lift(other, self.width))

    def __invert__(self) -> Value:
        return bit_not(self)

    def __lt__(self, other: Value | int) -> Value:
        return ult(self, lift(other, None))

    def __gt__(self, other: Value | int) -> Value:
        return ult(lift(other, None), self)

    def __le__(self, other: Value | int) -> Value:
        return bit_not(ult(lift(other, None), self))

    def __ge__(self, other: Value | int) -> Value:
        return bit_not(ult(self, lift(other, None)))

    def __getitem__(self, key: slice) -> Value:
        """Bits ``low:high`` (high excluded, bit 0 least significant), as in Amaranth."""
        low, high, _ = key.indices(self.width)
        return part(self, low, high - low)

    def __bool__(self) -> bool:
        raise TypeError("a packet program runs before there is a packet: use mux() or p.when() instead of if")

    def equals(self, other: Value | int) -> Value:
        """1 where both are the same number."""
        return eq(self, lift(other, None))

    def differs(self, other: Value | int) -> Value:
        """1 where the numbers are not the same."""
        return bit_not(eq(self, lift(other, None)))

    def any(self) -> Value:
        """1 where any bit is set."""
        return self if self.width == 1 else bit_not(eq(self, const(0, self.width)))

    def __repr__(self) -> str:
        return f"<{self.op} {self.width} {self.attributes}>"


_Key = tuple[str, int, tuple[Value, ...], tuple[str | int, ...]]
_interned: dict[_Key, Value] = {}


def make(op: str, width: int, operands: tuple[Value, ...] = (), attributes: tuple[str | int, ...] = ()) -> Value:
    """The one value of this shape. ``width`` is in bits, at least 1."""
    if op not in OPERATIONS:
        raise ValueError(f"{op} is not an operation of packet programs")
    if width < 1:
        raise ValueError(f"a value is at least one bit wide, not {width} ({op})")
    key = (op, width, operands, attributes)
    found = _interned.get(key)
    if found is None:
        found = _interned[key] = Value(op, width, operands, attributes)
    return found


def const(number: int, width: int) -> Value:
    """A constant; ``number`` must fit in ``width`` bits."""
    if number < 0 or number >> width:
        raise ValueError(f"{number} does not fit in {width} bits")
    return make("const", width, (), (number,))


def lift(value: Value | int, width: int | None) -> Value:
    """A value as it is; a number as a constant of ``width`` bits, or wider if it needs more."""
    if isinstance(value, Value):
        return value
    return const(value, max(value.bit_length(), width or 1))


TRUE: Final = const(1, 1)
FALSE: Final = const(0, 1)


def extend(a: Value, width: int) -> Value:
    """``a`` with zeros in front up to ``width`` bits."""
    if width < a.width:
        raise ValueError(f"{width} bits are fewer than {a.width}")
    if width == a.width:
        return a
    if a.constant is not None:
        return const(a.constant, width)
    return extend(a.operands[0], width) if a.op == "zext" else make("zext", width, (a,))


def part(a: Value, low: int, width: int) -> Value:
    """``width`` bits of ``a`` from bit ``low``; what lies past its end is zero."""
    if low >= a.width:
        return const(0, width)
    if low + width > a.width:
        return extend(part(a, low, a.width - low), width)
    if width == a.width:
        return a
    if a.constant is not None:
        return const((a.constant >> low) & ((1 << width) - 1), width)
    if a.op == "slice":
        return part(a.operands[0], low + int(a.attributes[0]), width)
    if a.op == "zext":
        return part(a.operands[0], low, width)
    if a.op == "cat":
        return _part_of_cat(a, low, width)
    return make("slice", width, (a,), (low,))


def _part_of_cat(a: Value, low: int, width: int) -> Value:
    pieces: list[Value] = []
    position = 0
    for operand in reversed(a.operands):
        start, end = max(low, position), min(low + width, position + operand.width)
        if start < end:
            pieces.insert(0, part(operand, start - position, end - start))
        position += operand.width
    return cat(*pieces)


def cat(*parts: Value) -> Value:
    """Concatenation, first part most significant. Neighbouring constants and neighbouring slices of one value are joined."""
    flat: list[Value] = []
    for operand in parts:
        flat.extend(operand.operands if operand.op == "cat" else (operand,))
    joined: list[Value] = []
    for operand in flat:
        merged = _join(joined[-1], operand) if joined else None
        if merged is None:
            joined.append(operand)
        else:
            joined[-1] = merged
    if len(joined) == 1:
        return joined[0]
    return make("cat", sum(v.width for v in joined), tuple(joined))


def _join(high: Value, low: Value) -> Value | None:
    if high.constant is not None and low.constant is not None:
        return const((high.constant << low.width) | low.constant, high.width + low.width)
    if high.op != "slice" or low.op != "slice" or high.operands != low.operands:
        return None
    if int(high.attributes[0]) != int(low.attributes[0]) + low.width:
        return None
    return part(high.operands[0], int(low.attributes[0]), high.width + low.width)


def add(a: Value, b: Value) -> Value:
    """Sum, one bit wider than the wider operand."""
    width = max(a.width, b.width) + 1
    if a.constant is not None and b.constant is not None:
        return const(a.constant + b.constant, width)
    if b.constant == 0:
        return extend(a, width)
    if a.constant == 0:
        return extend(b, width)
    return make("add", width, (a, b))


def sub(a: Value, b: Value) -> Value:
    """Difference modulo 2**width, width being the wider operand's."""
    width = max(a.width, b.width)
    if a.constant is not None and b.constant is not None:
        return const((a.constant - b.constant) % (1 << width), width)
    if b.constant == 0:
        return extend(a, width)
    return make("sub", width, (a, b))


def mul(a: Value, b: Value) -> Value:
    """Product, as wide as both operands together."""
    width = a.width + b.width
    if a.constant is not None and b.constant is not None:
        return const(a.constant * b.constant, width)
    if 0 in (a.constant, b.constant):
        return const(0, width)
    return make("mul", width, (a, b))


def bit_and(a: Value, b: Value) -> Value:
    """Bitwise and."""
    width = max(a.width, b.width)
    a, b = extend(a, width), extend(b, width)
    ones = (1 << width) - 1
    if a.constant is not None and b.constant is not None:
        return const(a.constant & b.constant, width)
    if 0 in (a.constant, b.constant):
        return const(0, width)
    if a is b or b.constant == ones:
        return a
    if a.constant == ones:
        return b
    if width == 1 and (a is bit_not(b)):
        return FALSE
    return make("and", width, (a, b))


def bit_or(a: Value, b: Value) -> Value:
    """Bitwise or."""
    width = max(a.width, b.width)
    a, b = extend(a, width), extend(b, width)
    ones = (1 << width) - 1
    if a.constant is not None and b.constant is not None:
        return const(a.constant | b.constant, width)
    if ones in (a.constant, b.constant):
        return const(ones, width)
    if a is b or b.constant == 0:
        return a
    if a.constant == 0:
        return b
    if width == 1 and (a is bit_not(b)):
        return TRUE
    return make("or", width, (a, b))


def bit_xor(a: Value, b: Value) -> Value:
    """Bitwise exclusive or."""
    width = max(a.width, b.width)
    a, b = extend(a, width), extend(b, width)
    if a.constant is not None and b.constant is not None:
        return const(a.constant ^ b.constant, width)
    if a is b:
        return const(0, width)
    if b.constant == 0:
        return a
    if a.constant == 0:
        return b
    return make("xor", width, (a, b))


def bit_not(a: Value) -> Value:
    """Bitwise complement."""
    if a.constant is not None:
        return const(a.constant ^ ((1 << a.width) - 1), a.width)
    return a.operands[0] if a.op == "not" else make("not", a.width, (a,))


def eq(a: Value, b: Value) -> Value:
    """1 where both are the same number."""
    width = max(a.width, b.width)
    a, b = extend(a, width), extend(b, width)
    if a.constant is not None and b.constant is not None:
        return TRUE if a.constant == b.constant else FALSE
    if a is b:
        return TRUE
    if a.constant is not None:
        a, b = b, a
    if a.op == "zext" and b.constant is not None:
        inner = a.operands[0]
        return eq(inner, const(b.constant, inner.width)) if not b.constant >> inner.width else FALSE
    if width == 1 and b.constant is not None:
        return a if b.constant else bit_not(a)
    if a.op == "cat" and b.constant is not None:
        return _eq_of_cat(a, b.constant)
    return make("eq", 1, (a, b))


def _eq_of_cat(a: Value, number: int) -> Value:
    """Constant parts are compared now; equal bytes of a header that is known in part need no hardware."""
    rest: list[Value] = []
    numbers: list[Value] = []
    position = a.width
    for operand in a.operands:
        position -= operand.width
        piece = (number >> position) & ((1 << operand.width) - 1)
        if operand.constant is None:
            rest.append(operand)
            numbers.append(const(piece, operand.width))
        elif operand.constant != piece:
            return FALSE
    if len(rest) == len(a.operands):
        return make("eq", 1, (a, const(number, a.width)))
    return eq(cat(*rest), cat(*numbers))


def ult(a: Value, b: Value) -> Value:
    """1 where ``a`` is the smaller number."""
    width = max(a.width, b.width)
    if a.constant is not None and b.constant is not None:
        return TRUE if a.constant < b.constant else FALSE
    if a is b or b.constant == 0:
        return FALSE
    if a.constant is not None and a.constant >= (1 << b.width) - 1:
        return FALSE
    if b.constant is not None and b.constant >= 1 << a.width:
        return TRUE
    return make("ult", 1, (extend(a, width), extend(b, width)))


def mux(condition: Value, a: Value | int, b: Value | int) -> Value:
    """``a`` where ``condition`` (1 bit) is set, else ``b``."""
    if condition.width != 1:
        raise ValueError(f"the condition of a mux is one bit wide, not {condition.width}")
    wide = max(v.width if isinstance(v, Value) else v.bit_length() for v in (a, b))
    x, y = extend(lift(a, wide), max(wide, 1)), extend(lift(b, wide), max(wide, 1))
    if condition.constant is not None:
        return x if condition.constant else y
    if x is y:
        return x
    if condition.op == "not":
        return mux(condition.operands[0], y, x)
    if x.width == 1 and x.constant is not None:
        return bit_or(condition, y) if x.constant else bit_and(bit_not(condition), y)
    if y.width == 1 and y.constant is not None:
        return bit_or(bit_not(condition), x) if y.constant else bit_and(condition, x)
    if y.op == "mux" and y.operands[0] is condition:
        y = y.operands[2]
    if x.op == "mux" and x.operands[0] is condition:
        x = x.operands[1]
    if x is y:
        return x
    return make("mux", x.width, (condition, x, y))
