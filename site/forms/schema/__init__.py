"""What a form asks: steps, fields and conditions, read from a version's JSON."""

from forms.schema.conditions import Condition
from forms.schema.definition import Audience, Choice, Column, Field, Form, Step, Text
from forms.schema.problems import Problem
from forms.schema.reading import SchemaError, problems_of, read_form

__all__ = [
    "Audience",
    "Choice",
    "Column",
    "Condition",
    "Field",
    "Form",
    "Problem",
    "SchemaError",
    "Step",
    "Text",
    "problems_of",
    "read_form",
]
