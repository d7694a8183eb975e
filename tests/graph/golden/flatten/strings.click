A("a, b)", 'c, "d)', \<48 45 // a comment with >
4c>, "\<28 29>", "\"", "\x41\101\n", (b (c, d)), "x
y", a"b"'c', , last, );
B( /* a comment, and ( */ one, two // three, four)
, five /* , six */ seven);
C(
# 70 "elsewhere"
eight); D;;; E();
require(one, package two); require(package "four", compact_config); require(one);
