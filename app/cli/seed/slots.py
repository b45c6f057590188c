"""The words that fill the slots of stories and comments, so that the same story told twice is not the same text."""

from __future__ import annotations

import re
from datetime import date, timedelta
from random import Random

_CLINIC_NAMES = (
    "Alder Street", "Bellweather", "Birkenhof", "Bluebell Lane", "Brookside", "Campanile", "Cedar Court", "Dunmore",
    "Eastgate", "Elmfield", "Ferrybank", "Fjordgate", "Glenmoor", "Hafenblick", "Harbour Row", "Hazelwood",
    "Highcross", "Hollybrook", "Juniper Hill", "Kastanienallee", "Kingfisher", "Lakeview", "Lindenhof", "Long Meadow",
    "Marina Alta", "Mill Pond", "Northwall", "Oakridge", "Old Mint", "Orchard", "Parkside", "Pine Terrace",
    "Ponte Vecchio", "Quayside", "Riverbend", "Rookery", "Rosenau", "Saint Brigid", "Santa Clara", "Silverdale",
    "South Dock", "Sankt Olav", "Tannery", "Thornbury", "Twin Bridges", "Valley Road", "Vineyard", "Westerpark",
    "Whitestone", "Willowbank", "Windmill", "Yew Tree",
)  # fmt: skip
_CLINIC_KINDS = (
    "Clinic", "Practice", "Physiotherapy", "Eye Clinic", "Family Practice", "Dermatology", "Day Surgery",
    "Children's Clinic", "Cardiology", "Dental Centre",
)  # fmt: skip
_MODULES = {
    "billing": (
        "the invoice service", "the refund flow", "the tariff engine", "the settlement file", "the tax rounding",
        "the payment reminders", "the provider adapter", "the ledger", "the statement printer", "the deposit screen",
    ),
    "records": (
        "the patient file", "the document store", "the consent forms", "the lab inbox", "the letter editor",
        "the access record", "the record merge", "the image viewer", "the diagnosis picker", "the archive",
    ),
    "scheduling": (
        "the slot finder", "the waiting list", "the appointment book", "the room calendar", "the holiday calendar",
        "the reminder service", "the online booking", "the recall list", "the check-in page", "the group calendar",
    ),
    "platform": (
        "the message queue", "the identity service", "the deploy pipeline", "the tenant router", "the job scheduler",
        "the audit trail", "the search index", "the file gateway", "the settings service", "the health page",
    ),
    "support": (
        "the appointment book", "the invoice screen", "the letter editor", "the check-in page", "the patient file",
        "the reminder settings", "the day list", "the payment screen", "the referral form", "the user directory",
    ),
}  # fmt: skip
_INSURERS = (
    "Norvita", "Helianth", "Castellan Mutual", "Meridiana", "Brightwater Health", "Aurelia", "Concordis", "Vesta",
    "Landkasse Nord", "Saffron Care",
)  # fmt: skip
_VENDORS = ("Tessera", "Clearline", "Quillmark", "Pontis", "Halcyon Systems", "Ostrava Data", "Lumen & Rook")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_NUMBERS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_FEW, _SEVERAL = _NUMBERS[:4], _NUMBERS[4:]
_BEGINS_SENTENCE = re.compile(r"(?:^|(?<=[.?!] ))[a-z]")


def fill(text: str, words: dict[str, str]) -> str:
    """Put words into the slots of a text and begin each sentence with a capital; KeyError on a slot without a word.

    >>> fill("{module} is back. {few} clinics rang.", {"module": "the ledger", "few": "two"})
    'The ledger is back. Two clinics rang.'
    """
    return _BEGINS_SENTENCE.sub(lambda begin: begin.group().upper(), text.format_map(words))


def long_date(day: date) -> str:
    """Return a day as people write it within a text, without the year.

    >>> long_date(date(2026, 6, 2))
    '2 June'
    """
    return f"{day.day} {month_name(day)}"


def month_name(day: date) -> str:
    """Return the name of a day's month."""
    return _MONTHS[day.month - 1]


def words_for(rng: Random, *, area: str, team: str, colleague: str, day: date) -> dict[str, str]:
    """Return a word for every slot. `area` picks the modules, an unknown one those of the support teams.

    `day` is the day of the work itself, `since` and `month` lie some weeks before it.
    """
    before = rng.randint(18, 95)
    weeks_before = day - timedelta(days=rng.randint(25, 60))
    return {
        "clinic": f"{rng.choice(_CLINIC_NAMES)} {rng.choice(_CLINIC_KINDS)}",
        "module": rng.choice(_MODULES.get(area, _MODULES["support"])),
        "insurer": rng.choice(_INSURERS),
        "vendor": rng.choice(_VENDORS),
        "team": team,
        "colleague": colleague,
        "few": rng.choice(_FEW),
        "several": rng.choice(_SEVERAL),
        "dozens": str(rng.randint(14, 58)),
        "hundreds": str(rng.randint(110, 940)),
        "ticket": f"T-{rng.randint(10_000, 99_999)}",
        "before": f"{before / 10} s",
        "after": f"{max(2, before // rng.randint(4, 9)) / 10} s",
        "day": long_date(day),
        "since": long_date(weeks_before),
        "month": month_name(weeks_before),
    }
