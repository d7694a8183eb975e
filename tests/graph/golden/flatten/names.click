// Numbers of anonymous elements count the elements of their own body; a name that is taken moves them on.
Idle -> Null -> Discard;
Null@2 :: Null; Idle -> Null@2 -> Discard;
a, b/c :: Tee; a, b/c -> Discard;
Idle -> { -> Null -> { -> Null -> inner :: Null -> } -> } -> Discard
Idle -> Idle@11 :: Null -> Discard    // no semicolon is needed
elementclass Way { input -> Strip(14) -> s :: Strip(2) -> output }
Idle -> Way -> w :: Way -> Discard;
