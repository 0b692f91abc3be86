"""Passwords: argon2id hashes, and the rules of a good one (CNIL’s formula)."""

import itertools
import math
import re
import secrets
import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from facilitator.refusals import Refused

SHORTEST, LONGEST, FEWEST_BITS = 12, 200, 50

# Sizes of the alphabets in CNIL’s calculation (délibération 2022-100).
_ALPHABETS = ((r"[a-z]", 26), (r"[A-Z]", 26), (r"[0-9]", 10), (r"[^a-zA-Z0-9]", 37))
# What is left of a common password once its figures and signs are gone.
_COMMON_WORDS = """
    motdepasse monmotdepasse lemotdepasse password mypassword passwort azerty azertyuiop qwerty
    qwertyuiop qsdfghjklm azertyqwerty abcdefghijkl abcdefgh abcdef administrateur administrator
    admin bonjour bonjourbonjour soleil doudou loulou chouchou marseille iloveyou jetaime
    facilitator facilitateur facilitatrice clausesociale insertion bienvenue welcome welcometo
    changeme changezmoi letmein superman football princesse motdepassemotdepasse passwordpassword
    azertyazerty qwertyqwerty
"""
_COMMON = frozenset(_COMMON_WORDS.split())
_MANY_AT_ONCE = 4  # 64 MiB each: twenty sign-ins at once would take more than a gigabyte


class PasswordRefused(Refused):
    """A password is too weak to be chosen."""


class Safe:
    """Hashes and verifies, a few at a time."""

    def __init__(self, time: int = 3, memory_kib: int = 65536, parallelism: int = 4) -> None:
        self._hasher = PasswordHasher(time, memory_kib, parallelism)
        self._gate = threading.BoundedSemaphore(_MANY_AT_ONCE)
        self._decoy: str | None = None

    def hash(self, password: str) -> str:
        """The argon2id hash to store."""
        with self._gate:
            return self._hasher.hash(password)

    def opens(self, stored: str | None, password: str) -> bool:
        """Whether the password is right; without a stored hash, the same work is done for nothing."""
        if stored is None:
            self._decoy = self._decoy or self.hash(secrets.token_urlsafe())
        with self._gate:
            try:
                return self._hasher.verify(stored or self._decoy or "", password) and bool(stored)
            except (VerificationError, InvalidHashError):
                return False


_safe = Safe()


def configure(time: int, memory_kib: int, parallelism: int) -> None:
    """Set what one hash costs, from the settings."""
    global _safe
    _safe = Safe(time, memory_kib, parallelism)


def hashed(password: str) -> str:
    """The hash to store."""
    return _safe.hash(password)


def opens(stored: str | None, password: str) -> bool:
    """Whether the password is right; as long to answer for an unknown address."""
    return _safe.opens(stored, password)


def bits(password: str) -> float:
    """CNIL’s measure: length × log2 of the alphabets in use."""
    size = sum(count for pattern, count in _ALPHABETS if re.search(pattern, password))
    return len(password) * math.log2(size) if size else 0.0


def refuse_weak(password: str, email: str) -> None:
    """Refuse a password that is short, too plain, common, or made of the address."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise PasswordRefused(
            f"Ce mot de passe a {len(password)}\u00a0caractères\u00a0: il en faut de {SHORTEST} à {LONGEST}."
            " Une phrase de quatre mots convient."
        )
    if bits(password) < FEWEST_BITS or len(set(password)) < 6:
        raise PasswordRefused(
            "Ce mot de passe est trop simple\u00a0: mêlez lettres, chiffres et signes, ou écrivez une phrase plus longue."
        )
    letters = re.sub(r"[^a-z]", "", _plain(password))
    if letters in _COMMON or _is_a_row(password):
        raise PasswordRefused("Ce mot de passe est l’un des plus employés\u00a0: choisissez-en un autre.")
    name = _plain(email).partition("@")[0]
    if len(name) >= 4 and name in _plain(password):
        raise PasswordRefused(
            "Ce mot de passe contient votre adresse électronique\u00a0: choisissez-en un qui n’en dise rien."
        )


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()


def _is_a_row(password: str) -> bool:
    """«abcdefghijkl», «123456789012»: each character follows the one before."""
    steps = {ord(after) - ord(before) for before, after in itertools.pairwise(password)}
    return steps <= {1, -9} or steps <= {-1, 9}
