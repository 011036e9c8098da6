"""Types and limits: each both ways, all at once, with words that help (HI-C1 to HI-C5)."""

from __future__ import annotations

from typing import Any

import pytest

from gwmatch.api import HTTPRoute, Service, load
from gwmatch.errors import LoadError

from .build import but, filters, gateway, gateway_class, grant, listener, route, rule, service


def problems(given: Any, **options: Any) -> list[str]:
    try:
        load(given, **options)
    except LoadError as error:
        return [f"{each.at}: {each.message}" for each in error.problems]
    return []


def port(value: object) -> dict[str, Any]:
    return rule(backendRefs=[{"name": "a", "port": value}])


AT_PORT = "spec.rules[0].backendRefs[0].port: "


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("80", 'must be an integer, is the string "80"; drop the quotes'),
        ("http", 'must be an integer, is the string "http"'),
        (True, "must be an integer, is true"),
        (80.5, "must be an integer, is 80.5"),
        (80.0, "must be an integer, is 80.0"),
        ([80], "must be an integer, is a list"),
        (0, "must be between 1 and 65535, is 0"),
        (65536, "must be between 1 and 65535, is 65536"),
        (10**30, "must be between 1 and 65535, is 1000000000000000000000000000000"),
        (10**3000, "must be between 1 and 65535, is a number of more than 38 digits"),
    ],
)
def test_integers(value: object, message: str) -> None:
    """HI-C2, HI-L7."""
    assert problems(port(value)) == [AT_PORT + message]


@pytest.mark.parametrize("value", [1, 80, 65535])
def test_integers_in_range(value: int) -> None:
    assert problems(port(value)) == []


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (but(service(), "spec", "type", value=80), "spec.type: must be a string, is 80; put it in quotes"),
        (route([]), "spec: must be a mapping, is a list"),  # type: ignore[arg-type]
        (
            route({"hostnames": "a.test"}),
            "spec.hostnames: must be a list, is \"a.test\"; write it as an item, with '- ' before it",
        ),
        (route({"hostnames": {"a": 1}}), "spec.hostnames: must be a list, is a mapping; start each item with '-'"),
        (route({"hostnames": [None]}), "spec.hostnames[0]: must be a string, is null"),
        (
            filters({"type": "CORS", "cors": {"allowCredentials": "true"}}),
            'spec.rules[0].filters[0].cors.allowCredentials: must be true or false, is "true"; drop the quotes',
        ),
        (but(route(), "spec", value=None), "spec: is required"),
        (but(gateway(), "spec", "gatewayClassName", value=None), "spec.gatewayClassName: is required"),
        (but(route(), "metadata", "labels", value={"a": 1}), "metadata.labels.a: must be a string, is 1; put it in quotes"),
        (but(route(), "metadata", "name", value=None), "metadata.name: is required"),
    ],
)
def test_types(given: dict[str, Any], message: str) -> None:
    assert problems(given) == [message]


