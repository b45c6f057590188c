"""Dated work that leads to the outcomes of a chapter: which pieces, when, claimed for what, confirmed by whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from random import Random

from app.cli.seed import library
from app.cli.seed.chapters import Chapter
from app.cli.seed.dice import chance
from app.cli.seed.directory import Directory
from app.cli.seed.library import Story
from app.cli.seed.outcomes import ALONE, BURST, EXCEEDED, FEW, MET, NOT_MET, OPEN, PARTLY, STALE, WAIVED, Outcome
from app.cli.seed.plan import (
    PlannedClaim,
    PlannedCorroboration,
    PlannedEvidence,
    PlannedPerson,
    PlannedSetAside,
)
from app.cli.seed.slots import fill, long_date, words_for
from app.cli.seed.worktime import Worktime, on_weekday
from app.domain.evidence import CorroborationAnswer, EvidenceKind
from app.domain.ladder import EvidenceRule, Expectation

_COACHING = frozenset({"swe.coach-juniors"})
_SETTLED = frozenset({MET, EXCEEDED, PARTLY})
_RECENT_DAYS = 40
_LONG_WORK = {
    EvidenceKind.MENTORING_LOG: (30, 95),
    EvidenceKind.MAINTENANCE: (5, 40),
    EvidenceKind.TRAINING: (1, 2),
    EvidenceKind.DESIGN_DOC: (6, 30),
}
_LINKS = {
    EvidenceKind.PULL_REQUEST: "https://code.larkspur.example/{area}/pulls/{number}",
    EvidenceKind.CODE_REVIEW: "https://code.larkspur.example/{area}/pulls/{number}#review",
    EvidenceKind.MAINTENANCE: "https://code.larkspur.example/{area}/pulls/{number}",
    EvidenceKind.DESIGN_DOC: "https://docs.larkspur.example/design/{number}",
    EvidenceKind.DOCUMENTATION: "https://docs.larkspur.example/pages/{number}",
    EvidenceKind.PRESENTATION: "https://docs.larkspur.example/slides/{number}",
    EvidenceKind.TICKET: "https://desk.larkspur.example/tickets/{ticket}",
    EvidenceKind.INCIDENT: "https://desk.larkspur.example/incidents/{number}",
}


@dataclass(frozen=True, slots=True)
class Author:
    """Somebody who logs evidence, with what every piece is made from. `told` remembers stories, so none comes twice.

    `ordinal` makes neighbours begin with different stories. `areas` are the product areas of teams by key.
    """

    person: PlannedPerson
    ordinal: int
    directory: Directory
    worktime: Worktime
    team_names: Mapping[str, str]
    areas: Mapping[str, str]
    rng: Random
    told: set[tuple[str, int]] = field(default_factory=set)

    def team_name(self, day: date) -> str:
        """Return the name of the team on a day."""
        return self.team_names.get(self.person.team_on(day) or "", "the team")

    def area(self, day: date) -> str:
        """Return the product area worked on that day."""
        team = self.person.team_on(day) or ""
        return self.areas.get(team, team)


@dataclass(frozen=True, slots=True)
class _Setting:
    """An author in one chapter."""

    by: Author
    chapter: Chapter

    @property
    def author(self) -> PlannedPerson:
        return self.by.person

    @property
    def directory(self) -> Directory:
        return self.by.directory

    @property
    def worktime(self) -> Worktime:
        return self.by.worktime

    @property
    def rng(self) -> Random:
        return self.by.rng


def chapter_evidence(author: Author, chapter: Chapter) -> Iterator[PlannedEvidence]:
    """Yield the pieces of a chapter, in no particular order and all with number 0."""
    setting = _Setting(author, chapter)
    for expectation in chapter.wanted:
        outcome = chapter.outcome(expectation.id)
        days = _days(expectation.evidence, outcome, setting)
        for place, day in enumerate(days):
            piece = _piece(setting, expectation, day, again=True)
            if piece is not None:
                yield _with_voices(setting, piece, outcome, needed=place < expectation.evidence.corroborators)
    if chapter.spell.ends_on is None and chapter.script.rated:
        yield from _extras(setting)


def _days(rule: EvidenceRule, outcome: Outcome, setting: _Setting) -> Sequence[date]:
    """Return the days on which the pieces for one expectation occurred, oldest first."""
    rng, chapter = setting.rng, setting.chapter
    first, last = chapter.first_day, chapter.last_day
    count = max(1, rule.min_count)
    if outcome is WAIVED:
        count = 0
    elif chapter.target == chapter.spell.level:
        # At the top nothing has to be proven any more; people go on logging what they like.
        count = int(chance(rng, 70))
    elif outcome is FEW:
        count -= 1
    elif outcome is PARTLY:
        count = rng.randint(max(1, count - 1), count)
    elif outcome in {NOT_MET, OPEN}:
        count = int(chance(rng, 40))
    span = rule.span_days if count > 1 else 0
    if outcome is STALE:
        last = chapter.last_day - timedelta(days=rule.window_days + rng.randint(10, 60))
        first = max(setting.author.hired_on + timedelta(days=10), last - timedelta(days=span + 150))
        if first > last:
            return ()
    if outcome is BURST and count > 1:
        room = max(0, (last - first).days - chapter.script.burst_days)
        begin = first + timedelta(days=rng.randint(0, room))
        days = [begin, begin + timedelta(days=chapter.script.burst_days)]
    elif count > 1 and (last - first).days > span + 6:
        begin = first + timedelta(days=rng.randint(0, (last - first).days - span - 6))
        days = [begin, *_spread(begin + timedelta(days=span + 4), last, count - 1, rng)]
    else:
        days = _spread(first, last, count, rng)
    days = [day if outcome is BURST else on_weekday(day) for day in days]
    return [_at_work(setting.author, day) for day in days]


def _at_work(person: PlannedPerson, day: date) -> date:
    """Return the day, or one two weeks before the leave that it or its write-up would fall into."""
    for leave in person.leaves:
        if leave.starts_on <= day + timedelta(days=7) and (leave.ends_on is None or day < leave.ends_on):
            return on_weekday(leave.starts_on - timedelta(days=14))
    return day


def _spread(first: date, last: date, count: int, rng: Random) -> list[date]:
    room = (last - first).days
    return sorted(first + timedelta(days=rng.randint(0, room)) for _ in range(count))


def _story(setting: _Setting, expectation: Expectation, *, again: bool) -> tuple[Story, bool] | None:
    """Return the next story that this author has not told yet; with `again` a known one when there is none left.

    The second value says whether it has been told before.
    """
    known = library.stories_about(expectation)
    for step in range(len(known)):
        index = (setting.by.ordinal + step) % len(known)
        if (expectation.id, index) not in setting.by.told:
            setting.by.told.add((expectation.id, index))
            return known[index], False
    return (setting.rng.choice(known), True) if again and known else None


def _piece(setting: _Setting, expectation: Expectation, day: date, *, again: bool = False) -> PlannedEvidence | None:
    found = _story(setting, expectation, again=again)
    if found is None:
        return None
    story, is_told = found
    author, rng = setting.author, setting.rng
    until = min(day + timedelta(days=14), setting.worktime.latest_day)
    colleague = setting.directory.colleague(author, (day, until), rng, juniors=expectation.id in _COACHING)
    words = words_for(
        rng,
        area=setting.by.area(day),
        team=setting.by.team_name(day),
        colleague=colleague.name if colleague else "a colleague",
        day=day,
    )
    logged = setting.worktime.after(setting.worktime.on(day, rng), rng, days=(0, 3))
    shared = setting.worktime.after(logged, rng, days=(0, 2))
    claims = [PlannedClaim(expectation.id, fill(story.shows, words))]
    claims += [PlannedClaim(other, fill(line, words)) for other, line in story.also if _may_claim(setting, other)]
    piece = PlannedEvidence(
        author_key=author.key,
        number=0,
        title=fill(story.title, words),
        narrative=_narrative(story, words, rng, is_told=is_told),
        kind=story.kind,
        occurred_from=_began(story.kind, day, author, rng),
        occurred_on=day,
        links=_links(story.kind, setting.by.area(day), words["ticket"], rng),
        claims=tuple(claims),
        logged_at=logged,
        shared_at=shared,
    )
    if colleague is None:
        return piece
    asked = setting.worktime.after(shared, rng, days=(0, 2))
    return replace(piece, corroborations=(PlannedCorroboration(colleague.key, asked),))


def _narrative(story: Story, words: dict[str, str], rng: Random, *, is_told: bool) -> str:
    paragraphs = story.text.split("\n\n")
    if closings := library.closings(story.text, is_told=is_told):
        paragraphs.append(rng.choice(closings))
    return "\n\n".join(fill(paragraph, words) for paragraph in paragraphs)


def _may_claim(setting: _Setting, expectation_id: str) -> bool:
    chapter = setting.chapter
    wanted = {expectation.id for expectation in chapter.wanted}
    return expectation_id in wanted and chapter.outcome(expectation_id) in _SETTLED


def _began(kind: EvidenceKind, day: date, author: PlannedPerson, rng: Random) -> date | None:
    if kind not in _LONG_WORK or chance(rng, 40):
        return None
    began = day - timedelta(days=rng.randint(*_LONG_WORK[kind]))
    return began if began >= author.hired_on else None


def _links(kind: EvidenceKind, area: str, ticket: str, rng: Random) -> tuple[str, ...]:
    pattern = _LINKS.get(kind)
    number = rng.randint(200, 9_800)
    return (pattern.format(area=area, number=number, ticket=ticket),) if pattern else ()


def _with_voices(setting: _Setting, piece: PlannedEvidence, outcome: Outcome, *, needed: bool) -> PlannedEvidence:
    """Return the piece with its colleague's answer: a confirmation where one is needed, otherwise as it happens."""
    if not piece.corroborations:
        return piece
    rng = setting.rng
    asked = piece.corroborations[0]
    is_recent = (setting.worktime.latest_day - asked.asked_at.date()).days < _RECENT_DAYS
    if outcome is ALONE:
        answer = "waiting" if is_recent else rng.choice(("declined", "none"))
    elif needed and outcome is not OPEN:
        answer = "confirmed"
    else:
        weights = (45, 6, 4, 12 if is_recent else 0, 33)
        answer = rng.choices(("confirmed", "limited", "declined", "waiting", "none"), weights)[0]
    if answer == "none":
        return replace(piece, corroborations=())
    if answer == "waiting":
        return piece
    return replace(piece, corroborations=(_answered(setting, piece, asked, CorroborationAnswer(answer)),))


