// A gateway that translates addresses and ports (RFC 3022): hosts of 192.168.4.0/24 share one address, and what they are sent is let in when
// they asked for it. A web server among them is reached from outside by port 80.
//
// ICMP is not translated. From inside it is refused with an ICMP error, as is all else that cannot go out; from outside it is dropped, and so
// are errors about what went out. No path may have a smaller MTU than 1500.

define($LAN_IP 192.168.4.1, $LAN_ETH 02:00:00:00:0d:00, $LAN 192.168.4.0/24, $SERVER 192.168.4.80,
       $WAN_IP 203.0.113.4, $WAN_ETH 02:00:00:00:0d:01, $GATEWAY 203.0.113.1);

// One interface's way in: ARP is answered, sound IP packets that live on go on, and those at the end of their life are told so.
elementclass In { $ip, $eth |
  input -> c :: Classifier(12/0806 20/0001, 12/0806 20/0002, 12/0800, -);
  c[0] -> ARPResponder($ip $eth) -> [1] output;       // answers
  c[1] -> [2] output;                                 // replies, for the querier
  c[2] -> Strip(14) -> CheckIPHeader(INTERFACES $ip/24) -> DropBroadcasts -> ttl :: DecIPTTL -> [0] output;
  c[3] -> Discard;
  ttl[1] -> ICMPError($ip, timeexceeded, transit, SET_FIX_ANNO false) -> [3] output;
}

lan_in :: In($LAN_IP, $LAN_ETH);
wan_in :: In($WAN_IP, $WAN_ETH);
lan_arp :: ARPQuerier($LAN_IP, $LAN_ETH) -> lan_out :: Queue(200) -> ToDevice(lan);
wan_arp :: ARPQuerier($WAN_IP, $WAN_ETH) -> wan_out :: Queue(200) -> ToDevice(wan);
FromDevice(lan) -> lan_in;
FromDevice(wan) -> wan_in;

// 0: out, by the gateway. 1: in.
nat :: IPRewriter(pattern $WAN_IP 1024-65535 - - 0 1,
                  drop,
                  pattern - - $SERVER 80 1 0,
                  MAPPING_CAPACITY 16384, TCP_TIMEOUT 2 h, UDP_TIMEOUT 1 min, UDP_STREAMING_TIMEOUT 3 min, REAP_INTERVAL 10);
nat[0] -> SetIPAddress($GATEWAY) -> wan_arp;
nat[1] -> lan_arp;

// From inside: what is said to come from elsewhere is dropped, and what cannot be translated is refused (13: administratively prohibited).
lan_in -> out :: IPFilter(
  drop not src net $LAN,
  1 ip frag,
  1 dst net 192.168.0.0/16,
  1 dst net 172.16.0.0/12,
  1 dst net 10.0.0.0/8,
  1 dst net 127.0.0.0/8,
  1 dst net 224.0.0.0/3,
  1 tcp dst port smtp,
  0 tcp or udp,
  1 all);
out[0] -> sent :: Counter -> nat;
out[1] -> refused :: Counter -> ICMPError($LAN_IP, unreachable, 13, SET_FIX_ANNO false) -> lan_arp;

// From outside: TCP and UDP for the shared address alone; the web server's on their own.
wan_in -> back :: IPFilter(
  drop not dst host $WAN_IP,
  drop src net $LAN,
  drop ip frag,
  1 tcp dst port www,
  0 tcp or udp,
  drop all);
back[0] -> came :: Counter -> [1] nat;
back[1] -> web :: Counter -> [2] nat;

// ARP and ICMP errors.
lan_in[1] -> lan_out;
lan_in[2] -> [1] lan_arp;
lan_in[3] -> lan_arp;
wan_in[1] -> wan_out;
wan_in[2] -> [1] wan_arp;
wan_in[3] -> SetIPAddress($GATEWAY) -> wan_arp;
