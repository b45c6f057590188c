"""The named people of Larkspur: who they are, since when, at which level, and who led which team.

Dates are those of a company seen on 21 November 2026; `roster.named_people` moves them to the day of the plan.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING

from app.cli.seed.plan import LevelReason, PlannedTeam

if TYPE_CHECKING:
    from collections.abc import Mapping

WRITTEN_FOR = date(2026, 11, 21)
"""The day on which every date of this module, of `outcomes` and of `cast` is right."""

SOFTWARE = "software-engineer"
SUPPORT = "technical-support"

HIRE, PROMOTION = LevelReason.HIRE, LevelReason.PROMOTION
TRANSFER, DEMOTION, CORRECTION = LevelReason.TRANSFER, LevelReason.DEMOTION, LevelReason.CORRECTION

ROOT = "larkspur"
TEAMS = (
    PlannedTeam(ROOT, "Larkspur"),
    PlannedTeam("engineering", "Engineering", ROOT),
    PlannedTeam("support", "Support", ROOT),
    PlannedTeam("billing", "Billing", "engineering"),
    PlannedTeam("records", "Records", "engineering"),
    PlannedTeam("scheduling", "Scheduling", "engineering"),
    PlannedTeam("platform", "Platform", "engineering"),
    PlannedTeam("clinic-support", "Clinic support", "support"),
    PlannedTeam("records-support", "Records support", "support"),
)

TOP = "catarina"
STAND_IN_TOP = "priya"
"""Who leads a company too small to have its executive."""

TEAM_LEADS: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        ROOT: (("2019-01-07", TOP),),
        "engineering": (("2019-01-07", TOP),),
        "support": (("2019-01-07", TOP),),
        "billing": (("2019-01-07", "yusuf"), ("2024-01-08", "tomasz")),
        "records": (("2019-01-07", "priya"), ("2022-05-02", "anneke")),
        "scheduling": (("2019-01-07", "priya"),),
        "platform": (("2019-01-07", "gabriel"),),
        "clinic-support": (("2019-01-07", "margit"), ("2025-04-01", "miriam")),
        "records-support": (("2019-01-07", "elif"),),
    }
)
"""Who leads a team since when."""

OWN_LEADS: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        "anneke": (("2019-01-07", "priya"),),
        "elif": (("2019-01-07", TOP), ("2025-04-01", "miriam")),
        "gabriel": (("2019-01-07", TOP),),
        "margit": (("2019-01-07", TOP), ("2025-04-01", "miriam")),
        "miriam": (("2019-01-07", TOP),),
        "priya": (("2019-01-07", TOP),),
        "tomasz": (("2019-01-07", TOP),),
        "yusuf": (("2019-01-07", TOP), ("2024-01-08", "tomasz")),
    }
)
"""Whom those report to who lead a team, or led it once."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A level given on a day, written as in a calendar."""

    since: str
    level: str
    reason: LevelReason = PROMOTION
    ladder: str = SOFTWARE


@dataclass(frozen=True, slots=True)
class Named:
    """A named person. The first entry of `teams` counts from the day of hire."""

    key: str
    name: str
    hired: str
    teams: tuple[tuple[str, str], ...]
    levels: tuple[Grant, ...] = ()
    left: str = ""
    leaves: tuple[tuple[str, str], ...] = ()
    office: str = "Rotterdam"
    contract: str = "permanent"
    roles: frozenset[str] = field(default_factory=frozenset)
    demo: tuple[str, str] = ("", "")


def _in(team: str) -> tuple[tuple[str, str], ...]:
    return (("", team),)


def _swe(hired: str, level: str, *more: tuple[str, str]) -> tuple[Grant, ...]:
    return (Grant(hired, level, HIRE), *(Grant(since, to) for since, to in more))


def _sup(hired: str, level: str, *more: tuple[str, str]) -> tuple[Grant, ...]:
    return (Grant(hired, level, HIRE, SUPPORT), *(Grant(since, to, PROMOTION, SUPPORT) for since, to in more))


ENGINEERS, SUPPORTERS, MANAGERS = "Engineers", "Support engineers", "Managers"
PEOPLE_TEAM, ADMINISTRATION = "HR", "Administration"

