"""Every peer, by name."""

from __future__ import annotations

from .envoy import Envoy
from .falcon import Falcon
from .junction import Junction
from .linear import Linear
from .matchit import Matchit
from .ours import Gwmatch
from .peer import Maker
from .re2 import Re2Set
from .starlette import Starlette
from .trie import Trie
from .werkzeug import Werkzeug

PEERS: dict[str, Maker] = {
    made.name: made for made in (Gwmatch, Trie, Linear, Matchit, Werkzeug, Starlette, Falcon, Re2Set, Junction, Envoy)
}
"""In the order of the table that is printed; gwmatch first, since the ratios are to it."""
