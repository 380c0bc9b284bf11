"""What the commission fills in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from plebiscite.models import Proposal
from plebiscite.phases import PlebisciteState
from plebiscite.services import preparing


class PlebisciteForm(WagtailAdminModelForm):
    """A plebiscite in preparation. Saving goes through the service that locks and audits."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields and self.instance.state != PlebisciteState.DRAFT:
            self.fields["slug"].disabled = True

    def save(self, commit: bool = True) -> Any:
        if not commit:
            return super().save(commit=False)
        instance = super().save(commit=False)
        return preparing.save(instance, actor=self.for_user, changed=self.changed_data)


class MoveForm(forms.Form):
    """A reason in words, or another proposal, for the moves that need one."""

    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    into = forms.ModelChoiceField(
        label=_("Joined with"), queryset=Proposal.objects.none(), required=False
    )

    def __init__(self, *args: Any, others: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if others is None:
            del self.fields["into"]
        else:
            self.fields["into"].queryset = others  # type: ignore[attr-defined]

    def context(self, takes: frozenset[str]) -> dict[str, Any]:
        """What a move takes, from what was filled in."""
        return {name: self.cleaned_data.get(name) for name in takes}
