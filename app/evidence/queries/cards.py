"""Pieces as lists show them: what each counts towards and until when, who confirmed it, what it waits for."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import defer

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.policy import visible_to
from app.domain.evidence import CorroborationAnswer, EvidenceKind, EvidenceState, Piece, Reason
from app.evidence.models import Claim, Corroboration, Evidence
from app.evidence.queries.facts import corroborators_of
from app.evidence.queries.filters import UNLINKED, Facet, Filters, Traits, facets, quarter_of
from app.evidence.queries.hrefs import page_of, page_that_asks
from app.evidence.queries.marks import ExpectationMark, Marks, marks_for
from app.evidence.queries.pieces import find_live_setting_aside, for_lists
from app.infra.clock import today
from app.infra.db import db
from app.infra.pagination import PER_PAGE, Page
from app.infra.templating import join_words, long_date
from app.people.queries import get_people

SOON = timedelta(days=60)
QUARTERS = 6


@dataclass(frozen=True, slots=True)
class Shown:
    """One expectation that a piece shows, with the author's line and the last day on which it counts for it."""

    id: str
    text: str
    level: str
    level_rank: int
    rungs: int
    line: str
    until: date | None
    is_set_aside: bool
    against: Reason | None


@dataclass(frozen=True, slots=True)
class Card:
    """A piece in a list. `states` are (tone, words); `remarks` are sentences on voices.

    `counts_until` is the first of the last days on which it counts for what it shows; `is_ending` within 60 days.
    """

    id: uuid.UUID
    title: str
    kind: EvidenceKind
    on: date
    began_on: date | None
    ref: str
    state: EvidenceState
    shows: tuple[Shown, ...]
    states: tuple[tuple[str, str], ...]
    remarks: tuple[str, ...]
    counts_until: date | None
    is_ending: bool
    confirmed_by: tuple[str, ...]
    is_waiting: bool
    ask_href: str | None

    @property
    def href(self) -> str:
        """Return the address of the piece."""
        return page_of(self.id)

    @property
    def note(self) -> str:
        """Return who confirmed it, for a citation; empty when nobody has."""
        return f"confirmed by {join_words(self.confirmed_by)}" if self.confirmed_by else ""

    @property
    def is_draft(self) -> bool:
        """Say whether nobody but its author can read it."""
        return self.state is EvidenceState.DRAFT

    @property
    def is_confirmed(self) -> bool:
        """Say whether somebody has confirmed it as it stands."""
        return bool(self.confirmed_by)

    @property
    def ends_on(self) -> date | None:
        """Return the last day on which it counts where that is near, for the timeline."""
        return self.counts_until if self.is_ending else None

    @property
    def rungs(self) -> int:
        """Return how many levels the ladder of the shown expectations has."""
        return self.shows[0].rungs if self.shows else 4

    @property
    def traits(self) -> Traits:
        """Return what the filters look at."""
        states = {
            "draft": self.state is EvidenceState.DRAFT,
            "accepted": self.state is EvidenceState.SHARED and any(not shown.is_set_aside for shown in self.shows),
            "waiting": self.is_waiting,
            "ending": self.is_ending,
            "set_aside": any(shown.is_set_aside for shown in self.shows),
            "withdrawn": self.state is EvidenceState.WITHDRAWN,
        }
        return Traits(
            states=frozenset(name for name, holds in states.items() if holds),
            levels=frozenset(shown.level for shown in self.shows) or frozenset({UNLINKED}),
            expectations=frozenset(shown.id for shown in self.shows),
            kind=self.kind.value,
            quarter=quarter_of(self.on),
        )


@dataclass(frozen=True)
class EvidenceList:
    """A filtered list: one page of cards, the filters with counts, and what holds of all pieces."""

    page: Page[Card]
    facets: list[tuple[str, list[Facet]]]
    chosen: Filters
    total: int
    drafts: int
    waiting: int
    ending: int


