// A variable in the value of another means what it means where that is used: here the parameter, not the file's own.
define($LATE 2, $TEXT say_$LATE, $SAME $SAME, $OWN 1);
elementclass In { $LATE | define($LOCAL local_$LATE, $OWN $OWN); -> X($LOCAL, $TEXT, $SAME, $OWN) -> }
Idle -> In(outer_$LATE) -> Discard;
