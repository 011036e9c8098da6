"""What a Kubernetes Gateway API configuration does with a request.

    resources = gwmatch.load("manifests/")
    router = gwmatch.compile(resources, gateway="infra/public")
    decision = router.match("GET", "https://shop.example.com/cart?v=2")

ResourceSet, Graph, ir.Table, Router, Decision: each is immutable, and each step between them is one function.
"""

from pathlib import Path

from . import ir, reference
from ._core import C_API_1, Decision, PortTable
from .api import ResourceKey, ResourceSet, check, load
from .errors import CompileError, FieldPath, GwmatchError, LoadError, Problem, UsageError
from .explanation import Explanation, explain
from .graph import Graph, resolve
from .ir import Request, Response
from .mesh import Mesh, compile_mesh
from .options import ExtensionKind, Options
from .router import Router, compile, load_table

__version__ = "0.1.0"

__all__ = [
    "C_API_1",
    "CompileError",
    "Decision",
    "Explanation",
    "ExtensionKind",
    "FieldPath",
    "Graph",
    "GwmatchError",
    "LoadError",
    "Mesh",
    "Options",
    "PortTable",
    "Problem",
    "Request",
    "ResourceKey",
    "ResourceSet",
    "Response",
    "Router",
    "UsageError",
    "check",
    "compile",
    "compile_mesh",
    "explain",
    "get_include",
    "ir",
    "load",
    "load_table",
    "reference",
    "resolve",
]


def get_include() -> str:
    """The folder of gwmatch.h, for the `include_dirs` of an extension that decides without Python."""
    return str(Path(__file__).parent / "include")
