"""Matches in two interpreters of one process: `python subinterpreters.py main|other legacy|isolated`."""

from __future__ import annotations

import os
import sys
from typing import Any

try:
    import _interpreters as interpreters  # type: ignore[import-not-found]  # 3.13
except ImportError:
    import _xxsubinterpreters as interpreters  # type: ignore[import-not-found]

WORK = f"""
import sys
sys.path[:] = {[*sys.path, os.path.dirname(os.path.abspath(__file__))]!r}
try:
    import tenants
except ImportError as error:
    clear = "interpreter" in str(error)
    print("refused by an ImportError that names interpreters" if clear else f"refused: {{error!r}}")
else:
    router, asked = tenants.router(0, 1), tenants.requests(1)
    port = router.port(tenants.PORT)
    right = [tenants.answer(port, one) for one in asked] == tenants.answers(router.table, asked)
    print("serves" if right else "answers wrongly")
sys.stdout.flush()
"""


def in_another(kind: str) -> None:
    made: Any
    if hasattr(interpreters, "new_config"):
        made = interpreters.create(kind)
    else:
        made = interpreters.create(isolated=kind == "isolated")
    failed = getattr(interpreters, "exec", interpreters.run_string)(made, WORK)
    if failed is not None:
        print("failed:", failed)
    interpreters.destroy(made)


first, kind = sys.argv[1:]
if first == "main":
    exec(WORK, {})
in_another(kind)
if first == "other":
    exec(WORK, {})
# Once more, after an interpreter with the modules has gone.
in_another(kind)
