"""What a gRPC client is told where the gateway answers by itself."""

from __future__ import annotations

import pytest

from gwmatch.actions import grpc_response, grpc_status


@pytest.mark.parametrize(("status", "told"), [(12, b"UNIMPLEMENTED"), (13, b"INTERNAL"), (14, b"UNAVAILABLE")])
def test_an_answer_is_200_with_the_status_among_its_headers(status: int, told: bytes) -> None:
    response = grpc_response(status)
    assert response.status == 200
    assert dict(response.headers) == {
        b"content-type": b"application/grpc",
        b"grpc-status": b"%d" % status,
        b"grpc-message": told,
    }


def test_a_misdirected_request_is_told_by_its_http_status() -> None:
    assert grpc_status(421) is None
    assert grpc_status(404) == 12
