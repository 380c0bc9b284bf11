"""What visitors and the commission fill in."""

from plebiscite.forms.declaring import DeclarationForm
from plebiscite.forms.judging import ConflictForm, JudgingForm
from plebiscite.forms.proposing import ProposalForm, ReasonForm
from plebiscite.forms.results import AnswerForm, ObjectionForm, UseForm

__all__ = [
    "AnswerForm",
    "ConflictForm",
    "DeclarationForm",
    "JudgingForm",
    "ObjectionForm",
    "ProposalForm",
    "ReasonForm",
    "UseForm",
]
