"""What somebody has typed for questions that are not asked any more.

A form can be replaced or taken away, and a service unpublished, while people fill in a request.
What still fits is carried over by its name; the rest is shown to them, in words, to copy from. It
stays on their page alone: nobody keeps it and nobody else reads it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict

from core.files import FileRefused, store_upload
from core.files.models import StoredFile
from forms.models import FormVersion
from forms.schema import Field
from forms.types import AnswerError, registry
from services_catalog.cases import answers
from services_catalog.cases.answers import Answers, Shown
from services_catalog.models.service import forms_of_services

#: The hidden field in which what is left over travels on while the form is corrected.
FIELD = "left_over"
MOST_SIGNS = 20_000
_VERSION = re.compile(r"(s\d{1,9}_)?form_version")


@dataclass
class LeftOver:
    """Answers without a question, and whether there are questions that were not seen before."""

    rows: list[Shown] = field(default_factory=list)
    files: list[StoredFile] = field(default_factory=list)
    is_other_form: bool = False
    #: As it was shown already; it travels on with the form.
    before: str = ""

    @property
    def is_news(self) -> bool:
        """Whether the person has to see something before anything is sent."""
        return bool(self.rows or self.files or self.is_other_form)

    @property
    def text(self) -> str:
        """All of it in words, one answer below the other."""
        return "\n".join(filter(None, [self.before, in_words(self.rows)]))


def in_words(rows: Iterable[Shown]) -> str:
    """Questions and answers, ready to be copied."""
    return "\n".join(f"{row.label}: {row.text}" for row in rows)


def find(request: HttpRequest, asked: Iterable[Answers], *, actor: Any) -> LeftOver:
    """What was sent for other versions of forms than those that are `asked` now.

    Files of questions that are gone are stored, so that the form can take them along.
    """
    posted = request.POST
    now = {one.prefix: one for one in asked}
    found = LeftOver(before=posted.get(FIELD, "")[:MOST_SIGNS])
    for name in posted:
        match = _VERSION.fullmatch(name)
        version = _version(posted[name]) if match else None
        if match is None or version is None:
            continue
        prefix = match[1] or ""
        current = now.get(prefix)
        if current is not None and current.version.pk == version.pk:
            continue
        found.is_other_form |= current is not None
        old = Answers(version, prefix=prefix)
        fields = current.form.fields if current else {}
        for item in old.form.fields.values():
            carried = fields.get(item.key)
            if registry[item.type].takes_files:
                if carried is None or not registry[carried.type].takes_files:
                    found.files += _files(request, item, prefix, actor)
            elif row := _row(item, carried, posted):
                found.rows.append(row)
    return found


def _version(number: str) -> FormVersion | None:
    if not number.isdecimal() or len(number) > 9:
        return None
    return FormVersion.objects.filter(forms_of_services(), pk=number).first()


def _row(item: Field, carried: Field | None, posted: QueryDict) -> Shown | None:
    """An answer in words; None where there is none, or where it stands in the new form."""
    kind = registry[item.type]
    raw = kind.read(item, posted.getlist(item.key))
    if kind.is_empty(raw) or (carried and _fits(carried, item, raw)):
        return None
    return Shown(str(item.label), kind.show_raw(item, raw))


def _fits(carried: Field, item: Field, raw: Any) -> bool:
    if carried.type != item.type:
        return False
    if not carried.choices:
        return True  # whatever is wrong with it, the new form shows it as typed
    try:
        registry[carried.type].clean(carried, raw)
    except AnswerError:
        return False
    return True


def _files(request: HttpRequest, item: Field, prefix: str, actor: Any) -> list[StoredFile]:
    found = answers.kept_files(request.POST.get(f"{prefix}kept_answers", ""), item.key)
    for upload in request.FILES.getlist(f"file-{item.key}"):
        try:
            found.append(store_upload(upload, actor=actor, allowed=answers.kinds_of(item)))
        except FileRefused:
            continue  # what could not be taken before cannot be taken now either
    return found


def typed_in(form: forms.Form, names: Collection[str]) -> list[Shown]:
    """What stands in the named fields of a form, by their labels."""
    rows = [(form[name].label, form[name].value()) for name in names]
    return [Shown(str(label), str(value)) for label, value in rows if value]
