"""How promotion cycles are told.

What would show to the candidate that somebody rates, or what was decided before they were told, is about nobody in the
record: it names the case alone, and has no words for whom it is about.
"""

from __future__ import annotations

from app.audit.tags import Tag
from app.audit.wording.words import Wording

PROMOTION = {
    Tag.CYCLE_DRAFTED: Wording(
        "Cycle drafted",
        "drafted a promotion cycle",
    ),
    Tag.CYCLE_CHANGED: Wording(
        "Cycle changed",
        "changed a promotion cycle",
        in_full="changed {fields} of a promotion cycle",
    ),
    Tag.CYCLE_MOVED: Wording(
        "Cycle moved on",
        "moved a promotion cycle on",
        in_full="moved a promotion cycle from {source} to {target}",
    ),
    Tag.CYCLE_CANCELLED: Wording(
        "Cycle cancelled",
        "cancelled a promotion cycle",
    ),
    Tag.DEADLINE_EXTENDED: Wording(
        "Day moved",
        "moved a day of a promotion cycle",
        in_full="moved {deadline} of a promotion cycle to {day}",
    ),
    Tag.CYCLE_APPROVED: Wording(
        "Decisions approved",
        "approved the decisions of a promotion cycle",
    ),
    Tag.COMMITTEE_NAMED: Wording(
        "Committee member named",
        "named {subject} a member of a promotion committee",
        told="named you a member of a promotion committee",
        in_full="named {subject} as {role} of a promotion committee",
    ),
    Tag.COMMITTEE_ENDED: Wording(
        "Committee member removed",
        "took {subject} off a promotion committee",
        told="took you off a promotion committee",
    ),
    Tag.REVIEW_RANK_SET: Wording(
        "Review rank set",
        "set up to which rank {subject} may review",
        told="set up to which rank you may review",
        in_full="set rank {rank} as that up to which {subject} may review",
    ),
    Tag.ELIGIBILITY_LISTED: Wording(
        "Eligibility listed",
        "listed who could be nominated in a promotion cycle",
    ),
    Tag.ELIGIBILITY_RENEWED: Wording(
        "Eligibility follows the level",
        "let the line of {subject} on an eligibility list follow the level held",
        told="let your line on an eligibility list follow the level that you hold",
    ),
    Tag.MINIMUM_WAIVED: Wording(
        "Rule of eligibility waived",
        "waived a rule against nominating {subject}",
        told="waived a rule against nominating you",
    ),
    Tag.NOMINATED: Wording(
        "Nominated",
        "nominated {subject} for promotion",
        told="nominated you for promotion",
        own="nominated themselves for promotion",
    ),
    Tag.CASE_MOVED: Wording(
        "Case moved on",
        "moved a promotion case of {subject} on",
        told="moved your promotion case on",
        own="moved their promotion case on",
        in_full="recorded “{event}” for a promotion case of {subject}",
    ),
    Tag.CASE_INCOMPLETE: Wording(
        "Packet marked incomplete",
        "marked the packet of {subject} incomplete",
        bare="recorded that no quorum of reviewers can be found for a promotion case",
        told="marked your packet incomplete",
    ),
    Tag.STATEMENT_SUBMITTED: Wording(
        "Statement submitted",
        "handed in a statement for the packet of {subject}",
        told="handed in a statement for your packet",
    ),
    Tag.PACKET_FROZEN: Wording(
        "Packet frozen",
        "froze the packet of {subject}",
        told="froze your packet",
        in_full="froze the packet of {subject}, digest {digest}",
    ),
    Tag.PACKET_READ: Wording(
        "Packet read",
        "read the packet of {subject}",
        told="read your packet",
        own="read their packet",
    ),
    Tag.PACKET_EXPORTED: Wording(
        "Packet taken out",
        "took the packet of {subject} out as a file",
        told="took your packet out as a file",
        own="took their packet out as a file",
    ),
    Tag.PACKET_ADDED: Wording(
        "Added beside a packet",
        "added something beside the packet of {subject}",
        told="added something beside your packet",
        own="added something beside their packet",
    ),
    Tag.FEEDBACK_ASKED: Wording(
        "Feedback asked for",
        "asked colleagues for feedback about {subject}",
        told="asked colleagues for feedback about you",
    ),
    Tag.FEEDBACK_GIVEN: Wording(
        "Feedback given",
        "gave feedback about {subject}",
    ),
    Tag.FEEDBACK_DECLINED: Wording(
        "Feedback declined",
        "declined to give feedback about {subject}",
    ),
    Tag.FEEDBACK_TAKEN_BACK: Wording(
        "Feedback request taken back",
        "took back a request for feedback about {subject}",
    ),
    Tag.FEEDBACK_WAIVED: Wording(
        "Feedback waived",
        "let a case of {subject} go on with less feedback",
    ),
    Tag.PROMOTION_REMINDED: Wording(
        "Reminded",
        "reminded somebody of what they owe in a promotion cycle",
        in_full="reminded {person} of {owed}",
    ),
    Tag.SEAT_TAKEN: Wording(
        "Reviewer drawn",
        "drew a reviewer for a promotion case",
    ),
    Tag.SEAT_ENDED: Wording(
        "Seat ended",
        "ended a reviewer’s seat on a promotion case",
    ),
    Tag.RECUSED: Wording(
        "Recused",
        "recorded that somebody takes no part in a promotion case",
        in_full="recorded that somebody takes no part in a promotion case: {reason}",
    ),
    Tag.RATINGS_GIVEN: Wording(
        "Ratings handed in",
        "handed in ratings of a promotion case",
    ),
    Tag.RATING_CHANGED: Wording(
        "Rating changed",
        "changed a rating of a promotion case, with a reason",
    ),
    Tag.ROUND_LIFTED: Wording(
        "Ratings opened",
        "opened the ratings of a promotion case to its reviewers",
    ),
    Tag.ROUND_REOPENED: Wording(
        "Ratings closed again",
        "closed the ratings of a promotion case again, until substitutes have rated it",
    ),
    Tag.REMARK_MADE: Wording(
        "Remark made",
        "made a remark about a promotion case",
    ),
    Tag.DECISION_SAVED: Wording(
        "Decision drafted",
        "wrote on the decision of a promotion case",
    ),
    Tag.CASE_DECIDED: Wording(
        "Case decided",
        "decided a promotion case",
    ),
    Tag.CASE_TOLD: Wording(
        "Decision told",
        "recorded that {subject} was told the decision of their promotion case",
        told="recorded that you were told the decision of your promotion case",
        in_full="recorded that {subject} was told the decision of their promotion case by {teller}",
    ),
}
