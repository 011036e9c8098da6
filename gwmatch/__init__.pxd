"""What `from gwmatch cimport ...` gives a Cython program: the C interface of gwmatch.h, for code that holds no GIL.

    extensions = [Extension("mine", ["mine.pyx"], include_dirs=[gwmatch.get_include()])]

`gwmatch_import`, and `port` of what it returns, need the GIL. docs/embedding.md says who keeps what alive.
"""

from gwmatch._core.capi cimport *
