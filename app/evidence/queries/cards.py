"""Pieces as lists show them: what each counts towards and until when, who confirmed it, what it waits for."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import defer

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.policy import visible_to
from app.domain.evidence import CorroborationAnswer, EvidenceKind, EvidenceState, Piece, Reason
from app.evidence.models import Claim, Corroboration, Evidence
from app.evidence.queries.facts import corroborators_of
from app.evidence.queries.filters import SOON, first_day, quarter_index, quarter_label_of, quarter_of
from app.evidence.queries.hrefs import page_of, page_that_asks
from app.evidence.queries.marks import ExpectationMark, Marks, as_read_by, marks_for
from app.evidence.queries.pieces import find_live_setting_aside, for_lists
from app.evidence.queries.revisions import Said, contents_for
from app.evidence.queries.voices import GIVING
from app.infra.clock import today
from app.infra.db import db
from app.infra.templating import join_words, kind_label, long_date
from app.people.queries import get_people

QUARTERS = 6
SHOWN_IN_QUARTER = 5


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
    is_ending: bool = False
    remark: str = ""
    """Why it does not count, where it does not."""
    status: str = ""
    """Where the person stands on the expectation; empty where nobody knows, or the reader may not."""

    @property
    def is_settled(self) -> bool:
        """Say whether the expectation needs no evidence: it is waived, or was met for a level held."""
        return self.status in {"waived", "banked"}


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


def list_cards(
    actor: Actor, person_id: uuid.UUID, expectation_ids: Iterable[str] | None = None
) -> dict[str, list[Card]]:
    """Return a person's shared pieces that the actor may read, by expectation, newest first.

    For showing evidence beside an expectation; what is set aside for it is left out. Fixed number of queries.
    """
    wanted = None if expectation_ids is None else set(expectation_ids)
    found: dict[str, list[Card]] = {}
    pieces = for_lists().where(readable_pieces(actor, person_id), Evidence.is_shared)
    if wanted is not None:
        pieces = pieces.where(Evidence.claims.any(Claim.expectation_id.in_(wanted)))
    marks = as_read_by(actor, person_id, marks_for(person_id, today()))
    for card in fetch_cards(pieces, marks, is_own=actor.person_id == person_id, reader=actor):
        if card.state is EvidenceState.SHARED:
            for shown in card.shows:
                if not shown.is_set_aside and (wanted is None or shown.id in wanted):
                    found.setdefault(shown.id, []).append(card)
    return found


class Quarter(NamedTuple):
    """One quarter of a timeline: its latest pieces, oldest first; how many are shared, and how many more there are."""

    label: str
    pieces: list[Card]
    shared: int
    more: int


def by_quarter(actor: Actor, person_id: uuid.UUID, on: date | None = None, quarters: int = QUARTERS) -> list[Quarter]:
    """Return the last quarters up to a day, oldest first, each with the latest pieces that occurred in it.

    Withdrawn pieces are left out; drafts are there for their author. However many pieces there are, no more than
    `SHOWN_IN_QUARTER` of each quarter are read.
    """
    day = on or today()
    last = quarter_index(day)
    labels = [quarter_label_of(one) for one in range(last - quarters + 1, last + 1)]
    starts = [first_day(one) for one in range(last - quarters + 1, last + 2)]
    in_order = Evidence.occurred_on.desc(), Evidence.number.desc(), Evidence.id
    quarter = case(*((Evidence.occurred_on < start, label) for label, start in zip(labels, starts[1:], strict=True)))
    placed = (
        select(
            Evidence.id,
            quarter.label("label"),
            func.row_number().over(partition_by=quarter, order_by=in_order).label("place"),
            func.count().over(partition_by=quarter).label("all"),
            func.sum(case((Evidence.is_shared, 1), else_=0)).over(partition_by=quarter).label("shared"),
        )
        .where(
            readable_pieces(actor, person_id),
            Evidence.state != EvidenceState.WITHDRAWN,
            Evidence.occurred_on >= starts[0],
            Evidence.occurred_on < starts[-1],
        )
        .subquery()
    )
    rows = db.session.execute(select(placed).where(placed.c.place <= SHOWN_IN_QUARTER).order_by(placed.c.id)).all()
    pieces = for_lists().where(Evidence.id.in_([row.id for row in rows]))
    cards: dict[str, list[Card]] = {label: [] for label in labels}
    if rows:
        for card in reversed(fetch_cards(pieces, marks_for(person_id, day), is_own=actor.person_id == person_id)):
            cards[quarter_of(card.on)].append(card)
    numbers = {row.label: (int(row.shared), row.all) for row in rows}
    return [
        Quarter(label, found, numbers.get(label, (0, 0))[0], numbers.get(label, (0, 0))[1] - len(found))
        for label, found in cards.items()
    ]


def fetch_cards(statement: Select[Evidence], marks: Marks, *, is_own: bool, reader: Actor | None = None) -> list[Card]:
    """Return the cards of a select of pieces, newest first, in a fixed number of queries. The select says who reads.

    `reader`: may be a former line manager, who reads each piece as it was in their time. None where the select holds
    nothing but what is read as it stands now.
    """
    found = db.session.scalars(
        statement.options(defer(Evidence.narrative, raiseload=True)).order_by(
            Evidence.occurred_on.desc(), Evidence.number.desc(), Evidence.id
        ),
    )
    rows = found.unique().all()
    names = names_of(question.colleague_id for piece in rows for question in piece.corroborations)
    then = contents_for(reader, rows) if reader is not None else {piece.id: None for piece in rows}
    cards = [_card(piece, marks, names, is_own=is_own) for piece in rows if piece.id in then]
    return [_as_then(card, said, marks) if (said := then[card.id]) else card for card in cards]


def _as_then(card: Card, said: Said, marks: Marks) -> Card:
    """Return a card as a former line manager reads it: as said in their time, and nothing of what became of it."""
    marked = [(marks.mark(claim.expectation_id), claim.line) for claim in said.claims]
    return replace(
        card,
        title=said.title,
        kind=said.kind,
        on=said.occurred_on,
        began_on=said.occurred_from,
        shows=tuple(
            Shown(
                id=mark.id,
                text=mark.text,
                level=mark.level,
                level_rank=mark.level_rank,
                rungs=mark.rungs,
                line=line,
                until=None,
                is_set_aside=False,
                against=None,
            )
            for mark, line in marked
        ),
        states=(),
        remarks=(),
        counts_until=None,
        is_ending=False,
        confirmed_by=(),
        is_waiting=False,
        ask_href=None,
    )


def readable_pieces(actor: Actor, person_id: uuid.UUID) -> ColumnElement[bool]:
    """Return the condition on `Evidence` that a piece is a person's and the actor may read it."""
    return and_(Evidence.subject_id == person_id, visible_to(actor, Permission.Evidence.READ, Evidence))


