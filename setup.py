"""The compiled modules, and nothing else: the rest of the packaging is in pyproject.toml."""

from Cython.Build import cythonize
from setuptools import Extension, setup

MODULES = ("arena", "builder", "decision", "digest", "table")

extensions = [
    Extension(
        f"gwmatch._core.{name}",
        [f"gwmatch/_core/{name}.pyx"],
        # cythonize puts the generated C in the place of the source; what it was made from goes into the sdist as this.
        depends=[f"gwmatch/_core/{name}.pyx", "gwmatch/_core/hash.h", "gwmatch/_core/digest.h"],
        include_dirs=["gwmatch/_core"],
        extra_compile_args=["-O3"],
    )
    for name in MODULES
]

setup(
    ext_modules=cythonize(
        extensions,
        build_dir="build/cython",
        compiler_directives={
            "language_level": 3,
            "freethreading_compatible": True,
            # As CPython's own modules do it: inspect.signature and stubtest see the methods with binding=False too.
            "embedsignature": True,
            "embedsignature.format": "clinic",
        },
    )
)
