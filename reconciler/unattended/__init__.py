"""What a run that nobody looks at needs of the world: to be alone, to be measured, to be heard."""

from reconciler.unattended.alone import alone
from reconciler.unattended.metrics import Metrics
from reconciler.unattended.notify import Notifier

__all__ = ["Metrics", "Notifier", "alone"]
