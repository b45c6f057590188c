"""How the record is told: the words of every tag. A tag without words does not pass the tests.

`{subject}` stands for whom a row is about. Other places, such as `{role}`, are filled from the details of a row, for
those who may read details; where one is not there, the words without details are used.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.audit.tags import Tag
from app.audit.wording.accounts import ACCESS, AUTH
from app.audit.wording.assessments import ASSESSMENT
from app.audit.wording.evidence import EVIDENCE
from app.audit.wording.house import HOUSE
from app.audit.wording.mentoring import MENTORING
from app.audit.wording.people import PEOPLE
from app.audit.wording.promotion import PROMOTION
from app.audit.wording.reports import REPORTS
from app.audit.wording.words import Wording

__all__ = ["REFUSALS", "SOURCES", "TOLD", "WORDINGS", "Wording", "source_of"]

SOURCES: Mapping[str, str] = {
    "access": "Refused",
    "auth": "Accounts and signing in",
    "people": "People",
    "evidence": "Evidence",
    "assessment": "Assessments",
    "promotion": "Promotions",
    "mentoring": "Mentoring",
    "reports": "Reports",
    "ladders": "Ladders",
    "policies": "Policies",
    "jobs": "Jobs",
    "notices": "Mail",
    "cli": "Command line",
}
"""The first part of a tag in words, in the order in which a filter offers them."""

WORDINGS: Mapping[Tag, Wording] = (
    ACCESS | AUTH | PEOPLE | EVIDENCE | ASSESSMENT | PROMOTION | MENTORING | REPORTS | HOUSE
)
TOLD: tuple[Tag, ...] = tuple(tag for tag, wording in WORDINGS.items() if wording.told is not None)
"""The tags that stand in the access record of whom they are about."""
REFUSALS: tuple[Tag, ...] = tuple(tag for tag, wording in WORDINGS.items() if wording.is_refusal)


def source_of(tag: Tag) -> str:
    """Return the first part of a tag: which part of Belay it comes from."""
    return tag.value.partition(":")[0]
