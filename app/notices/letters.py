"""Making a mail of a letter: headers that cannot be broken, a footer that says why one got it."""

from __future__ import annotations

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import urlsplit

from app.infra.clock import local, now
from app.notices.kinds import Letter
from app.notices.models import Mail
from config import Settings

NOT_PRINTED = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
NOT_IN_BODY = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
MAX_SUBJECT = 200


class LetterError(ValueError):
    """A letter that cannot become a mail, because nobody can be addressed by it."""


def one_line(text: str) -> str:
    r"""Return a text for a header: line breaks and other control characters become spaces.

    >>> one_line("Ada\r\nBcc: eve@example.org")
    'Ada Bcc: eve@example.org'
    """
    return " ".join(NOT_PRINTED.sub(" ", text).split())


def footer(label: str, settings: Settings) -> str:
    """Return the end of every mail: from where it comes, and why this person got it."""
    company = one_line(settings.company) or "Your company"
    return (
        "-- \n"
        f"{company} keeps its career ladders in Belay: {settings.base_url}\n"
        f"You get this e-mail because it concerns you there ({one_line(label).lower()}).\n"
        "It was sent automatically; nobody reads replies to it.\n"
    )


def address_of(text: str) -> str:
    """Return an address for the envelope, its domain in ASCII. LetterError when it is none."""
    local_part, at, domain = text.rpartition("@")
    is_safe = not NOT_PRINTED.search(text) and not set(text) & set('<>,;:" ')
    if not (at and local_part and domain and is_safe and "@" not in local_part):
        raise LetterError
    try:
        return f"{local_part}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        raise LetterError from None


def build(mail: Mail, letter: Letter, *, label: str, sender: str, settings: Settings) -> EmailMessage:
    """Return the mail of a letter. Its Message-ID belongs to the row, so that a mail sent twice can be recognised."""
    receiver = address_of(letter.to_address)
    host = urlsplit(settings.base_url).hostname or "localhost"
    message = EmailMessage()
    message["From"] = Address("Belay", addr_spec=sender)
    name, _, domain = receiver.rpartition("@")
    message["To"] = Address(one_line(letter.to_name), username=name, domain=domain)
    message["Subject"] = one_line(letter.subject)[:MAX_SUBJECT]
    message["Date"] = format_datetime(local(now()))
    message["Message-ID"] = f"<{mail.id}@{host}>"
    # Holiday answers and the like are for people.
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    body = NOT_IN_BODY.sub("", letter.body.replace("\r\n", "\n")).rstrip()
    message.set_content(f"{body}\n\n{footer(label, settings)}")
    return message
