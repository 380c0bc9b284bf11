"""What an author declares when sending a work, in the active language."""

from __future__ import annotations

from django.utils.translation import gettext as _


def statement() -> str:
    """The statement of rights, as the form shows it and the revision keeps it."""
    return _(
        "This is my own work and I hold the rights to it, or those who hold them agree. Nobody’s "
        "mark, photograph or drawing is used in it without consent. I let the organisers show it "
        "on this site and in print, free of charge, for the contest and the vote. If it wins, "
        "the organisers may use the sign and let others use it, under the rules of the contest."
    )
