"""Which kind of evidence a line most likely tells of, by its links and its words. A guess to begin with, no more."""

from __future__ import annotations

import re
from collections.abc import Iterable

from app.domain.evidence import EvidenceKind
from app.domain.word_stems import stem, terms_of

PLACES = (
    (
        EvidenceKind.PULL_REQUEST,
        re.compile(r"/(pull|pulls|pull-requests|merge_requests|changes|c)/\d+|\+/\d+", re.IGNORECASE),
    ),
    (EvidenceKind.TICKET, re.compile(r"/(issues|tickets|browse|work_items|agent/tickets)/[\w-]*\d+", re.IGNORECASE)),
    (EvidenceKind.INCIDENT, re.compile(r"/(incidents?|postmortems?|alerts)\b", re.IGNORECASE)),
    (EvidenceKind.DESIGN_DOC, re.compile(r"/(adrs?|rfcs?|designs?|design-docs?)\b", re.IGNORECASE)),
    (EvidenceKind.DOCUMENTATION, re.compile(r"/(wiki|kb|knowledge|runbooks?|articles?)\b", re.IGNORECASE)),
    (EvidenceKind.PRESENTATION, re.compile(r"/(presentation|slides|decks?)\b", re.IGNORECASE)),
)
"""Parts of addresses, as the usual tools build them. The first that fits decides."""

WORDS = (
    (EvidenceKind.INCIDENT, "incident outage downtime postmortem sev1 sev2 alarm breach rollback"),
    (EvidenceKind.MENTORING_LOG, "mentored coached paired onboarded apprentice intern junior pairing"),
    (EvidenceKind.CUSTOMER_FEEDBACK, "customer+feedback customer+thanked csat nps customer+praised"),
    (EvidenceKind.PEER_FEEDBACK, "feedback praised thanked"),
    (EvidenceKind.CODE_REVIEW, "reviewed review reviewer"),
    (EvidenceKind.TRAINING, "course workshop trained training certificate certification"),
    (EvidenceKind.PRESENTATION, "presented presentation talk slides keynote"),
    (EvidenceKind.DESIGN_DOC, "design architecture rfc adr roadmap proposal"),
    (EvidenceKind.DOCUMENTATION, "documented documentation article runbook wiki handbook faq"),
    (EvidenceKind.MAINTENANCE, "upgraded refactored migrated maintenance dependency cleanup"),
    (EvidenceKind.TICKET, "ticket escalated caller call tickets"),
    (EvidenceKind.PULL_REQUEST, "merged shipped released implemented pr deployed"),
)
"""Words of a line, the most telling kind first. A plus joins words that must stand together."""

STEMS = tuple((kind, [{stem(one) for one in words.split("+")} for words in line.split()]) for kind, line in WORDS)


def guess_kind(text: str, links: Iterable[str] = ()) -> EvidenceKind | None:
    """Return the kind that a line and its links speak for; None where nothing does. Words go before links.

    A link says where something lies, words say what it was: the merge request of a mentored colleague is a mentoring
    log.

    >>> guess_kind("Mentored Chioma", ["https://git.example/a/b/pull/7"]).value
    'mentoring_log'
    >>> guess_kind("", ["https://git.example/a/b/pull/7"]).value
    'pull_request'
    """
    stems = {term.stem for term in terms_of(text)}
    by_words = next((kind for kind, groups in STEMS if any(group <= stems for group in groups)), None)
    by_place = next((kind for kind, place in PLACES for link in links if place.search(link)), None)
    return by_words or by_place
