"""attachment.md 3: the table, and who loses."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gwmatch.graph.conflicts import Claim, Place, find_conflicts

H, P = "HostnameConflict", "ProtocolConflict"

# Protocols, the outcome for one hostname, the outcome for two.
TABLE = [
    ("HTTP", "HTTP", H, None),
    ("HTTP", "HTTPS", P, P),
    ("HTTP", "TLS", P, P),
    ("HTTP", "TCP", P, P),
    ("HTTP", "UDP", None, None),
    ("HTTPS", "HTTPS", H, None),
    ("HTTPS", "TLS", H, None),
    ("HTTPS", "TCP", P, P),
    ("HTTPS", "UDP", None, None),
    ("TLS", "TLS", H, None),
    ("TLS", "TCP", P, P),
    ("TLS", "UDP", None, None),
    ("TCP", "TCP", P, P),
    ("TCP", "UDP", None, None),
    ("UDP", "UDP", P, P),
]


def claim(protocol: str, hostname: str | None = None, port: int = 80, mode: str | None = None) -> Claim:
    named = hostname if protocol in ("HTTP", "HTTPS", "TLS") else None
    return Claim(port, protocol, named, {"HTTPS": "Terminate", "TLS": mode or "Terminate"}.get(protocol))


def reasons(*owners: Sequence[Claim | None], mixed_modes: bool = True) -> list[list[str | None]]:
    found = find_conflicts(owners, mixed_modes=mixed_modes)
    return [
        [found[Place(at, index)].reason if Place(at, index) in found else None for index in range(len(owner))]
        for at, owner in enumerate(owners)
    ]


@pytest.mark.parametrize(("a", "b", "same", "different"), TABLE)
def test_table(a: str, b: str, same: str | None, different: str | None) -> None:
    for first, second in ((a, b), (b, a)):
        assert reasons([claim(first, "x.test"), claim(second, "x.test")]) == [[same, same]]
        assert reasons([claim(first), claim(second)]) == [[same, same]]
        assert reasons([claim(first, "x.test"), claim(second, "y.test")]) == [[different, different]]
        assert reasons([claim(first, "x.test"), claim(second, "x.test", port=81)]) == [[None, None]]


def test_overlap_is_no_conflict() -> None:
    assert reasons([claim("HTTP", "*.x.test"), claim("HTTP", "a.x.test"), claim("HTTP")]) == [[None, None, None]]


def test_modes_of_tls() -> None:
    both = [claim("TLS", "a.test"), claim("TLS", "b.test", mode="Passthrough")]
    assert reasons(both, mixed_modes=True) == [[None, None]]
    assert reasons(both, mixed_modes=False) == [[P, P]]
    one_name = [claim("TLS", "a.test"), claim("TLS", "a.test", mode="Passthrough")]
    assert reasons(one_name, mixed_modes=False) == [[H, H]]


def test_both_reasons_at_once_is_a_protocol_conflict() -> None:
    """OQ-11."""
    assert reasons([claim("HTTPS", "a.test"), claim("HTTPS", "a.test"), claim("TCP")]) == [[P, P, P]]


def test_rejected_listeners_take_no_part() -> None:
    """OQ-9."""
    assert reasons([None, claim("HTTP")]) == [[None, None]]


def test_a_later_owner_loses_and_does_not_harm_its_siblings() -> None:
    """A-10: the TCP listener is beaten by the Gateway, so the HTTP listener beside it stays."""
    assert reasons([claim("HTTP", "a.test")], [claim("TCP"), claim("HTTP", "b.test")]) == [[None], [P, None]]


def test_a_quarrel_inside_an_owner_still_holds_the_place() -> None:
    """A-11, A-12."""
    assert reasons([claim("HTTP"), claim("HTTP")], [claim("HTTP")]) == [[H, H], [H]]


def test_what_lost_claims_nothing_for_later_owners() -> None:
    """A-10: the second owner's TCP made no claim, so only the first owner's HTTP stands against the third."""
    assert reasons([claim("HTTP", "a.test")], [claim("TCP")], [claim("HTTP", "b.test")]) == [[None], [P], [None]]


CLAIMS = st.builds(
    claim,
    st.sampled_from(["HTTP", "HTTPS", "TLS", "TCP", "UDP"]),
    st.sampled_from([None, "a.test", "b.test"]),
    st.sampled_from([80, 81]),
    st.sampled_from(["Terminate", "Passthrough"]),
)


def _pair(a: Claim, b: Claim, mixed_modes: bool) -> str | None:
    """The table read literally, for two listeners."""
    if a.port != b.port:
        return None
    same, different = next((row[2], row[3]) for row in TABLE if {a.protocol, b.protocol} == {row[0], row[1]})
    if a.hostname == b.hostname:
        return same
    if a.protocol == b.protocol == "TLS" and a.mode != b.mode and not mixed_modes:
        return P
    return different


@given(st.lists(st.lists(CLAIMS, max_size=4), max_size=3), st.booleans())
def test_index_agrees_with_comparing_all_pairs(owners: list[list[Claim]], mixed_modes: bool) -> None:
    expected: list[list[str | None]] = []
    standing: list[Claim] = []
    for owner in owners:
        lost = [{_pair(each, other, mixed_modes) for other in standing} - {None} for each in owner]
        left = [index for index, found in enumerate(lost) if not found]
        for index in left:
            lost[index] = {_pair(owner[index], owner[other], mixed_modes) for other in left if other != index} - {None}
        standing += [owner[index] for index in left]
        expected.append([P if P in found else next(iter(found), None) for found in lost])
    assert reasons(*owners, mixed_modes=mixed_modes) == expected
