"""The examples: their walk-through says what the command says, and their decisions stay what they are."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

import gwmatch
from gwmatch.cli import main

ROOT = Path(__file__).resolve().parents[2]
SHOP = ROOT / "examples" / "shop"
PROTOCOLS = ROOT / "examples" / "protocols"
WALK = (ROOT / "examples" / "README.md").read_text()
COMMANDS = re.findall(r"```console\n\$ gwmatch (.*)\n((?:.*\n)*?)```", WALK)


@pytest.mark.parametrize(("command", "output"), COMMANDS, ids=[command for command, _ in COMMANDS])
def test_the_walk_through(command: str, output: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    result = CliRunner(env={"NO_COLOR": "1"}).invoke(main, shlex.split(command))
    assert result.output == output


def test_the_walk_through_is_read() -> None:
    assert len(COMMANDS) == WALK.count("$ gwmatch ")


@pytest.fixture(scope="module")
def router() -> gwmatch.Router:
    return gwmatch.compile(gwmatch.load(SHOP, strict=True), gateway="infra/public")


CART = "https://shop.example.com/cart"
DECISIONS = [
    ("GET", CART, {}, "shop/cart#stable", "cart-v1"),
    ("GET", f"{CART}/items", {"x-canary": "always"}, "shop/cart#canary", "cart-v2"),
    ("GET", CART, {"x-canary": "sometimes"}, "shop/cart#stable", "cart-v1"),
    ("POST", f"{CART}/checkout", {}, "shop/cart#checkout", "payments"),
    ("GET", f"{CART}/checkout", {}, "shop/cart#stable", "cart-v1"),
    ("GET", "https://shop.example.com/cartoons", {}, "shop/storefront#pages", "storefront"),
    ("GET", "https://shop.example.com/assets/logo.svg", {}, "shop/storefront#assets", "assets"),
    ("GET", "https://api.example.com/catalogue/v1/items", {}, "shop/api#catalogue", "catalogue"),
    ("GET", "https://api.example.com/status", {}, "account/unknown-sites#status-page", "site"),
    ("GET", "https://account.example.com/users/7", {}, "account/profile#users", "users"),
    ("GET", "https://account.example.com/users/me", {}, "account/profile#site", "site"),
    ("GET", "https://anything.example.com/status", {}, "account/unknown-sites#status-page", "site"),
]


@pytest.mark.parametrize(("method", "url", "headers", "rule", "backend"), DECISIONS)
def test_forwarded(router: gwmatch.Router, method: str, url: str, headers: dict[str, str], rule: str, backend: str) -> None:
    decision = router.match(method, url, list(headers.items()), draw=0.25)
    assert decision.outcome == "forward"
    assert f"{decision.route.full_name}#{decision.rule.name}" == rule
    assert decision.backend.name == backend


@pytest.mark.parametrize(
    ("url", "outcome", "status"),
    [
        ("http://shop.example.com/cart", "redirect", 301),
        ("https://account.example.com/login", "redirect", 308),
        ("https://anything.example.com/", "respond", 404),
        ("https://example.com/status", "refuse", None),
    ],
)
def test_not_forwarded(router: gwmatch.Router, url: str, outcome: str, status: int | None) -> None:
    decision = router.match("GET", url)
    assert (decision.outcome, decision.status) == (outcome, status)


def test_payments_need_their_grant() -> None:
    resources = gwmatch.load(SHOP)
    grants = [key for key in (each.key for each in resources) if key.kind == "ReferenceGrant"]
    router = gwmatch.compile(resources.updated(deletes=grants))
    decision = router.match("POST", f"{CART}/checkout")
    assert (decision.status, decision.backends[0].failure) == (500, "RefNotPermitted")


@pytest.mark.parametrize("folder", [SHOP, PROTOCOLS], ids=["shop", "protocols"])
@pytest.mark.parametrize("channel", ["standard", "experimental"])
def test_valid(folder: Path, channel: str) -> None:
    result = CliRunner().invoke(main, ["validate", "-f", str(folder), "--channel", channel])
    assert (result.exit_code, result.stderr) == (0, "")


@pytest.mark.parametrize("folder", [SHOP, PROTOCOLS], ids=["shop", "protocols"])
def test_everything_is_accepted(folder: Path) -> None:
    assert CliRunner().invoke(main, ["status", "-q", "-f", str(folder)]).exit_code == 0


@pytest.mark.parametrize(
    ("url", "outcome", "backend"),
    [
        ("grpcs://api.example.com/shop.v1.Cart/Get", "forward", "cart"),
        ("grpcs://api.example.com/shop.v1.Cart/Checkout", "forward", "payments"),
        ("grpcs://api.example.com/shop.v1.Carts/Get", "respond", None),
        ("https://api.example.com/", "respond", None),
        ("tls://orders.db.example.com", "forward", "postgres"),
        ("tls://stock.db.example.com", "refuse", None),
        ("tls://api.example.com", "refuse", None),
        ("tcp://edge.example.com:5672", "forward", "rabbit"),
        ("tcp://edge.example.com:6379", "forward", "redis"),
        ("udp://edge.example.com:53", "drop", None),
    ],
)
def test_protocols(url: str, outcome: str, backend: str | None) -> None:
    router = gwmatch.compile(gwmatch.load(PROTOCOLS, strict=True))
    decision = router.match(None, url)
    assert (decision.outcome, decision.backend and decision.backend.name) == (outcome, backend)
