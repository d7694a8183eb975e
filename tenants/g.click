// A filter against DNS amplification, in the wire between a network and the Internet: answers come in from the network's own resolvers
// alone, and large ones only so many bytes a second; other traffic passes. Questions of type ANY, which ask for the largest answers, are
// counted apart.

// Frames with IP by output 0, the header marked; all others by output 1.
elementclass Frames {
  input -> c :: Classifier(12/0800, -);
  c[0] -> MarkIPHeader(14) -> [0] output;
  c[1] -> [1] output;
}

// Counts questions. The type follows the name, which begins at byte 54; it is seen behind names of up to 19 bytes, as they are written there.
elementclass Questions {
  input -> c :: Classifier(
    !54/0000ff0001 !56/0000ff0001 !57/0000ff0001 !58/0000ff0001 !59/0000ff0001 !60/0000ff0001
    !61/0000ff0001 !62/0000ff0001 !63/0000ff0001 !64/0000ff0001 !65/0000ff0001 !66/0000ff0001
    !67/0000ff0001 !68/0000ff0001 !69/0000ff0001 !70/0000ff0001 !71/0000ff0001 !72/0000ff0001,
    -);
  c[0] -> questions :: Counter -> output;
  c[1] -> any :: Counter -> output;
}

outer :: Queue(200) -> ToDevice(internet);
inner :: Queue(200) -> ToDevice(network);

FromDevice(network) -> out :: Frames -> asked :: IPClassifier(udp dst port dns, -);
out[1] -> outer;
asked[0] -> questions :: Questions -> outer;
asked[1] -> outer;

FromDevice(internet) -> in :: Frames -> answer :: IPClassifier(
  udp and ip frag,
  udp src port dns and (src host 9.9.9.9 or src host 149.112.112.112 or src net 192.0.2.48/29),
  udp src port dns,
  udp dst port dns,
  -);
in[1] -> inner;

// 0, 1: fragments, which may be of an answer, and answers of our resolvers. Those with more than 512 bytes of DNS are large; of them and of
// fragments 100,000 bytes a second may come.
answer[0] -> fragments :: Counter -> rate :: BandwidthMeter(100000) -> inner;
answer[1] -> size :: CheckLength(554) -> small :: Counter -> inner;
size[1] -> large :: Counter -> rate;
rate[1] -> flood :: Counter -> Discard;

// 2: from others, whom nobody asked. Some are shown.
answer[2] -> unasked :: Counter -> show :: RatedSplitter(10) -> Print(unasked, 62) -> Discard;
show[1] -> Discard;

// 3, 4: questions to our own servers, and all that is not DNS.
answer[3] -> foreign :: Questions -> inner;
answer[4] -> inner;
