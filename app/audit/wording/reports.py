"""How taking reports out is told, and what teams need of their support tiers."""

from __future__ import annotations

from app.audit.tags import Tag
from app.audit.wording.words import Wording

REPORTS = {
    Tag.REPORT_EXPORTED: Wording(
        "Report taken out",
        "took out a report with {subject} in it",
        told="took out a report about you",
        own="took out a report about themselves",
        bare="took out a report",
        in_full="took out the report {report} about {subject} as {format}; rows: {rows}, reason: {reason}",
        bare_in_full="took out the report {report} as {format}; rows: {rows}, reason: {reason}",
    ),
    Tag.REPORT_FETCHED_AGAIN: Wording(
        "Report fetched again",
        "fetched a file again that they had taken out",
        bare="fetched a file again that they had taken out",
        in_full="fetched the report {report} again as {format}",
        bare_in_full="fetched the report {report} again as {format}",
    ),
    Tag.TEAM_TIER_SET: Wording(
        "Team tier set", "set what a team needs at a tier", in_full="set what a team needs at the tier {tier}"
    ),
    Tag.TIER_HOLDER_NAMED: Wording(
        "Tier holder named",
        "named who holds a tier for a team from outside",
        in_full="named who holds the tier {tier} for a team from outside",
    ),
    Tag.TIER_HOLDER_ENDED: Wording(
        "Tier holder ended",
        "ended that somebody outside holds a tier for a team",
        in_full="ended that somebody outside holds the tier {tier} for a team",
    ),
}
