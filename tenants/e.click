// A learning Ethernet switch with two ports. What bridges keep to themselves (spanning tree, LLDP, pause) is not passed on, and each port
// counts what comes in by kind and what goes out.

// One port's way in.
elementclass In {
  input -> c :: Classifier(
    0/0180c2000000,   // spanning tree
    0/0180c200000?,   // the other reserved addresses
    6/01%01,          // nobody sends from a group address
    0/ffffffffffff,
    0/01%01,
    -);
  c[0] -> bpdu :: Counter -> Discard;
  c[1] -> reserved :: Counter -> Discard;
  c[2] -> wrong :: Counter -> Discard;
  c[3] -> broadcast :: Counter -> output;
  c[4] -> multicast :: Counter -> output;
  c[5] -> unicast :: Counter -> output;
}

switch :: EtherSwitch(TIMEOUT 300);

FromDevice(left) -> in0 :: In -> [0] switch;
FromDevice(right) -> in1 :: In -> [1] switch;
switch[0] -> out0 :: Counter -> Queue(200) -> ToDevice(left);
switch[1] -> out1 :: Counter -> Queue(200) -> ToDevice(right);
