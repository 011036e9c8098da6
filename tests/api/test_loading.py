"""Everything that `load` takes, and everything that it says."""

from __future__ import annotations

import gc
import io
import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from gwmatch.api import ConfigMap, Gateway, HTTPRoute, Namespace, ReferenceGrant, ResourceKey, Service, load
from gwmatch.errors import FieldPath, LoadError, UsageError

from .build import GATEWAY_API, but, gateway, grant, route, rule, service

CART = f"""\
apiVersion: {GATEWAY_API}
kind: HTTPRoute
metadata:
  namespace: shop
  name: cart
spec:
  rules:
  - backendRefs:
    - name: cart
      port: 80
"""
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: cart, namespace: shop}\n"


def said(*sources: Any, **options: Any) -> list[str]:
    with pytest.raises(LoadError) as caught:
        load(*sources, **options)
    return [str(each) for each in caught.value.problems]


def keys(resources: Any) -> list[str]:
    return [str(each.key) for each in resources]


def test_files_and_folders(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text(CART)
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "a.YML").write_text(SERVICE)
    (tmp_path / "c.json").write_text(json.dumps(gateway()))
    for left_out in (".hidden.yaml", "#b.yaml#", "b.yaml~", ".#b.yaml", "notes.txt", "#b.yaml"):
        (tmp_path / left_out).write_text("{{{")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "a.yaml").write_text("{{{")
    expected = ["Service shop/cart", "Gateway infra/edge", "HTTPRoute shop/cart"]
    assert keys(load(tmp_path)) == expected
    assert keys(load(str(tmp_path))) == expected
    assert keys(load(tmp_path / "c.json", tmp_path / "b.yaml", str(tmp_path / "deep"))) == expected
    assert load(tmp_path, tmp_path / "b.yaml") == load(tmp_path)


def test_a_configmap_mount(tmp_path: Path) -> None:
    """As Kubernetes lays it out: links through a hidden folder."""
    (tmp_path / "..2024").mkdir()
    (tmp_path / "..2024" / "a.yaml").write_text(CART)
    os.symlink("..2024", tmp_path / "..data")
    os.symlink("..data/a.yaml", tmp_path / "a.yaml")
    assert keys(load(tmp_path)) == ["HTTPRoute shop/cart"]


def test_streams() -> None:
    assert keys(load(io.StringIO(CART))) == keys(load(io.BytesIO(CART.encode()))) == ["HTTPRoute shop/cart"]
    assert said(io.StringIO("a: 1")) == ["<stream>:1: is no Kubernetes object: it has neither apiVersion nor kind"]
    stream = io.StringIO("a: [")
    stream.name = "<stdin>"
    assert said(stream)[0].startswith("<stdin>:1: is not valid YAML")
    closed = io.StringIO()
    closed.close()
    assert said(closed) == ["<stream>: cannot be read: I/O operation on closed file"]


