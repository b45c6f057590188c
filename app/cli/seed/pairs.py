"""The rows of one mentorship that is told of: its life, its sessions, and what the two wrote."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from app.cli.seed.citing import Table
from app.cli.seed.roster import dated
from app.cli.seed.rounds_people import Cast
from app.cli.seed.shown import Shown
from app.domain.mentorship import (
    ANSWER_DAYS,
    MONTHS,
    MentorshipEvent,
    MentorshipState,
    PairSide,
    add_months,
    answer_day,
    mid_point,
)
from app.infra.clock import local
from app.mentoring.models import (
    GoalOutcome,
    MentoringNote,
    MentoringSession,
    Mentorship,
    MentorshipGoal,
    MentorshipMessage,
    MentorshipReview,
    MentorshipStep,
    MessageKind,
    NoteKind,
    PrivateNote,
    ReviewKind,
    SessionAction,
    SessionState,
)
from app.mentoring.queries.profiles import split_key

if TYPE_CHECKING:
    from app.cli.seed.load import Loader

MINUTES = 50
PROPOSED, ACTIVE = MentorshipState.PROPOSED, MentorshipState.ACTIVE


class PairRows:
    """Writes mentorships, one at a time."""

    def __init__(self, loader: Loader, cast: Cast, shown: Shown, round_id: object, coordinator: str) -> None:
        """Take the loader, who is in the company and shows what, the round that is over, and who coordinates."""
        self.loader, self.cast, self.shown = loader, cast, shown
        self.round_id, self.coordinator = round_id, coordinator

    def add(self, pair: Table) -> None:
        """Write a mentorship with everything that is told of it."""
        key = f"{pair['mentee']}:{pair['mentor']}"
        own = self.loader.id("mentorship", key)
        self._add_mentorship(pair, own)
        self._add_goals(pair, own)
        self._add_steps(pair, own)
        for kind in ("mentee", "mentor"):
            self._add_private(pair, own, kind)
        for number, message in enumerate(pair.get("messages", ())):
            self._add_message(pair, own, number, *message)
        for number, session in enumerate(pair.get("sessions", ()), start=1):
            self._add_session(pair, own, number, session)
        for number, action in enumerate(pair.get("actions", ())):
            self._add_action(pair, own, number, action)
        for side, at, *answers in pair.get("looking_back", ()):
            self._add_review(pair, own, ReviewKind.MID_POINT, side, at, answers)
        for side, at, *answers in pair.get("closing_words", ()):
            self._add_review(pair, own, ReviewKind.CLOSING, side, at, answers)

    def _moment(self, pair: Table, name: str) -> datetime | None:
        return self.cast.moment(pair[name]) if name in pair else None

    def _person(self, pair: Table, side: str) -> Any:  # noqa: ANN401 - a key, for a row
        return self.loader.person_id(pair[side])

    def _add_mentorship(self, pair: Table, own: object) -> None:
        of_round = "round" in pair
        proposed = self.cast.moment(pair["proposed"])
        began = self.cast.day(pair["began"]) if "began" in pair else None
        ends = add_months(began, MONTHS) if began else None
        asked = self.cast.moment(pair.get("asked_again", pair["proposed"]))
        self.loader.add(
            Mentorship,
            id=own,
            mentee_id=self._person(pair, "mentee"),
            mentor_id=self._person(pair, "mentor"),
            round_id=self.round_id if of_round else None,
            state=MentorshipState(pair["state"]),
            proposed_at=proposed,
            proposed_by_id=self.loader.person_id(self.coordinator) if of_round else self._person(pair, "mentee"),
            answer_by=answer_day(local(asked).date()),
            waits_for=PairSide(pair["waits_for"]) if "waits_for" in pair else None,
            mentee_consented_at=self._moment(pair, "mentee_said"),
            mentor_consented_at=self._moment(pair, "mentor_said"),
            months=MONTHS,
            began_on=began,
            mid_point_on=mid_point(began, ends) if began and ends else None,
            ends_on=ends,
            closing_on=local(self.cast.moment(pair["closing"])).date() if "closing" in pair else None,
            ended_on=self.cast.day(pair["ended"]) if "ended" in pair else None,
            shares_goals=pair.get("shares_goals", False),
            is_cross_ladder=False,
            score=sum(pair["parts"]) if "parts" in pair else None,
            version=1,
        )

    def _add_goals(self, pair: Table, own: object) -> None:
        outcomes = pair.get("outcomes", ())
        is_open = MentorshipState(pair["state"]) in {PROPOSED, ACTIVE}
        told = pair["goals"]
        goals = self.shown.goals(pair["mentee"], told, pair["mentor"]) if is_open else self.shown.keys(told)
        for place, one in enumerate(goals):
            lineage, expectation_id = split_key(one)
            outcome = GoalOutcome(outcomes[place]) if outcomes else None
            self.loader.add(
                MentorshipGoal,
                id=self.loader.id("mentorship", own, "goal", one),
                mentorship_id=own,
                lineage=lineage,
                expectation_id=expectation_id,
                position=place,
                outcome=outcome,
                outcome_by_id=self._person(pair, "mentee") if outcome else None,
                outcome_at=self._moment(pair, "closing") if outcome else None,
            )

    # Steps ------------------------------------------------------------------

    def _add_steps(self, pair: Table, own: object) -> None:
        """Write what happened, in its order, as the table of moves knows it."""
        state = MentorshipState(pair["state"])
        if "began" in pair:
            said = max(self.cast.moment(pair["mentee_said"]), self.cast.moment(pair["mentor_said"]))
            later = pair["mentor_said"] > pair["mentee_said"]
            self._step(pair, own, MentorshipEvent.BEGIN, said, "mentor" if later else "mentee", PROPOSED, ACTIVE)
        before = ACTIVE
        if "mid_point" in pair:
            done = MentorshipState.MID_POINT_DONE
            self._step(pair, own, MentorshipEvent.REVIEW, self.cast.moment(pair["mid_point"]), "mentor", before, done)
            before = done
        if "closing" in pair:
            at, closing = self.cast.moment(pair["closing"]), MentorshipState.CLOSING
            self._step(pair, own, MentorshipEvent.START_CLOSING, at, "mentor", before, closing)
            last = self.cast.moment(pair["closing_words"][-1][1])
            self._step(pair, own, MentorshipEvent.COMPLETE, last, "mentor", closing, state)
        elif state is MentorshipState.ENDED_EARLY:
            at = self.cast.moment(f"{pair['ended']}T09:00")
            self._step(pair, own, MentorshipEvent.END_EARLY, at, "mentee", before, state)
        elif state is MentorshipState.EXPIRED:
            at = self.cast.moment(pair["proposed"]) + timedelta(days=ANSWER_DAYS + 1)
            self._step(pair, own, MentorshipEvent.EXPIRE, at, "", PROPOSED, state)
        elif "declined" in pair:
            told = pair["declined"]
            at = self.cast.moment(told["at"])
            self._step(pair, own, MentorshipEvent.DECLINE, at, told["by"], PROPOSED, state, told["code"])

    def _step(
        self,
        pair: Table,
        own: object,
        event: MentorshipEvent,
        at: datetime,
        side: str,
        *states: MentorshipState | str,
    ) -> None:
        source, target, *code = states
        self.loader.add(
            MentorshipStep,
            id=self.loader.id("mentorship", own, event.value),
            mentorship_id=own,
            at=at,
            by_id=self._person(pair, side) if side else None,
            event=event.value,
            source=str(source),
            target=str(target),
            code=code[0] if code else "",
        )

    # Words ------------------------------------------------------------------

    def _words(self, told: str) -> tuple[str, str]:
        side, _, words = told.partition(": ")
        return side, dated(words, self.cast.today)

    def _add_private(self, pair: Table, own: object, kind: str) -> None:
        for told in pair.get("private", ()):
            side, words = self._words(told)
            if side == kind:
                at = self.cast.moment(pair["sessions"][0]["at"])
                self.loader.add(
                    PrivateNote,
                    id=self.loader.id("mentorship", own, "private", side),
                    mentorship_id=own,
                    session_id=None,
                    author_id=self._person(pair, side),
                    words=words,
                    written_at=at,
                    changed_at=at,
                    revision=1,
                )

    def _add_message(self, pair: Table, own: object, number: int, *told: str) -> None:
        side, kind, at, words = told
        self.loader.add(
            MentorshipMessage,
            id=self.loader.id("mentorship", own, "message", number),
            mentorship_id=own,
            author_id=self._person(pair, side),
            kind=MessageKind(kind),
            words=dated(words, self.cast.today),
            written_at=self.cast.moment(at),
        )

    def _add_session(self, pair: Table, own: object, number: int, told: Table) -> None:
        starts = self.cast.moment(told["at"])
        is_planned = told.get("state") == "planned"
        planned = (self.cast.moment(pair["sessions"][-2]["at"]) if is_planned else starts) - timedelta(days=3)
        session_id = self.loader.id("mentorship", own, "session", number)
        self.loader.add(
            MentoringSession,
            id=session_id,
            mentorship_id=own,
            number=number,
            starts_at=starts,
            minutes=MINUTES,
            place="",
            state=SessionState.PLANNED if is_planned else SessionState.HELD,
            held_on=None if is_planned else local(starts).date(),
            created_by_id=self._person(pair, "mentee"),
            created_at=planned,
            changed_at=planned if is_planned else starts + timedelta(minutes=MINUTES),
            version=1,
        )
        written = ((NoteKind.AGENDA, "agenda", planned), (NoteKind.NOTE, "notes", starts + timedelta(hours=1)))
        for kind, name, at in written:
            for place, line in enumerate(told.get(name, ())):
                side, words = self._words(line)
                moment = at + timedelta(minutes=7 * place)
                self.loader.add(
                    MentoringNote,
                    id=self.loader.id("mentorship", own, "session", number, name, place),
                    mentorship_id=own,
                    session_id=session_id,
                    author_id=self._person(pair, side),
                    kind=kind,
                    words=words,
                    written_at=moment,
                    changed_at=moment,
                    revision=1,
                )

    def _add_action(self, pair: Table, own: object, number: int, told: Table) -> None:
        at = self.cast.moment(pair["sessions"][told["session"] - 1]["at"]) + timedelta(hours=1)
        owner = self._person(pair, told["owner"])
        self.loader.add(
            SessionAction,
            id=self.loader.id("mentorship", own, "action", number),
            mentorship_id=own,
            session_id=self.loader.id("mentorship", own, "session", told["session"]),
            author_id=owner,
            owner_id=owner,
            words=dated(told["words"], self.cast.today),
            due_on=self.cast.day(told["due"]),
            written_at=at,
            done_at=self._moment(told, "done"),
            version=1,
        )

    def _add_review(self, pair: Table, own: object, kind: ReviewKind, *told: Any) -> None:
        side, at, answers = told
        given = self.cast.moment(at)
        self.loader.add(
            MentorshipReview,
            id=self.loader.id("mentorship", own, kind.value, side),
            mentorship_id=own,
            author_id=self._person(pair, side),
            kind=kind,
            answers=json.dumps([dated(one, self.cast.today) for one in answers], ensure_ascii=False),
            written_at=given,
            given_at=given,
            revision=1,
        )
