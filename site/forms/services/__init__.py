"""What changes in forms, one function per use case."""

from forms.services.blueprints import (
    StaleBlueprint,
    adopt_version,
    create_blueprint,
    edit_blueprint,
    publish_blueprint,
    restart_blueprint,
)
from forms.services.drafts import AnswerTooLong, Saved, StaleDraft, is_too_long, save_answers
from forms.services.snapshots import erase_snapshot, take_snapshot
from forms.services.versions import freeze_version, save_version

__all__ = [
    "AnswerTooLong",
    "Saved",
    "StaleBlueprint",
    "StaleDraft",
    "adopt_version",
    "create_blueprint",
    "edit_blueprint",
    "erase_snapshot",
    "freeze_version",
    "is_too_long",
    "publish_blueprint",
    "restart_blueprint",
    "save_answers",
    "save_version",
    "take_snapshot",
]
