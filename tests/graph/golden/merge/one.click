require(compact_config);
FromDevice(eth0) -> rt :: Classifier(12/0800, -) -> out :: Queue -> ToDevice(eth1);
rt[1] -> Queue(5) -> ToDevice(eth1);
FromDevice(eth1) -> way :: { -> c :: Counter -> Queue -> } -> ToDevice(eth0);
