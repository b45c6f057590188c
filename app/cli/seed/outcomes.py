"""Where each named person stands on the way to the next level, as outcomes by expectation.

Outcomes are what the arithmetic of readiness is to show; `evidence` and `assessments` make the work and the answers
that lead to them. What is not named is met.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class Outcome(StrEnum):
    """How one expectation is to stand."""

    MET = "met"
    EXCEEDED = "exceeded"
    PARTLY = "partly_met"
    NOT_MET = "not_met"
    FEW = "few"
    """Rated met, one piece too few."""
    BURST = "burst"
    """Rated met, all pieces within some weeks."""
    STALE = "stale"
    """Rated met, the pieces are older than the window."""
    ALONE = "alone"
    """Rated met, nobody else has confirmed it."""
    OPEN = "open"
    """No rating: the manager saw no opportunity. Perhaps there is a piece already."""
    WAIVED = "waived"
    """Does not apply, agreed by manager and HR."""


MET, EXCEEDED, PARTLY, NOT_MET = Outcome.MET, Outcome.EXCEEDED, Outcome.PARTLY, Outcome.NOT_MET
FEW, BURST, STALE, ALONE = Outcome.FEW, Outcome.BURST, Outcome.STALE, Outcome.ALONE
OPEN, WAIVED = Outcome.OPEN, Outcome.WAIVED

UNPROVEN = frozenset({FEW, BURST, STALE, ALONE})
"""Outcomes that further evidence would change."""


@dataclass(frozen=True, slots=True)
class Script:
    """What a person's current chapter shows.

    `rated` are the ages in days of the revealed assessments, newest first. `slipped` are expectations of the level
    held that the newest one rates below met. `unchanged`: the one before said the same. `quiet`: nothing logged, nobody
    rated.
    """

    rated: tuple[int, ...] = ()
    outcomes: Mapping[str, Outcome] = field(default_factory=lambda: MappingProxyType({}))
    slipped: Mapping[str, Outcome] = field(default_factory=lambda: MappingProxyType({}))
    unchanged: bool = False
    burst_days: int = 41
    quiet: bool = False


def _script(
    *rated: int,
    unchanged: bool = False,
    burst_days: int = 41,
    slipped: dict[str, Outcome] | None = None,
    **groups: str,
) -> Script:
    """Return a script; each keyword is an outcome, its value the ids it holds for, without what they share."""
    outcomes = {
        expectation_id: Outcome[outcome.upper()] for outcome, ids in groups.items() for expectation_id in ids.split()
    }
    return Script(rated, outcomes, slipped or {}, unchanged, burst_days)


NOTHING = Script(quiet=True)
"""For a newcomer."""

SCRIPTS: Mapping[str, Script] = MappingProxyType(
    {
        "amara": NOTHING,  # All that she has is told in `cast`.
        # Billing, as on the team board.
        "benedikt": _script(
            21, 215, unchanged=True,
            stale="swe.multi-unit-architecture",
            not_met="swe.executive-representation",
            partly="swe.strategic-leadership swe.strategy-roadmaps",
        ),
        "chioma": _script(6, 150),
        "daniel": _script(
            126,
            open="swe.design-significant-features swe.influence-architecture swe.coach-juniors"
            " swe.lead-design-discussions swe.systemic-improvements",
        ),
        "ffion": _script(14, 190, burst="swe.coach-juniors", exceeded="swe.systemic-improvements"),
        "hyunwoo": _script(1, 170, partly="swe.org-wide-problems", alone="swe.strategic-leadership"),
        "maximiliane": _script(
            35, 275, unchanged=True,
            not_met="swe.influence-architecture", few="swe.coach-juniors", waived="swe.systemic-improvements",
            slipped={"swe.maintainable-code": NOT_MET},
        ),
        "rosalind": _script(94, partly="swe.moderate-features", open="swe.feature-design-decisions"
                            " swe.performance-aware"),
        "yusuf": _script(28, 210, exceeded="swe.field-expertise swe.multi-unit-architecture"),
        # Records, Scheduling, Platform.
        "minhkhai": _script(40, 220, exceeded="swe.design-significant-features"),
        "sefa": _script(60, 240, not_met="swe.performance-aware", partly="swe.cross-module-integration",
                        few="swe.moderate-features"),
        "aroha": _script(110, 290, open="swe.performance-aware swe.cross-module-integration"),
        "dmytro": _script(50, 230, partly="swe.org-wide-problems swe.strategy-roadmaps",
                          not_met="swe.executive-representation", few="swe.multi-unit-architecture"),
        "oluwaseun": _script(200, few="swe.coach-juniors", burst="swe.lead-design-discussions",
                             partly="swe.systemic-improvements", burst_days=63),
        "beatriz": _script(75, few="swe.moderate-features swe.cross-module-integration",
                           partly="swe.feature-design-decisions", open="swe.performance-aware"),
        "joost": _script(66, 250, open="swe.executive-representation swe.strategic-leadership"),
        "saoirse": _script(24, 205, burst="swe.cross-module-integration", partly="swe.performance-aware"),
        "ebba": _script(45, 225, few="swe.strategy-roadmaps"),
        "teodora": _script(80, 260, stale="swe.lead-design-discussions", partly="swe.systemic-improvements"),
        "henrik": _script(33, 214, exceeded="swe.org-wide-problems"),
        "salma": _script(52, 236, exceeded="swe.strategic-leadership"),
        "iman": _script(58, not_met="swe.executive-representation swe.strategic-leadership",
                        partly="swe.org-wide-problems swe.multi-unit-architecture",
                        few="swe.strategy-roadmaps", open="swe.field-expertise"),
        # Support.
        "kofi": NOTHING,
        "adaeze": _script(20, 200, exceeded="sup.log-analysis"),
        "bram": _script(48, 230, partly="sup.in-depth-troubleshooting sup.integration-failures sup.escalate-to-l3",
                        open="sup.analyse-complex-data", slipped={"sup.ticket-history": NOT_MET}),
        "ines": _script(97, open="sup.in-depth-troubleshooting sup.configuration-conflicts sup.integration-failures"
                        " sup.workflow-exceptions sup.performance-degradation sup.devise-solutions sup.bug-tickets"
                        " sup.escalate-to-l3 sup.analyse-complex-data sup.product-knowledge"),
        "leila": _script(24, 200, partly="sup.change-source", open="sup.security-response",
                         few="sup.root-cause-prevention", alone="sup.author-knowledge",
                         not_met="sup.platform-stability", exceeded="sup.customer-feedback"),
        "pim": _script(30, 185, partly="sup.resolve-hardest sup.guide-unprecedented", not_met="sup.core-defects",
                       stale="sup.change-source sup.system-enhancement", few="sup.security-response"),
        "margit": _script(62, 245, partly="sup.vendor-collaboration", open="sup.compliance-violations",
                          few="sup.strategic-leadership sup.mission-critical-design"),
        "elif": _script(85, open="sup.catastrophic-infrastructure sup.compliance-violations"
                        " sup.mission-critical-design"),
        "marek": _script(38, 221, stale="sup.custom-workarounds sup.inform-product", burst="sup.resolve-hardest",
                         partly="sup.architecture-code-skill"),
        "hanneke": _script(55, 233, few="sup.performance-degradation sup.workflow-exceptions",
                           partly="sup.product-knowledge", open="sup.escalate-to-l3"),
        "sian": _script(70, 252, few="sup.analyse-complex-data"),
        "ansgar": _script(42, 228, exceeded="sup.field-expertise sup.vendor-collaboration"),
        # Left.
        "mikkel": _script(260, open="swe.coach-juniors swe.systemic-improvements",
                          partly="swe.lead-design-discussions"),
        "rafaela": _script(400, partly="sup.log-analysis sup.product-knowledge", open="sup.escalate-to-l3"),
    }
)  # fmt: skip
