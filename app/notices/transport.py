"""The way out: a mail server, or a folder."""

from __future__ import annotations

from config import Settings


def mail_is_on(settings: Settings) -> bool:
    """Say whether mail can be sent at all; where it cannot, links are handed over by hand."""
    return bool(settings.mail_url)