PEOPLE: tuple[Named, ...] = (
    # Those with a place on the sign-in page come first: the smallest company is theirs.
    Named("amara", "Amara Diallo", "2023-05-02", _in("billing"), _swe("2023-05-02", "L1", ("2025-02-03", "L2")),
          office="Lisbon", demo=(ENGINEERS, "L2, Billing · three blockers to L3")),
    Named("tomasz", "Tomasz Wieczorek", "2020-02-03", _in("billing"), office="Lisbon",
          demo=(MANAGERS, "Billing, nine people")),
    Named("ruth", "Ruth Okonjo", "2019-09-02", _in(ROOT), roles=frozenset({"hr"}),
          demo=(PEOPLE_TEAM, "HR · sees where everybody stands")),
    Named("lucia", "Lucía Ferrández Ibarra", "2021-10-04", _in(ROOT), roles=frozenset({"admin"}),
          demo=(ADMINISTRATION, "Administrator · reads nobody’s work")),
    Named("minhkhai", "Nguyễn Thị Minh Khai", "2022-10-03", _in("records"),
          _swe("2022-10-03", "L1", ("2024-09-02", "L2")), demo=(ENGINEERS, "L2, Records · ready for L3")),
    Named("kofi", "Kofi Mensah", "2026-11-09", _in("clinic-support"), _sup("2026-11-09", "L1"), office="Leeds",
          contract="fixed-term", demo=(ENGINEERS, "L1, Clinic support · second week, nothing logged")),
    Named("priya", "Priya Raghunathan", "2019-05-06", _in("scheduling"), office="Leeds",
          demo=(MANAGERS, "Scheduling · chairs the promotion committee")),
    Named("leila", "Leila Haddad", "2022-03-01", _in("clinic-support"), _sup("2022-03-01", "L1", ("2024-06-03", "L2")),
          office="Leeds", demo=(SUPPORTERS, "L2, Clinic support · five missing for L3")),
    Named("gabriel", "Gabriel Moreau", "2019-01-07", _in("platform"), roles=frozenset({"ladder_editor"}),
          demo=(ADMINISTRATION, "Leads Platform · ladder editor")),
    Named("catarina", "Catarina Vasconcelos", "2019-01-07", _in(ROOT), office="Lisbon"),
    Named("anneke", "Anneke Verhoeven-Sørli", "2022-05-02", _in("records")),
    Named("miriam", "Miriam Feldkamp", "2025-03-03", _in("clinic-support"), office="Leeds"),
    Named("chioma", "Chioma Eze", "2025-09-01", _in("billing"), _swe("2025-09-01", "L1"), office="Lisbon"),
    Named("hyunwoo", "Hyun-woo Baek", "2021-05-03", _in("billing"), _swe("2021-05-03", "L2", ("2024-08-01", "L3")),
          office="Lisbon"),
    Named("yusuf", "Yusuf Karadağ", "2019-01-07", _in("billing"), _swe("2019-01-07", "L3", ("2022-05-02", "L4")),
          office="remote"),
    Named("ffion", "Ffion Prydderch", "2021-08-02", _in("billing"), _swe("2021-08-02", "L1", ("2024-01-15", "L2")),
          office="Leeds", contract="part-time"),
    Named("salma", "Salma El-Amrani", "2019-11-04", _in("platform"), _swe("2019-11-04", "L3", ("2024-02-05", "L4"))),
    Named("henrik", "Henrik Lindqvist", "2019-02-04", _in("platform"), _swe("2019-02-04", "L3", ("2021-09-06", "L4")),
          office="remote"),
    Named("benedikt", "Benedikt Hofstätter", "2019-09-02", _in("billing"),
          _swe("2019-09-02", "L2", ("2023-11-01", "L3")), office="Lisbon"),
    Named("daniel", "Daniel Okafor-Lindgren", "2024-04-02", _in("billing"),
          _swe("2024-04-02", "L1", ("2026-03-02", "L2")), office="Lisbon"),
    Named("maximiliane", "Maximiliane Oberhuber-Castellanos", "2023-06-01", _in("billing"), _swe("2023-06-01", "L2"),
          leaves=(("2024-09-02", "2025-03-03"),), contract="part-time"),
    Named("rosalind", "Rosalind Achterberg", "2026-04-01", _in("billing"), _swe("2026-04-01", "L1")),
    Named("sefa", "Sefa Tuilagi", "2025-02-03", (("", "scheduling"), ("2026-03-02", "records")),
          _swe("2025-02-03", "L1")),
    Named("aroha", "Aroha Ngata", "2024-10-01", _in("records"), _swe("2024-10-01", "L1"), office="remote",
          leaves=(("2026-08-31", ""),)),
    Named("dmytro", "Dmytro Kovalenko", "2022-01-10", _in("records"),
          (Grant("2022-01-10", "L4", HIRE), Grant("2024-03-04", "L3", CORRECTION)), office="remote"),
    Named("oluwaseun", "Oluwaseun Adébáyò-Whitfield", "2023-01-09", _in("scheduling"),
          _swe("2023-01-09", "L1", ("2025-01-06", "L2")), office="Leeds"),
    Named("beatriz", "Beatriz Nakamura", "2026-01-12", _in("scheduling"), _swe("2026-01-12", "L1"), office="Lisbon"),
    Named("joost", "Joost van den Berg", "2023-02-01", _in("scheduling"), _swe("2023-02-01", "L3")),
    Named("saoirse", "Saoirse Ó Conaill", "2023-03-06", (("", "clinic-support"), ("2025-05-05", "scheduling")),
          (Grant("2023-03-06", "L1", HIRE, SUPPORT), Grant("2024-04-01", "L2", PROMOTION, SUPPORT),
           Grant("2025-05-05", "L1", TRANSFER)), office="Leeds"),
    Named("ebba", "Ebba Nyström", "2020-08-03", _in("platform"), _swe("2020-08-03", "L2", ("2023-02-06", "L3"))),
    Named("teodora", "Teodora Ilić", "2021-11-01", _in("platform"), _swe("2021-11-01", "L1", ("2023-10-02", "L2"))),
    Named("iman", "Iman Farouk", "2022-06-01", (("", "billing"), ("2024-10-07", "platform")),
          _swe("2022-06-01", "L2", ("2025-08-04", "L3")), demo=(ENGINEERS, "L3, Platform · coordinates mentoring")),
    Named("adaeze", "Adaeze Nwosu", "2025-01-13", _in("clinic-support"), _sup("2025-01-13", "L1"), office="Leeds"),
    Named("bram", "Bram de Vries", "2024-05-06", _in("clinic-support"), _sup("2024-05-06", "L1")),
    Named("ines", "Inês Carvalho", "2025-10-01", _in("clinic-support"), _sup("2025-10-01", "L1"), office="Lisbon"),
    Named("pim", "Pim Jansen", "2021-04-05", _in("clinic-support"),
          (Grant("2021-04-05", "L2", HIRE, SUPPORT), Grant("2024-06-03", "L3", PROMOTION, SUPPORT),
           Grant("2025-12-01", "L2", DEMOTION, SUPPORT))),
    Named("margit", "Margit Sandvik", "2019-01-07", _in("clinic-support"),
          _sup("2019-01-07", "L2", ("2023-03-06", "L3")), office="remote"),
    Named("elif", "Elif Demirtaş", "2019-01-07", _in("records-support"), _sup("2019-01-07", "L2", ("2022-02-07", "L3")),
          office="remote"),
    Named("marek", "Marek Dvořák", "2022-09-05", _in("records-support"),
          _sup("2022-09-05", "L1", ("2024-03-04", "L2"))),
    Named("hanneke", "Hanneke Smit", "2025-06-02", _in("records-support"), _sup("2025-06-02", "L1")),
    Named("sian", "Siân Pritchard", "2024-02-05", _in("records-support"), _sup("2024-02-05", "L1"), office="Leeds",
          contract="part-time"),
    Named("ansgar", "Dr. Ansgar Wohlleben", "2019-06-03", _in("records-support"),
          _sup("2019-06-03", "L3", ("2022-10-03", "L4")), office="remote"),
    Named("mikkel", "Mikkel Thorsen", "2022-02-07", _in("scheduling"), _swe("2022-02-07", "L1", ("2024-05-06", "L2")),
          left="2026-05-01"),
    Named("rafaela", "Rafaela Quintana Ruiz", "2023-08-07", _in("records-support"), _sup("2023-08-07", "L1"),
          left="2026-01-01", contract="fixed-term"),
)  # fmt: skip

DEFAULT_PEOPLE = len(PEOPLE)
