"""Keeps the secrets of authenticator apps unreadable in the database and in its backups.

The key comes from SECRET_KEY (older ones in SECRET_KEY_FALLBACKS still open what they closed):
a backup restored without it asks everybody to set up the app again.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode

from django.conf import settings
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

PURPOSE = b"accounts.authenticators"


def encrypt(text: str) -> str:
    """`text`, readable only with this site's key."""
    return b64encode(_box(settings.SECRET_KEY).encrypt(text.encode())).decode()


def decrypt(closed: str) -> str:
    """What `encrypt` was given. Raises CryptoError when no key of ours closed it."""
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            return _box(key).decrypt(b64decode(closed)).decode()
        except CryptoError:
            continue
    raise CryptoError("no key of this site closed this secret")


def _box(key: str | bytes) -> SecretBox:
    return SecretBox(hashlib.blake2b(PURPOSE, key=_short(key), digest_size=32).digest())


def _short(key: str | bytes) -> bytes:
    """Django's key in the size that the hash takes."""
    return hashlib.sha512(key.encode() if isinstance(key, str) else key).digest()
