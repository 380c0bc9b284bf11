"""What a form says about personal data: the notice of its part, from the one register."""

from __future__ import annotations

from typing import Any

from django import template

from core import ports
from core.ports import DataNotice

register = template.Library()


@register.inclusion_tag("components/data_notice.html")
def data_notice(name: str) -> dict[str, Any]:
    """The notice that is registered under `name`; an unknown name is an error of the template."""
    notices: dict[str, DataNotice] = {
        key: provider.notice() for key, provider in ports.personal_data.items() if key == name
    }
    return {"notice": notices[name]}
