from :: FromDevice("a b") -> rt :: Null -> Queue -> to :: ToDevice('a b');