def test_endless_streams_end() -> None:
    class Zeros(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            return b" " * size

    assert "is larger than 1,000,000 bytes" in said(Zeros(), max_bytes=1_000_000)[0]


def test_what_is_too_much_may_be_changed() -> None:
    deep = "a: " + "[" * 100 + "]" * 100
    assert "deeper than 64 levels" in said(io.StringIO(deep))[0]
    assert "deeper than 64 levels" not in said(io.StringIO(deep), max_depth=101)[0]
    assert "more than 3 values" in said(io.StringIO("a: &a [1, 2]\nb: *a\n"), max_values=3)[0]
    assert "is larger than 100 bytes as JSON" in said(route(), max_object_bytes=100)[0]
    kept = load(route(), max_object_bytes=10_000)
    with pytest.raises(LoadError, match="is larger than 10,000 bytes as JSON"):
        kept.update(upserts=[but(route(), "metadata", "annotations", value={"a": "b" * 10_000})])
    with pytest.raises(UsageError, match="max_depth is at most 500, not 501"):
        load(max_depth=501)


@pytest.mark.parametrize("deepest", [300, 500])
def test_the_deepest_objects_end_well(deepest: int) -> None:
    """What nests in unknown fields, annotations and status is read, or refused in words."""
    for at in (("metadata", "annotations"), ("spec", "rules"), ("status",), ("unknown",)):
        nested: object = []
        for _ in range(deepest - 4):
            nested = [nested]
        text = json.dumps(but(route(), *at, value=nested))
        for each in (text, text.replace("[", "[ ", 1)):
            with suppress(LoadError):
                assert len(load(io.StringIO(each), max_depth=deepest)) == 1


def test_mappings_and_typed_objects() -> None:
    resources = load(route(), [service(), gateway()], (each for each in [grant()]))
    assert len(resources) == 4
    assert load(resources) == resources
    assert load(*resources) == resources
    assert load() == load([])


def test_input_is_not_shared() -> None:
    given = but(route(), "status", value={"a": [1]})
    (made,) = load(given).of(HTTPRoute)
    given["status"]["a"].append(2)
    assert made.status == {"a": [1]}


def test_lists() -> None:
    whole = {"apiVersion": "v1", "kind": "List", "items": [route(), service()]}
    assert keys(load(whole)) == ["Service shop/cart", "HTTPRoute shop/cart"]
    bare = {key: value for key, value in route().items() if key not in ("apiVersion", "kind")}
    typed = {"apiVersion": GATEWAY_API, "kind": "HTTPRouteList", "metadata": {}, "items": [bare, route(name="b")]}
    assert keys(load(typed)) == ["HTTPRoute shop/b", "HTTPRoute shop/cart"]
    assert keys(load({**whole, "items": [whole]})) == keys(load(whole))
    assert keys(load({**whole, "items": None})) == []
    assert said({**whole, "items": {}}) == ["List: items: must be a list, is a mapping"]
    deep: dict[str, Any] = whole
    for _ in range(4):
        deep = {**whole, "items": [deep, deep]}
    assert "stands inside more than 3 other Lists" in said(deep)[0]


def test_lines_in_lists() -> None:
    text = (
        "apiVersion: v1\nkind: List\nitems:\n"
        "- apiVersion: v1\n  kind: Service\n  metadata: {name: a}\n"
        "- apiVersion: v1\n  kind: Service\n  metadata:\n    name: B\n"
        "- apiVersion: v1\n  kind: Service\n  metadata: {name: a}\n"
    )
    assert [each.partition(": ")[0] for each in said(io.StringIO(text))] == ["<stream>:10", "<stream>:11"]
    assert said(io.StringIO(text))[1].endswith("is defined already at <stream>:4; remove one of the two")


NO_OBJECTS = [
    ("[]", "must be a mapping with apiVersion, kind and metadata, is a list"),
    ("some text", 'must be a mapping with apiVersion, kind and metadata, is "some text"'),
    ("apiVersion: v1\nmetadata: {}", "kind: is required"),
    ("kind: Service\nmetadata: {name: a}", "Service a: apiVersion: is required"),
    ("apiVersion: 1\nkind: Service\nmetadata: {}", "Service: apiVersion: must be a string, is 1"),
    ("apiVersion: v1\nkind: Service", "Service: metadata: is required"),
    ("apiVersion: v1\nkind: Service\nmetadata: []", "Service: metadata: must be a mapping, is a list"),
    ("apiVersion: v1\nkind: Service\nmetadata:", "Service: metadata: is required"),
]


@pytest.mark.parametrize(("text", "message"), NO_OBJECTS)
def test_no_objects(text: str, message: str) -> None:
    """HI-L1; no mode admits them."""
    for invalid in ("error", "drop", "keep"):
        (problem,) = said(io.StringIO(text), invalid=invalid)
        assert problem.partition(": ")[2] == message


def test_unreadable_files(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    (tmp_path / "latin.yaml").write_bytes(b"a: \xe9\n")
    (tmp_path / "image.yaml").write_bytes(b"\x89PNG\0")
    (tmp_path / "page.yaml").write_text("<html>404</html>")
    assert said(empty, tmp_path / "gone.yaml", tmp_path) == [
        f"{empty}: is a folder without any *.yaml, *.yml or *.json file",
        f"{tmp_path}/gone.yaml: there is no such file or folder",
        f"{tmp_path}/image.yaml: is a binary file, not YAML or JSON",
        f"{tmp_path}/latin.yaml:1: is not UTF-8 text: byte 0xE9; save it as UTF-8",
        f"{tmp_path}/page.yaml:1: is an HTML or XML page, not YAML; maybe a download that failed",
    ]
    assert said("no\0file")[0].startswith("no\0file: cannot be read")
    assert said("a: 1\nb: 2") == ["is no path: text has to be wrapped in io.StringIO"]


@pytest.mark.parametrize("source", [5, None, b"a: 1", [5], ["a.yaml"], [None], [[route()]], object()])
def test_what_is_no_source(source: Any) -> None:
    assert len(said(source)) == 1


@pytest.mark.parametrize(
    "value",
    [
        but(route(), "status", value={"a": "\ud800"}),
        but(route(), "status", value={"a": {1, object()}}),
        but(route(), "status", value={"a": 10**5000}),
    ],
    ids=["surrogate", "object", "integer"],
)
def test_what_json_does_not_have(value: Any) -> None:
    assert said(value)[0].startswith("HTTPRoute cart: holds a ")
    assert len(load(value, service(), invalid="drop")) == 1


def test_an_object_that_contains_itself() -> None:
    value = route()
    value["status"] = value
    assert "contains itself" in said(value)[0]


def test_everything_is_said_at_once_and_in_order(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(CART.replace("port: 80", "port: '80'") + "---\nkind: Service\n---\n" + SERVICE + "a: [")
    (tmp_path / "b.yaml").write_text(CART.replace("name: cart\nspec", "name: Cart\nspec").replace("rules", "rule"))
    assert said(tmp_path) == [
        f"{tmp_path}/a.yaml:10: HTTPRoute shop/cart: spec.rules[0].backendRefs[0].port: must be an integer, "
        'is the string "80"; drop the quotes',
        f"{tmp_path}/a.yaml:12: Service: apiVersion: is required",
        f"{tmp_path}/a.yaml:12: Service: metadata: is required",
        f"{tmp_path}/a.yaml:17: document 3: is not valid YAML: while parsing a flow node did not find expected node content "
        "(column 1)",
        f"{tmp_path}/b.yaml:5: HTTPRoute shop/Cart: metadata.name: must be a lower-case DNS name of letters, digits, '-' and "
        "'.', such as shop.example.com; is \"Cart\"",
        f"{tmp_path}/b.yaml:7: HTTPRoute shop/Cart: spec.rule: unknown field; did you mean 'rules'?",
    ]


def test_parts_of_an_error() -> None:
    with pytest.raises(LoadError) as caught:
        load(io.StringIO(CART.replace("port: 80", "port: 0")))
    (problem,) = caught.value.problems
    assert (problem.source, problem.line, problem.resource) == ("<stream>", 10, "HTTPRoute shop/cart")
    assert problem.at == ((FieldPath() / "spec" / "rules")[0] / "backendRefs")[0] / "port"


def test_order_does_not_matter(tmp_path: Path) -> None:
    objects = [route(name=f"r{n}", namespace=f"n{n % 3}") for n in range(20)] + [gateway(), grant(), service()]
    forwards, backwards = load(objects), load(*reversed(objects))
    assert forwards == backwards
    assert keys(forwards) == keys(backwards)


BAD = rule(matches=[{"path": {"value": "a"}}])
UNREADABLE = rule(backendRefs=[{"name": "a", "port": "80"}])


@pytest.mark.parametrize("bad", [BAD, UNREADABLE])
def test_drop(bad: dict[str, Any]) -> None:
    resources = load(bad, service(), invalid="drop")
    assert keys(resources) == ["Service shop/cart"]
    assert [each.resource for each in resources.rejected] == ["HTTPRoute shop/cart"]


def test_keep() -> None:
    resources = load(BAD, service(), invalid="keep")
    assert keys(resources) == ["Service shop/cart", "HTTPRoute shop/cart"]
    assert [str(each.at) for each in resources.rejected] == ["spec.rules[0].matches[0].path.value"]
    assert keys(load(UNREADABLE, service(), invalid="keep")) == ["Service shop/cart"]
    assert keys(load(route({"hostnames": ["A.test"] * 17}), invalid="keep")) == ["HTTPRoute shop/cart"]


def test_strict() -> None:
    given = rule(nam="a")
    assert keys(load(given)) == ["HTTPRoute shop/cart"]
    assert len(said(given, strict=True)) == 1
    assert keys(load(given, strict=True, invalid="drop")) == []
    assert keys(load(given, strict=True, invalid="keep")) == ["HTTPRoute shop/cart"]


def test_wrong_options() -> None:
    with pytest.raises(UsageError):
        load(invalid="ignore")  # type: ignore[arg-type]
    with pytest.raises(UsageError):
        load(channel="beta")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "version", "message"),
    [
        ("HTTPRoute", "gateway.networking.k8s.io/v1alpha2", "is not a version of HTTPRoute that is served"),
        ("ReferenceGrant", "gateway.networking.k8s.io/v1alpha2", "use gateway.networking.k8s.io/v1"),
        ("Service", "v2", "is not a version of Service that is served; use v1"),
        ("BackendPolicy", "gateway.networking.k8s.io/v1alpha1", "use BackendTLSPolicy and XBackendTrafficPolicy"),
        ("BackendLBPolicy", "gateway.networking.k8s.io/v1alpha2", "use XBackendTrafficPolicy"),
    ],
)
def test_versions_and_kinds_that_are_gone(kind: str, version: str, message: str) -> None:
    (problem,) = said({"apiVersion": version, "kind": kind, "metadata": {"name": "a"}})
    assert message in problem


@pytest.mark.parametrize("version", ["v1", "v1beta1"])
def test_served_versions(version: str) -> None:
    for given in (route(), gateway(), grant()):
        assert load({**given, "apiVersion": f"gateway.networking.k8s.io/{version}"}).notices == ()


def test_reference_policy() -> None:
    given = {**grant(), "kind": "ReferencePolicy", "apiVersion": "gateway.networking.k8s.io/v1alpha2"}
    resources = load(given)
    assert keys(resources) == ["ReferenceGrant db/g"]
    assert "is called ReferenceGrant now" in resources.notices[0].message
    assert resources.of(ReferenceGrant)[0].kind == "ReferenceGrant"
    assert "is defined already" in said(given, grant())[-1]


def test_skipped_kinds() -> None:
    """HI-L11."""
    foreign = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"}}
    unknown = {"apiVersion": GATEWAY_API, "kind": "Teapot", "metadata": {"name": "a"}}
    misspelt = {"apiVersion": GATEWAY_API, "kind": "HttpRoutes", "metadata": {"name": "a"}}
    istio = {"apiVersion": "networking.istio.io/v1", "kind": "Gateway", "metadata": {"name": "a"}}
    kustomize = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": []}
    other = but(foreign, "metadata", "name", value="b")
    resources = load(foreign, other, foreign, unknown, misspelt, istio, kustomize)
    assert len(resources) == 0
    assert resources.skipped == {"Deployment": 2, "Teapot": 1, "HttpRoutes": 1, "Gateway": 1, "Kustomization": 1}
    assert [each.resource for each in resources.notices] == ["Teapot a", "HttpRoutes a"]
    assert "did you mean 'HTTPRoute'?" in resources.notices[1].message


def test_duplicates_name_both_places(tmp_path: Path) -> None:
    """HI-L10: versions and a namespace that is left out make no difference."""
    (tmp_path / "a.yaml").write_text("# one\n" + CART.replace("shop", "default"))
    (tmp_path / "b.yaml").write_text(CART.replace("  namespace: shop\n", "").replace("/v1", "/v1beta1"))
    message = f"{tmp_path}/b.yaml:1: HTTPRoute default/cart: is defined already at {tmp_path}/a.yaml:2; remove one of the two"
    for invalid in ("error", "drop", "keep"):
        assert said(tmp_path, invalid=invalid) == [message]


def test_large_objects_are_rejected() -> None:
    """HI-L9."""
    large = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"a": "x" * (3 << 20)}}
    fine = but(large, "data", "a", value="x" * ((3 << 20) - 200))
    assert "is larger than 3,145,728 bytes" in said(large)[0]
    assert "is larger than 3,145,728 bytes" in said(io.StringIO(json.dumps(large)))[0]
    assert keys(load(large, service(), invalid="drop")) == ["Service shop/cart"]
    assert keys(load(large, service(), invalid="keep")) == ["Service shop/cart"]
    assert len(load(fine).of(ConfigMap)) == len(load(io.StringIO(json.dumps(fine))).of(ConfigMap)) == 1


