"""What comes to an element when it is compared: the part of the frames that it is made for, as Click text in front of its inputs."""

from __future__ import annotations

from typing import Final

FRAMES: Final = "frames"
FEEDS: Final = {
    FRAMES: "",
    "ip": "Classifier(12/0800) -> Strip(14) -> CheckIPHeader -> GetIPAddress(16)",
    "from-ip": "Classifier(12/0800) -> Strip(14) -> CheckIPHeader -> GetIPAddress(12)",
    "framed-ip": "Classifier(12/0800) -> CheckIPHeader(14) -> GetIPAddress(IP dst)",
    "ip6": "Classifier(12/86dd) -> Strip(14) -> CheckIP6Header -> GetIP6Address(24)",
    "any-ip": "Classifier(12/0800) -> Strip(14)",
    "any-ip6": "Classifier(12/86dd) -> Strip(14)",
    "stripped": "Headed -> Strip(14)",
    "arp": "Classifier(12/0806)",
    "tcp": "Classifier(12/0800) -> Strip(14) -> CheckIPHeader -> IPClassifier(tcp) -> CheckTCPHeader -> GetIPAddress(16)",
    "udp": "Classifier(12/0800) -> Strip(14) -> CheckIPHeader -> IPClassifier(udp) -> CheckUDPHeader -> GetIPAddress(16)",
    "icmp": "Classifier(12/0800) -> Strip(14) -> CheckIPHeader -> IPClassifier(icmp) -> CheckICMPHeader -> GetIPAddress(16)",
    "framed-ip6": "Classifier(12/86dd) -> CheckIP6Header(OFFSET 14)",
    "headed": "Headed",
    "aggregated": "AggregatePaint",
    "aggregated-ip": "AggregatePaint -> Classifier(12/0800) -> Strip(14) -> CheckIPHeader -> GetIPAddress(16)",
    "aggregated-framed-ip": "AggregatePaint -> Classifier(12/0800) -> CheckIPHeader(14) -> GetIPAddress(IP dst)",
    "advertised": "Classifier(12/86dd)",
}
"""By name, what is in front of the element behind the capture; nothing where all frames come as they are."""
DRESS: Final = """\
elementclass Dressed {
  input -> HostEtherFilter(1:1:1:1:1:1, DROP_OWN false, DROP_OTHER false) -> s :: RoundRobinSwitch;
  s [0] -> Paint(0) -> SetVLANAnno(0) -> output;
  s [1] -> Paint(1) -> SetVLANAnno(7) -> output;
  s [2] -> Paint(255) -> SetVLANAnno(100, 3) -> output;
}
elementclass Headed { input -> c :: CheckLength(25) -> Discard; c [1] -> output }
"""
"""Dressed gives packets annotations that are not all alike; Headed has those with room for the header of a tagged frame, and more."""
_HEADER: Final = (
    "ip",
    "framed-ip",
)  # They trust an IP header that was checked before.
_TRUSTING: Final = """
    DecIPTTL FixIPSrc ICMPError IPAddrPairRewriter IPAddrRewriter IPClassifier IPFilter IPGWOptions IPMirror
    IPReassembler MarkIPCE SetIPChecksum SetIPDSCP SetIPECN SetRandIPAddress StripToNetworkHeader
"""
_BY_CLASS: Final = {
    **dict.fromkeys(_TRUSTING.split(), _HEADER),
    "AggregateCounter": ("aggregated",),
    # Click keeps an aggregate where it keeps the VLAN annotation that packets have at first.
    "AggregatePaint": ("aggregated",),
    "ARPPrint": (FRAMES, "arp"),
    "ARPResponder": ("arp",),
    # Click's copies what is in memory behind what is shorter.
    "Clipboard": ("headed", "ip"),
    "CheckICMPHeader": ("ip",),
    "CheckIP6Header": ("any-ip6", "any-ip", FRAMES),
    "CheckIPHeader": (FRAMES, "any-ip", "ip"),
    "CheckIPHeader2": (FRAMES, "any-ip", "ip"),
    "CheckTCPHeader": ("ip",),
    "CheckUDPHeader": ("ip",),
    # Click's read behind the end of what is shorter than a header.
    # Strip drops what is shorter, and Click empties it.
    "Strip": ("headed", "ip"),
    "StripEtherVLANHeader": ("headed",),
    # Click leaves what it adds behind a shorter packet as it was in memory.
    "StoreTimestamp": ("headed", "ip"),
    # Click's takes as many bytes from the front, wherever the header is.
    "StripIPHeader": ("ip",),
    "EtherMirror": ("headed",),
    "EtherSwitch": ("headed",),
    # Click's writes where a MAC header is marked, wherever the packet begins.
    "EtherRewrite": ("headed",),
    "DecIP6HLIM": ("ip6",),
    "FTPPortMapper": ("tcp",),
    "GetIP6Address": ("ip6",),
    "GetIPAddress": ("ip",),
    "ICMP6Error": ("ip6",),
    "ICMPPingResponder": ("icmp",),
    "ICMPPingRewriter": ("icmp",),
    "ICMPRewriter": ("icmp",),
    "IP6NDAdvertiser": ("advertised",),
    "IP6Print": ("ip6",),
    # What is in front of the header stays with the first piece in Click.
    "IPFragmenter": ("ip",),
    "IPInputCombo": (FRAMES,),
    "IPOutputCombo": ("ip",),
    # Click keeps an aggregate, which it prints, where it keeps the VLAN annotation.
    "IPPrint": ("aggregated-ip", "aggregated-framed-ip"),
    "IPRewriter": ("ip",),
    "MarkIP6Header": ("ip6",),
    "ProtocolTranslator46": ("tcp", "udp"),
    "ProtocolTranslator64": ("ip6",),
    "SetIP6Address": ("ip6",),
    "SetTCPChecksum": ("tcp",),
    "SetUDPChecksum": ("udp",),
    # Click's puts 0.0.0.0 anywhere into a header.
    "StoreIPAddress": (FRAMES, "from-ip"),
    "LookupIP6Route": ("ip6",),
    "MarkIPHeader": ("ip",),
    "MarkMACHeader": ("headed",),
    "VLANEncap": ("headed",),
    "VLANDecap": ("headed",),
    "Resize": ("stripped", "ip"),
    "TCPRewriter": ("tcp",),
    "UDPRewriter": ("udp",),
    "Unstrip": ("stripped", "ip"),
    "UnstripIPHeader": ("ip",),
}
_BY_EXAMPLE: Final = {
    # Click's reads what is in memory behind what is shorter.
    "GetIPAddress(30, DST_IP)": ("framed-ip",),
    # Click's writes in front of a marked IP header where a packet does not have the place.
    "StoreIPAddress(1.2.3.4, 26)": (FRAMES, "framed-ip"),
    "MarkIPHeader(14)": ("framed-ip",),
    "MarkIP6Header(14)": ("framed-ip6",),
    "CheckIP6Header(OFFSET 14)": (FRAMES, "framed-ip6"),
}
_USUAL: Final = (FRAMES, "ip")


def feeds_of(class_name: str, example: str) -> tuple[str, ...]:
    """The names of what comes to an element of this class, each by itself."""
    if example in _BY_EXAMPLE:
        return _BY_EXAMPLE[example]
    if class_name.endswith("IPLookup"):
        return ("ip",)
    return _BY_CLASS.get(class_name, _USUAL)
