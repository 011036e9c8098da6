"""What is left of a route's hostnames at a listener (attachment.md 7). None stands for any host."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..ir import HostMatch


def normal(hostname: str | None) -> str | None:
    """The hostname as it is compared: lower-case (A-42); absent and empty are both any host."""
    return hostname.lower() if hostname else None


def covers(pattern: str | None, name: str | None) -> bool:
    """Whether every host that `name` stands for is one that `pattern` stands for. Both lower-case.

    >>> covers("*.example.com", "a.b.example.com"), covers("*.example.com", "example.com")
    (True, False)
    >>> covers("*.com", "*.example.com"), covers("*.example.com", "*.com")
    (True, False)
    """
    if pattern is None or pattern == name:
        return True
    # A wildcard's own star is no label: *.a is compared by its .a. No name begins with a dot: there is more before it.
    return name is not None and pattern.startswith("*.") and name.endswith(pattern[1:])


def intersect(listener: str | None, own: Sequence[str | None]) -> tuple[HostMatch, ...]:
    """What is left of a route's hostnames at a listener, in the route's order; empty if nothing is.

    Each entry keeps the hostname that the route itself states, since precedence needs it (A-41).

    >>> intersect("*.example.com", ["a.example.com", "*.com", "example.com"])
    (HostMatch(own='a.example.com', effective='a.example.com'), HostMatch(own='*.com', effective='*.example.com'))
    >>> intersect("a.example.com", [])
    (HostMatch(own=None, effective='a.example.com'),)
    """
    if listener is None:
        return tuple([HostMatch(hostname, hostname) for hostname in dict.fromkeys(own) or (None,)])
    left: list[HostMatch] = []
    for hostname in own or (None,):
        if covers(listener, hostname):
            left.append(HostMatch(hostname, hostname))
        elif covers(hostname, listener):
            left.append(HostMatch(hostname, listener))
    return tuple(dict.fromkeys(left))


def overlapping(hostnames: Iterable[str | None]) -> dict[str | None, str | None]:
    """For each hostname that overlaps with a different one of the list: one that it overlaps with.

    Two hostnames overlap when one covers the other. Work grows with the number of labels, not of pairs.
    """
    present = dict.fromkeys(hostnames)
    found: dict[str | None, str | None] = {}
    for name in present:
        for other in wider(name):
            if other in present:
                found.setdefault(name, other)
                found.setdefault(other, name)
    return found


def wider(name: str | None) -> Iterable[str | None]:
    """Every other hostname that covers `name`, the closest first.

    >>> list(wider("a.example.com"))
    ['*.example.com', '*.com', None]
    """
    if name is None:
        return
    labels = name.removeprefix("*.").split(".")
    for cut in range(1, len(labels)):
        yield "*." + ".".join(labels[cut:])
    yield None
