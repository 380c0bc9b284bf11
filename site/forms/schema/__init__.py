"""What a form asks: steps, fields and conditions, read from a version's JSON."""

from forms.schema.conditions import Condition
from forms.schema.definition import Audience, Choice, Field, Form, Step, Text
from forms.schema.reading import SchemaError, read_form

__all__ = [
    "Audience",
    "Choice",
    "Condition",
    "Field",
    "Form",
    "SchemaError",
    "Step",
    "Text",
    "read_form",
]
