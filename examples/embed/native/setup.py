"""python setup.py build_ext --inplace"""

from setuptools import Extension, setup

import gwmatch

setup(name="tally", ext_modules=[Extension("tally", ["tally.c"], include_dirs=[gwmatch.get_include()])])
