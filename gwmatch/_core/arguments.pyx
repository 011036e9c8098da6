"""Arguments of an unusual shape, as plain ones."""

from ..ir import as_bytes


cdef bytes as_text(object text, what):
    if not isinstance(text, (str, bytes)):
        raise TypeError(f"{what} must be str or bytes, not {type(text).__name__}")
    return as_bytes(text)


def plain_headers(headers):
    """Headers of any shape that makes sense, as a tuple of pairs of bytes."""
    pairs = headers.items() if hasattr(headers, "items") else headers
    made = []
    for pair in pairs:
        if isinstance(pair, (str, bytes)) or len(pair) != 2:
            raise TypeError(f"headers must be pairs of name and value, not {type(pair).__name__}")
        name, value = pair
        made.append((as_text(name, "a header's name"), as_text(value, "a header's value")))
    return tuple(made)


cdef tuple plain_lines(object headers):
    return plain_headers(headers)
