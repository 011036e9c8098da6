"""Benchmarks. What they measure is the installed package, as everyone else has it.

`python -m bench.peers` in a clone puts the clone before it, where nothing is compiled. So the clone goes to the end.
"""

import sys
from pathlib import Path

_CLONE = Path(__file__).resolve().parent.parent
_named = [entry for entry in sys.path if Path(entry or ".").resolve() == _CLONE]
sys.path[:] = [entry for entry in sys.path if entry not in _named] + [str(_CLONE)] * bool(_named)
