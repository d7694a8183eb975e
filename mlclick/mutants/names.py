"""The names of the checks that are no functions of their own."""

from __future__ import annotations

from typing import Final

RULES: Final = "rules"
"""The assertions on streams and memories."""
PROOF: Final = "proof"
"""Noninterference of the pipeline."""
DATAPATH: Final = "proof of the data path"
"""Noninterference of the whole data path in turns of time, to the cycle."""
SERVICE: Final = "proof of the turns"
"""What others are granted while one waits in turns of shares."""
STORES: Final = "proof of the stores"
"""That each tenant's packets stay in its segment, and are whole."""
READERS: Final = "proof of the readers"
"""That what is granted of a tenant's packets is read, each word once, in both modes."""
WAYS_IN: Final = "proof of the ways in"
"""That a way in keeps what its store presumes, and says of each frame, once, what became of it."""
COUNTERS: Final = "proof of the counters"
"""That the ports' counters count what the ways in say."""
DELIVERY: Final = "proof of the way out"
"""That each packet comes to the ways out that are selected for it, once."""
