"""The command, run in this process, and manifests small enough to be seen whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gwmatch.cli import main

GATEWAY = """\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {namespace: infra, name: public}
spec:
  gatewayClassName: any
  listeners:
    - name: web
      port: 80
      protocol: HTTP
      allowedRoutes: {namespaces: {from: All}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {namespace: shop, name: cart}
spec:
  parentRefs: [{namespace: infra, name: public}]
  hostnames: [shop.example.com]
  rules:
    - name: old
      matches: [{path: {type: PathPrefix, value: /old}}]
      filters:
        - type: RequestRedirect
          requestRedirect: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /cart}, statusCode: 301}
    - name: split
      matches: [{path: {type: PathPrefix, value: /cart}}]
      filters:
        - type: RequestMirror
          requestMirror: {backendRef: {name: audit, port: 80}, percent: 50}
        - type: URLRewrite
          urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /}}
      backendRefs:
        - {name: one, port: 8080, weight: 3}
        - {name: two, port: 8080}
      timeouts: {request: 1m30s, backendRequest: 500ms}
      retry: {codes: [502, 503], attempts: 2, backoff: 100ms}
    - name: broken
      matches: [{path: {type: Exact, value: /broken}}]
      backendRefs: [{name: x, port: 80, kind: Bucket, group: example.net}]
"""

Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    """Runs `gwmatch` with these arguments; `input` is what stands on standard input."""

    def invoke(*arguments: str | Path, input: str | bytes | None = None, env: dict[str, str] | None = None) -> Result:
        # Without a terminal, `color` decides nothing but whether a style that was asked for is kept.
        return CliRunner(env={"NO_COLOR": "", **(env or {})}).invoke(main, [str(each) for each in arguments], input=input)

    return invoke


@pytest.fixture
def manifests(tmp_path: Path) -> Path:
    path = tmp_path / "shop.yaml"
    path.write_text(GATEWAY)
    return path
