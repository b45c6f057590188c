"""The places of the IANA time zone database, by continent, each once, as a form offers them. Pure."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib.resources import files
from zoneinfo import available_timezones

OTHER = "Other"
_CONTINENTS = (
    "Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific",
)  # fmt: skip
_NO_ZONES = {"Factory", "localtime"}
_OCEANS = {"Atlantic": "Atlantic Ocean", "Indian": "Indian Ocean", "Pacific": "Pacific Ocean"}


@functools.cache
def every_zone() -> frozenset[str]:
    """Return the names of all time zones that count, older names of places among them; UTC is one of them."""
    known = available_timezones() - _NO_ZONES
    return frozenset({name for name in known if "/" not in name or name.partition("/")[0] in _CONTINENTS} | {"UTC"})


@functools.cache
def _places() -> frozenset[str]:
    """Return the one name that the database itself lists for each place, and for no older name of it."""
    table = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return frozenset(row[2] for row in rows) & every_zone()


@functools.cache
def zones_by_continent() -> Mapping[str, Mapping[str, str]]:
    """Return the places by continent, each once and with what it is called; UTC, which is no place, comes last."""
    groups: dict[str, dict[str, str]] = {_OCEANS.get(one, one): {} for one in (*_CONTINENTS, OTHER)}
    for name in _places() | {"UTC"}:
        continent, _, place = name.partition("/")
        group = _OCEANS.get(continent, continent) if place else OTHER
        groups[group][name] = place_words(name)
    return {group: dict(sorted(zones.items(), key=lambda pair: pair[1])) for group, zones in groups.items()}


def place_words(name: str) -> str:
    """Return what a time zone is called: its place, with the country or state where its name has one.

    >>> place_words("America/Argentina/Buenos_Aires"), place_words("Europe/Berlin"), place_words("UTC")
    ('Buenos Aires (Argentina)', 'Berlin', 'UTC')
    """
    *around, place = name.replace("_", " ").split("/")
    return f"{place} ({around[1]})" if len(around) > 1 else place
