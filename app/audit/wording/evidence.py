"""How work on evidence is told."""

from __future__ import annotations

from app.audit.tags import Tag
from app.audit.wording.words import Wording

EVIDENCE = {
    Tag.EVIDENCE_LOGGED: Wording(
        "Evidence logged",
        "logged a piece of evidence of {subject}",
        told="logged a piece of your evidence",
        own="logged a piece of evidence",
    ),
    Tag.EVIDENCE_CHANGED: Wording(
        "Evidence changed",
        "changed a piece of {subject}",
        told="changed a piece of your evidence",
        own="changed a piece of evidence",
    ),
    Tag.EVIDENCE_SHARED: Wording(
        "Evidence shared",
        "shared a piece of {subject}",
        told="shared a piece of your evidence",
        own="shared a piece of evidence",
    ),
    Tag.EVIDENCE_WITHDRAWN: Wording(
        "Evidence withdrawn",
        "withdrew a piece of {subject}",
        told="withdrew a piece of your evidence",
        own="withdrew a piece of evidence",
    ),
    Tag.EVIDENCE_RESTORED: Wording(
        "Evidence restored",
        "restored a piece of {subject}",
        told="restored a piece of your evidence",
        own="restored a piece of evidence",
    ),
    Tag.EVIDENCE_DISCARDED: Wording(
        "Draft discarded",
        "discarded a draft of {subject}",
        told="discarded a draft of yours",
        own="discarded a draft",
    ),
    Tag.EVIDENCE_SET_ASIDE: Wording(
        "Evidence set aside",
        "set a piece of {subject} aside",
        told="set a piece of your evidence aside",
    ),
    Tag.EVIDENCE_TAKEN_BACK: Wording(
        "Setting aside taken back",
        "let a piece of {subject} count again",
        told="let a piece of your evidence count again",
    ),
    Tag.EVIDENCE_OBJECTED: Wording(
        "Setting aside answered",
        "answered for {subject} that a piece was set aside",
        told="answered that a piece of yours was set aside",
        own="answered that a piece was set aside",
    ),
    Tag.CORROBORATION_ASKED: Wording(
        "Colleague asked",
        "asked a colleague about a piece of {subject}",
        told="asked a colleague about a piece of yours",
        own="asked a colleague about a piece of evidence",
    ),
    Tag.CORROBORATION_TAKEN_BACK: Wording(
        "Question taken back",
        "took back a question about a piece of {subject}",
        told="took back a question about a piece of yours",
        own="took back a question to a colleague",
    ),
    Tag.CORROBORATION_ANSWERED: Wording(
        "Question answered",
        "answered a question about a piece of {subject}",
        told="answered a question about a piece of yours",
    ),
    Tag.CORROBORATION_REMINDED: Wording(
        "Colleague reminded",
        "reminded a colleague of a question about a piece of {subject}",
        told="reminded a colleague of a question about a piece of yours",
        own="reminded a colleague of a question",
    ),
    Tag.ATTACHMENT_ADDED: Wording(
        "File added",
        "added a file to a piece of {subject}",
        told="added a file to a piece of yours",
        own="added a file",
    ),
    Tag.ATTACHMENT_REMOVED: Wording(
        "File removed",
        "removed a file from a piece of {subject}",
        told="removed a file from a piece of yours",
        own="removed a file from a piece of evidence",
    ),
    Tag.EVIDENCE_IMPORTED: Wording(
        "Evidence taken from a file",
        "took evidence of {subject} from a file",
        told="took evidence of yours from a file",
        own="took evidence from a file",
    ),
}
