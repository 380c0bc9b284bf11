"""Tables made together are those made one by one."""

import pytest
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState

from core.tables import CreateTables

pytestmark = pytest.mark.django_db


def operations():
    """A town and its people: keys both ways, a constraint, an index, a table between."""
    key = models.BigAutoField(primary_key=True)
    return [
        migrations.CreateModel("Town", [("id", key), ("name", models.TextField())]),
        migrations.CreateModel(
            "Person",
            [
                ("id", key.clone()),
                ("town", models.ForeignKey("example.town", models.CASCADE)),
                ("visited", models.ManyToManyField("example.town", related_name="+")),
            ],
        ),
        migrations.AddField(
            "Town", "mayor", models.ForeignKey("example.person", models.SET_NULL, null=True)
        ),
        migrations.AddConstraint(
            "Town", models.CheckConstraint(condition=~models.Q(name=""), name="example_named")
        ),
        migrations.AddConstraint(
            "Town", models.UniqueConstraint(fields=["name", "mayor"], name="example_once")
        ),
        migrations.AddIndex("Town", models.Index(fields=["name"], name="example_town_name")),
    ]


class Course:
    """Runs operations as a migration does."""

    def __init__(self, steps):
        self.steps, self.states = steps, [ProjectState()]

    def forwards(self):
        for step in self.steps:
            before, after = self.states[-1], self.states[-1].clone()
            step.state_forwards("example", after)
            with connection.schema_editor(atomic=False) as editor:
                step.database_forwards("example", editor, before, after)
            self.states.append(after)

    def backwards(self):
        for step, before, after in zip(
            reversed(self.steps), self.states[-2::-1], self.states[:0:-1], strict=True
        ):
            with connection.schema_editor(atomic=False) as editor:
                step.database_backwards("example", editor, after, before)


def tables():
    """What the database says about the tables of the example."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns"
            " WHERE table_name LIKE 'example%' ORDER BY 1, 2"
        )
        columns = cursor.fetchall()
        cursor.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conrelid::regclass::text LIKE 'example%' ORDER BY 1, 2"
        )
        constraints = cursor.fetchall()
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename LIKE 'example%' ORDER BY 1"
        )
        return columns, constraints, cursor.fetchall()


def test_the_same_tables_as_one_by_one_and_back():
    nothing = tables()
    one_by_one, together = Course(operations()), Course([CreateTables(operations())])
    one_by_one.forwards()
    expected = tables()
    assert {name for name, _definition in expected[2]} >= {"example_town_name", "example_once"}
    one_by_one.backwards()
    assert tables() == nothing
    together.forwards()
    assert tables() == expected
    together.backwards()
    assert tables() == nothing
    assert together.states[-1] == one_by_one.states[-1], "nothing for makemigrations to find"


@pytest.mark.parametrize(
    "stranger",
    [
        migrations.RunSQL("SELECT 1"),
        migrations.AddField("Stranger", "name", models.TextField()),
        migrations.RemoveField("Town", "name"),
    ],
)
def test_what_a_new_table_does_not_have_by_itself_is_refused(stranger):
    with pytest.raises(ValueError, match="not part of making tables"):
        CreateTables([*operations(), stranger])
