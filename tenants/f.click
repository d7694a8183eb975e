// One end of an IP-in-IP tunnel (RFC 2003) between two sites: what comes from inside is put into packets to the other end, and what the
// other end has put into packets is taken out, checked and delivered.

define($LOCAL 198.51.100.6, $REMOTE 203.0.113.6, $GATEWAY 10.6.0.1, $HERE 10.6.0.0/16, $THERE 10.7.0.0/16,
       $IN_ETH 02:00:00:00:0f:00, $SITE 02:00:00:00:cc:06, $OUT_ETH 02:00:00:00:0f:01, $PROVIDER 02:00:00:00:fe:06);

// What comes from one network: IP packets leave by output 0, answers to ARP requests by output 1.
elementclass Port { $ip, $eth |
  input -> c :: Classifier(12/0806, 12/0800, -);
  c[0] -> ARPResponder($ip $eth) -> [1] output;
  c[1] -> Strip(14) -> CheckIPHeader -> [0] output;
  c[2] -> Discard;
}

inside :: Queue(200) -> ToDevice(inside);
outside :: Queue(200) -> ToDevice(outside);
to_site :: EtherEncap(0x0800, $IN_ETH, $SITE) -> inside;

// Into the tunnel: 20 bytes more have to fit into 1500, or the sender is told.
FromDevice(inside) -> in :: Port($GATEWAY, $IN_ETH) -> site :: IPClassifier(src net $HERE and dst net $THERE, -);
in[1] -> inside;
site[0] -> ttl :: DecIPTTL -> size :: CheckLength(1480) -> sent :: Counter
  -> IPEncap(ipip, $LOCAL, $REMOTE, TTL 64) -> EtherEncap(0x0800, $OUT_ETH, $PROVIDER) -> outside;
site[1] -> elsewhere :: Counter -> ICMPError($GATEWAY, unreachable, net) -> to_site;
ttl[1] -> ICMPError($GATEWAY, timeexceeded, transit) -> to_site;
size[1] -> cut :: IPFragmenter(1480) -> sent;
cut[1] -> ICMPError($GATEWAY, unreachable, needfrag, PMTU 1480) -> to_site;

// Out of the tunnel: whole packets of the other end alone, and in them those of its site alone.
FromDevice(outside) -> out :: Port($LOCAL, $OUT_ETH)
  -> tunnel :: IPClassifier(src host $REMOTE and dst host $LOCAL and ip proto ipip and ip unfrag, -);
out[1] -> outside;
tunnel[0] -> StripIPHeader -> inner :: CheckIPHeader -> peer :: IPClassifier(src net $THERE and dst net $HERE, -);
tunnel[1] -> other :: Counter -> Discard;
inner[1] -> broken :: Counter -> Discard;
peer[0] -> DecIPTTL -> received :: Counter -> to_site;
peer[1] -> forged :: Counter -> Discard;
