"""How values become words: the settings of the template engine, its filters, and every label that a page shows.

Stored values are short codes; their labels stand here and nowhere else, for templates and for forms alike.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from difflib import SequenceMatcher
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app, request
from jinja2 import StrictUndefined
from markupsafe import Markup, escape

from app.infra import clock
from app.infra.markdown import render_markdown

STATUS_LABELS: Mapping[str, str] = {
    "met": "Met",
    "exceeded": "Exceeded",
    "partly_met": "Partly met",
    "not_met": "Not met",
    "unproven": "Unproven",
    "unassessed": "Not rated",
    "banked": "Banked",
    "waived": "Waived",
    "slipped": "Slipped",
    "none": "No statement",
}
VERDICT_LABELS: Mapping[str, str] = {"ready": "Ready", "not_yet": "Not yet", "cannot_tell": "Cannot tell"}
ANSWER_LABELS: Mapping[str, str] = {
    "not_met": "Not met",
    "partly_met": "Partly",
    "met": "Met",
    "exceeded": "Exceeded",
    "no_opportunity": "No opportunity",
}
KIND_LABELS: Mapping[str, str] = {
    "design_doc": "Design document",
    "pull_request": "Pull request",
    "code_review": "Code review",
    "incident": "Incident",
    "maintenance": "Maintenance",
    "mentoring_log": "Mentoring log",
    "peer_feedback": "Peer feedback",
    "ticket": "Ticket",
    "documentation": "Documentation",
    "presentation": "Presentation",
    "customer_feedback": "Customer feedback",
    "training": "Training",
}
ORIGIN_LABELS: Mapping[str, str] = {
    "document": "Stated in a source document",
    "derived": "Derived from the source documents",
    "house": "House addition",
    "org": "Addition of this company",
}
NUMBER_WORDS = (
    "none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip
MINUTES_IN_HOUR = 60
# Above this many words a comparison word by word takes seconds, so longer texts are compared line by line.
COMPARED_BY_WORD = 3000


@dataclass(frozen=True)
class NavEntry:
    """One line of the navigation. `count` is what waits there; `shortcut` is a key, or two in turn, as in "g h"."""

    href: str
    label: str
    icon: str
    current: bool = False
    count: int | None = None
    shortcut: str | None = None


@dataclass(frozen=True)
class Viewer:
    """The signed-in person as the frame of a page shows them."""

    name: str
    note: str = ""


def _day(value: date) -> date:
    # A moment is shown as the day it has in the company's time zone.
    return clock.local(value).date() if isinstance(value, datetime) else value


def long_date(value: date) -> str:
    """Return a day as people write it.

    >>> long_date(date(2025, 2, 3))
    '3 February 2025'
    """
    day = _day(value)
    return f"{day.day} {day:%B %Y}"


def short_date(value: date) -> str:
    """Return a day for tables and lists.

    >>> short_date(date(2026, 11, 3))
    '3 Nov 2026'
    """
    day = _day(value)
    return f"{day.day} {day:%b %Y}"


def day_and_month(value: date) -> str:
    """Return a day where the year is plain from what stands around it.

    >>> day_and_month(date(2026, 11, 3))
    '3 Nov'
    """
    day = _day(value)
    return f"{day.day} {day:%b}"


def month(value: date) -> str:
    """Return the month of a day.

    >>> month(date(2026, 11, 3))
    'November 2026'
    """
    return f"{_day(value):%B %Y}"


def quarter_label(value: date) -> str:
    """Return the quarter of a day.

    >>> quarter_label(date(2026, 11, 3))
    'Q4 2026'
    """
    day = _day(value)
    return f"Q{(day.month + 2) // 3} {day.year}"


def full_moment(value: datetime) -> str:
    """Return a moment with its time of day, in the company's time zone: '3 November 2026, 09:14'."""
    return f"{long_date(value)}, {time_of_day(value)}"


def time_of_day(value: datetime) -> str:
    """Return the time of a moment in the company's time zone: '09:14'."""
    return f"{clock.local(value):%H:%M}"


