"""The hands: a plan is run, each write once, and nothing is asked twice without a look."""

from reconciler.apply.execute import Account, Executor, Stop

__all__ = ["Account", "Executor", "Stop"]
