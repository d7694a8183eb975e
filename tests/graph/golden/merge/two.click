FromDevice(lan, PROMISC true) -> Queue -> ToDevice(lan);
