"""News -> whoever is to hear them, by the URLs that apprise knows."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.errors import InputError
from reconciler.report.news import Mood


class Notifier:
    """Sends news to some URLs. A URL may hold a token, so none is ever repeated."""

    def __init__(self, urls: Sequence[str]) -> None:
        """Prepare; nothing is sent. Raises InputError for a URL that no service has."""
        from apprise import Apprise  # noqa: PLC0415 - only where somebody is to be told

        self._apprise = Apprise()
        for index, url in enumerate(urls, 1):
            if not self._apprise.add(url):
                raise InputError(
                    f"--notify: URL {index} is none that can be notified",
                    help="see https://github.com/caronc/apprise/wiki for the form of each service",
                )

    def send(self, title: str, lines: Sequence[str], mood: Mood) -> bool:
        """Whether everybody was told."""
        from apprise import NotifyType  # noqa: PLC0415 - only where somebody is to be told

        kinds = {
            "failure": NotifyType.FAILURE,
            "success": NotifyType.SUCCESS,
            "info": NotifyType.INFO,
        }
        return bool(
            self._apprise.notify(
                body="\n".join(lines), title=title, notify_type=kinds[mood], body_format="text"
            )
        )
