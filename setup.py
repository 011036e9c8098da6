"""The compiled modules, and nothing else: the rest of the packaging is in pyproject.toml."""

import os
from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, setup

MODULES = sorted(source.stem for source in Path("gwmatch/_core").glob("*.pyx"))
HEADERS = [str(path) for folder in ("gwmatch/_core", "gwmatch/include") for path in sorted(Path(folder).glob("*.h"))]

CORES = os.cpu_count() or 1

# GWMATCH_SANITIZE=address builds what `make asan` runs (docs/reliability.md); several are joined by a comma, as the compiler
# wants them. A finding ends the process, also one of the undefined sanitizer, which would only print it.
SANITIZE = os.environ.get("GWMATCH_SANITIZE")
COMPILE, LINK = ["-O3"], []
if SANITIZE:
    LINK = [f"-fsanitize={SANITIZE}"]
    COMPILE = ["-O1", "-g", "-fno-omit-frame-pointer", "-fno-sanitize-recover=all", *LINK]

extensions = [
    Extension(
        f"gwmatch._core.{name}",
        [f"gwmatch/_core/{name}.pyx"],
        # cythonize puts the generated C in the place of the source; what it was made from goes into the sdist as this.
        depends=[f"gwmatch/_core/{name}.pyx", *HEADERS],
        include_dirs=["gwmatch/_core", "gwmatch/include"],
        extra_compile_args=COMPILE,
        extra_link_args=LINK,
    )
    for name in MODULES
]

FREED_TWICE = """\
    int result = PyList_Append(list, x);
    Py_DECREF(x);
    return result;
"""
FREED_ONCE = """\
    int result = PyList_Append(list, x);
    if (likely(result == 0)) Py_DECREF(x);
    return result;
"""


def mended(made):
    """The same extensions. Where a list comprehension finds no memory to grow, Cython 3.3.1 drops the item, and what calls it
    drops it again: a crash in place of MemoryError (tests/reliability/test_out_of_memory.py)."""
    for extension in made:
        for source in map(Path, extension.sources):
            text = source.read_text()
            if FREED_TWICE in text:
                source.write_text(text.replace(FREED_TWICE, FREED_ONCE))
    return made


setup(
    ext_modules=mended(
        cythonize(
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
    ),
    options={"build_ext": {"parallel": CORES}},
)
