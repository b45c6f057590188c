"""Calendar files (RFC 5545): one way to write them, so that every calendar program reads ours alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from icalendar import Calendar, Event


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One entry. `begins` and `ends` are both days, the last one not included, or both aware moments.

    `uid` stays the same for good, so that a calendar that reads the file again moves the entry instead of adding one;
    `edition` rises with every change, and with the cancelling. `takes_time`: others find the person busy.
    """

    uid: str
    summary: str
    begins: date
    ends: date
    address: str
    edition: int
    is_cancelled: bool = False
    takes_time: bool = False
    place: str = ""


def calendar_file(entries: Iterable[CalendarEntry], *, product: str, name: str, at: datetime) -> bytes:
    """Return the file. `product` names what made it, `name` is what the calendar is called, `at` when it was made."""
    calendar = Calendar()
    calendar.add("prodid", product)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", one_line(name))
    for one in entries:
        calendar.add_component(_event(one, at))
    return bytes(calendar.to_ical())


def one_line(text: str) -> str:
    """Return a text that stays inside its line, whatever was stored: a line break would begin another property."""
    return " ".join(text.split())


def _event(one: CalendarEntry, at: datetime) -> Event:
    event = Event()
    event.add("uid", one.uid)
    event.add("dtstamp", at)
    event.add("sequence", one.edition)
    event.add("dtstart", one.begins)
    event.add("dtend", one.ends)
    event.add("summary", one_line(one.summary))
    if one.place:
        event.add("location", one_line(one.place))
    event.add("url", one.address)
    event.add("transp", "OPAQUE" if one.takes_time else "TRANSPARENT")
    event.add("status", "CANCELLED" if one.is_cancelled else "CONFIRMED")
    return event
