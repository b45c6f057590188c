"""How changes of people and teams are told."""

from __future__ import annotations

from app.audit.tags import Tag
from app.audit.wording.words import Wording

PEOPLE = {
    Tag.PERSON_ADDED: Wording("Person added", "added {subject}", told="added you", own="was added"),
    Tag.PERSON_CHANGED: Wording(
        "Person changed",
        "changed what is recorded of {subject}",
        told="changed what is recorded of you",
        in_full="changed what is recorded of {subject} ({fields})",
    ),
    Tag.PERSON_LEFT: Wording(
        "Leaving recorded",
        "recorded that {subject} leaves",
        told="recorded that you leave",
        in_full="recorded that {subject} leaves on {left_on}",
    ),
    Tag.PERSON_RETURNED: Wording(
        "Return recorded", "recorded that {subject} is back", told="recorded that you are back"
    ),
    Tag.TEAM_ADDED: Wording("Team added", "added a team"),
    Tag.TEAM_CHANGED: Wording("Team changed", "changed a team"),
    Tag.TEAM_SET: Wording(
        "Team set",
        "put {subject} into a team",
        told="put you into a team",
        in_full="put {subject} into a team, from {from_on}",
    ),
    Tag.MANAGER_SET: Wording(
        "Line manager set",
        "set the line manager of {subject}",
        told="set your line manager",
        in_full="set the line manager of {subject}, from {from_on}",
    ),
    Tag.LEVEL_GRANTED: Wording(
        "Level recorded",
        "recorded a level of {subject}",
        told="recorded your level: {level}",
        in_full="recorded the level {level} of {subject}",
    ),
    Tag.LEVEL_CORRECTED: Wording(
        "Level corrected", "corrected a level of {subject}", told="corrected a level of yours"
    ),
    Tag.LEAVE_RECORDED: Wording("Leave recorded", "recorded a leave of {subject}", told="recorded a leave of yours"),
    Tag.LEAVE_CORRECTED: Wording(
        "Leave corrected", "corrected a leave of {subject}", told="corrected a leave of yours"
    ),
    Tag.DATED_UNDONE: Wording(
        "Change undone", "undid a change to {subject}", told="undid a change of what is recorded of you"
    ),
    Tag.DATED_ENDED: Wording(
        "Entry ended", "ended an entry of {subject}", told="ended an entry of what is recorded of you"
    ),
    Tag.PEOPLE_IMPORTED: Wording("People file taken over", "took over a people file"),
    Tag.GROUP_SET: Wording(
        "Group for reports set", "set a group for reports of {subject}", told="set a group for reports of yours"
    ),
}
