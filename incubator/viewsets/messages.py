"""Messages to applicants in the admin: write, look at it, send; the list says what was sent."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.widgets.button import Button

from core.admin import MomentColumn, ReadOnlyPolicy, ReadOnlyViewSet
from core.clock import database_now
from incubator import permissions, services
from incubator.models import BulkMessage, Call
from incubator.services.messages import HELD, Addressee, mail_context
from incubator.states import MACHINE


class MessageForm(forms.Form):
    """To whom, and what."""

    call = forms.ModelChoiceField(label=_("Call"), queryset=Call.objects.all())
    states = forms.MultipleChoiceField(
        label=_("Applications in these states"),
        choices=MACHINE.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Drafts too: their teams get the message, and you do not learn who they are."),
    )
    subject = forms.CharField(label=_("Subject"), max_length=150)
    text = forms.CharField(label=_("Text"), max_length=5000, widget=forms.Textarea({"rows": 10}))


def write_view(request: HttpRequest) -> HttpResponse:
    """The form; then the mail as it will be and how many get it; only “Send” sends."""
    if not permissions.coordinates(request.user):
        raise PermissionDenied
    form = MessageForm(request.POST or None)
    context: dict[str, Any] = {"form": form, "held": int(HELD.total_seconds() // 60)}
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        people = services.addressees(values["call"], values["states"])
        if "send" in request.POST and "change" not in request.POST:
            try:
                made = services.send_message(actor=request.user, key=_key(request), **values)
            except ValidationError as error:
                context["error"] = error.messages[0]
            else:
                messages.success(request, _("The message is on its way."))
                return redirect("incubator_messages:inspect", made.pk)
        elif "change" not in request.POST:
            context |= {
                "people": len(people),
                "key": uuid.uuid4(),
                "subject": values["subject"],
                "mail": _mail(values, people[0] if people else None),
            }
    return render(request, "incubator/admin/message.html", context)


def _mail(values: dict[str, Any], one: Addressee | None) -> str:
    """The mail as one person gets it; whose numbers they are is not said."""
    sample = Addressee(user=None, numbers=one.numbers[:1] if one else [])
    context = mail_context(values["call"], values["subject"], values["text"], sample)
    context |= {
        "site_name": settings.WAGTAIL_SITE_NAME,
        "site_url": settings.WAGTAILADMIN_BASE_URL.rstrip("/"),
    }
    return render_to_string("notifications/incubator/message.txt", context)


def _key(request: HttpRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("key", ""))
    except ValueError:
        return uuid.uuid4()


def stop_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop a message while its mails still wait; only POST acts."""
    message = get_object_or_404(BulkMessage, pk=pk)
    if not permissions.coordinates(request.user):
        raise PermissionDenied
    if request.method == "POST":
        try:
            services.stop_message(message, actor=request.user)
        except ValidationError as error:
            messages.error(request, error.messages[0])
        else:
            messages.success(request, _("The message has been stopped."))
    return redirect("incubator_messages:inspect", message.pk)


class MessagePolicy(ReadOnlyPolicy):
    """Whoever reads applications reads what was written to applicants."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action == "view" and permissions.reads_all(user)


class MessageIndexView(generic.IndexView):
    """What was sent, when, to how many."""

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        buttons = list(super().header_more_buttons)
        if permissions.coordinates(self.request.user):
            url = reverse("incubator_messages:write")
            buttons.append(Button(_("Write to applicants"), url=url, icon_name="mail"))
        return buttons


class MessageInspectView(generic.InspectView):
    template_name = "incubator/admin/message_sent.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        message = self.object
        labels = dict(MACHINE.choices())
        waits = message.cancelled_at is None and database_now() < message.leaves_at
        return {
            **super().get_context_data(**kwargs),
            "message": message,
            "states": [labels.get(state, state) for state in message.states],
            "may_stop": waits and permissions.coordinates(self.request.user),
        }


class MessageViewSet(ReadOnlyViewSet):
    """Messages to applicants."""

    model = BulkMessage
    name = "incubator_messages"
    url_prefix = "incubator/wiadomosci"
    icon = "mail"
    menu_label = _("Messages")
    menu_order = 5
    add_to_settings_menu = False
    index_view_class = MessageIndexView
    inspect_view_class = MessageInspectView
    list_display = [
        TitleColumn(
            "subject",
            label=_("Subject"),
            get_url=lambda row: reverse("incubator_messages:inspect", args=[row.pk]),
        ),
        Column("call", label=_("Call"), accessor="call.code"),
        Column("people", label=_("People")),
        MomentColumn("leaves_at", label=_("Leaves")),
        MomentColumn("cancelled_at", label=_("Stopped")),
    ]
    list_filter = ["call"]

    @property
    def permission_policy(self) -> MessagePolicy:
        return MessagePolicy(self.model)

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("napisz/", write_view, name="write"),
            path("<int:pk>/zatrzymaj/", stop_view, name="stop"),
        ]
