"""Why a request goes where it goes. In: a Router and a request. Out: an Explanation, in names and words of the resources.

Nothing here decides anything. The decision is the table's, the way there is the reference matcher's trace, the order is
that of rank(), and why a route takes no part is what the graph's conditions say.
"""

from .account import Contender, Deciding, Explanation, ListenerChoice, Reading
from .tracing import explain

__all__ = ["Contender", "Deciding", "Explanation", "ListenerChoice", "Reading", "explain"]