def list_evidence(actor: Actor, person_id: uuid.UUID, marks: Marks, chosen: Filters, number: int) -> EvidenceList:
    """Return one page of a person's pieces that the actor may read, newest first, in a fixed number of queries."""
    cards = _cards(actor, person_id, marks)
    traits = [card.traits for card in cards]
    fitting = [card for card, one in zip(cards, traits, strict=True) if chosen.fits(one)]
    first = (number - 1) * PER_PAGE
    return EvidenceList(
        page=Page(fitting[first : first + PER_PAGE], number, len(fitting)),
        facets=facets(traits, chosen, marks, whose="your" if actor.person_id == person_id else "the"),
        chosen=chosen,
        total=len(cards),
        drafts=sum(card.state is EvidenceState.DRAFT for card in cards),
        waiting=sum(card.is_waiting for card in cards),
        ending=sum(card.is_ending for card in cards),
    )


def list_cards(
    actor: Actor, person_id: uuid.UUID, expectation_ids: Iterable[str] | None = None
) -> dict[str, list[Card]]:
    """Return a person's shared pieces that the actor may read, by expectation, newest first.

    For showing evidence beside an expectation; what is set aside for it is left out. Fixed number of queries.
    """
    wanted = None if expectation_ids is None else set(expectation_ids)
    found: dict[str, list[Card]] = {}
    for card in _cards(actor, person_id, marks_for(person_id, today())):
        if card.state is EvidenceState.SHARED:
            for shown in card.shows:
                if not shown.is_set_aside and (wanted is None or shown.id in wanted):
                    found.setdefault(shown.id, []).append(card)
    return found


