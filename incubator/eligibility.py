"""Whether a call is for an organisation. Asks the two rows and knows no request."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from directory.models import LegalForm


def obstacles(call: Any, organisation: Any) -> list[str]:
    """Sentences on why the organisation cannot apply in this call; none when it can."""
    found = []
    if call.legal_forms and organisation.legal_form not in call.legal_forms:
        found.append(
            _("This call is not for organisations of this legal form. It is for: %(forms)s.")
            % {"forms": "; ".join(legal_forms_of(call))}
        )
    if organisation.is_group and call.needs_patron and organisation.patron is None:
        found.append(
            _(
                "In this call an informal group needs a patron. Ask an organisation on the page of "
                "your group; it has to agree before you can send the application."
            )
        )
    return found


def legal_forms_of(call: Any) -> list[str]:
    """For whom the call is, in words; empty when for everybody."""
    return [str(LegalForm(form).label) for form in call.legal_forms if form in LegalForm.values]
