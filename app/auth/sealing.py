"""Sealing what must be read again: the secret of a second factor lies in the database encrypted, never in the clear.

The keys come from the deployment's secret and its fallbacks, so that a copy of the database alone opens nothing. After
the secret was changed, the former one stays a fallback until everything is sealed anew, or the factors are reset.
"""

from __future__ import annotations

from base64 import b32encode, urlsafe_b64encode
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
SECRET_BYTES = 20
SEAL, NEW_SECRET = b"belay:seal:1", b"belay:totp:1:"


class SealedError(Exception):
    """What is sealed was sealed with a key that is not known any more."""


class Sealer:
    """Seals with the newest secret, and opens with any that is still honoured."""

    def __init__(self, secrets: Sequence[str]) -> None:
        """Take the deployment's secrets, the newest first."""
        self._secret = secrets[0].encode()
        keys = [urlsafe_b64encode(_derive(secret.encode(), SEAL, KEY_BYTES)) for secret in secrets]
        self._newest = Fernet(keys[0])
        self._box = MultiFernet([Fernet(key) for key in keys])

    def seal(self, text: str) -> str:
        """Return a text sealed."""
        return self._newest.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """Return what was sealed. SealedError when no known key opens it."""
        try:
            return self._box.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise SealedError from None

    def is_newest(self, sealed: str) -> bool:
        """Say whether the newest key opens it; otherwise it should be sealed anew while the older one is known."""
        try:
            self._newest.decrypt(sealed.encode())
        except InvalidToken:
            return False
        return True

    def new_secret(self, ground: str) -> str:
        """Return a secret for an authenticator app, in base32: always the same for the same ground.

        The ground is something random that one session alone has. So the page that shows the secret stores nothing, and
        still shows the same one when it is opened again; it is stored once a code has proved that the app has it.
        """
        return b32encode(_derive(self._secret, NEW_SECRET + ground.encode(), SECRET_BYTES)).decode()


def _derive(secret: bytes, purpose: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=purpose).derive(secret)
