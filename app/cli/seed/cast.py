"""What is told word by word of a few people, so that their pages tell the same story as the design kit.

Dates are written for `company.WRITTEN_FOR` and moved with it; a date in braces becomes the name of its month.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType

from app.cli.seed.amara import AMARA, Told
from app.cli.seed.directory import Directory
from app.cli.seed.library import unwrap
from app.cli.seed.plan import (
    PlannedAnswer,
    PlannedAssessment,
    PlannedClaim,
    PlannedCorroboration,
    PlannedEvidence,
    PlannedPerson,
)
from app.cli.seed.roster import dated, moved
from app.cli.seed.slots import long_date
from app.domain.evidence import CorroborationAnswer, EvidenceKind
from app.domain.rating import Answer

MORE: Mapping[str, tuple[Told, ...]] = MappingProxyType(
    {
        "amara": AMARA,
        "chioma": (
            Told(
                0, "Led the fix of the rounding on split bills", EvidenceKind.PULL_REQUEST, "2026-11-12",
                {"swe.self-sufficient": "Found the fault, chose the fix and released it; Amara only reviewed."},
                """
                Split bills were rounded once per insurer and once more in the sum. Eleven clinics saw a cent too
                much. I wrote down the three places in which we round, proposed to keep the last one, and asked in the
                team before I changed it.

                Released the same week, checked with the bills of the week before: no difference left.
                """,
                "https://code.larkspur.example/billing/pulls/4471", "amara", "2026-11-18",
            ),
        ),
        "leila": (
            Told(
                0, "Chapter on failed reminders, with the decision tree", EvidenceKind.DOCUMENTATION, "2026-11-10",
                {"sup.author-knowledge": "Wrote the chapter from nine tickets; the desk decides with it alone."},
                """
                Nine tickets of {2026-10-15} began with “the reminder did not come”. They have five different causes.
                The chapter asks four questions and ends at one of them.

                Inês tried it on the phone for a week. Two of the questions were in the wrong order and have changed
                places since.
                """,
                "https://docs.larkspur.example/pages/2214", "margit", "2026-11-16",
            ),
        ),
    }
)  # fmt: skip


def told_evidence(author: PlannedPerson, directory: Directory, today: date) -> Iterator[PlannedEvidence]:
    """Yield the pieces that are told word by word, numbered where their numbers are known."""
    for told in MORE.get(author.key, ()):
        day = moved(told.day, today)
        logged = datetime.combine(day, time(15, 20), UTC)
        corroborations: tuple[PlannedCorroboration, ...] = ()
        if told.colleague:
            asked = datetime.combine(moved(told.asked, today), time(9, 45), UTC)
            named = directory.find(told.colleague)
            if named is None or not named.works_on(asked.date()):
                # A small company lacks the colleague; somebody else who was there answers instead.
                lacking = [p for p in directory.everybody if p.key != author.key and p.works_on(asked.date())]
                named = next((p for p in lacking if not _manages(p, author, asked.date())), None)
            if named is not None:
                corroborations = (_voice(told, named.key, asked),)
        yield PlannedEvidence(
            author_key=author.key,
            number=told.number,
            title=told.title.replace("{day}", long_date(day)),
            narrative=dated(unwrap(told.narrative), today),
            kind=told.kind,
            occurred_on=day,
            occurred_from=moved(told.began, today) if told.began else None,
            links=(told.link,) if told.link else (),
            claims=tuple(PlannedClaim(expectation, dated(line, today)) for expectation, line in told.shows.items()),
            logged_at=logged,
            shared_at=logged + timedelta(minutes=12),
            corroborations=corroborations,
        )


def _manages(other: PlannedPerson, author: PlannedPerson, day: date) -> bool:
    line = author.manager_on(day)
    return line is not None and line.manager_key == other.key


def _voice(told: Told, colleague: str, asked: datetime) -> PlannedCorroboration:
    if not told.words:
        return PlannedCorroboration(colleague, asked)
    return PlannedCorroboration(
        colleague, asked, CorroborationAnswer.CONFIRMED, told.words, answered_at=asked + timedelta(hours=26)
    )


Line = tuple[str, Answer | None, str]


@dataclass(frozen=True, slots=True)
class _Form:
    """An assessment told word by word. An empty time means that the side has not submitted."""

    ladder: str
    target: str
    opened: str
    mine: tuple[Line, ...]
    theirs: tuple[Line, ...]
    mine_in: str = ""
    theirs_in: str = ""


NOT_MET, PARTLY, MET, EXCEEDED = Answer.NOT_MET, Answer.PARTLY_MET, Answer.MET, Answer.EXCEEDED
NONE = Answer.NO_OPPORTUNITY
_SWE, _L3 = "software-engineer", "L3"
_FEATURES, _ARCHITECTURE = "swe.design-significant-features", "swe.influence-architecture"
_COACH, _LEAD, _SYSTEMIC = "swe.coach-juniors", "swe.lead-design-discussions", "swe.systemic-improvements"

_STAYED = (
    "Split payments and the invoice queue: I wrote both designs and stayed with them through the first month in use."
)
_SECOND_OPTION = (
    "In split payments the allocation step moved because of my second option. Before that I mostly followed."
)
_SECOND_HALF = (
    "Refund ordering was led well. On the ledger schema Henrik carried the second half; I would like to see one from"
    " start to end."
)

FORMS: Mapping[str, tuple[_Form, ...]] = MappingProxyType(
    {
        "amara": (
            _Form(
                _SWE, _L3, "2026-05-04T08:30",
                (
                    (_FEATURES, MET, "The invoice queue is my design, and it has been in use for a month."),
                    (_ARCHITECTURE, PARTLY, "I take part. So far others set the direction."),
                    (_COACH, PARTLY, "Chioma and I have begun; four sessions so far."),
                    (_LEAD, MET, "Refund ordering, with five teams."),
                    (_SYSTEMIC, NONE, ""),
                ),
                (
                    (_FEATURES, PARTLY, "One design so far, and a good one. I would like to see the next."),
                    (_ARCHITECTURE, NOT_MET, "In both discussions you spoke after the decision. Please speak before."),
                    (_COACH, NONE, "Just begun, so I would rather wait."),
                    (_LEAD, PARTLY, "Refund ordering was led well. One is one."),
                    (_SYSTEMIC, NONE, "Nothing I could judge yet."),
                ),
                "2026-05-12T09:05", "2026-05-19T13:40",
            ),
            _Form(
                _SWE, _L3, "2026-08-31T07:50",
                (
                    (_FEATURES, MET, "Invoice queue in use by 212 clinics, split payments designed and in review."),
                    (_ARCHITECTURE, MET, "The allocation step will move because of my second option."),
                    (_COACH, MET, "Chioma owns rounding now and reviews changes to it."),
                    (_LEAD, MET, "Refund ordering to the end; the ledger schema comes next."),
                    (_SYSTEMIC, NONE, "I have an idea about retries and nothing to show yet."),
                ),
                (
                    (_FEATURES, MET, "Two designs of real size, with their migrations thought through."),
                    (_ARCHITECTURE, PARTLY, "One project so far, and the direction was set before you joined it."),
                    (_COACH, MET, "It shows in Chioma’s reviews."),
                    (_LEAD, MET, "Five teams from three proposals to one. Keep doing that."),
                    (_SYSTEMIC, NONE, "No occasion yet. I look forward to the retries."),
                ),
                "2026-09-08T14:10", "2026-09-12T10:20",
            ),
            _Form(
                _SWE, _L3, "2026-11-09T08:15",
                (
                    (_FEATURES, MET, _STAYED),
                    (_ARCHITECTURE, PARTLY, _SECOND_OPTION),
                    (_COACH, MET, "Chioma owns rounding now. With Rosalind I have only just begun."),
                    (_LEAD, EXCEEDED, "Refund ordering and the ledger schema, both with more teams than ours."),
                ),
                (
                    (_FEATURES, MET, "Both designs held in their first month."),
                    (_LEAD, PARTLY, _SECOND_HALF),
                ),
            ),
        ),
        "minhkhai": (
            _Form(
                _SWE, _L3, "2026-11-02T09:10",
                (
                    (_FEATURES, MET, "The record merge, from the first talk with the doctors to the last clinic."),
                    (_COACH, MET, "Sefa takes the import alone now."),
                ),
                (
                    (_FEATURES, EXCEEDED, "The merge is the design that other teams come to read."),
                    (_ARCHITECTURE, MET, "The history of changes instead of the state: that was your argument."),
                    (_COACH, MET, "Sefa has grown visibly since {2026-03-02}, and says so."),
                    (_LEAD, MET, "Calm, prepared, and decided in time."),
                    (_SYSTEMIC, MET, "The shared test clinic has paid for itself twice over."),
                ),
                "", "2026-11-17T12:25",
            ),
        ),
        "oluwaseun": (
            _Form(
                _SWE, _L3, "2026-10-30T10:00",
                (
                    (_FEATURES, MET, "Group appointments, two sites live, the third next week."),
                    (_ARCHITECTURE, MET, "Availability lies on the right side of the line now; I argued for that."),
                    (_COACH, PARTLY, "Beatriz and I meet every other week. It is a beginning."),
                    (_LEAD, MET, "Both discussions since {2026-09-15} were mine from the invitation to the minutes."),
                    (_SYSTEMIC, PARTLY, "I have counted the alarms and not yet changed the rule."),
                ),
                ((_FEATURES, MET, "Delivered, and it stays quiet."),),
                "2026-11-13T15:30",
            ),
        ),
    }
)  # fmt: skip


def told_assessments(subject: PlannedPerson, today: date) -> Iterator[PlannedAssessment]:
    """Yield the assessments that are told word by word; none for somebody without a manager that day."""
    for form in FORMS.get(subject.key, ()):
        opened = _moment(form.opened, today)
        line = subject.manager_on(opened.date()) if opened else None
        if opened is None or line is None:
            continue
        yield PlannedAssessment(
            subject_key=subject.key,
            manager_key=line.manager_key,
            ladder=form.ladder,
            target=form.target,
            opened_at=opened,
            self_answers=_answers(form.mine, today),
            manager_answers=_answers(form.theirs, today),
            self_submitted_at=_moment(form.mine_in, today),
            manager_submitted_at=_moment(form.theirs_in, today),
        )


def _moment(written: str, today: date) -> datetime | None:
    if not written:
        return None
    day, _, clock = written.partition("T")
    return datetime.combine(moved(day, today), time.fromisoformat(clock), UTC)


def _answers(lines: tuple[Line, ...], today: date) -> Mapping[str, PlannedAnswer]:
    return MappingProxyType(
        {expectation: PlannedAnswer(answer, dated(comment, today)) for expectation, answer, comment in lines}
    )


def told_comments(today: date) -> Mapping[tuple[str, str, str], str]:
    """Return the comments that are told word by word, by person, side and expectation."""
    return MappingProxyType({where: dated(comment, today) for where, comment in COMMENTS.items()})


ONLY_TOLD = frozenset({"amara"})
"""People whose evidence is told completely; none is made up beside it."""

COMMENTS: Mapping[tuple[str, str, str], str] = MappingProxyType(
    {
        ("leila", "manager", "sup.change-source"):
            "The analysis of the lost remark was yours, the change was Margit’s. The next one-line fix is yours.",
        ("leila", "self", "sup.change-source"): "I found the line. Margit changed it while I watched.",
        ("leila", "manager", "sup.platform-stability"):
            "No work on the platform so far. I will ask Gabriel for a place in the load rehearsal.",
        ("leila", "manager", "sup.author-knowledge"): "The chapters are used. Let somebody confirm it who is not me.",
        ("leila", "manager", "sup.root-cause-prevention"): "The reminders analysis is right. One more of that kind.",
        ("leila", "manager", "sup.security-response"): "Nothing happened, luckily. The exercise is in {2027-01-15}.",
        ("benedikt", "manager", "swe.multi-unit-architecture"):
            "What you built two years ago stands. Since then nothing has crossed the border of our unit.",
        ("benedikt", "manager", "swe.executive-representation"): "You have been invited twice and sent slides instead.",
        ("daniel", "manager", "swe.design-significant-features"):
            "At L2 since {2026-03-02}. Too early to say, and I would rather not guess.",
        ("ffion", "manager", "swe.coach-juniors"):
            "Very good with Rosalind, within six weeks. Let us see it in {2027-04-15}.",
        ("hyunwoo", "manager", "swe.strategic-leadership"):
            "I have seen it. Ask Salma or Henrik to confirm it, they were in the room.",
        ("maximiliane", "manager", "swe.maintainable-code"):
            "Three changes without tests in the settlement file, one of them taken back.",
        ("maximiliane", "self", "swe.maintainable-code"): "The deadline was the insurer’s. I know that it shows.",
        ("rosalind", "manager", "swe.moderate-features"): "The export was moderate in size; Amara wrote its middle.",
        ("bram", "manager", "sup.ticket-history"):
            "Two escalations of {2026-09-15} had no history at all. L2 began from nothing.",
    }
)  # fmt: skip
