"""Which listener of a port takes a request, and why not the others: the reference matcher's choice, in words."""

from __future__ import annotations

from typing import NamedTuple

from .. import wire
from ..ir import Listener, Request, Table
from ..reference import Facts, covers, most_specific, select_listener
from .account import ListenerChoice
from .wording import REFUSALS, text

Host = tuple[str, str]
"""A host in the form in which it is compared: kind and text."""


class Selection(NamedTuple):
    told: str
    """What happened, in one sentence without its full stop."""
    listeners: tuple[ListenerChoice, ...]
    """Those of the port."""
    taken: Listener | None = None
    """The one whose routes are tried."""


def select(table: Table, port: int, request: Request, facts: Facts | str) -> Selection:
    """The choice of the listener, as the reference matcher makes it."""
    here = [listener for listener in table.listeners if listener.port == port]
    if isinstance(facts, str):
        return _unasked(here, facts)
    found = select_listener(table, port, facts.host, request.sni)
    taken = found if isinstance(found, Listener) else None
    plain = [listener for listener in here if listener.protocol == "HTTP"]
    if plain:
        return Selection(*_by_host(plain, here, facts.host, taken), taken)
    return Selection(*_by_handshake(here, request, facts.host, None if taken else found.status), taken)  # type: ignore[union-attr]


def _unasked(here: list[Listener], refusal: str) -> Selection:
    told = f"refused before a listener was chosen: {REFUSALS[refusal]}"
    return Selection(told, tuple(_choice(each, False, "was not asked") for each in here))


def _by_host(
    plain: list[Listener], here: list[Listener], host: Host, chosen: Listener | None
) -> tuple[str, tuple[ListenerChoice, ...]]:
    named = _named(host)
    choices = tuple(
        _choice(each, each is chosen, _against(each, host, named, chosen))
        if each in plain
        else _choice(each, False, f"is of protocol {each.protocol}")
        for each in here
    )
    if chosen is None:
        return f"no listener covers {named}, so nothing is served: 404", choices
    return f"listener {_titled(chosen)} takes it: {_against(chosen, host, named, chosen)}", choices


def _by_handshake(
    here: list[Listener], request: Request, host: Host, status: int | None
) -> tuple[str, tuple[ListenerChoice, ...]]:
    """HTTPS: the handshake's server name chooses, then Host has to lead to the same listener."""
    secure = [listener for listener in here if listener.protocol in ("HTTPS", "TLS")]
    https = [listener for listener in here if listener.protocol == "HTTPS"]
    if not https:
        protocols = ", ".join(dict.fromkeys(listener.protocol for listener in here)) or "nothing"
        told = f"there is no HTTP or HTTPS listener on the port, only {protocols}: the connection is refused"
        return told, tuple(_choice(each, False, f"is of protocol {each.protocol}") for each in here)
    server_name = wire.read_server_name(request.sni)
    if server_name is None:
        return _unasked(here, "bad_sni")[:2]
    shaken = most_specific(secure, server_name)
    named = "a handshake without server name" if server_name[0] == wire.ABSENT else f"server name {server_name[1]}"
    choices = tuple(
        _choice(each, each is shaken, _against(each, server_name, named, shaken))
        if each in secure
        else _choice(each, False, f"is of protocol {each.protocol}")
        for each in here
    )
    if shaken is None:
        return f"no listener covers {named}: the TLS handshake is refused", choices
    if shaken.protocol == "TLS":
        told = f"listener {_titled(shaken)} takes the handshake, and sees no HTTP in it: the connection is refused"
        return told, choices
    taken = f"the TLS handshake chose listener {_titled(shaken)}"
    by_host = most_specific(https, host)
    if status == 421 and by_host is not None:
        return f"{taken}, but {_named(host)} belongs to listener {_titled(by_host)}: misdirected, 421", choices
    if status is not None:
        missing = "no listener covers" if by_host is None else "that does not cover"
        return f"{taken}, but {missing} {_named(host)}: {status}", choices
    return f"listener {_titled(shaken)} takes it: {_against(shaken, host, f'{named} and {_named(host)}', shaken)}", choices


def _against(listener: Listener, host: Host, named: str, chosen: Listener | None) -> str:
    """How the listener stands to a name, beside the one that was chosen for it."""
    if listener is chosen:
        if listener.hostname is None:
            return f"it has no hostname and takes any; no hostname of another listener covers {named}"
        return f"its hostname is the most specific that covers {named}"
    if not covers(listener.hostname, host):
        return f"its hostname does not cover {named}"
    return f"it covers {named} too, but {chosen.name if chosen else 'another'} is more specific"


def _named(host: Host) -> str:
    return "a request without Host" if host[0] == wire.ABSENT else f"host {text(host[1].encode())}"


def _titled(listener: Listener) -> str:
    return f"{listener.name} ({listener.hostname or 'any host'})"


def _choice(listener: Listener, chosen: bool, why: str) -> ListenerChoice:
    return ListenerChoice(listener.name, listener.owner, listener.protocol, listener.hostname, chosen, why)
