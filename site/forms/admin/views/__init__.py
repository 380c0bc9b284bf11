"""The pages of the builder: the list, one form, its steps and questions, publishing."""

from forms.admin.views.buttons import copy_field, delete, move, publish, restart
from forms.admin.views.field_pages import field_page, field_type, new_field
from forms.admin.views.form_pages import form_page, step_page, title_page
from forms.admin.views.listing import create, index

__all__ = [
    "copy_field",
    "create",
    "delete",
    "field_page",
    "field_type",
    "form_page",
    "index",
    "move",
    "new_field",
    "publish",
    "restart",
    "step_page",
    "title_page",
]
