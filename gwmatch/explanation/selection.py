"""Which listener of a port takes a request or a connection, and why not the others, in words.

The choice is the reference matcher's."""

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


def select_connection(table: Table, port: int, protocol: str, sni: bytes | None) -> Selection:
    """The choice of the listener for a connection; `protocol` is TLS, TCP or UDP."""
    here = [listener for listener in table.listeners if listener.port == port]
    if protocol == "TLS":
        return _by_server_name(here, sni)
    taken = next((listener for listener in here if listener.protocol == protocol), None)
    choices = tuple(
        _choice(each, True, f"it is the one of protocol {protocol} on the port")
        if each is taken
        else _choice(each, False, f"is of protocol {each.protocol}")
        for each in here
    )
    if taken is None:
        closed = "nothing is sent back" if protocol == "UDP" else "the connection is refused"
        return Selection(f"there is no {protocol} listener on the port, only {_protocols(here)}: {closed}", choices)
    return Selection(f"listener {_titled(taken)} takes it: it is the one of protocol {protocol} on the port", choices, taken)


def _by_server_name(here: list[Listener], sni: bytes | None) -> Selection:
    """TLS: HTTPS listeners of the port take part, since one handshake is all that there is to choose by."""
    if not any(listener.protocol == "TLS" for listener in here):
        told = f"there is no TLS listener on the port, only {_protocols(here)}: the connection is refused"
        return Selection(told, tuple(_choice(each, False, f"is of protocol {each.protocol}") for each in here))
    server_name = wire.read_server_name(sni)
    if server_name is None:
        return _unasked(here, "bad_sni")
    shaken, named, choices = _shaken(here, server_name)
    if shaken is None:
        return Selection(f"no listener covers {named}: the TLS handshake is refused", choices)
    if shaken.protocol == "HTTPS":
        told = f"listener {_titled(shaken)} takes the handshake, and serves HTTP requests only: no TLSRoute is asked"
        return Selection(told, choices)
    return Selection(f"listener {_titled(shaken)} takes it: {_against(shaken, server_name, named, shaken)}", choices, shaken)


def _shaken(here: list[Listener], server_name: Host) -> tuple[Listener | None, str, tuple[ListenerChoice, ...]]:
    """The listener of a TLS handshake, its server name in words, and how all listeners stand to it."""
    secure = [listener for listener in here if listener.protocol in ("HTTPS", "TLS")]
    shaken = most_specific(secure, server_name)
    named = told_server_name(server_name)
    choices = tuple(
        _choice(each, each is shaken, _against(each, server_name, named, shaken))
        if each in secure
        else _choice(each, False, f"is of protocol {each.protocol}")
        for each in here
    )
    return shaken, named, choices


def told_server_name(server_name: Host) -> str:
    return "a handshake without server name" if server_name[0] == wire.ABSENT else f"server name {server_name[1]}"


def _protocols(here: list[Listener]) -> str:
    return ", ".join(dict.fromkeys(listener.protocol for listener in here)) or "nothing"


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
    https = [listener for listener in here if listener.protocol == "HTTPS"]
    if not https:
        told = f"there is no HTTP or HTTPS listener on the port, only {_protocols(here)}: the connection is refused"
        return told, tuple(_choice(each, False, f"is of protocol {each.protocol}") for each in here)
    server_name = wire.read_server_name(request.sni)
    if server_name is None:
        return _unasked(here, "bad_sni")[:2]
    shaken, named, choices = _shaken(here, server_name)
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
    """Its name, what tells it from others of its port, and the ListenerSet that states it, since names are an owner's own."""
    covered = "" if listener.protocol in ("TCP", "UDP") else f" ({listener.hostname or 'any host'})"
    return f"{listener.name}{covered}{owned(listener)}"


def owned(listener: Listener) -> str:
    """` of ListenerSet namespace/name`, for a listener that the Gateway does not state itself."""
    return "" if listener.owner == f"Gateway {listener.gateway}" else f" of {listener.owner}"


def _choice(listener: Listener, chosen: bool, why: str) -> ListenerChoice:
    return ListenerChoice(listener.name, listener.owner, listener.protocol, listener.hostname, chosen, why)
