"""Text as plain objects (hostile-inputs.md 4). In: YAML or JSON text. Out: Documents of mappings, lists, strings, numbers,
true, false and None, or the Problems that say why not.

Nothing here recurses, so no nesting can exhaust the stack, and nothing is built before its depth and size are known.
"""

from .bounds import DEEPEST as DEEPEST
from .bounds import MAX_BYTES as MAX_BYTES
from .bounds import MAX_DEPTH as MAX_DEPTH
from .bounds import MAX_VALUES as MAX_VALUES
from .bounds import Bounds as Bounds
from .document import Document as Document
from .reading import read as read