def names_of(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return the names of people by id, in one query at most."""
    return {person_id: person.name for person_id, person in get_people(set(ids)).items()}


def as_rule_piece(piece: Evidence, claim: Claim) -> Piece:
    """Return a piece as linked to one claim, as the rules see it, without those who confirm it.

    Where it counts only with somebody's word, those who confirm it are there.
    """
    voices: frozenset[uuid.UUID] = frozenset()
    if piece.needed_voice_id is not None:
        voices = corroborators_of(
            piece.corroborations,
            subject_id=piece.subject_id,
            expectation_id=claim.expectation_id,
            changed_at=claim.changed_at,
        )
    return Piece(
        id=piece.id,
        kind=piece.kind,
        occurred_on=piece.occurred_on,
        state=piece.state,
        set_aside=find_live_setting_aside(claim) is not None,
        corroborators=voices,
        needed_voice=piece.needed_voice_id,
    )


def shown_claim(piece: Evidence, claim: Claim, marks: Marks) -> Shown:
    """Return what one claim of a piece shows, and how long it counts."""
    mark: ExpectationMark = marks.mark(claim.expectation_id)
    fact = as_rule_piece(piece, claim)
    against = marks.against(claim.expectation_id, fact)
    until = marks.until(claim.expectation_id, fact)
    return Shown(
        id=mark.id,
        text=mark.text,
        level=mark.level,
        level_rank=mark.level_rank,
        rungs=mark.rungs,
        line=claim.line,
        until=until,
        is_set_aside=fact.set_aside,
        against=against.reason if against else None,
        is_ending=until is not None and until - marks.on <= SOON,
        remark="" if until else _remark(mark, against.reason if against else None, marks),
    )


AGAINST = {
    Reason.DRAFT: "Counts once it is shared",
    Reason.WITHDRAWN: "Does not count while it is withdrawn",
    Reason.SET_ASIDE: "Does not count: set aside",
    Reason.UNCONFIRMED: "Counts once the mentee has confirmed it",
    Reason.FUTURE: "Counts from the day on which it happened",
    Reason.TOO_OLD: "No longer counts: too long ago",
}


def _remark(mark: ExpectationMark, against: Reason | None, marks: Marks) -> str:
    """Return why a claim has no day until which it counts."""
    if against is Reason.KIND:
        kinds = join_words([kind_label(kind.value).lower() for kind in marks.accepted_kinds(mark.id)], "or")
        return f"Does not count: asks for {kinds}"
    if against is not None:
        return AGAINST[against]
    if mark.rule is None:
        return "Does not count: in no ladder of this person"
    return "Counts; leave keeps its age where it is" if marks.tells_days else "Counts"


def with_status(shown: Shown, statuses: Mapping[str, str]) -> Shown:
    """Return what a claim shows with where the person stands on it; for readers who may see that."""
    return replace(shown, status=statuses.get(shown.id, ""))


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
        remarks=tuple(_remarks(piece, confirmed_by, waiting, names)),
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
        yield "shared", "Shared"
    if aside and piece.is_shared:
        yield "away", "Set aside" if aside == len(shows) else f"Set aside for {aside} of {len(shows)}"
    if is_waiting:
        yield "waiting", "Waiting for a voice"


def _remarks(
    piece: Evidence,
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
    if confirmed_by or waiting:
        return
    if any(one.outcome in GIVING and not one.was_line_manager for one in piece.corroborations):
        yield "Changed since it was confirmed; ask again"
        return
    declined = [names[one.colleague_id] for one in piece.corroborations if one.outcome is CorroborationAnswer.DECLINED]
    if declined:
        yield f"{join_words(sorted(declined))} could not confirm it"
    else:
        yield "No second voice yet"
