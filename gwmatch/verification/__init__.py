"""Does a running implementation do what the standard says?

In: resources, the address of an implementation that was configured with them, and how its backends name themselves. Out: a
Report, in which each disagreement with the oracle is made as small as it gets. The only room that opens a socket.
"""

from .client import Address, Answer
from .curl import curl_line
from .judgement import Judgement
from .naming import DEFAULT_TEMPLATE, FIELDS, Naming
from .report import Disagreement, Report
from .running import Bounds, Unreachable, verify

__all__ = [
    "DEFAULT_TEMPLATE",
    "FIELDS",
    "Address",
    "Answer",
    "Bounds",
    "Disagreement",
    "Judgement",
    "Naming",
    "Report",
    "Unreachable",
    "curl_line",
    "verify",
]
