"""The hands: a plan is run, each write once, and nothing is asked twice without a look."""

from reconciler.apply.execute import Account, Executor, Stop
from reconciler.apply.memory import Memory
from reconciler.apply.record import recording
from reconciler.apply.wait import wait_until_active

__all__ = ["Account", "Executor", "Memory", "Stop", "recording", "wait_until_active"]
