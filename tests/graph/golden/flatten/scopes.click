// A class means what it meant where its compound was written.
elementclass Queue { -> Queue -> Counter -> }
q :: Queue; Idle -> q -> Discard;
elementclass Twice { elementclass Queue Null; -> Queue -> Two :: Queue -> }
Idle -> Twice -> Queue -> Discard;
elementclass A { -> B -> } elementclass B { -> Null -> } elementclass C A;
Idle -> C -> Discard; Idle -> B -> Discard;
elementclass C { -> C -> Paint(1) -> }
Idle -> C -> Discard;
input :: Null; output :: Null; Idle -> input -> output -> Discard;
