"""What the site keeps in a reader's browser. A test compares this with what it really sets."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from core.consent import optional_groups


@dataclass(frozen=True)
class Kept:
    """One thing in the browser: its name, what for, when it comes and until when it stays."""

    name: str
    purpose: str
    comes: str
    stays: str
    is_cookie: bool = True


def kept_in_browser() -> list[Kept]:
    """Every cookie of the public side, then what scripts keep and never send."""
    kept = [
        Kept(
            settings.SESSION_COOKIE_NAME,
            _("Remembers that you have signed in, and what you have written in a form so far."),
            _("when you sign in or begin a form"),
            _("until you sign out or close the browser; two weeks if you asked to stay signed in"),
        ),
        Kept(
            settings.CSRF_COOKIE_NAME,
            _("Guards that nobody else sends a form in your name."),
            _("when you open a form"),
            _("one year"),
        ),
        Kept(
            "messages",
            _("Carries a note such as “saved” to the next page."),
            _("when you have sent a form"),
            _("until the next page"),
        ),
        Kept(
            "theme",
            _("Remembers the appearance you have chosen."),
            _("when you choose it"),
            _("until you choose “as in the system”"),
            is_cookie=False,
        ),
        Kept(
            "draft …",
            _("A copy of what you type in a long form, for a broken connection."),
            _("when you type"),
            _("until the server has it"),
            is_cookie=False,
        ),
    ]
    groups = optional_groups()
    if groups:
        kept.append(
            Kept(
                "consent",
                _("Remembers what you allow the site to load."),
                _("when you choose it"),
                _("until you change it"),
                is_cookie=False,
            )
        )
    for group in groups:
        for name, cookies in group.items:
            if cookies:
                kept.append(
                    Kept(
                        f"{name}: {cookies}",
                        str(group.purpose),
                        _("when you allow it"),
                        _("as long as its maker says"),
                    )
                )
    return kept
