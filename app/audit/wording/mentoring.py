"""How mentoring is told. Never a word of a pair, nor whom somebody does not want to be paired with."""

from __future__ import annotations

from app.audit.tags import Tag
from app.audit.wording.words import Wording

MENTORING = {
    Tag.PROFILE_CHANGED: Wording("Mentoring profile changed", "changed their mentoring profile"),
    Tag.MENTOR_OFFERED: Wording("Mentoring offered", "offered to mentor"),
    Tag.MENTOR_STOPPED: Wording("Mentoring no longer offered", "stopped offering to mentor"),
    Tag.MENTOR_SOUGHT: Wording("Mentor sought", "began to look for a mentor"),
    Tag.MENTOR_UNSOUGHT: Wording("Mentor no longer sought", "stopped looking for a mentor"),
    Tag.COORDINATOR_NAMED: Wording(
        "Coordinator named",
        "named {subject} to coordinate mentoring",
        told="named you to coordinate mentoring",
        own="named themselves to coordinate mentoring",
    ),
    Tag.COORDINATOR_ENDED: Wording(
        "Coordinator ended",
        "ended that {subject} coordinates mentoring",
        told="ended that you coordinate mentoring",
        own="ended that they coordinate mentoring",
    ),
    Tag.ROUND_OPENED: Wording("Mentoring round opened", "opened a mentoring round"),
    Tag.ROUND_CHANGED: Wording(
        "Mentoring round changed", "changed a mentoring round", in_full="changed {fields} of a mentoring round"
    ),
    Tag.ROUND_MATCHED: Wording(
        "Matching run", "ran the matching of a mentoring round", in_full="ran the matching, which paired {matched}"
    ),
    Tag.ROUND_PUBLISHED: Wording(
        "Pairs proposed",
        "proposed the pairs of a mentoring round",
        in_full="proposed {pairs} pairs of a mentoring round",
    ),
    Tag.ROUND_CLOSED: Wording("Mentoring round closed", "closed a mentoring round"),
    Tag.ROUND_CANCELLED: Wording("Mentoring round cancelled", "cancelled a mentoring round"),
    Tag.PAIR_CHOSEN: Wording("Pair set by hand", "set by hand how two people are matched"),
    Tag.PAIR_UNCHOSEN: Wording("Pair left to the matching", "left two people to the matching again"),
    Tag.PAIR_PROPOSED: Wording(
        "Mentorship proposed",
        "proposed a mentor for {subject}",
        told="proposed a mentor for you",
        own="asked somebody to be their mentor",
    ),
    Tag.PAIR_CONSENTED: Wording(
        "Mentorship agreed to",
        "agreed to mentor {subject}",
        told="agreed to mentor you",
        own="agreed to a mentor",
    ),
    Tag.MENTORSHIP_MOVED: Wording(
        "Mentorship moved on",
        "moved the mentorship of {subject} on",
        told="moved your mentorship on",
        own="moved their mentorship on",
        in_full="recorded “{event}” for the mentorship of {subject}",
    ),
    Tag.MENTORSHIP_EXTENDED: Wording(
        "Mentorship extended",
        "extended the mentorship of {subject}",
        told="extended your mentorship",
        own="extended their mentorship",
    ),
    Tag.GOALS_CHANGED: Wording(
        "Mentoring goals changed",
        "changed the goals of the mentorship of {subject}",
        told="changed the goals of your mentorship",
        own="changed the goals of their mentorship",
    ),
    Tag.GOALS_SHARED: Wording("Mentoring goals shared", "let their line manager see the goals of their mentorship"),
    Tag.GOALS_UNSHARED: Wording("Mentoring goals closed", "no longer lets their line manager see mentoring goals"),
    Tag.GOAL_CONCLUDED: Wording(
        "Mentoring goal concluded",
        "recorded an outcome for a goal of the mentorship of {subject}",
        told="recorded an outcome for a goal of your mentorship",
        own="recorded an outcome for a goal of their mentorship",
    ),
    Tag.SESSION_PLANNED: Wording("Session planned", "planned a mentoring session"),
    Tag.SESSION_CHANGED: Wording("Session changed", "changed a mentoring session"),
    Tag.SESSION_HELD: Wording("Session held", "recorded that a mentoring session took place"),
    Tag.SESSION_CALLED_OFF: Wording("Session called off", "called off a mentoring session"),
    Tag.SHARED_NOTE_WRITTEN: Wording("Shared note written", "wrote a shared note of a mentorship"),
    Tag.SHARED_NOTE_REMOVED: Wording("Shared note removed", "removed a shared note of their own"),
    Tag.PAIR_ACTION_SET: Wording("Action set", "wrote, changed or ticked an action of a mentorship"),
    Tag.LOOKED_BACK: Wording("Looked back", "looked back at a mentorship"),
    Tag.SESSION_TO_EVIDENCE: Wording("Evidence from a session", "made evidence of their own from a mentoring session"),
}
