elementclass My { input -> Queue -> output || $cap | input -> Queue($cap) -> output || $cap, RATE $r | -> Queue($cap) -> Shaper($r) ->
  || $cap | input -> Tee -> Queue($cap) -> output; input [1] -> Queue -> [1] output }
Idle -> My -> Discard; Idle -> My(5) -> Discard; Idle -> My(5, RATE 10 20) -> Discard;
two :: My(7); Idle -> two -> Discard; Idle -> [1] two [1] -> Discard;
elementclass Queue { $cap, $rate | input -> Queue($cap) -> Shaper($rate) -> output || ... }
Idle -> Queue(1, 2) -> Discard; Idle -> Queue(3) -> Discard; Idle -> Queue -> Discard;
elementclass My { __REST__ $all | -> Null($all) -> || ... }
Idle -> My(9) -> Discard; Idle -> My(A, B, "C, D") -> Discard;
elementclass Rest { $a, COUNT $count, __REST__ $rest | -> X($a, $count, $rest) -> }
Idle -> Rest(1, 2, COUNT 3, FOO 4) -> Discard; Idle -> Rest(1, COUNT 3 4) -> Discard;
elementclass Nothing { | -> Null -> } Idle -> Nothing -> Nothing() -> Discard;
