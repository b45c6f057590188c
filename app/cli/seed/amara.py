"""The nine pieces of Amara Diallo, as in the design kit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.evidence import EvidenceKind

_BEGINS = {"design": "https://docs.larkspur.example/design/", "code": "https://code.larkspur.example/billing/pulls/"}


@dataclass(frozen=True, slots=True)
class Told:
    """A piece told word by word. Number 0: the next free one. No words of a colleague: the answer is still owed."""

    number: int
    title: str
    kind: EvidenceKind
    day: str
    shows: Mapping[str, str]
    narrative: str
    link: str = ""
    colleague: str = ""
    asked: str = ""
    words: str = ""
    began: str = ""


AMARA = (
    Told(
        61, "Led the ledger schema discussion with Billing, Records and Platform", EvidenceKind.DESIGN_DOC,
        "2026-11-03",
        {"swe.lead-design-discussions": "Prepared two options, chaired, wrote down what was decided and why."},
        """
        Three teams write to the ledger and each had a schema in mind. I sent two options five days ahead, one page
        each, with the same three bills worked through in both.

        The meeting took ninety minutes. We decided on one entry per payer and left the keys to a second meeting, which
        Henrik and I prepared together. The minutes say what we rejected: a table per insurer, because a bill with two
        of them would have lived in two places.
        """,
        f"{_BEGINS['design']}ledger-schema", "henrik", "2026-11-04",
    ),
    Told(
        58, "Design for split payments across two insurers", EvidenceKind.DESIGN_DOC, "2026-10-14",
        {
            "swe.design-significant-features":
                "New feature from the clinic contract to the settlement file; three open questions closed in review.",
            "swe.influence-architecture":
                "Moved the allocation step out of the invoice service for every payment type.",
        },
        """
        A visit can be paid by two insurers and the patient. Until now the clinics kept a spreadsheet beside the bill.
        The design begins with the contract (who pays first, up to which sum) and ends with the
        line in the settlement file.

        My second option took the allocation out of the invoice service, because refunds and deposits need the same
        step. Hyun-woo asked what happens when an insurer answers late; that became the state “provisional”, the only
        one which nobody had drawn.
        """,
        f"{_BEGINS['design']}split-payments", "hyunwoo", "2026-10-15",
        "I reviewed both rounds. The allocation step moved because of this document, also for deposits.",
    ),
    Told(
        55, "Paired with Chioma Eze on tax rounding, eight sessions", EvidenceKind.MENTORING_LOG, "2026-06-29",
        {"swe.coach-juniors": "She now owns the rounding module and reviews changes to it."},
        """
        Eight sessions of an hour, every other week since {2026-03-16}. In the first three I drove, in the next three we
        took turns, in the last two she did and I asked.

        We began with the eleven cases of the tax office and ended with a module that has a test for each. Chioma found
        the twelfth case on her own: a credit note for a bill from before the change of rate.
        """,
        f"{_BEGINS['code']}3907", "chioma", "2026-06-30",
        "That is how it was. What helped me most was that you waited, even when you knew.", "2026-03-16",
    ),
    Told(
        52, "Traced the duplicate charges of {day} to a retried webhook", EvidenceKind.INCIDENT, "2026-06-02",
        {"swe.cross-module-integration": "The fault sat between the provider adapter and our idempotency table."},
        """
        Forty-one patients were charged twice within nine minutes. Each side looked right: the adapter retried a
        webhook that had timed out, and our table knew the key. But the adapter made a new key for the retry.

        I stopped the retries, listed the doubles with support, and all forty-one were refunded before five. The fix
        passes the first key on; a test in both code bases now sends the same webhook twice.
        """,
        "https://desk.larkspur.example/incidents/0602", "yusuf", "2026-06-04",
        "I was on call with her. The trace across both modules was hers, and so was the idea with the shared test.",
    ),
    Told(
        49, "Chaired the refund ordering discussion, five teams present", EvidenceKind.PEER_FEEDBACK, "2026-04-22",
        {"swe.lead-design-discussions": "Got five teams from three proposals to one in two meetings."},
        """
        > We came with three proposals and some pride. Amara let each team explain another team’s proposal first. In
        > the second meeting she put the four refunds on the wall that no proposal could handle, and asked which
        > proposal lost the fewest. After that it was quick.

        Written by Salma El-Amrani after the second meeting, kept here with her permission. Minutes under the link.
        """,
        f"{_BEGINS['design']}refund-ordering", "salma", "2026-04-23", "My own words, and I would write them again.",
    ),
    Told(
        47, "Nightly invoice batch replaced by a queue that can be re-run", EvidenceKind.DESIGN_DOC, "2026-03-14",
        {
            "swe.design-significant-features":
                "Designed the feature and its migration; in use by 212 clinics since {2026-04-15}.",
        },
        """
        The batch ran from one to five, and when it stopped in the middle somebody got up. The queue makes each invoice
        a job of its own that may run twice without harm.

        The longer half of the design is the migration: for two weeks both ran, and every morning a report compared
        them. They differed on six invoices, all of them wrong in the batch. Switched over clinic by clinic
        in {2026-04-15}.
        """,
        f"{_BEGINS['design']}invoice-queue", "hyunwoo", "2026-03-16",
        "Correct. I built a third of it from this design and had to ask two questions.",
    ),
    Told(
        44, "Reviewed the payment-provider migration, 23 change sets", EvidenceKind.CODE_REVIEW, "2025-12-11",
        {"swe.maintainable-code": "Asked for one seam per provider; two later providers needed no change."},
        """
        Twenty-three change sets in five weeks, written by three people. After the fourth I asked for a seam: what
        every provider must answer, and nothing else. It cost us two days in {2025-11-15}.

        Two providers have been added since, each as one new file.
        """,
        f"{_BEGINS['code']}3358#review", began="2025-11-06",
    ),
    Told(
        40, "Invoice rendering cut from 4.1 s to 0.6 s", EvidenceKind.PULL_REQUEST, "2025-09-19",
        {"swe.performance-aware": "Measured first, then removed the per-line tariff look-up."},
        """
        Clinics with long invoices waited. The profile showed one tariff look-up per line, up to ninety of them, each
        cheap. They are one query now, before the rendering begins.

        Numbers from the ten slowest clinics, before and after, are in the description, together with the query plan.
        """,
        f"{_BEGINS['code']}3041", "ffion", "2025-09-22",
        "I repeated the measurement on our own copy: 4.0 s before, 0.6 s after.",
    ),
    Told(
        37, "Removed the last callers of the old tariff table", EvidenceKind.MAINTENANCE, "2025-07-08",
        {"swe.maintainable-code": "Nine modules, no behaviour changed, 3\u00a0100 lines gone."},
        """
        The new tariff engine was two years old and the old table still had callers in nine modules. I moved them one
        module at a time, smallest first, with the same test run against both.

        The table went on a Tuesday morning, after a week in which nobody had read it.
        """,
        f"{_BEGINS['code']}2790", began="2025-05-26",
    ),
)  # fmt: skip
