"""Reading assessments, and the readiness that follows from them.

`facts` gathers what is known of people, `readiness` turns it into reports, `sheets` reads what one side writes,
`rounds` lists assessments and their state.
"""

from app.assessment.queries.comparison import ComparedRow, Comparison, Voice, comparison_of
from app.assessment.queries.opening import Opening, find_opening
from app.assessment.queries.readiness import PersonReadiness, readiness_of, readiness_of_people
from app.assessment.queries.rounds import (
    Round,
    SideState,
    find_running,
    get_assessment,
    get_round,
    last_revealed,
    list_for_person,
    list_of_reports,
    list_waiting,
)
from app.assessment.queries.sheets import (
    SealedSheet,
    Sheet,
    SheetRow,
    find_sheet,
    list_answers,
    needed_ids,
    sealed_sheet_of,
    sheet_of,
)
from app.assessment.queries.signing import has_signed, select_signed_by
from app.assessment.queries.standing import (
    ExpectationStanding,
    PersonStanding,
    TargetStanding,
    computed_standings,
    standings_of_people,
)
from app.assessment.queries.waivers import find_waiver

__all__ = [
    "ComparedRow",
    "Comparison",
    "ExpectationStanding",
    "Opening",
    "PersonReadiness",
    "PersonStanding",
    "Round",
    "SealedSheet",
    "Sheet",
    "SheetRow",
    "SideState",
    "TargetStanding",
    "Voice",
    "comparison_of",
    "computed_standings",
    "find_opening",
    "find_running",
    "find_sheet",
    "find_waiver",
    "get_assessment",
    "get_round",
    "has_signed",
    "last_revealed",
    "list_answers",
    "list_for_person",
    "list_of_reports",
    "list_waiting",
    "needed_ids",
    "readiness_of",
    "readiness_of_people",
    "sealed_sheet_of",
    "select_signed_by",
    "sheet_of",
    "standings_of_people",
]
