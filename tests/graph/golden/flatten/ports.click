t, u :: Tee; n :: Null;
Idle -> t; Idle -> u; t [1] -> [0x1] n; u[0] -> [2]n [2] -> Discard; n -> Discard;
t [2,3] => Discard, Discard;
t [4-6] => [3, 4, 5] n;
u [1-] => Discard, Discard, Discard;
u [] -> x :: Discard;
c :: Tee; Idle -> c; c => Null, Null, Null -> join :: Null -> Discard;
Idle, Idle -> join; Idle => [6-8] n;
t -> [0] n; t -> [0] n   // once is enough
