"""A live number -> what keeps it from serving calls, if anything does. Pure."""

from __future__ import annotations

from reconciler.model import Live, Unhealthy


def unhealthy(address: str, live: Live) -> Unhealthy | None:
    """What is wrong with the number of `address`; None where it serves calls.

    A record may say `active` and have neither digits nor a SIP URI: not yet, or, after a payment
    that failed, never (observed).
    """
    match live.status:
        case "activating" | "blocked":
            return Unhealthy(address, live.status)
        case _ if not live.number and not live.sip_uri:
            return Unhealthy(address, "incomplete")
        case _:
            return None
