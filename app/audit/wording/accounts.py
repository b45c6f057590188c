"""How accounts, signing in and refusals are told."""

from __future__ import annotations

from app.audit.tags import Tag
from app.audit.wording.words import Wording

ACCESS = {
    Tag.REFUSED: Wording(
        "Refused to show or change",
        "tried to open or change something about {subject}, and could not",
        told="tried to open or change something about you, and could not",
        in_full="tried to open or change something about {subject}, and could not ({permission})",
        own="tried to open or change something of their own, and could not",
        bare="tried to open or change something, and could not",
        is_refusal=True,
    ),
}

AUTH = {
    Tag.SIGN_IN: Wording("Signed in", "signed in as {subject}", told="signed in", own="signed in"),
    Tag.PASSWORD_ACCEPTED: Wording(
        "Password accepted",
        "gave the right password for {subject}; the second factor was still due",
        told="gave the right password of your account; the second factor was still due",
        own="gave the right password; the second factor was still due",
    ),
    Tag.SIGN_IN_FAILED: Wording(
        "Sign-in failed",
        "tried to sign in as {subject}, with a wrong password",
        told="tried to sign in to your account, with a wrong password",
        own="tried to sign in, with a wrong password",
        bare="tried to sign in, with an unknown address or a wrong password",
        is_refusal=True,
    ),
    Tag.SIGN_IN_THROTTLED: Wording(
        "Tried too often",
        "tried too often for {subject} and has to wait",
        told="tried too often for your account",
        own="tried too often and has to wait",
        bare="tried too often and has to wait",
        is_refusal=True,
    ),
    Tag.SIGN_OUT: Wording("Signed out", "signed {subject} out", told="signed out", own="signed out"),
    Tag.SESSION_ENDED: Wording(
        "Session ended",
        "ended a session of {subject}",
        told="ended a session of yours",
        own="ended a session of theirs",
    ),
    Tag.ACCOUNT_CREATED: Wording(
        "Account made", "made an account for {subject}", told="made an account for you", own="made their account"
    ),
    Tag.PASSWORD_CHANGED: Wording(
        "Password changed",
        "changed the password of {subject}",
        told="changed your password",
        own="changed their password",
    ),
    Tag.PASSWORD_REFUSED: Wording(
        "Password refused",
        "gave a wrong password for {subject}",
        told="gave a wrong password for you",
        own="gave a wrong password",
        bare="gave a wrong password",
        is_refusal=True,
    ),
    Tag.PASSWORD_RESET_ASKED: Wording(
        "New password asked for",
        "asked for a new password of {subject}",
        told="asked for a new password of yours",
        own="asked for a new password",
        bare="asked for a new password",
    ),
    Tag.THEME_CHANGED: Wording(
        "Colours chosen", "chose the colours of {subject}", told="chose your colours", own="chose other colours"
    ),
    Tag.ROLE_GRANTED: Wording(
        "Role granted",
        "granted {subject} a role",
        told="granted you the role {role}",
        in_full="granted {subject} the role {role}",
    ),
    Tag.ROLE_REVOKED: Wording(
        "Role taken away",
        "took a role away from {subject}",
        told="took the role {role} away from you",
        in_full="took the role {role} away from {subject}",
    ),
    Tag.INVITED: Wording("Invited", "invited {subject}", told="invited you"),
    Tag.LINK_COPIED: Wording(
        "One-time link copied", "copied a one-time link for {subject}", told="copied a one-time link for you"
    ),
    Tag.LINK_USED: Wording(
        "One-time link used",
        "used a one-time link of {subject}",
        told="used a one-time link of yours",
        own="used a one-time link",
    ),
    Tag.LINK_REFUSED: Wording(
        "One-time link refused",
        "tried a one-time link of {subject} that does not work any more",
        told="tried a one-time link of yours that does not work any more",
        own="tried a one-time link that does not work any more",
        bare="tried a one-time link that does not work",
        is_refusal=True,
    ),
    Tag.ACCOUNT_DISABLED: Wording(
        "Account disabled", "disabled the account of {subject}", told="disabled your account"
    ),
    Tag.ACCOUNT_ENABLED: Wording(
        "Account enabled", "enabled the account of {subject} again", told="enabled your account again"
    ),
    Tag.ACCOUNT_RENEWED: Wording(
        "Account begun anew", "began the account of {subject} anew", told="began your account anew"
    ),
    Tag.SECOND_FACTOR_SET: Wording(
        "Second factor set up",
        "set up a second factor for {subject}",
        told="set up your second factor",
        own="set up a second factor",
    ),
    Tag.SECOND_FACTOR_REFUSED: Wording(
        "Second factor refused",
        "gave a wrong code for {subject}",
        told="gave a wrong code for you",
        own="gave a wrong code",
        is_refusal=True,
    ),
    Tag.SECOND_FACTOR_REMOVED: Wording(
        "Second factor taken off",
        "took the second factor off the account of {subject}",
        told="took off your second factor",
        own="took off their second factor",
    ),
    Tag.SECOND_FACTOR_RESET: Wording(
        "Second factor reset", "reset the second factor of {subject}", told="reset your second factor"
    ),
    Tag.RECOVERY_CODE_USED: Wording(
        "Recovery code used",
        "used a recovery code of {subject}",
        told="used a recovery code of yours",
        own="used a recovery code",
    ),
    Tag.RECOVERY_CODES_MADE: Wording(
        "Recovery codes made",
        "made new recovery codes for {subject}",
        told="made new recovery codes for you",
        own="made new recovery codes",
    ),
    Tag.IDENTITY_PROVED: Wording(
        "Identity proved", "proved to be {subject}", told="proved again who you are", own="proved again who they are"
    ),
}
