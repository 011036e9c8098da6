"""Everything compiled. The package imports from here and never from a module inside.

Public methods check what they are given; everything they call is noexcept.
"""

from .decision import Decision
from .digest import digest
from .embedding import C_API_1
from .table import PortTable, RouteTable

__all__ = ["C_API_1", "Decision", "PortTable", "RouteTable", "digest"]
