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
NOTED: Final = "proof of lengths"
"""That packets of the arbiter's and of the ways out are as their notes say."""
EDITED: Final = "proof of the editor"
"""That the editor's packets are as is said beside them."""
LENGTHS: Final = "proof of the shell's lengths"
"""That the SUME's shell is told a frame's own length."""
PORTS: Final = "proof of the ports"
"""That streams and registers at the core's ports keep to their rules."""
