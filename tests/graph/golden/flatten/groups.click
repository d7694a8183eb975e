c :: Classifier(00/01, -); x :: Idle -> c;
c => ( input [0] -> output; input [1] -> Paint(1) -> output ) -> y :: Null -> Discard;
Idle -> ( -> ) -> ( [0] -> [0] ) -> ( [0] -> [0]; [1] -> [1] ) => ( [0] -> [0]; [1] -> [1] ) -> Discard;
Idle -> ( -> inside :: Null -> ( -> Null -> ) -> ) -> Discard; inside [1] -> Discard;
t :: Tee; Idle -> t => [0,1] ( [0] -> Null -> [1]; [1] -> [0] ) [1,0] => Discard, Discard;
Idle -> { => ( [0] -> Null; input -> output ) -> } -> Discard;
Idle -> { [0], Idle -> [0] } -> Discard;
