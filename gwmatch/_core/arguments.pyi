from collections.abc import Iterable, Mapping

_Text = str | bytes
_Pair = tuple[_Text, _Text] | list[str] | list[bytes] | list[_Text]
_Headers = Iterable[_Pair] | Mapping[str, str] | Mapping[str, bytes] | Mapping[bytes, bytes] | Mapping[bytes, str]

def plain_headers(headers: _Headers) -> tuple[tuple[bytes, bytes], ...]: ...
