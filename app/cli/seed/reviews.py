"""What the committees of the example company's promotion cycles did: seats, recusals, ratings, remarks, decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from app.assessment.models import GrowthGoal, GrowthPlan
from app.cli.seed.citing import Citing, Table
from app.cli.seed.dice import chance, dice
from app.cli.seed.packets import PacketRows, decided_at, submitted_seats
from app.cli.seed.rounds_people import UNREVIEWED, Cast, chair_of, panel_of
from app.domain.committee import CommitteeRating, RecusalReason, recommend
from app.domain.decision import whole_months
from app.domain.packets import canonical, digest_of
from app.domain.promotion import DecisionKind, DeferReason
from app.domain.rationale import cited_numbers, is_apart
from app.infra.clock import local
from app.infra.db import forget_answers
from app.promotion.models import (
    CaseRemark,
    CycleApproval,
    Decision,
    DecisionFinding,
    GivenRating,
    PacketSnapshot,
    PanelSeat,
    PromotionCase,
    RatingDraft,
    Recusal,
)
from app.promotion.queries.decisions import list_digest
from app.promotion.queries.packet_content import compose_packet
from app.promotion.queries.panels import recusals_among

if TYPE_CHECKING:
    from app.cli.seed.load import Loader

_SCALE = (CommitteeRating.NOT_MET, CommitteeRating.PARTLY_MET, CommitteeRating.MET, CommitteeRating.EXCEEDED)
DISAGREES_IN, UNSURE_IN = 24, 6
"""In how many of a hundred expectations one reviewer lies a step beside the others, or cannot judge."""
Ratings = Mapping[str, Sequence[CommitteeRating]]


class ReviewRows:
    """Adds what was done with the cases of one cycle from the freezing on. The cases themselves are written."""

    def __init__(self, loader: Loader, cast: Cast, name: str, told: Table) -> None:
        """Take where rows go, who is there, and what is told of the cycle."""
        self._loader, self._cast, self._name, self._told = loader, cast, name, told
        self._packets = PacketRows(loader, cast, name, told)

    def _key(self, case: Table, *parts: object) -> Any:  # noqa: ANN401 - the key of a row
        return self._loader.id("cycle", self._name, "case", case["who"], *parts)

    def add(self, case: Table) -> None:
        """Freeze the packet of a case, seat its panel, and add ratings, remarks and the decision so far."""
        row = self._loader.session.get_one(PromotionCase, self._key(case))
        if row.frozen_at is None:
            return
        rated = self._freeze(row, row.frozen_at)
        if case["state"] in UNREVIEWED or "incomplete" in case:
            return
        citing = self._packets.citing(case, row.lineage)
        self._add_recusals(case, row)
        given = {one: self._ratings(case, one) for one in rated}
        for place, seat in enumerate(panel_of(case, self._told, self._cast)):
            self._add_seat(case, seat, place, given, citing)
        changed = self._add_changes(case, row, citing, given)
        self._add_remarks(case, row, citing, rated)
        if "decision" in case:
            self._add_decision(case, row, changed)

    def _freeze(self, row: PromotionCase, at: datetime) -> Sequence[str]:
        """Put a packet together as everybody's is, and return the expectations that are rated."""
        content = compose_packet(row, on=local(at).date())
        text = canonical(content)
        row.digest = digest_of(text)
        self._loader.session.add(
            PacketSnapshot(id=self._loader.id("snapshot", row.id), case_id=row.id, content=text, frozen_at=at)
        )
        self._loader.session.flush()
        rated: Sequence[str] = content["rated"]
        return rated

    # Seats -------------------------------------------------------------------

    def _add_recusals(self, case: Table, row: PromotionCase) -> None:
        """Write down who of the committee takes no part, as the draw does, and who said so themselves."""
        opened = self._cast.moment(self._told["moves"]["review"])
        members = (self._told["chair"], self._told["deputy"], *self._told["members"])
        ids = {self._loader.person_id(key): key for key in members if key in self._cast.people}
        forget_answers()
        known = recusals_among(row.id, frozenset(ids))
        for person_id, key in ids.items():
            for reason in known[person_id]:
                self._add_recusal(case, key, reason, opened)
        told = case.get("recused")
        if told is None or told["who"] not in self._cast.people:
            return
        at = self._cast.moment(told["at"])
        self._add_recusal(case, told["who"], RecusalReason.DECLARED, at, note=told["note"])
        self._loader.add(
            PanelSeat,
            id=self._key(case, "seat", told["who"]),
            case_id=row.id,
            person_id=self._loader.person_id(told["who"]),
            drawn_by="drawn",
            seated_at=opened,
            submitted_at=None,
            ended_at=at,
            ended_reason="recused",
            version=1,
        )

    def _add_recusal(self, case: Table, who: str, reason: RecusalReason, at: datetime, *, note: str = "") -> None:
        self._loader.add(
            Recusal,
            id=self._key(case, "recusal", who, reason.value),
            case_id=self._key(case),
            person_id=self._loader.person_id(who),
            reason=reason.value,
            note=self._citing_nothing(note),
            at=at,
            by_id=self._loader.person_id(who) if reason is RecusalReason.DECLARED else None,
        )

    def _citing_nothing(self, text: str) -> str:
        return Citing("", {}, self._cast.today).say(text)

    def _ratings(self, case: Table, expectation_id: str) -> Sequence[CommitteeRating]:
        """Return the first ratings of one expectation: at most one reviewer lies beside the others."""
        base = CommitteeRating(case.get("ratings", {}).get(expectation_id.partition(".")[2], "met"))
        found = [base] * len(panel_of(case, self._told, self._cast))
        rng = dice(0, f"{self._name} {case['who']} {expectation_id}")
        place = rng.randrange(len(found))
        if base is CommitteeRating.CANNOT_JUDGE:
            found[place] = CommitteeRating.MET
        elif self._has_told(case, place, expectation_id):
            pass  # What is told word by word goes with the rating that is told.
        elif chance(rng, DISAGREES_IN):
            step = _SCALE.index(base) + rng.choice((-1, 1))
            found[place] = _SCALE[min(max(step, 0), len(_SCALE) - 1)]
        elif chance(rng, UNSURE_IN):
            found[place] = CommitteeRating.CANNOT_JUDGE
        for change in case.get("changes", ()):
            if change["on"] == expectation_id.partition(".")[2]:
                who = [one["who"] for one in panel_of(case, self._told, self._cast)]
                found = [CommitteeRating(change["to"])] * len(found)
                if change["by"] in who:
                    found[who.index(change["by"])] = CommitteeRating(change["first"])
        return tuple(found)

    def _has_told(self, case: Table, place: int, expectation_id: str) -> bool:
        who = panel_of(case, self._told, self._cast)[place]["who"]
        return expectation_id.partition(".")[2] in case.get("says", {}).get(who, {})

    def _add_seat(self, case: Table, seat: Table, place: int, given: Ratings, citing: Citing) -> None:
        opened, who = self._cast.moment(self._told["moves"]["review"]), seat["who"]
        told = case.get("recused", {})
        stands_in = told.get("substitute") == who and told["who"] in self._cast.people
        submitted = submitted_seats(case, self._told, self._cast).get(who)
        own = self._key(case, "seat", who)
        self._loader.add(
            PanelSeat,
            id=own,
            case_id=self._key(case),
            person_id=self._loader.person_id(who),
            drawn_by="substitute" if stands_in else "drawn",
            seated_at=self._cast.moment(told["at"]) if stands_in else opened,
            submitted_at=submitted,
            ended_at=None,
            ended_reason=None,
            version=1,
        )
        begun = {"all": len(given), "none": 0}.get(seat["given"]) if seat["given"] in {"all", "none"} else None
        count = begun if begun is not None else int(seat["given"])
        for number, expectation_id in enumerate(list(given)[:count]):
            rating = given[expectation_id][place]
            rationale, missing = citing.rationale(case, who, expectation_id, rating, place)
            words = {"rating": rating, "rationale": rationale, "missing": missing}
            began = opened + timedelta(days=1) if submitted is None else submitted - timedelta(minutes=25)
            self._loader.add(
                RatingDraft,
                id=self._key(case, "draft", who, expectation_id),
                seat_id=own,
                expectation_id=expectation_id,
                revision=1,
                window_key="",
                sequence=0,
                saved_at=began + timedelta(seconds=70 * number),
                **words,
            )
            if submitted is not None:
                self._add_rating(case, who, expectation_id, 1, submitted, reason="", **words)

    def _add_rating(self, case: Table, who: str, expectation_id: str, number: int, at: datetime, **words: Any) -> None:
        self._loader.add(
            GivenRating,
            id=self._key(case, "rating", who, expectation_id, number),
            case_id=self._key(case),
            seat_id=self._key(case, "seat", who),
            reviewer_id=self._loader.person_id(who),
            expectation_id=expectation_id,
            number=number,
            at=at,
            **words,
        )

    def _add_changes(
        self, case: Table, row: PromotionCase, citing: Citing, given: Ratings
    ) -> dict[str, Sequence[CommitteeRating]]:
        """Add the ratings that were changed after the lifting, and return the latest of all."""
        latest = dict(given)
        who = [one["who"] for one in panel_of(case, self._told, self._cast)]
        for change in case.get("changes", ()):
            expectation_id = next((one for one in given if one.partition(".")[2] == change["on"]), None)
            if row.lifted_at is None or change["by"] not in who or expectation_id is None:
                continue
            rating = CommitteeRating(change["to"])
            numbers = citing.of(expectation_id)
            missing = change.get("missing", "") or ("" if numbers else "A piece that shows it.")
            cited = f" (E{numbers[-1]})" if numbers else ""
            self._add_rating(
                case,
                change["by"],
                expectation_id,
                2,
                self._cast.moment(change["at"]),
                rating=rating,
                rationale=change["rationale"].removesuffix(".") + f"{cited}.",
                missing=missing,
                reason=change["reason"],
            )
            values = list(latest[expectation_id])
            values[who.index(change["by"])] = rating
            latest[expectation_id] = values
        return latest

    def _add_remarks(self, case: Table, row: PromotionCase, citing: Citing, rated: Sequence[str]) -> None:
        pieces = len(self._packets.pieces(case, row.lineage))
        for place, told in enumerate(case.get("remarks", ())):
            words = citing.say(told["words"])
            about = next((one for one in rated if one.partition(".")[2] == told.get("on")), None)
            if row.lifted_at is None or told["by"] not in self._cast.people:
                continue
            self._loader.add(
                CaseRemark,
                id=self._key(case, "remark", place),
                case_id=row.id,
                author_id=self._loader.person_id(told["by"]),
                expectation_id=about,
                words=words,
                cites=" ".join(map(str, cited_numbers(words))),
                is_apart=is_apart(words, pieces=pieces, expectation_id=about, known=rated),
                at=self._cast.moment(told["at"]),
            )

    # Decisions ---------------------------------------------------------------

    def _add_decision(self, case: Table, row: PromotionCase, latest: Ratings) -> None:
        told, own = case["decision"], self._key(case, "decision")
        saved = self._cast.moment(told["saved"])
        chair = self._loader.person_id(chair_of(case, self._told, self._cast))
        held = self._cast.level_of(case["who"], saved.date())

        def day(name: str) -> object:
            return self._cast.day(told[name]) if name in told else None

        self._loader.add(
            Decision,
            id=own,
            case_id=row.id,
            kind=DecisionKind(told["kind"]),
            reasons=told.get("reasons", ""),
            effective_on=day("effective_on"),
            renominate_from=day("renominate_from"),
            review_on=day("review_on"),
            defer_reason=DeferReason(told["defer_reason"]) if "defer_reason" in told else None,
            missing=self._citing_nothing(told.get("missing", "")),
            defer_until=day("defer_until"),
            feedback_summary=told["feedback_summary"],
            recommended=recommend(latest).recommendation.value,
            written_by_id=chair,
            saved_at=saved,
            decided_at=decided_at(saved),
            decided_by_id=chair,
            months_at_level=whole_months(held.starts_on, saved.date()) if held else None,
            version=1,
        )
        ids = {one.partition(".")[2]: one for one in latest}
        for short, words in told.get("exception", {}).items():
            if short in ids:
                self._add_finding(case, ids[short], "exception", words, "")
        for short, words in told.get("unmet", {}).items():
            if short in ids:
                self._add_finding(case, ids[short], "unmet", words["words"], words["would_change"])
        for short, words in told.get("otherwise", {}).items():
            if short in ids:
                self._add_finding(case, ids[short], "otherwise", words, "")
        if told["kind"] == DecisionKind.NOT_YET.value:
            self._add_plan(case, row, {ids[one]: words for one, words in told["unmet"].items() if one in ids})

    def _add_finding(self, case: Table, expectation_id: str, kind: str, words: str, would_change: str) -> None:
        self._loader.add(
            DecisionFinding,
            id=self._key(case, "finding", kind, expectation_id),
            decision_id=self._key(case, "decision"),
            expectation_id=expectation_id,
            kind=kind,
            words=words,
            would_change=would_change,
        )

    def _add_plan(self, case: Table, row: PromotionCase, unmet: Mapping[str, Table]) -> None:
        """Add the growth plan that a “not yet” became; both closed it when they looked at it again."""
        told_at = self._cast.moment(case["told"]["at"])
        review_on = self._cast.day(case["decision"]["review_on"])
        own = self._key(case, "plan")
        self._loader.add(
            GrowthPlan,
            id=own,
            subject_id=row.subject_id,
            lineage=row.lineage,
            target_level=row.target_level,
            review_on=review_on,
            created_at=told_at,
            created_by_id=row.told_recorded_by_id,
            changed_at=told_at,
            closed_at=told_at + (review_on - local(told_at).date()),
            version=1,
        )
        for place, (expectation_id, words) in enumerate(unmet.items()):
            self._loader.add(
                GrowthGoal,
                id=self._key(case, "goal", expectation_id),
                plan_id=own,
                expectation_id=expectation_id,
                position=place,
                words=words["would_change"],
            )

    def approve(self, cases: Sequence[Table]) -> None:
        """Let chair and HR approve the list of decisions as it stands."""
        if "decided" not in self._told["moves"] or not any("decision" in case for case in cases):
            return
        cycle_id = self._loader.id("cycle", self._name)
        chair = self._told["chair"] if self._told["chair"] in self._cast.people else self._told["deputy"]
        forget_answers()
        digest = list_digest(cycle_id)
        for key, move, before in ((chair, "decided", 0), (self._cast.hr(), "communicated", 30)):
            self._loader.add(
                CycleApproval,
                id=self._loader.id("cycle", self._name, "approval", key),
                cycle_id=cycle_id,
                person_id=self._loader.person_id(key),
                digest=digest,
                at=self._cast.moment(self._told["moves"][move]) - timedelta(minutes=before),
            )