LIMITS = [
    ("spec.hostnames", route({"hostnames": ["a.test"] * 17}), route({"hostnames": ["a.test"] * 16})),
    ("spec.rules", route({"rules": []}), route({"rules": [{}] * 16})),
    ("spec.rules", route({"rules": [{}] * 17}), route({})),
    ("spec.listeners", but(gateway(), "spec", "listeners", value=[]), gateway()),
    ("spec.from", grant(**{"from": []}), grant()),
    ("spec.description", gateway_class(description="x" * 65), gateway_class(description="ä" * 64)),
    ("spec.hostnames[0]", route({"hostnames": ["*"]}), route({"hostnames": ["*.test"]})),
    ("spec.hostnames[0]", route({"hostnames": ["a.test\n"]}), route({"hostnames": ["192.0.2.1"]})),
    ("spec.hostnames[0]", route({"hostnames": ["A.test"]}), route({"hostnames": ["a" * 64]})),
    ("spec.hostnames[0]", route({"hostnames": ["a..test"]}), route({"hostnames": ["a--b.test"]})),
    ("spec.controllerName", gateway_class(controllerName="example.net"), gateway_class(controllerName="example.net/a/b")),
    ("spec.listeners[0].protocol", gateway(listener(protocol="H TTP")), gateway(listener(protocol="H-TTP"))),
    ("spec.listeners[0].protocol", gateway(listener(protocol="!!/")), gateway(listener(protocol="!!a/B"))),  # V-API-5
    ("spec.addresses[0].type", gateway(addresses=[{"type": "ipaddress"}]), gateway(addresses=[{"type": "XIPAddress"}])),
    ("spec.rules[0].timeouts.request", rule(timeouts={"request": "1.5s"}), rule(timeouts={"request": "1h1m1s1ms"})),
    ("spec.rules[0].timeouts.request", rule(timeouts={"request": "0"}), rule(timeouts={"request": "0s"})),
    ("spec.rules[0].timeouts.request", rule(timeouts={"request": "1s1s1s1s1s"}), rule(timeouts={"request": "99999h"})),
    (
        "spec.rules[0].backendRefs[0].weight",
        rule(backendRefs=[{"name": "a", "port": 1, "weight": 1_000_001}]),
        rule(backendRefs=[{"name": "a", "port": 1, "weight": 1_000_000}]),
    ),
    ("spec.rules[0].retry.codes[0]", rule(retry={"codes": [399]}), rule(retry={"codes": [400]})),
    (
        "spec.rules[0].matches[0].headers[0].name",
        rule(matches=[{"headers": [{"name": ":method", "value": "a"}]}]),
        rule(matches=[{"headers": [{"name": "a!#$%&'*+-.^_`|~", "value": "a"}]}]),
    ),
    (
        "spec.rules[0].matches[0].headers[0].value",
        rule(matches=[{"headers": [{"name": "a", "value": ""}]}]),
        rule(matches=[{"headers": [{"name": "a", "value": "b" * 4096}]}]),
    ),
    (
        "spec.rules[0].filters[0].cors.allowOrigins[0]",
        filters({"type": "CORS", "cors": {"allowOrigins": ["a.test"]}}),
        filters({"type": "CORS", "cors": {"allowOrigins": ["https://*.a.test:99999", "http://*"]}}),
    ),
    (
        "spec.infrastructure.labels.a",
        gateway(infrastructure={"labels": {"a": "b-"}}),
        gateway(infrastructure={"labels": {"a": ""}}),
    ),
    (
        "spec.infrastructure.labels",
        gateway(infrastructure={"labels": {f"a{n}": "" for n in range(9)}}),
        gateway(infrastructure={"labels": {f"a{n}": "" for n in range(8)}}),
    ),
    (
        "spec.from[0].group",
        grant(**{"from": [{"group": "Core", "kind": "A", "namespace": "b"}]}),
        grant(**{"from": [{"group": "core", "kind": "A", "namespace": "b"}]}),
    ),
]


@pytest.mark.parametrize(("at", "bad", "good"), LIMITS, ids=[row[0] for row in LIMITS])
def test_limits(at: str, bad: dict[str, Any], good: dict[str, Any]) -> None:
    """HI-C1, HI-C3."""
    assert [each.partition(": ")[0] for each in problems(bad)] == [at]
    assert problems(good) == []


def test_an_object_without_a_name_is_called_by_its_kind() -> None:
    with pytest.raises(LoadError) as caught:
        load(but(route(), "metadata", value={}))
    assert [str(each) for each in caught.value.problems] == ["HTTPRoute: metadata.name: is required"]


def test_null_is_absent() -> None:
    """HI-C4, also where the type has a default."""
    given = rule(name=None, matches=None, filters=None, backendRefs=[{"name": "a", "port": 1, "weight": None, "group": None}])
    given = but(given, "status", value=None)
    given = but(given, "metadata", "labels", value={"a": None})
    (made,) = load(given).of(HTTPRoute)
    assert len(made.spec.rules[0].matches) == 1
    assert made.spec.rules[0].backend_refs[0].weight == 1
    assert made.metadata.labels == {}