def by_quarter(
    actor: Actor, person_id: uuid.UUID, on: date | None = None, quarters: int = QUARTERS
) -> list[tuple[str, list[Card]]]:
    """Return the last quarters up to a day, oldest first, each with the pieces that occurred in it, oldest first.

    Withdrawn pieces are left out; drafts are there for their author.
    """
    day = on or today()
    year, place = divmod(day.year * 4 + (day.month - 1) // 3 - (quarters - 1), 4)
    labels = [f"Q{(place + step) % 4 + 1} {year + (place + step) // 4}" for step in range(quarters)]
    found: dict[str, list[Card]] = {label: [] for label in labels}
    for card in reversed(_cards(actor, person_id, marks_for(person_id, day))):
        label = quarter_of(card.on)
        if card.state is not EvidenceState.WITHDRAWN and label in found:
            found[label].append(card)
    return list(found.items())


def _cards(actor: Actor, person_id: uuid.UUID, marks: Marks) -> list[Card]:
    """Return every piece of a person that the actor may read, newest first."""
    rows = db.session.scalars(
        for_lists()
        .options(defer(Evidence.narrative, raiseload=True))
        .where(Evidence.subject_id == person_id, visible_to(actor, Permission.Evidence.READ, Evidence))
        .order_by(Evidence.occurred_on.desc(), Evidence.number.desc(), Evidence.id),
    ).all()
    names = names_of(question.colleague_id for piece in rows for question in piece.corroborations)
    is_own = actor.person_id == person_id
    return [_card(piece, marks, names, is_own=is_own) for piece in rows]


def names_of(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return the names of people by id, in one query at most."""
    return {person_id: person.name for person_id, person in get_people(set(ids)).items()}


def as_rule_piece(piece: Evidence, claim: Claim) -> Piece:
    """Return a piece as linked to one claim, as the rules see it, without those who confirm it."""
    return Piece(
        id=piece.id,
        kind=piece.kind,
        occurred_on=piece.occurred_on,
        state=piece.state,
        set_aside=find_live_setting_aside(claim) is not None,
    )


def shown_claim(piece: Evidence, claim: Claim, marks: Marks) -> Shown:
    """Return what one claim of a piece shows, and how long it counts."""
    mark: ExpectationMark = marks.mark(claim.expectation_id)
    fact = as_rule_piece(piece, claim)
    against = marks.against(claim.expectation_id, fact)
    return Shown(
        id=mark.id,
        text=mark.text,
        level=mark.level,
        level_rank=mark.level_rank,
        rungs=mark.rungs,
        line=claim.line,
        until=marks.until(claim.expectation_id, fact),
        is_set_aside=fact.set_aside,
        against=against.reason if against else None,
    )


def counting_voices(piece: Evidence) -> dict[uuid.UUID, frozenset[str]]:
    """Return who corroborates a piece as it stands, each with the expectations that the answer supports."""
    found: dict[uuid.UUID, set[str]] = {}
    for claim in piece.claims:
        for person_id in corroborators_of(
            piece.corroborations,
            subject_id=piece.subject_id,
            expectation_id=claim.expectation_id,
            changed_at=claim.changed_at,
        ):
            found.setdefault(person_id, set()).add(claim.expectation_id)
    return {person_id: frozenset(ids) for person_id, ids in found.items()}


def _card(piece: Evidence, marks: Marks, names: Mapping[uuid.UUID, str], *, is_own: bool) -> Card:
    shows = tuple(shown_claim(piece, claim, marks) for claim in piece.claims)
    voices = counting_voices(piece) if piece.is_shared else {}
    waiting = [question for question in piece.corroborations if question.is_open and piece.is_shared]
    until = min((shown.until for shown in shows if shown.until is not None), default=None)
    confirmed_by = tuple(names[one] for one in sorted(voices, key=lambda one: names[one]))
    return Card(
        id=piece.id,
        title=piece.title,
        kind=piece.kind,
        on=piece.occurred_on,
        began_on=piece.occurred_from,
        ref=piece.ref,
        state=piece.state,
        shows=shows,
        states=tuple(_states(piece, shows, is_waiting=bool(waiting))),
        remarks=tuple(_remarks(piece, shows, confirmed_by, waiting, names)),
        counts_until=until,
        is_ending=until is not None and until - marks.on <= SOON,
        confirmed_by=confirmed_by,
        is_waiting=bool(waiting),
        ask_href=page_that_asks(piece.id) if is_own and _wants_voice(piece, shows, voices or waiting) else None,
    )


def _wants_voice(piece: Evidence, shows: Sequence[Shown], heard: Collection[object]) -> bool:
    """Say whether a colleague should be asked: it counts for something, and nobody has spoken or was asked."""
    return piece.is_shared and not heard and any(shown.until is not None for shown in shows)


def _states(piece: Evidence, shows: Sequence[Shown], *, is_waiting: bool) -> Iterable[tuple[str, str]]:
    aside = sum(shown.is_set_aside for shown in shows)
    if piece.state is EvidenceState.DRAFT:
        yield "private", "Private draft"
    elif piece.state is EvidenceState.WITHDRAWN:
        yield "away", "Withdrawn"
    elif aside < len(shows):
        yield "accepted", "Accepted"
    if aside and piece.is_shared:
        yield "away", "Set aside" if aside == len(shows) else f"Set aside for {aside} of {len(shows)}"
    if is_waiting:
        yield "waiting", "Waiting for a voice"


def _remarks(
    piece: Evidence,
    shows: Sequence[Shown],
    confirmed_by: Sequence[str],
    waiting: Sequence[Corroboration],
    names: Mapping[uuid.UUID, str],
) -> Iterable[str]:
    if not piece.is_shared:
        return
    if confirmed_by:
        yield f"Confirmed by {join_words(confirmed_by)}"
    for question in waiting:
        yield f"Asked {names[question.colleague_id]} on {long_date(question.asked_at)}"
    given = [
        one
        for one in piece.corroborations
        if one.outcome in (CorroborationAnswer.CONFIRMED, CorroborationAnswer.LIMITED)
    ]
    if given and not confirmed_by and not waiting:
        yield "Changed since it was confirmed; ask again"
    elif not confirmed_by and not waiting:
        yield "No second voice yet"
    reasons = {shown.against for shown in shows}
    if shows and all(shown.until is None for shown in shows):
        if reasons == {Reason.TOO_OLD}:
            yield "No longer counts: too long ago"
        elif Reason.KIND in reasons:
            yield "Does not count: another kind is asked for"
