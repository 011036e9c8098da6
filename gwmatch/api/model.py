"""What all types of this room are: frozen Structs, whose attributes are the JSON names in snake case."""

from __future__ import annotations

import msgspec


# gc=False: nothing that comes out of text can refer back to itself, and a collector that walks hundreds of thousands of
# objects again and again costs more than the load.
class Model(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True, gc=False):
    """A piece of a resource as its author wrote it, with the defaults of the CRDs filled in (V-API-2).

    Absent fields without a default are None; absent lists and maps are empty. What a limit allows stands in the annotation,
    what a value may mean in `rules`: enumerations are plain strings here, since an API server may know more of their values.
    """
