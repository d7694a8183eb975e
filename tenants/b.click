// A filtering gateway between a customer's network, where packets carry the customer's VLAN 10, and an uplink, where they carry VLAN 20.
// What the rules forbid is refused with an ICMP error; each class of traffic is counted; the way out is rate-limited.

define($IP 172.16.0.1, $LAN_ETH 02:00:00:00:0b:00, $WAN_ETH 02:00:00:00:0b:01,
       $CUSTOMER 02:00:00:00:cc:00, $UPLINK 02:00:00:00:fe:02);

// Packets of one VLAN, from their IP header on.
elementclass Tagged { $pattern |
  input -> c :: Classifier($pattern, -);
  c[0] -> VLANDecap -> Strip(14) -> CheckIPHeader -> output;
  c[1] -> Discard;
}

// Counts by class.
elementclass Classes {
  input -> c :: IPClassifier(tcp, udp, icmp, -);
  c[0] -> tcp :: Counter -> output;
  c[1] -> udp :: Counter -> output;
  c[2] -> icmp :: Counter -> output;
  c[3] -> other :: Counter -> output;
}

lan_out :: Queue(200) -> ToDevice(lan);
wan_out :: Queue(200) -> ToDevice(wan);

FromDevice(lan) -> lan_in :: Tagged(12/8100 14/000a%0fff 16/0800) -> rules :: IPFilter(
  0 dst host 172.16.0.53 and udp port dns,
  1 src net 10.0.0.0/8,
  1 src net 192.168.0.0/16,
  1 src net 127.0.0.0/8,
  1 ip frag,
  1 tcp opt syn and tcp opt fin,
  1 tcp dst port telnet,
  1 tcp dst port >= 135 and dst port <= 139,
  1 tcp dst port 445,
  1 udp dst port >= 135 and dst port <= 139,
  1 udp dst port 1900,
  1 tcp dst port smtp and not dst host 172.16.0.25,
  1 dst net 172.16.99.0/24,
  0 tcp dst port www,
  0 tcp dst port https,
  0 tcp src port ssh or tcp dst port ssh,
  0 udp port dns or udp port ntp,
  0 icmp type echo or icmp type echo-reply,
  0 tcp dst port > 1023,
  1 all);

rules[0] -> up :: Classes -> limit :: BandwidthRatedSplitter(50MBps)
  -> EtherEncap(0x0800, $WAN_ETH, $UPLINK) -> VLANEncap(VLAN_ID 20) -> wan_out;
limit[1] -> over :: Counter -> Discard;

// 13: communication administratively prohibited.
rules[1] -> refused :: Counter -> ICMPError($IP, unreachable, 13)
  -> EtherEncap(0x0800, $LAN_ETH, $CUSTOMER) -> VLANEncap(VLAN_ID 10) -> lan_out;

FromDevice(wan) -> wan_in :: Tagged(12/8100 14/0014%0fff 16/0800) -> back :: IPFilter(deny ip frag, allow all)
  -> down :: Classes -> EtherEncap(0x0800, $LAN_ETH, $CUSTOMER) -> VLANEncap(VLAN_ID 10) -> lan_out;
