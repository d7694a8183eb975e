// An IPv4 router with two interfaces. Transit goes to the two upstream routers, whose Ethernet addresses are fixed;
// hosts on the connected networks 10.0.0.0/24 and 10.1.0.0/24 are found by ARP.

define($IP0 10.0.0.1, $ETH0 02:00:00:00:0a:00, $UPSTREAM0 02:00:00:00:fe:00,
       $IP1 10.1.0.1, $ETH1 02:00:00:00:0a:01, $UPSTREAM1 02:00:00:00:fe:01);

// One interface's way in: ARP is answered, IP goes on with the interface's paint.
elementclass In { $ip, $eth, $paint |
  input -> c :: Classifier(12/0806 20/0001, 12/0806 20/0002, 12/0800, -);
  c[0] -> ARPResponder($ip $eth) -> [1] output;       // answers
  c[1] -> [2] output;                                 // replies, for the querier
  c[2] -> Paint($paint) -> Strip(14) -> [0] output;   // IP
  c[3] -> Discard;
}

// What every packet goes through on its way out of one interface; errors leave by output 1.
elementclass Out { $ip, $mtu, $paint |
  input -> DropBroadcasts -> ttl :: DecIPTTL -> FixIPSrc($ip)
        -> size :: IPClassifier(ip len > $mtu, -);
  size[1] -> output;
  size[0] -> f :: IPFragmenter($mtu) -> output;
  ttl[1] -> ICMPError($ip, timeexceeded, transit) -> [1] output;
  f[1] -> ICMPError($ip, unreachable, needfrag, PMTU $mtu) -> [1] output;
}

in0 :: In($IP0, $ETH0, 1);
in1 :: In($IP1, $ETH1, 2);
out0 :: Queue(200) -> ToDevice(eth0);
out1 :: Queue(200) -> ToDevice(eth1);
FromDevice(eth0) -> in0;
FromDevice(eth1) -> in1;

check :: CheckIPHeader(INTERFACES 10.0.0.1/24 10.1.0.1/24);
rt :: RadixIPLookup(10.0.0.1/32 4, 10.1.0.1/32 4, 10.0.0.0/24 2, 10.1.0.0/24 3, 0.0.0.0/0 10.0.0.254 0, FILE "a.routes");
in0 -> check;
in1 -> check;
check -> rt;

// 0, 1: transit by the upstream routers.
rt[0] -> up0 :: Out($IP0, 1500, 1) -> EtherEncap(0x0800, $ETH0, $UPSTREAM0) -> out0;
rt[1] -> up1 :: Out($IP1, 1500, 2) -> EtherEncap(0x0800, $ETH1, $UPSTREAM1) -> out1;

// 2, 3: hosts on the connected networks.
arp0 :: ARPQuerier($IP0, $ETH0);
arp1 :: ARPQuerier($IP1, $ETH1);
rt[2] -> near0 :: Out($IP0, 1500, 1) -> arp0 -> out0;
rt[3] -> near1 :: Out($IP1, 1500, 2) -> arp1 -> out1;
in0[1] -> out0;
in1[1] -> out1;
in0[2] -> [1] arp0;
in1[2] -> [1] arp1;

// 4: to the router itself, which runs nothing that would answer.
rt[4] -> ICMPError($IP0, unreachable, protocol) -> rt;

// Errors are routed like any packet.
up0[1] -> rt;
up1[1] -> rt;
near0[1] -> rt;
near1[1] -> rt;
