"""The questions of a service beside the common ones, answered on the same page.

A service names a published version of a form; the version that somebody began to fill in is the
one that is checked and kept, also when another was published meanwhile. Once used it is frozen.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from django.core import signing
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.translation import ngettext

from core.files import ALL, MAX_SIZE, FileRefused, accept, in_words, store_upload
from core.files.models import StoredFile
from forms.checking import check
from forms.models import FormVersion
from forms.rendering import Question, StepView, read_posted, step_view
from forms.schema import Condition, Field, Form, Step
from forms.schema.definition import Audience
from forms.types import FileInfo, registry
from services_catalog.cases.models import ServiceRequest
from services_catalog.models.service import Service

_SALT, _MAX_AGE = "services.answers", 2 * 24 * 3600
#: Answers that say nothing about a person by their kind: they stay for statistics.
COUNTED = frozenset({"choice", "choices", "yes_no", "declaration", "number", "money"})


@dataclass
class Answers:
    """What somebody has answered so far, as typed, with files and what is wrong."""

    version: FormVersion
    raw: dict[str, Any] = field(default_factory=dict)
    stored: dict[str, list[StoredFile]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    kept_token: str = ""
    #: Stands before the names of fields where several services ask on one page.
    prefix: str = ""

    @cached_property
    def form(self) -> Form:
        return _prefixed(self.version.form, self.prefix) if self.prefix else self.version.form

    @property
    def own_values(self) -> dict[str, Any]:
        """The checked answers by the keys that the version itself has."""
        return {key.removeprefix(self.prefix): value for key, value in self.values.items()}

    @property
    def view(self) -> StepView:
        """All questions as one step, ready for the template."""
        shown = step_view(
            self.form, whole(self.form), self.raw, self._infos(), errors=self.errors or None
        )
        for question in shown:
            if question.takes_files:
                kinds = kinds_of(question.definition)
                question.accept, question.accept_words = accept(kinds), in_words(kinds)
        return shown

    @property
    def parts(self) -> list[tuple[Step, list[Question]]]:
        """The same under the headings of the form's steps; those without a question are none."""
        questions = {question.key: question for question in self.view}
        parts = [
            (step, [questions[item.key] for item in step.fields if item.key in questions])
            for step in self.form.steps
        ]
        return [(step, asked) for step, asked in parts if asked]

    @property
    def upload_max(self) -> str:
        """How large a file may be, in words."""
        return filesizeformat(MAX_SIZE)

    @property
    def is_valid(self) -> bool:
        return not self.errors

    @property
    def files(self) -> list[StoredFile]:
        """All files of asked questions."""
        return [file for key in self.values for file in self.stored.get(key, [])]

    def validate(self) -> None:
        """Checks everything in the active language; fills `values` and `errors`."""
        checked = check(self.form, self.raw, self._infos())
        self.values = checked.values
        self.errors = {**checked.errors, **self.errors}

    def _infos(self) -> dict[str, list[FileInfo]]:
        return {
            key: [FileInfo(str(one.pk), one.name, one.size, one.sha256) for one in files]
            for key, files in self.stored.items()
        }


def whole(form: Form) -> Step:
    """The questions of all steps as one: a request is one page."""
    first = form.steps[0]
    return Step(first.key, form.title, first.intro, tuple(form.fields.values()))


def begin(service: Service) -> Answers | None:
    """An empty form of a service, None where it asks nothing of its own."""
    return Answers(service.form_version) if service.form_version else None


def begin_all(services: Iterable[Service]) -> dict[int, Answers]:
    """Empty forms of those that ask something of their own, for one page, by service."""
    return {
        service.pk: Answers(service.form_version, prefix=_prefix(service))
        for service in services
        if service.form_version
    }


def take_all(
    request: HttpRequest, services: Iterable[Service], *, wanted: Iterable[int], actor: Any
) -> dict[int, Answers]:
    """What was sent for several services; nothing is wrong with those that are not `wanted`."""
    found = {}
    for service in services:
        asked = take(request, service, actor=actor, prefix=_prefix(service))
        if asked is not None:
            if service.pk not in wanted:
                asked.errors, asked.values = {}, {}
            found[service.pk] = asked
    return found


def _prefix(service: Service) -> str:
    return f"s{service.pk}_"


