"""NIP, REGON and KRS: compact digits to store, grouped digits to show.

Pure functions without Django. Sources: weights and lengths from python-stdnum (`stdnum.pl`); that
REGON and NIP of zeros alone are never issued, and that KRS has no check digit, is said nowhere in
it and is ruled here.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

from stdnum.exceptions import InvalidChecksum, InvalidFormat, InvalidLength, ValidationError
from stdnum.pl import nip as stdnum_nip
from stdnum.pl import regon as stdnum_regon

KRS_LENGTH = 10


class Problem(StrEnum):
    """What is wrong with a number."""

    CHARACTERS = "characters"
    LENGTH = "length"
    CHECK_DIGIT = "check_digit"
    ZEROS = "zeros"


class InvalidIdentifier(ValueError):
    """The text is not such a number; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.value)
        self.problem = problem


def compact_nip(text: str) -> str:
    """The ten digits of a NIP; takes spaces, dashes, the prefix PL and full-width digits."""
    return _checked(stdnum_nip.validate, text)


def compact_regon(text: str) -> str:
    """The nine digits of a REGON, or fourteen of a local unit, whose first nine are checked too."""
    return _checked(stdnum_regon.validate, text)


def compact_krs(text: str) -> str:
    """A KRS with its leading zeros: `444333` is `0000444333`. It has no check digit."""
    digits = re.sub(r"[\s\-–]", "", _plain(text))
    if digits.upper().startswith("KRS"):
        digits = digits[3:].lstrip(":.")
    if not re.fullmatch(r"[0-9]+", digits):
        raise InvalidIdentifier(Problem.CHARACTERS)
    if len(digits) > KRS_LENGTH:
        raise InvalidIdentifier(Problem.LENGTH)
    return _not_zeros(digits.zfill(KRS_LENGTH))


def format_nip(digits: str) -> str:
    """`8567346215` as `856-734-62-15`; anything but ten digits as it is."""
    if not re.fullmatch(r"[0-9]{10}", digits):
        return digits
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:8]}-{digits[8:]}"


def format_regon(digits: str) -> str:
    """`192598184` as `192 598 184`, fourteen digits as `123 456 785 12347` (no-break spaces)."""
    if not re.fullmatch(r"[0-9]{9}(?:[0-9]{5})?", digits):
        return digits
    groups = [digits[:3], digits[3:6], digits[6:9], digits[9:]]
    return "\u00a0".join(group for group in groups if group)


def format_krs(digits: str) -> str:
    """A KRS is shown as it is written in the register: ten digits together."""
    return digits


def _plain(text: str) -> str:
    """Full-width and other compatibility signs as ordinary ones."""
    return unicodedata.normalize("NFKC", text).strip()


def _checked(validate, text: str) -> str:  # type: ignore[no-untyped-def]
    try:
        return _not_zeros(validate(_plain(text)))
    except InvalidLength:
        raise InvalidIdentifier(Problem.LENGTH) from None
    except InvalidChecksum:
        raise InvalidIdentifier(Problem.CHECK_DIGIT) from None
    except (InvalidFormat, ValidationError):
        raise InvalidIdentifier(Problem.CHARACTERS) from None


def _not_zeros(digits: str) -> str:
    if not digits.strip("0"):
        raise InvalidIdentifier(Problem.ZEROS)
    return digits
