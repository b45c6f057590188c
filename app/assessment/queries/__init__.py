"""Reading assessments, and the readiness that follows from them.

`facts` gathers what is known of people, `readiness` turns it into reports, `sheets` reads what one side writes,
`rounds` lists assessments and their state.
"""

from app.assessment.queries.readiness import PersonReadiness, readiness_of, readiness_of_people

__all__ = ["PersonReadiness", "readiness_of", "readiness_of_people"]
