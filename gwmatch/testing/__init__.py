"""What verifies an implementation of the Gateway API: an oracle, and requests and resources to ask it about.

    from gwmatch.testing import Oracle, near_requests     # need nothing more than gwmatch
    from gwmatch.testing import strategies                # Hypothesis strategies: pip install 'gwmatch[test]'

docs/testing.md has examples. `gwmatch verify` is made of the first line.
"""

from ..spellings import readings as other_readings
from .asking import near_requests
from .oracle import Expectation, Oracle, Outcome
from .respellings import respelled
from .samples import sample

__all__ = ["Expectation", "Oracle", "Outcome", "near_requests", "other_readings", "respelled", "sample"]