def _prefixed(form: Form, prefix: str) -> Form:
    """The same questions under other names, and so their conditions."""
    steps = tuple(
        replace(
            step,
            fields=tuple(
                replace(
                    item,
                    key=prefix + item.key,
                    visible_when=_renamed(item.visible_when, prefix),
                    required_when=_renamed(item.required_when, prefix),
                )
                for item in step.fields
            ),
        )
        for step in form.steps
    )
    return Form(form.title, steps)


def _renamed(condition: Condition | None, prefix: str) -> Condition | None:
    if condition is None:
        return None
    parts = [part for one in condition.parts if (part := _renamed(one, prefix)) is not None]
    name = prefix + condition.field if condition.field else ""
    return replace(condition, field=name, parts=tuple(parts))


def take(request: HttpRequest, service: Service, *, actor: Any, prefix: str = "") -> Answers | None:
    """What was sent: read, files stored, checked. None where the service asks nothing."""
    current = service.form_version
    if current is None:
        return None
    posted = request.POST.get(f"{prefix}form_version", "")
    version = current
    if posted.isdecimal() and len(posted) < 10:
        # Filled in before another version was published: what they saw is what counts.
        version = FormVersion.objects.filter(key=current.key, pk=posted).first() or current
    answers = Answers(version, prefix=prefix)
    form = answers.form
    answers.raw = read_posted(whole(form), request.POST, only=list(form.fields))
    kept = _kept(request.POST.get(f"{prefix}kept_answers", ""))
    for item in form.fields.values():
        if registry[item.type].takes_files:
            _take_files(request, item, kept.get(item.key, []), answers, actor)
    answers.kept_token = signing.dumps(
        {key: [str(one.pk) for one in files] for key, files in answers.stored.items()}, salt=_SALT
    )
    answers.validate()
    return answers


def _take_files(
    request: HttpRequest, item: Field, kept: list[str], answers: Answers, actor: Any
) -> None:
    found = _ownerless(kept)
    most = int(item.options.get("max_files", 3))
    uploads = request.FILES.getlist(f"file-{item.key}")
    if len(found) + len(uploads) > most:
        answers.errors[item.key] = ngettext(
            "Send at most %(most)d file.", "Send at most %(most)d files.", most
        ) % {"most": most}
        uploads = uploads[: max(0, most - len(found))]
    for upload in uploads:
        try:
            found.append(store_upload(upload, actor=actor, allowed=kinds_of(item)))
        except FileRefused as refusal:
            answers.errors[item.key] = " ".join(refusal.messages)
    answers.stored[item.key] = found


def kinds_of(item: Field) -> Collection[str]:
    """The kinds of files that a question takes."""
    return item.options.get("kinds") or ALL


def kept_files(token: str, key: str) -> list[StoredFile]:
    """The files that an earlier try has brought for one question."""
    return _ownerless(_kept(token).get(key, []))


def _ownerless(numbers: list[str]) -> list[StoredFile]:
    return list(StoredFile.objects.filter(pk__in=numbers, owner_type=""))


def _kept(token: str) -> dict[str, list[str]]:
    try:
        found = signing.loads(token, salt=_SALT, max_age=_MAX_AGE) if token else {}
    except signing.BadSignature:
        return {}
    return dict(found)


@dataclass(frozen=True)
class Shown:
    """One answered question in words."""

    label: str
    text: str


def shown(
    case: ServiceRequest, *, audiences: Collection[Audience] = tuple(Audience)
) -> list[Shown]:
    """The answers of a case in the active language, those that the reader may see."""
    if case.form_version is None:
        return []
    rows = []
    for key, item in case.form_version.form.fields.items():
        if key not in case.answers:
            continue
        if item.audience not in audiences:
            continue
        rows.append(Shown(str(item.label), registry[item.type].show(item, case.answers[key])))
    return rows


def without_personal(case: Any) -> dict[str, Any]:
    """What stays of the answers after erasing: choices and numbers that are not marked personal."""
    if case.form_version is None:
        return {}
    fields = case.form_version.form.fields
    return {
        key: value
        for key, value in case.answers.items()
        if key in fields
        and fields[key].type in COUNTED
        and fields[key].audience != Audience.IDENTITY
    }
