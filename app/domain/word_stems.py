"""English words as they are compared: folded, without endings, and beside words that people use for the same thing.

The endings are a rough cut, made for comparing and not for showing: “mentored” and “mentors” meet, and so do
“integration” and “integrates”.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

LINK = re.compile(r"https?://\S+", re.IGNORECASE)
WORD = re.compile(r"[^\W_]+")
LONGEST = 40
"""A run of letters longer than this is no word."""

_EVERYWHERE = """
a about after again ago all also although am an and any are as at back be because been before being both bring
brings brought but by came can cannot could day days did do does doing done down each either else ever every few
first for form from full get gets got had has have he her here hers him his how i if in into is it its just keep
keeps kept kind last less like made make makes many me month months more most much my myself need needed needs
neither new next no nobody nor not now of off on once one only onto or other our out over own part parts per point
put quite same several she should show showed shows since so some still such than that the their them then there
these they thing things this those three through time times to today together too took two under until up upon us
use used uses using very via was way we week weeks well went were what when where which while who whole whom whose
why will with within without would wrong year years yesterday yet you your
"""
STOP_WORDS = frozenset(_EVERYWHERE.split())
"""Words that every text has, and that say nothing about it."""

_FORMS = {
    "analyse": "analysis analyses analysed analysing",
    "api": "apis",
    "authentication": "auth",
    "break": "broke broken",
    "build": "built",
    "choose": "chose chosen",
    "configuration": "config",
    "database": "db",
    "document": "doc docs",
    "fall": "fell",
    "find": "found",
    "give": "gave given",
    "hold": "held",
    "know": "knew known",
    "knowledge": "kb",
    "lead": "led",
    "learn": "learnt",
    "meet": "met",
    "mentor": "mentee",
    "multifactor": "mfa 2fa",
    "organisation": "organization",
    "performance": "perf",
    "pr": "prs",
    "review": "reviewer reviewers",
    "run": "ran",
    "self": "themselves",
    "speak": "spoke spoken",
    "teach": "taught",
    "think": "thought",
    "write": "wrote written",
}
IRREGULAR = {form: word for word, forms in _FORMS.items() for form in forms.split()}
"""Forms and short forms that no ending tells."""

ENDINGS = (
    ("isations", 3), ("isation", 3), ("izations", 3), ("ization", 3), ("ationally", 4), ("ational", 4), ("ations", 4),
    ("ation", 4), ("ements", 5), ("ement", 5), ("ments", 5), ("ment", 5), ("ances", 4), ("ance", 4), ("ences", 4),
    ("ence", 4), ("ities", 4), ("ity", 4), ("ively", 4), ("ives", 4), ("ive", 4), ("ates", 4), ("ated", 4),
    ("ating", 4), ("ate", 4), ("urally", 5), ("ural", 5), ("ures", 5), ("ure", 5), ("ically", 4), ("ical", 4),
    ("ally", 4), ("al", 5), ("ions", 4), ("ion", 4), ("ising", 4), ("izing", 4), ("ises", 4), ("izes", 4),
    ("ised", 4), ("ized", 4), ("ise", 4), ("ize", 4), ("ings", 3), ("ing", 3), ("edly", 4), ("ed", 3), ("ly", 4),
    ("ies", 3), ("es", 3), ("s", 3),
)  # fmt: skip
"""Endings, each with the least number of letters that must stand before it."""

COMPANIONS = (
    "coach mentor pair onboard teach guide apprentice shadow sponsor accompany",
    "lead chair facilitate host",
    "guidance advice advise opinion guide",
    "junior intern apprentice newcomer graduate starter l1",
    "review feedback comment",
    "present talk speak demo",
    "incident outage downtime failure postmortem",
    "fix resolve solve repair mend close",
    "bug defect fault error crash regression",
    "find identify diagnose trace discover investigate locate narrow",
    "record document write describe log note",
    "design architecture redesign rfc adr",
    "decide decision choose chosen alternative option tradeoff",
    "discuss meeting workshop debate",
    "roadmap plan strategy path",
    "executive board cto ceo cfo director",
    "fast performance optimise slow latency speed profile cache memory load",
    "improve improvement simplify automate streamline",
    "customer client user caller",
    "inquiry question call chat email request",
    "escalate hand forward",
    "vendor supplier provider manufacturer",
    "password login authentication multifactor enrolment",
    "article faq knowledge runbook wiki documentation handbook chapter",
    "security breach vulnerability attack cve phishing patch",
    "compliance gdpr audit regulation privacy",
    "deploy release ship rollout hotfix",
    "integrate connect interface api webhook sync",
    "module service component package",
    "refactor clean tidy maintainable upgrade readable lint",
    "stability reliability uptime scalability scale",
    "patient calm",
    "explain communicate",
    "train teach course",
    "prompt quick",
    "team group",
    "organisation company companywide department",
    "hardware printer device server disk",
    "root recur recurring recurrence prevent",
    "workaround bypass detour bridge",
    "alone independent self sufficient unaided",
    "specification spec ticket description requirement",
    "wireframe mockup sketch figma",
    "screen button page ui dialog widget interface",
    "database schema table migration",
    "pattern template convention",
)
"""Words that people use for the same thing, line by line; a word may stand in several lines. House."""


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a text: as it is compared, and as it stands there, in small letters."""

    stem: str
    word: str


def terms_of(text: str, *, most: int | None = None) -> list[Term]:
    """Return the different words of a text in the order of their stems; at most `most`, the first ones of that order.

    Addresses of pages, numbers and words that every text has are left out. Of two forms of one word the shorter is
    shown, of two that are equally long the first by letter.

    >>> [term.word for term in terms_of("Mentored Chioma, and the mentoring of https://x.example/review went well")]
    ['chioma', 'mentored']
    """
    folded = unicodedata.normalize("NFKC", LINK.sub(" ", text)).casefold()
    words = {word for word in WORD.findall(folded) if _is_telling(word)}
    found: dict[str, str] = {}
    for word in sorted(words, key=lambda one: (len(one), one)):
        found.setdefault(stem(word), word)
    return [Term(key, found[key]) for key in sorted(found)[:most]]


def _is_telling(word: str) -> bool:
    return 1 < len(word) <= LONGEST and word not in STOP_WORDS and not word.isdigit()


def stem(word: str) -> str:
    """Return a word in small letters without its endings.

    >>> stem("mentored"), stem("architectural"), stem("debugging"), stem("led")
    ('mentor', 'architect', 'debug', 'lead')
    """
    word = IRREGULAR.get(word, word)
    before = ""
    while before != word:
        before = word
        word = _without_ending(word)
    if len(word) > 3 and word[-1] in "ey":  # noqa: PLR2004 - letters of a short word
        word = word[:-1]
    if len(word) > 3 and word[-1] == word[-2]:  # noqa: PLR2004 - letters of a short word
        word = word[:-1]
    return word


def _without_ending(word: str) -> str:
    if word.endswith("ss"):
        return word
    for ending, least in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= least:
            return word[: -len(ending)]
    return word


def _companions(lines: Iterable[str]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for line in lines:
        stems = {stem(word) for word in line.split()}
        for one in stems:
            found.setdefault(one, set()).update(stems - {one})
    return {one: frozenset(others) for one, others in found.items()}


_RELATED = _companions(COMPANIONS)


def related(stemmed: str) -> frozenset[str]:
    """Return the stems of the words that people use for the same thing; empty for most words."""
    return _RELATED.get(stemmed, frozenset())
