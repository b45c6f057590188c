"""Every time zone of the IANA database that is a place, by continent, as a form offers them. Pure."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from zoneinfo import available_timezones

OTHER = "Other"
_CONTINENTS = (
    "Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific",
)  # fmt: skip
_NO_ZONES = {"Factory", "localtime"}
_OCEANS = {"Atlantic": "Atlantic Ocean", "Indian": "Indian Ocean", "Pacific": "Pacific Ocean"}


@functools.cache
def every_zone() -> frozenset[str]:
    """Return the names of all time zones that can be chosen; UTC is one of them."""
    known = available_timezones() - _NO_ZONES
    return frozenset({name for name in known if "/" not in name or name.partition("/")[0] in _CONTINENTS} | {"UTC"})


@functools.cache
def zones_by_continent() -> Mapping[str, Mapping[str, str]]:
    """Return the places by continent, each with what it is called; what is no place comes last."""
    groups: dict[str, dict[str, str]] = {_OCEANS.get(one, one): {} for one in (*_CONTINENTS, OTHER)}
    for name in every_zone():
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