def test_long_integers_are_rejected_not_fatal() -> None:
    """HI-L7."""
    text = CART.replace("port: 80", "port: " + "8" * 100_000) + "---\n" + SERVICE
    resources = load(io.StringIO(text), invalid="drop")
    assert keys(resources) == ["Service shop/cart"]
    assert "is a number of 100000 digits" in resources.rejected[0].message


def test_weight_yes() -> None:
    """hostile-inputs.md 9."""
    assert 'must be an integer, is the string "yes"' in said(io.StringIO(CART + "      weight: yes\n"))[0]


def test_nothing_global_is_left_behind() -> None:
    before = gc.isenabled(), gc.get_threshold(), sys.getrecursionlimit()
    load(io.StringIO(CART))
    said(io.StringIO("a: ["))
    assert (gc.isenabled(), gc.get_threshold(), sys.getrecursionlimit()) == before


def test_places(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("# comment\n---\n" + CART)
    resources = load(path, service())
    key = ResourceKey("gateway.networking.k8s.io", "HTTPRoute", "shop", "cart")
    assert resources.place(key) == (str(path), 3)
    assert resources.place(key, (FieldPath() / "spec" / "rules")[0] / "backendRefs") == (str(path), 10)
    assert resources.place(ResourceKey("", "Service", "shop", "cart")) is None
    assert resources.place(key._replace(name="other")) is None


def test_order_of_kinds() -> None:
    resources = load(route(), gateway(), service(), {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}})
    assert [type(each) for each in resources] == [Namespace, Service, Gateway, HTTPRoute]
