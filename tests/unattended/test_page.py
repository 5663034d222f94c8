"""What a service serves: its metrics, and whether it is alive."""

import socket
import time

import httpx
import pytest

from reconciler.errors import InputError
from reconciler.unattended import Metrics
from reconciler.unattended.page import serve_metrics

needs_ipv6 = pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="there is no IPv6")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@needs_ipv6
def test_it_is_served_by_ipv4_and_ipv6() -> None:
    port = free_port()
    serve_metrics(Metrics(), port, stale_after=60)
    for host in ("127.0.0.1", "[::1]"):
        assert httpx.get(f"http://{host}:{port}/healthz", trust_env=False).text == "ok\n"


@needs_ipv6
@pytest.mark.parametrize(
    ("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")]
)
def test_a_port_that_another_has_in_part_cannot_be_had(
    family: socket.AddressFamily, host: str
) -> None:
    with socket.socket(family) as other:
        other.bind((host, 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(InputError, match=f"cannot listen on port {port}: Address already"):
            serve_metrics(Metrics(), port, stale_after=60)


def test_it_is_alive_as_long_as_passes_end_be_they_counted_or_not() -> None:
    metrics, port = Metrics(), free_port()
    serve_metrics(metrics, port, stale_after=0.001)
    time.sleep(0.002)

    def health() -> int:
        return httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False).status_code

    assert health() == 503
    metrics.ended(time.time() + 60)
    assert health() == 200
    assert "reconciler_passes" not in httpx.get(f"http://127.0.0.1:{port}/metrics").text
