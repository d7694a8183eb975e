Early($LATE, ${LATE}x, "$LATE in $LATE", '$LATE', ${NONE-default $LATE}, ${NONE}, $NONE, \$LATE, "\$LATE");
define($LATE 2, $TEXT "say \"$LATE\"	and	\\", $WORDS one "two three" four, $EMPTY);
Text($TEXT, "$TEXT", "<$WORDS>", ${WORDS[0]}, ${WORDS[1]}, ${ WORDS [ 2] }, ${WORDS[3]}, $EMPTY, a$(LATE)b, $$, $?);
Comment(// $LATE
  1 /* $LATE */ $LATE);
define($A $B $B, $B $C, $C 3); Chain($A);
elementclass In { $p | define($LOCAL <$p>, $C inner); -> { -> X($p, $LOCAL, $A, $C, $TEXT) -> Y('$p') -> } -> }
Idle -> In(outer $LATE) -> In('$C') -> Discard;
elementclass Shadow { $x | -> { $x | -> X($x) -> }($x inner) -> X($x) -> }
Idle -> Shadow(1) -> Discard;
