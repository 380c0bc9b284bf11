"""The kinds of answers a form can ask for.

A new kind is one class with the methods of `FieldType` and a line below; how it is shown is said
in `forms.rendering`.
"""

from forms.types.base import AnswerError, FieldType, FileInfo, TableText
from forms.types.choices import Declaration, MultipleChoice, SingleChoice, YesNo
from forms.types.contact import Email, Phone
from forms.types.files import Files
from forms.types.measures import Date, DateTime, Money, Number
from forms.types.tables import Table
from forms.types.texts import LongText, ShortText

registry: dict[str, FieldType] = {
    kind.name: kind
    for kind in (
        ShortText(),
        LongText(),
        Number(),
        Money(),
        Date(),
        DateTime(),
        SingleChoice(),
        MultipleChoice(),
        YesNo(),
        Declaration(),
        Files(),
        Email(),
        Phone(),
        Table(),
    )
}

__all__ = ["AnswerError", "FieldType", "FileInfo", "TableText", "registry"]
