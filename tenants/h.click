// A monitor in the wire between two ports: everything passes, by class counted, and of IP packets one in a hundred is looked at more closely.
// Which ones is random and yet the same in every run: each sampler's generator starts from the number that its manual page has.

// One direction. Output 0 is the way on; output 1 has copies of the chosen packets, which software makes.
elementclass Watch {
  input -> c :: Classifier(12/0800, 12/0806, 12/86dd, -);
  c[0] -> MarkIPHeader(14) -> kind :: IPClassifier(tcp opt syn, tcp, udp, icmp, -);
  kind[0] -> syn :: Counter -> pick :: RandomSample(SAMPLE 0.01);
  kind[1] -> tcp :: Counter -> pick;
  kind[2] -> udp :: Counter -> pick;
  kind[3] -> icmp :: Counter -> pick;
  kind[4] -> other :: Counter -> pick;
  c[1] -> arp :: Counter -> output;
  c[2] -> ip6 :: Counter -> output;
  c[3] -> rest :: Counter -> output;
  pick[0] -> chosen :: Tee;
  pick[1] -> output;
  chosen[0] -> output;
  chosen[1] -> [1] output;
}

// What was chosen, of either direction: its size, and its headers in the log.
samples :: CheckLength(128) -> short :: Counter -> print :: Print(sample, 54) -> Discard;
samples[1] -> long :: Counter -> print;

FromDevice(left) -> there :: Watch -> Queue(200) -> ToDevice(right);
FromDevice(right) -> back :: Watch -> Queue(200) -> ToDevice(left);
there[1] -> samples;
back[1] -> samples;
