"""Answers of both sides that lead to the outcomes of a chapter, with comments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from random import Random
from types import MappingProxyType

from app.cli.seed import library
from app.cli.seed.chapters import Chapter
from app.cli.seed.dice import chance
from app.cli.seed.directory import Directory
from app.cli.seed.outcomes import EXCEEDED, NOT_MET, OPEN, PARTLY, WAIVED
from app.cli.seed.plan import PlannedAnswer, PlannedAssessment, PlannedPerson
from app.cli.seed.slots import fill, words_for
from app.cli.seed.worktime import Worktime
from app.domain.rating import Answer

_SCALE = (Answer.NOT_MET, Answer.PARTLY_MET, Answer.MET, Answer.EXCEEDED)
_RATED = {
    NOT_MET: Answer.NOT_MET,
    PARTLY: Answer.PARTLY_MET,
    EXCEEDED: Answer.EXCEEDED,
    OPEN: Answer.NO_OPPORTUNITY,
    WAIVED: Answer.NO_OPPORTUNITY,
}

Told = Mapping[tuple[str, str, str], str]
"""Comments told word by word: by person, side and expectation."""


class Assessor:
    """Makes the revealed assessments of a chapter."""

    def __init__(self, directory: Directory, worktime: Worktime, areas: Mapping[str, str], told: Told) -> None:
        self._directory = directory
        self._worktime = worktime
        self._areas = areas
        self._told = told

    def revealed(self, subject: PlannedPerson, chapter: Chapter, rng: Random) -> Iterator[PlannedAssessment]:
        """Yield the assessments that both sides have submitted, newest first."""
        for place, day in enumerate(chapter.rated_on):
            line = subject.manager_on(day)
            manager = self._directory.find(line.manager_key) if line else None
            if line is None or manager is None or not manager.works_on(day):
                continue
            opened_on = max(day - timedelta(days=rng.randint(15, 24)), line.starts_on, chapter.spell.starts_on)
            if opened_on > day - timedelta(days=3):
                continue
            opened = self._worktime.on(opened_on, rng)
            self_at = self._worktime.after(opened, rng, days=(1, (day - opened_on).days - 1))
            manager_at = max(self._worktime.on(day, rng), self_at + timedelta(minutes=11))
            latest = place == 0
            asked = self._answers(chapter, rng, earlier=not latest and not chapter.script.unchanged)
            if latest or chapter.script.unchanged:
                asked |= {e: _RATED[outcome] for e, outcome in chapter.script.slipped.items()}
            yield PlannedAssessment(
                subject_key=subject.key,
                manager_key=manager.key,
                ladder=chapter.ladder.slug,
                target=chapter.target,
                opened_at=opened,
                self_answers=self._side("self", subject, chapter, _seen_by_subject(asked, rng), day, rng, told=latest),
                self_submitted_at=self_at,
                manager_answers=self._side("manager", subject, chapter, asked, day, rng, told=latest),
                manager_submitted_at=manager_at,
            )

    def _answers(self, chapter: Chapter, rng: Random, *, earlier: bool) -> dict[str, Answer]:
        answers = {e.id: _RATED.get(chapter.outcome(e.id), Answer.MET) for e in chapter.wanted}
        if earlier:
            answers = {e: _before(answer, rng) for e, answer in answers.items()}
        return answers

    def _side(
        self,
        side: str,
        subject: PlannedPerson,
        chapter: Chapter,
        answers: Mapping[str, Answer],
        day: date,
        rng: Random,
        *,
        told: bool,
    ) -> Mapping[str, PlannedAnswer]:
        colleague = self._directory.colleague(subject, (day, day), rng)
        name = colleague.name if colleague else "the others"
        written = {}
        for expectation_id, answer in answers.items():
            comment = self._told.get((subject.key, side, expectation_id), "") if told else ""
            if not comment:
                known = library.comments(side, chapter.ladder.expectation(expectation_id), answer)
                comment = self._comment(known, subject, name, answer, day, rng)
            written[expectation_id] = PlannedAnswer(answer, comment)
        return MappingProxyType(written)

    def _comment(
        self, known: Sequence[str], subject: PlannedPerson, colleague: str, answer: Answer, day: date, rng: Random
    ) -> str:
        """Return what one side writes beside an answer: often nothing where it is met, always something below."""
        if not known or (answer is Answer.MET and chance(rng, 35)):
            return ""
        text = rng.choice(known)
        if "{" not in text:
            return text
        team = subject.team_on(day) or ""
        area = self._areas.get(team, team)
        return fill(text, words_for(rng, area=area, team="", colleague=colleague, day=day - timedelta(days=10)))


def _before(answer: Answer, rng: Random) -> Answer:
    """Return an answer as it may have been half a year before."""
    if answer is Answer.NO_OPPORTUNITY or chance(rng, 45):
        return answer
    if chance(rng, 30):
        return Answer.NO_OPPORTUNITY
    return _SCALE[max(0, _SCALE.index(answer) - 1)]


def _seen_by_subject(answers: Mapping[str, Answer], rng: Random) -> dict[str, Answer]:
    """Return the engineer's own answers: mostly the manager's, now and then a step beside them."""
    seen = {}
    for expectation_id, answer in answers.items():
        if answer is Answer.NO_OPPORTUNITY:
            seen[expectation_id] = rng.choices((answer, Answer.PARTLY_MET, Answer.MET), (80, 14, 6))[0]
        else:
            step = rng.choices((0, 1, -1, 2), (66, 19, 12, 3))[0]
            seen[expectation_id] = _SCALE[min(max(_SCALE.index(answer) + step, 0), len(_SCALE) - 1)]
    return seen
