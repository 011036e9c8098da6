"""What lets any folder of tests be run alone: they share helpers as `tests.graph` and the like."""

import sys
from pathlib import Path

# Last, so that `gwmatch` is the installed package and not the folder, where nothing may be compiled.
sys.path.append(str(Path(__file__).resolve().parents[1]))
