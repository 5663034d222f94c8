"""The hands: a plan is run, each write once, and nothing is asked twice without a look."""

from reconciler.apply.execute import Account, Executor, Stop
from reconciler.apply.memory import Memory
from reconciler.apply.record import Asked, Step, recording
from reconciler.apply.run import Run, run_plan
from reconciler.apply.wait import wait_until_active

__all__ = [
    "Account",
    "Asked",
    "Executor",
    "Memory",
    "Run",
    "Step",
    "Stop",
    "recording",
    "run_plan",
    "wait_until_active",
]
