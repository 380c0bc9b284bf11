"""The state diagram of an object, for staff: `{% load state_diagram %}{% state_diagram case %}`."""

from __future__ import annotations

from typing import Any

from django import template

from core.transitions.drawing import diagram, rows

register = template.Library()


@register.inclusion_tag("components/state_diagram.html")
def state_diagram(obj: Any) -> dict[str, Any]:
    """The drawing with the object's state pointed out, and the same as a table."""
    current = getattr(obj, obj.machine.field)
    return {
        "svg": diagram(obj.machine, current=current),
        "state": obj.machine.label(current, staff=True),
        "rows": rows(obj.machine, current=current),
    }
