"""All that speaks HTTP: transport, answers, retry, pace, pages; each peels one concern."""

from reconciler.api.client import Client

__all__ = ["Client"]