def _answered(
    setting: _Setting, piece: PlannedEvidence, asked: PlannedCorroboration, answer: CorroborationAnswer
) -> PlannedCorroboration:
    rng = setting.rng
    words = rng.choice(library.corroboration_words(answer))
    colleague = setting.directory.find(asked.colleague_key) or setting.author
    team = setting.by.team_names.get(colleague.team_on(piece.occurred_on) or "", "another team")
    standing = frozenset({piece.claims[0].expectation_id}) if answer is CorroborationAnswer.LIMITED else frozenset()
    return replace(
        asked,
        outcome=answer,
        words=words.format(team=team),
        standing=standing,
        answered_at=setting.worktime.after(asked.asked_at, rng, days=(0, 5)),
    )


def _extras(setting: _Setting) -> Iterator[PlannedEvidence]:
    """Yield what else lies in somebody's list: a draft, a piece taken back, one that the manager set aside."""
    rng, chapter = setting.rng, setting.chapter
    recent = chapter.last_day - timedelta(days=rng.randint(0, 25))
    recent = _at_work(setting.author, on_weekday(recent))
    older = chapter.first_day + (chapter.last_day - chapter.first_day) / 2
    older = _at_work(setting.author, on_weekday(older))
    if chance(rng, 45) and (piece := _spare(setting, recent)):
        yield replace(piece, shared_at=None, corroborations=())
    if chance(rng, 20) and (piece := _spare(setting, older)) and piece.shared_at:
        taken_back = setting.worktime.after(piece.shared_at, rng, days=(1, 20))
        yield replace(piece, withdrawn_at=taken_back, corroborations=())
    if chance(rng, 40) and (piece := _spare(setting, older)):
        yield _set_aside(setting, piece)