def test_everything_at_once() -> None:
    given = route(
        {
            "hostnames": ["UPPER.test", 1],
            "rules": [
                {"matches": [{"path": {"value": "a"}}], "backendRefs": [{"name": "a", "port": "80"}, {"port": 80}]},
                {"timeouts": {"request": "soon"}, "matches": [{"path": {"type": "Glob"}}]},
            ],
        },
        name="Bad",
    )
    assert sorted(each.partition(": ")[0] for each in problems(given)) == [
        "metadata.name",
        "spec.hostnames[0]",
        "spec.hostnames[1]",
        "spec.rules[0].backendRefs[0].port",
        "spec.rules[0].backendRefs[1].name",
        "spec.rules[0].matches[0].path.value",
        "spec.rules[1].matches[0].path.type",
        "spec.rules[1].timeouts.request",
    ]


def test_what_could_not_be_read_raises_no_false_alarm() -> None:
    """The port is there, if a bad one: nobody is told that it is missing (V-BR-1)."""
    assert problems(port("80")) == [AT_PORT + 'must be an integer, is the string "80"; drop the quotes']


UNKNOWN = [
    (route({"hostname": ["a"]}), "spec.hostname", "did you mean 'hostnames'?"),
    (rule(matchs=[{}]), "spec.rules[0].matchs", "without its matches a rule takes every request"),
    (rule(matches=[{"header": []}]), "spec.rules[0].matches[0].header", "takes more requests than its author meant"),
    (filters({"type": "CORS", "cors": {"origins": ["a"]}}), "spec.rules[0].filters[0].cors.origins", "the filter does less"),
    (grant(to=[{"group": "", "kind": "Secret", "names": "a"}]), "spec.to[0].names", "the grant gives away more"),
    (but(grant(), "spec", "from", 0, "nam", value="x"), "spec.from[0].nam", "the grant trusts more"),
    (rule(backend_refs=[]), "spec.rules[0].backend_refs", "did you mean 'backendRefs'?"),
    (but(route(), "metadata", "lables", value={}), "metadata.lables", "did you mean 'labels'?"),
    (but(route(), "sepc", value={}), "sepc", "did you mean 'spec'?"),
]


@pytest.mark.parametrize(("given", "at", "words"), UNKNOWN, ids=[row[1] for row in UNKNOWN])
def test_unknown_fields(given: dict[str, Any], at: str, words: str) -> None:
    """HI-C5."""
    (notice,) = load(given).notices
    assert str(notice.at) == at
    assert words in notice.message
    (refused,) = problems(given, strict=True)
    assert refused.startswith(f"{at}: unknown field")


def test_known_metadata_is_passed_over() -> None:
    given = but(route(), "metadata", "managedFields", value=[{"manager": "kubectl"}])
    assert load(given, strict=True).notices == ()


def test_core_kinds_may_have_any_field() -> None:
    given = service(type="ClusterIP", externalTrafficPolicy="Local", ports=[{"port": 80, "nodePort": 30000}])
    resources = load(given, strict=True)
    assert resources.notices == ()
    assert resources.of(Service)[0].spec.ports[0].port == 80


def test_many_unknown_fields_are_quick() -> None:
    given = route({f"unknown{n}": 1 for n in range(20_000)})
    assert len(load(given).notices) == 20_000


def test_messages_are_one_line() -> None:
    given = but(route(name="a\nb"), "spec", "x\ny", value=1)
    with pytest.raises(LoadError) as caught:
        load(given, strict=True)
    assert all("\n" not in str(each) for each in caught.value.problems)


def test_long_values_with_costly_patterns_are_quick() -> None:
    """A pattern that backtracks would take longer than anybody waits."""
    hostile = "a " * 2000 + "\n"
    assert problems(rule(matches=[{"headers": [{"name": "a", "value": hostile}]}]))
    assert problems(gateway(listener(protocol="a-" * 1_000_000)))
    assert problems(route({"hostnames": ["a" + "-" * 1_000_000]}))
