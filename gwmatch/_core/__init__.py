"""Everything compiled. The package imports from here and never from a module inside.

Public methods check what they are given; everything they call is noexcept.
"""

from .decision import Decision
from .digest import digest
from .table import PortTable, RouteTable

__all__ = ["Decision", "PortTable", "RouteTable", "digest"]