def _spare(setting: _Setting, day: date) -> PlannedEvidence | None:
    """Return a piece for any expectation of which the author has a story left."""
    wanted = [e for e in setting.chapter.wanted if setting.chapter.outcome(e.id) is not WAIVED]
    setting.rng.shuffle(wanted)
    return next((piece for e in wanted if (piece := _piece(setting, e, day))), None)


def _set_aside(setting: _Setting, piece: PlannedEvidence) -> PlannedEvidence:
    """Return the piece as its manager left it: it counts for none of its claims. Unchanged if nobody could."""
    rng, at = setting.rng, piece.shared_at or piece.logged_at
    found = setting.worktime.after(at, rng, days=(3, 12))
    line = setting.author.manager_on(found.date())
    manager = setting.directory.find(line.manager_key) if line else None
    if manager is None or not manager.works_on(found.date()):
        return replace(piece, shared_at=None, corroborations=())
    asked = piece.corroborations[0].colleague_key if piece.corroborations else ""
    colleague = setting.directory.find(asked)
    words = {"colleague": colleague.name if colleague else "the team", "day": long_date(piece.occurred_on)}
    answer: str | None = None
    answered: datetime | None = None
    if chance(rng, 50):
        answer = rng.choice(library.set_aside_answers()).format_map(words)
        answered = setting.worktime.after(found, rng, days=(0, 6))
    return replace(
        piece,
        corroborations=(),
        set_aside=tuple(
            PlannedSetAside(
                claim.expectation_id,
                manager.key,
                rng.choice(library.set_aside_reasons()).format_map(words),
                found,
                answer,
                answered,
            )
            for claim in piece.claims
        ),
    )
