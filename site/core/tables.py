"""All tables of an application in one step of a migration.

After each step Django draws the models anew that are connected with what changed, and here nearly
all are connected through pages and people: two hundred tables made one by one take most of a
minute, made together some seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import (
    AddConstraint,
    AddField,
    AddIndex,
    AlterUniqueTogether,
    CreateModel,
)
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

#: What may stand beside CreateModel: a new table has it from its model at once.
ABSORBED = AddField | AddConstraint | AddIndex | AlterUniqueTogether


class CreateTables(Operation):
    """Makes the tables of all models that `operations` end up with.

    `operations` are those of an initial migration: CreateModel, and what adds to the models they
    make. Keys to tables that come later in the list are added when all are there.
    """

    serialization_expand_args = ["operations"]

    def __init__(self, operations: Sequence[Operation]) -> None:
        made = {one.name_lower for one in operations if isinstance(one, CreateModel)}
        for one in operations:
            model = getattr(one, "model_name_lower", "") or getattr(one, "name_lower", "")
            if not isinstance(one, CreateModel | ABSORBED) or model not in made:
                raise ValueError(f"not part of making tables: {one.describe()}")
        self.operations = operations

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        """For writing the migration."""
        return (type(self).__qualname__, [], {"operations": self.operations})

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Add the models; they are drawn once, when somebody asks for them."""
        state.__dict__.pop("apps", None)
        for one in self.operations:
            one.state_forwards(app_label, state)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Make the tables."""
        for model in self._models(app_label, to_state):
            if self.allow_migrate_model(schema_editor.connection.alias, model):
                schema_editor.create_model(model)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Drop them, the last first."""
        for model in reversed(self._models(app_label, from_state)):
            if self.allow_migrate_model(schema_editor.connection.alias, model):
                schema_editor.delete_model(model)

    def _models(self, app_label: str, state: ProjectState) -> list[Any]:
        names = [one.name for one in self.operations if isinstance(one, CreateModel)]
        return [state.apps.get_model(app_label, name) for name in names]

    def describe(self) -> str:
        """For people."""
        return f"Create {sum(isinstance(one, CreateModel) for one in self.operations)} tables"

    @property
    def migration_name_fragment(self) -> str:
        """For the name of a file."""
        return "tables"
