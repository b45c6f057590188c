"""Cases of the example company's promotion cycles up to the freezing: nomination, steps, packet and feedback."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.cli.seed.citing import Citing, Table
from app.cli.seed.roster import dated
from app.cli.seed.rounds_people import UNREVIEWED, Cast, chair_of, feedback_of, nominator_of, panel_of
from app.domain.evidence import EvidenceState
from app.domain.promotion import CaseEvent, CaseState, after
from app.evidence.models import Evidence
from app.infra.clock import local
from app.promotion.models import (
    CaseStep,
    ExceptionAsked,
    FeedbackAnswer,
    FeedbackLeaning,
    FeedbackState,
    NominatedBy,
    Nomination,
    PacketAddition,
    PacketChoice,
    PacketPart,
    PacketSection,
    PeerFeedback,
    PromotionCase,
)

if TYPE_CHECKING:
    from app.cli.seed.load import Loader

WINDOW = timedelta(days=548)
PER_EXPECTATION = 2
RATED_AFTER = (timedelta(days=2, hours=3), timedelta(days=4, hours=6), timedelta(days=9, hours=2))
"""How long after the opening of the review the first, the second and the last reviewer hand in."""
Happening = tuple[CaseEvent, datetime, Any, str]


def submitted_seats(case: Table, told: Table, cast: Cast) -> dict[str, datetime]:
    """Return when each reviewer of a case handed in, of those who have."""
    opened = cast.moment(told["moves"]["review"])
    seats = panel_of(case, told, cast)
    found = {one["who"]: opened + RATED_AFTER[place] for place, one in enumerate(seats) if one["given"] == "all"}
    if "lifted" in case:
        found[seats[-1]["who"]] = cast.moment(case["lifted"])
    return found


def lifted_at(case: Table, told: Table, cast: Cast) -> datetime | None:
    """Return when the ratings of a case stopped being blind: when the last reviewer handed in."""
    if case["state"] in UNREVIEWED or "incomplete" in case:
        return None
    seats = submitted_seats(case, told, cast)
    return max(seats.values()) if len(seats) == len(panel_of(case, told, cast)) else None


class PacketRows:
    """Adds the cases of one cycle."""

    def __init__(self, loader: Loader, cast: Cast, name: str, told: Table) -> None:
        """Take where rows go, who is there, and what is told of the cycle."""
        self._loader, self._cast, self._name, self._told = loader, cast, name, told
        self._hr = cast.hr()

    def _key(self, case: Table, *parts: object) -> Any:  # noqa: ANN401 - the key of a row
        return self._loader.id("cycle", self._name, "case", case["who"], *parts)

    def _moment(self, move: str) -> datetime | None:
        moves = self._told["moves"]
        return self._cast.moment(moves[move]) if move in moves else None

    def add(self, case: Table, number: int) -> None:
        """Add a case with its nomination, steps, packet and feedback."""
        own, subject = self._key(case), self._loader.person_id(case["who"])
        nominator, as_what = nominator_of(case, self._cast)
        nominated = self._cast.moment(case["nominated"]["on"])
        submitted = self._cast.moment(case["submitted"]) if "submitted" in case else None
        held = self._cast.level_of(case["who"], nominated.date())
        steps = list(self._steps(case))
        frozen = next((at for event, at, _, _ in steps if event is CaseEvent.ENTER_REVIEW), None)
        told = case.get("told")
        told_at = self._cast.moment(told["at"]) if told else None
        manager = self._cast.manager_of(case["who"], (submitted or nominated).date())
        stated = "statement" in case.get("parts", {})
        stated_at = (submitted or self._cast.moment(self._told["moves"]["feedback"])) - timedelta(days=1, hours=2)
        common = {"cycle_id": self._loader.id("cycle", self._name), "subject_id": subject}
        self._loader.add(
            PromotionCase,
            id=own,
            number=number,
            lineage=held.ladder if held else "",
            ladder_version_id=self._loader.editions[held.ladder] if held else None,
            from_level=held.level if held else "",
            target_level=case["target"],
            state=CaseState(case["state"]),
            nominated_at=nominated,
            nominated_by_id=self._loader.person_id(nominator),
            nominated_by=NominatedBy(as_what),
            answered_at=steps[0][1],
            is_incomplete="incomplete" in case,
            incomplete_reason=self._say(case.get("incomplete", "")) or None,
            submitted_at=submitted,
            submitted_on=local(submitted).date() if submitted else None,
            statement_by_id=self._loader.person_id(manager) if stated else None,
            statement_at=stated_at if stated else None,
            # The digest takes its place once the packet is put together.
            frozen_at=frozen,
            digest="" if frozen else None,
            lifted_at=lifted_at(case, self._told, self._cast),
            told_at=told_at,
            teller_id=self._loader.person_id(self._teller(case, told_at)) if told_at else None,
            told_recorded_by_id=self._loader.person_id(self._hr) if told_at else None,
            version=1,
            **common,
        )
        self._loader.add(
            Nomination,
            id=self._key(case, "nomination"),
            case_id=own,
            author_id=self._loader.person_id(nominator),
            by=NominatedBy(as_what),
            words=self._say(case["nominated"]["words"]) if nominator == case["nominated"]["by"] else "",
            at=nominated,
            **common,
        )
        self._add_steps(case, steps)
        if "parts" in case:
            self._add_packet(case, held.ladder if held else "", manager, submitted or stated_at)
        self._add_feedback(case, held.ladder if held else "")

    def _say(self, text: str) -> str:
        return dated(text, self._cast.today)

    def _teller(self, case: Table, told_at: datetime) -> str:
        named: str = case["told"]["by"]
        return named if named in self._cast.people else self._cast.manager_of(case["who"], told_at.date())

    # Steps -------------------------------------------------------------------

    def _steps(self, case: Table) -> Iterator[Happening]:
        """Yield what happened to a case until its state, in order."""
        last = self._cast.moment(case["withdrawn"]["at"]) if "withdrawn" in case else None
        for event, at, by, reason in self._life(case):
            if at is None or (last is not None and at >= last):
                break
            yield event, at, by, reason
        if last is not None:
            yield CaseEvent.WITHDRAW, last, case["who"], self._say(case["withdrawn"]["reason"])

    def _life(self, case: Table) -> Iterator[tuple[CaseEvent, datetime | None, Any, str]]:
        nominated = self._cast.moment(case["nominated"]["on"])
        if case["state"] == "declined":
            told = case["declined"]
            yield CaseEvent.DECLINE, self._cast.moment(told["at"]), case["who"], self._say(told["reason"])
            return
        is_own = nominator_of(case, self._cast)[0] == case["who"]
        yield CaseEvent.ACCEPT, nominated if is_own else nominated + timedelta(days=1, hours=3), case["who"], ""
        yield CaseEvent.BEGIN_DRAFTING, self._moment("packets"), self._hr, ""
        if "incomplete" in case:
            yield CaseEvent.HAND_ON_INCOMPLETE, self._moment("feedback"), self._hr, self._say(case["incomplete"])
        else:
            yield CaseEvent.SUBMIT, self._cast.moment(case["submitted"]), case["who"], ""
            yield CaseEvent.ENTER_FEEDBACK, self._moment("feedback"), self._hr, ""
        yield CaseEvent.ENTER_REVIEW, self._moment("review"), self._hr, ""
        lifted, seats = lifted_at(case, self._told, self._cast), submitted_seats(case, self._told, self._cast)
        yield CaseEvent.CLOSE_RATING, lifted, next((who for who, at in seats.items() if at == lifted), None), ""
        chair = chair_of(case, self._told, self._cast)
        yield CaseEvent.CALIBRATE, self._moment("calibration"), self._told["chair"], ""
        decided = case.get("decision", {}).get("saved")
        yield CaseEvent.DECIDE, decided_at(self._cast.moment(decided)) if decided else None, chair, ""
        yield CaseEvent.COMMUNICATE, self._cast.moment(case["told"]["at"]) if "told" in case else None, self._hr, ""
        yield CaseEvent.CLOSE, self._moment("closed"), self._hr, ""

    def _add_steps(self, case: Table, steps: Sequence[Happening]) -> None:
        state = CaseState.NOMINATED
        for event, at, by, reason in steps:
            target = after(state, event)
            if target is None:
                raise ValueError(f"{self._name}: {event} cannot happen to {case['who']} in {state}.")
            self._loader.add(
                CaseStep,
                id=self._key(case, "step", event.value),
                case_id=self._key(case),
                at=at,
                by_id=self._loader.person_id(by) if by in self._cast.people else None,
                event=event.value,
                source=state.value,
                target=target.value,
                reason=reason,
            )
            state = target
        if state is not CaseState(case["state"]):
            raise ValueError(f"{self._name}: {case['who']} ends as {state}, and is told as {case['state']}.")

    # The packet --------------------------------------------------------------

    def pieces(self, case: Table, lineage: str) -> Sequence[Evidence]:
        """Return the pieces that the candidate chose: of each expectation the latest, oldest first."""
        until = self._cast.day(self._told["evidence_until"])
        due = self._cast.day(self._told["days"]["packets_due"])
        found = self._loader.session.scalars(
            select(Evidence)
            .where(
                Evidence.subject_id == self._loader.person_id(case["who"]),
                Evidence.state == EvidenceState.SHARED,
                Evidence.occurred_on <= until,
                Evidence.occurred_on > until - WINDOW,
                Evidence.submitted_on <= due,
            )
            .options(selectinload(Evidence.claims))
            .order_by(Evidence.occurred_on.desc(), Evidence.number.desc())
        ).all()
        wanted = {one.id for one in self._cast.ladders[lineage].added_at(case["target"])}
        wanted |= {self._expectation(lineage, short) for short in case.get("also", ())}
        taken = dict.fromkeys(wanted, 0)
        chosen = []
        for piece in found:
            about = [claim.expectation_id for claim in piece.claims if claim.expectation_id in wanted]
            if any(taken[one] < PER_EXPECTATION for one in about):
                chosen.append(piece)
                for one in about:
                    taken[one] += 1
        return chosen[::-1]

    def citing(self, case: Table, lineage: str) -> Citing:
        """Return what fills the slots of the texts about a case."""
        numbers: dict[str, list[int]] = {}
        for number, piece in enumerate(self.pieces(case, lineage), start=1):
            for claim in piece.claims:
                numbers.setdefault(claim.expectation_id, []).append(number)
        prefix = next(iter(self._cast.ladders[lineage].added_at(case["target"]))).id.partition(".")[0]
        return Citing(prefix, numbers, self._cast.today)

    def _add_packet(self, case: Table, lineage: str, manager: str, at: datetime) -> None:
        own, citing = self._key(case), self.citing(case, lineage)
        for part, texts in case["parts"].items():
            is_statement = part == PacketPart.STATEMENT.value
            self._loader.add(
                PacketSection,
                id=self._key(case, part),
                case_id=own,
                part=PacketPart(part),
                author_id=self._loader.person_id(manager if is_statement else case["who"]),
                words=citing.join(texts),
                revision=3,
                saved_at=at - timedelta(days=1, hours=3) if is_statement else at - timedelta(minutes=20),
            )
        for position, piece in enumerate(self.pieces(case, lineage), start=1):
            self._loader.add(
                PacketChoice,
                id=self._key(case, "piece", position),
                case_id=own,
                evidence_id=piece.id,
                position=position,
            )
        for short, reason in case.get("exceptions", {}).items():
            self._loader.add(
                ExceptionAsked,
                id=self._key(case, "exception", short),
                case_id=own,
                expectation_id=self._expectation(lineage, short),
                reason=citing.say(reason),
            )
        for place, told in enumerate(case.get("beside", ())):
            self._loader.add(
                PacketAddition,
                id=self._key(case, "beside", place),
                case_id=own,
                at=self._cast.moment(told["at"]),
                author_id=self._loader.person_id(told["by"]),
                words=citing.say(told["words"]),
                reason=citing.say(told["reason"]),
            )

    def _expectation(self, lineage: str, short: str) -> str:
        ids = {one.id.partition(".")[2]: one.id for one in self._cast.ladders[lineage].expectations}
        return ids[short]

    def _add_feedback(self, case: Table, lineage: str) -> None:
        asked_at = self._moment("feedback")
        for key, told in feedback_of(case, self._cast).items():
            own, answers = (
                self._key(case, "feedback", key),
                {short: words for short, words in told.items() if isinstance(words, list)},
            )
            has_declined = "declined" in told
            wanted = [one.id for one in self._cast.ladders[lineage].added_at(case["target"])][:PER_EXPECTATION]
            asked = [self._expectation(lineage, short) for short in answers] or wanted
            self._loader.add(
                PeerFeedback,
                id=own,
                case_id=self._key(case),
                subject_id=self._loader.person_id(case["who"]),
                author_id=self._loader.person_id(key),
                state=FeedbackState.DECLINED if has_declined else FeedbackState.GIVEN,
                rule="corroborated" if answers else "team",
                expectations=" ".join(asked),
                asked_at=asked_at,
                asked_by_id=None,
                answered_at=self._cast.moment(told["at"]),
                declined_reason=self._say(told["declined"]) if has_declined else None,
                reminded_at=None,
                version=1,
            )
            for short, (leaning, words) in answers.items():
                self._loader.add(
                    FeedbackAnswer,
                    id=self._key(case, "feedback", key, short),
                    feedback_id=own,
                    expectation_id=self._expectation(lineage, short),
                    leaning=FeedbackLeaning(leaning),
                    words=self._say(words),
                )


def decided_at(saved: datetime) -> datetime:
    """Return when a decision was taken that was saved for the last time at a moment."""
    return saved + timedelta(hours=2)
