"""What is kept of a table that was compiled gives the table back, row by row."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import gwmatch
from gwmatch import Options, ir
from gwmatch.lowering import Growing, lower_outlined
from gwmatch.testing.clusters import Mapping, clusters

OPTIONS = st.sampled_from((Options(), Options(assume=()), Options(hostname_fallthrough="isolated", assume=())))


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(clusters(), OPTIONS)
def test_every_row_is_found_again(manifests: list[Mapping], options: Options) -> None:
    graph = gwmatch.resolve(gwmatch.load(manifests, invalid="keep"), options=options)
    for gateway in graph.gateways:
        table, outline = lower_outlined(graph, gateway, graph.routes.__getitem__)
        backwards = [outline.entries[number] for number in reversed(range(len(outline.entries)))]
        assert tuple(reversed(backwards)) == table.entries
        assert tuple(outline.rules) == table.rules
        assert [_reached(host) for host in outline.hosts] == [_reached(host) for host in table.virtual_hosts]


def _reached(host: ir.VirtualHost) -> tuple[object, ...]:
    """All but what only people read."""
    return host.id, host.hostname, host.paths, host.regexes, host.grpc, host.fallthrough


def test_growing_reads_like_a_list() -> None:
    asked: list[int] = []

    class Base(list[str]):
        def __getitem__(self, number):  # type: ignore[no-untyped-def,override]
            asked.append(number)
            return super().__getitem__(number)

    grown = Growing(Base("abc"))
    grown.extend(["d", "e"])
    assert (grown[1], grown[1], grown[4], len(grown)) == ("b", "b", "e", 5)
    assert asked == [1], "an item is made once"
    fewer = grown.first(4)
    grown.cut(3)
    assert (grown.all(), fewer.all()) == (("a", "b", "c"), ("a", "b", "c", "d"))
    fewer.extend(["f"])
    assert (len(grown), fewer[4]) == (3, "f")
