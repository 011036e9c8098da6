"""How a backend says who it is: in a header of its answers, in their bodies, or not at all."""

from __future__ import annotations

import re
import string
from typing import Literal

import msgspec

from gwmatch import UsageError
from gwmatch.testing import Outcome

from .client import Answer

FIELDS = ("namespace", "name", "port", "kind", "route", "rule")
"""What a template may hold: of the backend, and of the rule that chose it (`namespace/name`, and its index)."""
DEFAULT_TEMPLATE = "{namespace}/{name}"


class Naming(msgspec.Struct, frozen=True):
    """Where in an answer its author is named, and how it names itself.

    >>> Naming.by_header("X-Backend").named(Answer(200, ((b"x-backend", b"shop/cart"),)))
    'shop/cart'
    >>> Naming.by_body("I am ([a-z0-9-]+)", "{name}").named(Answer(200, body=b"Hello, I am cart-v2."))
    'cart-v2'
    """

    place: Literal["header", "body", "status"]
    header: str = ""
    pattern: str = ""
    template: str = DEFAULT_TEMPLATE

    @classmethod
    def by_header(cls, name: str, template: str = DEFAULT_TEMPLATE) -> Naming:
        """The value of a response header that no other answer has.

        Raises:
            UsageError: this is no name of a header, or the template cannot be filled in.
        """
        if not re.fullmatch(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+", name):
            raise UsageError(f"{name!r} is no name of a header")
        return cls("header", header=name, template=_checked(template))

    @classmethod
    def by_body(cls, pattern: str, template: str = DEFAULT_TEMPLATE) -> Naming:
        """What a regular expression (of Python) finds in the body: its first group, or all of it if it has none.

        Raises:
            UsageError: the expression is broken, or the template cannot be filled in.
        """
        try:
            re.compile(pattern)
        except re.error as error:
            raise UsageError(f"body pattern {pattern!r}: {error}") from None
        return cls("body", pattern=pattern, template=_checked(template))

    @classmethod
    def by_status(cls) -> Naming:
        """Nobody is named: any status from 200 to 299 is an answer of a backend."""
        return cls("status")

    def named(self, answer: Answer) -> str | None:
        """Who answered; None if the gateway did."""
        if self.place == "header":
            value = answer.value(self.header)
            return None if value is None else value.decode("utf-8", "backslashreplace")
        if self.place == "body":
            found = re.search(self.pattern, answer.body.decode("utf-8", "backslashreplace"))
            return None if found is None else next((each for each in found.groups() if each is not None), found[0])
        return "a backend" if answer.status is not None and 200 <= answer.status < 300 else None

    def expected(self, outcome: Outcome) -> str | None:
        """How the backend of an outcome names itself; None if the gateway answers."""
        backend, rule = outcome.backend, outcome.rule
        if backend is None or rule is None:
            return None
        if self.place == "status":
            return "a backend"
        return self.template.format(
            namespace=backend.namespace,
            name=backend.name,
            port="" if backend.port is None else backend.port,
            kind=backend.kind,
            route=rule.route.full_name,
            rule=rule.index,
        )


def _checked(template: str) -> str:
    known = ", ".join(f"{{{each}}}" for each in FIELDS)
    try:
        parts = list(string.Formatter().parse(template))
        wrong = [
            field for _, field, spec, conversion in parts if field is not None and (field not in FIELDS or spec or conversion)
        ]
    except ValueError as error:
        raise UsageError(f"template {template!r}: {error}") from None
    if wrong:
        raise UsageError(f"template {template!r}: there is no {{{wrong[0]}}}; there are {known}")
    return template
