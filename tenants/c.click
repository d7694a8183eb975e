// A layer-4 load balancer by direct server return: one address for four web servers. Each of them has that address too, and answers clients
// itself, so a packet is passed on as it came, but for its Ethernet addresses. A connection's packets always go to the same server.

define($VIP 192.0.2.80, $CLIENT_ETH 02:00:00:00:0c:00, $SERVER_ETH 02:00:00:00:0c:01, $ROUTER 02:00:00:00:fe:0c);

// One server: what it gets is counted.
elementclass Server { $eth |
  input -> EtherRewrite($SERVER_ETH, $eth) -> sent :: Counter -> output;
}

clients_out :: Queue(200) -> ToDevice(clients);
servers_out :: Queue(200) -> ToDevice(servers);

// From the clients' side: ARP for the address, and IP.
FromDevice(clients) -> c :: Classifier(12/0806, 12/0800, -);
c[0] -> ARPResponder($VIP $CLIENT_ETH) -> clients_out;
c[1] -> Strip(14) -> CheckIPHeader -> vip :: IPClassifier(
  dst host $VIP and icmp type echo,
  dst host $VIP and ip hl 5 and ip unfrag and (tcp dst port www or https),
  dst host $VIP,
  -);
c[2] -> Discard;

// 0: pings are answered here, as if there were one server.
vip[0] -> ICMPPingResponder -> EtherEncap(0x0800, $CLIENT_ETH, $ROUTER) -> clients_out;

// 1: source and destination, addresses and ports, choose the server.
vip[1] -> flow :: HashSwitch(12, 12);
flow[0] -> Unstrip(14) -> s0 :: Server(02:00:00:00:5e:00) -> servers_out;
flow[1] -> Unstrip(14) -> s1 :: Server(02:00:00:00:5e:01) -> servers_out;
flow[2] -> Unstrip(14) -> s2 :: Server(02:00:00:00:5e:02) -> servers_out;
flow[3] -> Unstrip(14) -> s3 :: Server(02:00:00:00:5e:03) -> servers_out;

// 2: there are no other services; fragments have no ports, and with options they are elsewhere. 3: not ours.
vip[2] -> refused :: Counter -> ICMPError($VIP, unreachable, port) -> EtherEncap(0x0800, $CLIENT_ETH, $ROUTER) -> clients_out;
vip[3] -> stray :: Counter -> Discard;

// The servers' answers do not come this way.
FromDevice(servers) -> back :: Counter -> Discard;