def _days_apart(days: int) -> str:
    for limit, length, unit in ((14, 1, "day"), (60, 7, "week"), (730, 30, "month")):
        if days < limit:
            return counted(days // length, unit, f"{unit}s")
    return counted(days // 365, "year", "years")


def ago(value: date, now: datetime | None = None) -> str:
    """Return how far a moment or day is away, as people say it: 'just now', 'yesterday', 'in 13 days'.

    Within a day a moment counts in minutes and hours; beyond that, calendar days of the company's time zone count.
    """
    at = now or clock.now()
    if isinstance(value, datetime) and abs(at - value) < timedelta(hours=12):
        minutes = abs(at - value) // timedelta(minutes=1)
        if minutes == 0:
            return "just now"
        hours = minutes // MINUTES_IN_HOUR
        words = counted(hours, "hour", "hours") if hours else counted(minutes, "minute", "minutes")
        return f"{words} ago" if at > value else f"in {words}"
    days = (clock.local(at).date() - _day(value)).days
    near = {0: "today", 1: "yesterday", -1: "tomorrow"}.get(days)
    return near or (f"{_days_apart(days)} ago" if days > 0 else f"in {_days_apart(-days)}")


def plural(number: int, one: str, many: str) -> str:
    """Return the noun that goes with a number.

    >>> plural(1, "piece", "pieces"), plural(0, "piece", "pieces")
    ('piece', 'pieces')
    """
    return one if number == 1 else many


def counted(number: int, one: str, many: str) -> str:
    """Return a number with its noun.

    >>> counted(1, "piece", "pieces"), counted(3, "piece", "pieces")
    ('1 piece', '3 pieces')
    """
    return f"{number} {plural(number, one, many)}"


def number_word(number: int) -> str:
    """Return a number as a word up to twelve, as digits above.

    >>> number_word(3), number_word(12), number_word(13)
    ('three', 'twelve', '13')
    """
    return NUMBER_WORDS[number] if 0 <= number < len(NUMBER_WORDS) else str(number)


def join_words(words: Iterable[str], last: str = "and") -> str:
    """Join words as a sentence does.

    >>> join_words(["a", "b", "c"]), join_words(["a", "b"], "or"), join_words([])
    ('a, b and c', 'a or b', '')
    """
    *head, tail = [*words] or [""]
    return f"{', '.join(head)} {last} {tail}" if head else tail


def initials(name: str) -> str:
    """Return the first letters of the first and the last word of a name; anything without a letter gets a dot.

    >>> initials("Amara Diallo"), initials("Pelé"), initials("Nguyễn Thị Minh Khai"), initials("🦊")
    ('AD', 'P', 'NK', '·')
    """
    firsts = []
    for word in unicodedata.normalize("NFC", name).split():
        letter = next((char for char in word if char.isalnum()), "")
        if letter:
            # Upper case of one character may be two, as in "ß"; the circle has room for one.
            firsts.append(letter.upper()[0])
    return "".join(firsts[:1] + firsts[1:][-1:]) or "·"


def _pieces(text: str, *, by_line: bool) -> list[str]:
    return text.splitlines(keepends=True) if by_line else re.findall(r"\s+|\w+|[^\w\s]", text)


def mark_difference(text: str, other: str) -> Markup:
    """Return a text, escaped, with the words that the other text does not have at that place in `<mark>`.

    >>> str(mark_difference("my second option", "my first option"))
    'my <mark>second</mark> option'
    """
    by_line = max(text.count(" "), other.count(" ")) > COMPARED_BY_WORD
    mine, theirs = _pieces(text, by_line=by_line), _pieces(other, by_line=by_line)
    # Safe without escaping: each word goes through `escape`, or `format`, which escapes; only the tag is ours.
    out = Markup()
    for kind, start, end, _, _ in SequenceMatcher(None, mine, theirs, autojunk=False).get_opcodes():
        words = "".join(mine[start:end])
        out += escape(words) if kind == "equal" or not words.strip() else Markup("<mark>{}</mark>").format(words)
    return out


def status_label(status: str) -> str:
    """Return the word of a status; KeyError when there is no such status."""
    return STATUS_LABELS[status]


def verdict_label(verdict: str) -> str:
    """Return the words of a verdict; KeyError when there is no such verdict."""
    return VERDICT_LABELS[verdict]


def answer_label(answer: str) -> str:
    """Return the word of an answer in an assessment; KeyError when there is no such answer."""
    return ANSWER_LABELS[answer]


def kind_label(kind: str) -> str:
    """Return the name of a kind of evidence; KeyError when there is no such kind."""
    return KIND_LABELS[kind]


def origin_label(origin: str) -> str:
    """Return where an expectation comes from; KeyError when there is no such origin."""
    return ORIGIN_LABELS[origin]


def document_name(file: str) -> str:
    """Return how a citation names a document: by the number that its file begins with, else by the file.

    >>> document_name("000_93414fa7207bd2c3.txt"), document_name("handbook.txt")
    ('Source document 0', 'handbook.txt')
    """
    number = file.partition("_")[0]
    return f"Source document {int(number)}" if number.isascii() and number.isdigit() else file


def field_attributes(field: Any, hint: str = "", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - WTForms has no types
    """Return the attributes that join a form field to its hint and its errors; empty values are left out."""
    described = [f"{field.id}-hint"] * bool(hint) + [f"{field.id}-error"] * bool(field.errors)
    attributes = {"class": "input", "aria-describedby": " ".join(described), **more}
    if field.errors:
        attributes["aria-invalid"] = "true"
    return {name: value for name, value in attributes.items() if value not in (None, "", False)}


def error_links(form: Any) -> list[tuple[str | None, str]]:  # noqa: ANN401 - WTForms has no types
    """Return every error of a form in the order of its fields, each with the id of the field it belongs to."""
    links: list[tuple[str | None, str]] = [(None, text) for text in form.form_errors]
    for field in form:
        if hasattr(field, "form"):
            links += error_links(field.form)
        elif hasattr(field, "entries"):
            for entry in field.entries:
                links += error_links(entry.form) if hasattr(entry, "form") else _own_errors(entry)
        else:
            links += _own_errors(field)
    return links


def _own_errors(field: Any) -> list[tuple[str | None, str]]:  # noqa: ANN401 - WTForms has no types
    return [(field.id, text) for text in field.errors if isinstance(text, str)]


def return_address() -> str:
    """Return the address of the page that the person is on, to come back to: always one that a link may open.

    A page that answers a sent form stands under the address of the form, which may answer nothing but forms; then it
    is the page that the form was sent from, and home where the browser does not say.
    """
    if request.method == "GET":
        return request.full_path.rstrip("?")
    adapter = current_app.create_url_adapter(request)
    if adapter is not None and "GET" in adapter.allowed_methods(request.path):
        return request.path
    came_from = urlsplit(request.referrer or "")
    is_ours = came_from.netloc == request.host and re.match(r"/(?![/\\])", came_from.path)
    return came_from.path if is_ours else "/"


def has_page(endpoint: str) -> bool:
    """Say whether the application has an endpoint; the frame offers no way to a feature that has not joined."""
    return endpoint in current_app.view_functions


FILTERS = (
    long_date, short_date, day_and_month, month, quarter_label, full_moment, time_of_day, ago, plural, counted,
    number_word, join_words, initials, mark_difference, status_label, verdict_label, answer_label, kind_label,
    origin_label, document_name,
)  # fmt: skip
RATING_STEPS: Sequence[str] = ("not_met", "partly_met", "met", "exceeded")


def register(app: Flask) -> None:
    """Set up the template engine: undefined names are errors, everything is escaped, and words come from here."""
    env = app.jinja_env
    env.undefined = StrictUndefined
    env.trim_blocks = True
    env.lstrip_blocks = True
    env.filters.update({function.__name__: function for function in FILTERS})
    env.filters["markdown"] = render_markdown
    env.globals.update(
        field_attributes=field_attributes,
        error_links=error_links,
        has_page=has_page,
        return_address=return_address,
        KIND_LABELS=KIND_LABELS,
        RATING_STEPS=RATING_STEPS,
    )
