"""The compiled modules, and nothing else: the rest of the packaging is in pyproject.toml."""

from Cython.Build import cythonize
from setuptools import Extension, setup

MODULES = ("arena", "builder", "decision", "table")

extensions = [
    Extension(
        f"gwmatch._core.{name}",
        [f"gwmatch/_core/{name}.pyx"],
        include_dirs=["gwmatch/_core"],
        extra_compile_args=["-O3"],
    )
    for name in MODULES
]

setup(
    ext_modules=cythonize(
        extensions,
        build_dir="build/cython",
        compiler_directives={"language_level": 3, "freethreading_compatible": True, "embedsignature": True},
    )
)
