"""The booth over HTTP, as a browser without JavaScript uses it."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from django.test import Client


def signed_in(user: Any) -> Client:
    """A browser in which somebody is signed in."""
    client = Client()
    client.force_login(user)
    return client


def form_of(page: Any, step: str) -> dict[str, Any]:
    """The hidden fields of the form of one step, those that stand twice as lists."""
    for form in re.findall(r"<form.*?</form>", page.content.decode(), re.S):
        fields: dict[str, Any] = {}
        for name, value in re.findall(
            r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', form
        ):
            fields.setdefault(name, []).append(unescape(value))
        if fields.get("step") == [step]:
            return fields
    raise AssertionError(f"no form of step {step!r}")


def error_of(page: Any) -> str:
    """What the page says is wrong."""
    found = re.search(r'id="error-summary".*?<li><a[^>]*>(.*?)</a>', page.content.decode(), re.S)
    assert found, "the page shows no error"
    return unescape(found[1])
