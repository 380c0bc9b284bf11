import core.clock
import directory.fields
import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.text
import modelsearch.index
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0002_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TargetGroup",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name_pl", models.CharField(max_length=120, verbose_name="name")),
                (
                    "name_be",
                    models.CharField(blank=True, max_length=120, verbose_name="name, Belarusian"),
                ),
                (
                    "name_en",
                    models.CharField(blank=True, max_length=120, verbose_name="name, English"),
                ),
                (
                    "name_it",
                    models.CharField(blank=True, max_length=120, verbose_name="name, Italian"),
                ),
                ("slug", models.SlugField(max_length=40, unique=True, verbose_name="address part")),
                ("sort_order", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
            ],
            options={
                "verbose_name": "target group",
                "verbose_name_plural": "target groups",
                "ordering": ["sort_order", "name_pl"],
            },
        ),
        migrations.CreateModel(
            name="Organisation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name_pl", models.CharField(max_length=120, verbose_name="name")),
                (
                    "name_be",
                    models.CharField(blank=True, max_length=120, verbose_name="name, Belarusian"),
                ),
                (
                    "name_en",
                    models.CharField(blank=True, max_length=120, verbose_name="name, English"),
                ),
                (
                    "name_it",
                    models.CharField(blank=True, max_length=120, verbose_name="name, Italian"),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("slug", models.SlugField(max_length=80, unique=True, verbose_name="address part")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("city", "the town"),
                            ("leader", "project leader"),
                            ("partner", "partner"),
                            ("member", "consortium member"),
                            ("science", "science partner"),
                            ("other", "other"),
                            ("applicant", "applicant"),
                        ],
                        max_length=20,
                        verbose_name="part in the project",
                    ),
                ),
                (
                    "legal_form",
                    models.CharField(
                        choices=[
                            ("association", "association"),
                            ("ordinary_association", "ordinary association (not in the KRS)"),
                            ("union_of_associations", "union of associations"),
                            ("association_branch", "branch of an association, a legal person"),
                            ("foundation", "foundation"),
                            ("sports_club", "sports club or pupils’ sports club"),
                            ("fire_brigade", "volunteer fire brigade"),
                            ("rural_housewives", "farmers’ wives’ association (KGW)"),
                            ("social_cooperative", "social cooperative"),
                            ("work_cooperative", "work cooperative"),
                            ("farm_cooperative", "cooperative of agricultural production"),
                            ("nonprofit_company", "limited company, non-profit"),
                            ("nonprofit_stock_company", "joint-stock company, non-profit"),
                            ("sports_company", "sports club that is a company"),
                            ("church_person", "legal person of a church"),
                            ("church_unit", "organisational unit of a church"),
                            ("local_governments", "association of local governments"),
                            ("informal_group", "informal group (at least 3 people)"),
                            ("local_government", "local government"),
                            ("public_university", "public university"),
                            ("foreign_entity", "foreign entity"),
                            ("other", "other"),
                        ],
                        max_length=30,
                        verbose_name="legal form",
                    ),
                ),
                (
                    "register_type",
                    models.CharField(
                        choices=[
                            ("krs", "KRS (National Court Register)"),
                            ("other", "another register"),
                            ("kgw", "National Register of KGW (kept by ARiMR)"),
                            ("none", "none: an informal group"),
                        ],
                        default="krs",
                        max_length=10,
                        verbose_name="register",
                    ),
                ),
                (
                    "register_name",
                    models.CharField(
                        blank=True, max_length=120, verbose_name="name of the other register"
                    ),
                ),
                (
                    "register_number",
                    models.CharField(
                        blank=True, max_length=60, verbose_name="number in that register"
                    ),
                ),
                (
                    "krs",
                    directory.fields.IdentifierField(
                        blank=True, kind="krs", max_length=10, verbose_name="KRS"
                    ),
                ),
                (
                    "nip",
                    directory.fields.IdentifierField(
                        blank=True, kind="nip", max_length=10, verbose_name="NIP"
                    ),
                ),
                (
                    "regon",
                    directory.fields.IdentifierField(
                        blank=True, kind="regon", max_length=14, verbose_name="REGON"
                    ),
                ),
                (
                    "pes_category",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "not a social-economy entity"),
                            ("a", "a) social cooperative"),
                            (
                                "b",
                                "b) occupational therapy workshop or vocational activity establishment",
                            ),
                            ("c", "c) social integration centre or club"),
                            ("d", "d) work cooperative or cooperative of agricultural production"),
                            ("e", "e) non-governmental organisation"),
                            (
                                "f",
                                "f) church body, association of local governments, non-profit company or club",
                            ),
                        ],
                        max_length=1,
                        verbose_name="social-economy entity",
                    ),
                ),
                (
                    "ps_status",
                    models.CharField(
                        choices=[
                            ("no", "no"),
                            ("applied", "applied for"),
                            ("granted", "granted by the voivode"),
                        ],
                        default="no",
                        max_length=10,
                        verbose_name="status of a social enterprise",
                    ),
                ),
                (
                    "opp_status",
                    models.BooleanField(
                        default=False, verbose_name="public benefit organisation (OPP)"
                    ),
                ),
                ("founded_on", models.DateField(blank=True, null=True, verbose_name="founded")),
                (
                    "description_pl",
                    models.TextField(blank=True, max_length=800, verbose_name="description"),
                ),
                (
                    "description_be",
                    models.TextField(
                        blank=True, max_length=800, verbose_name="description, Belarusian"
                    ),
                ),
                (
                    "description_en",
                    models.TextField(
                        blank=True, max_length=800, verbose_name="description, English"
                    ),
                ),
                (
                    "description_it",
                    models.TextField(
                        blank=True, max_length=800, verbose_name="description, Italian"
                    ),
                ),
                (
                    "address",
                    models.CharField(blank=True, max_length=120, verbose_name="street and number"),
                ),
                ("postcode", models.CharField(blank=True, max_length=6, verbose_name="postcode")),
                ("town", models.CharField(blank=True, max_length=80, verbose_name="town")),
                ("website", models.URLField(blank=True, verbose_name="website")),
                (
                    "email",
                    models.EmailField(blank=True, max_length=254, verbose_name="e-mail address"),
                ),
                ("phone", models.CharField(blank=True, max_length=30, verbose_name="telephone")),
                (
                    "is_verified",
                    models.BooleanField(
                        default=False,
                        help_text="Name and numbers were compared with the register. A change unticks it.",
                        verbose_name="checked by staff",
                    ),
                ),
                ("is_example", models.BooleanField(default=False, verbose_name="example")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="entered")),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="entered by",
                    ),
                ),
                (
                    "logo",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="core.picture",
                        verbose_name="logo",
                    ),
                ),
            ],
            options={
                "verbose_name": "organisation",
                "verbose_name_plural": "organisations",
                "ordering": ["name_pl"],
            },
            bases=(modelsearch.index.Indexed, models.Model),
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("owner", "leads the team"),
                            ("editor", "writes"),
                            ("viewer", "reads"),
                        ],
                        max_length=10,
                        verbose_name="role in the team",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="since")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="directory.organisation",
                        verbose_name="organisation",
                    ),
                ),
            ],
            options={
                "verbose_name": "team member",
                "verbose_name_plural": "team members",
                "ordering": ["organisation", "created_at"],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail address")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("owner", "leads the team"),
                            ("editor", "writes"),
                            ("viewer", "reads"),
                        ],
                        max_length=10,
                        verbose_name="role in the team",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=core.clock.ClockTimestamp(), verbose_name="sent"
                    ),
                ),
                ("accepted_at", models.DateTimeField(null=True, verbose_name="accepted")),
                ("cancelled_at", models.DateTimeField(null=True, verbose_name="taken back")),
                (
                    "invited_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="invited by",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invitations",
                        to="directory.organisation",
                        verbose_name="organisation",
                    ),
                ),
            ],
            options={
                "verbose_name": "invitation",
                "verbose_name_plural": "invitations",
                "ordering": ["-created_at"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Room",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name_pl", models.CharField(max_length=120, verbose_name="name")),
                (
                    "name_be",
                    models.CharField(blank=True, max_length=120, verbose_name="name, Belarusian"),
                ),
                (
                    "name_en",
                    models.CharField(blank=True, max_length=120, verbose_name="name, English"),
                ),
                (
                    "name_it",
                    models.CharField(blank=True, max_length=120, verbose_name="name, Italian"),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("number", models.PositiveSmallIntegerField(unique=True, verbose_name="number")),
                ("slug", models.SlugField(max_length=60, unique=True, verbose_name="address part")),
                ("description_pl", models.TextField(max_length=500, verbose_name="description")),
                (
                    "description_be",
                    models.TextField(
                        blank=True, max_length=500, verbose_name="description, Belarusian"
                    ),
                ),
                (
                    "description_en",
                    models.TextField(
                        blank=True, max_length=500, verbose_name="description, English"
                    ),
                ),
                (
                    "description_it",
                    models.TextField(
                        blank=True, max_length=500, verbose_name="description, Italian"
                    ),
                ),
                (
                    "accessibility_pl",
                    models.TextField(max_length=500, verbose_name="accessibility"),
                ),
                (
                    "accessibility_be",
                    models.TextField(
                        blank=True, max_length=500, verbose_name="accessibility, Belarusian"
                    ),
                ),
                (
                    "accessibility_en",
                    models.TextField(
                        blank=True, max_length=500, verbose_name="accessibility, English"
                    ),
                ),
                (
                    "accessibility_it",
                    models.TextField(
                        blank=True, max_length=500, verbose_name="accessibility, Italian"
                    ),
                ),
                ("seats", models.PositiveSmallIntegerField(verbose_name="seats")),
                (
                    "floor",
                    models.SmallIntegerField(
                        default=0, help_text="0 is the ground floor.", verbose_name="floor"
                    ),
                ),
                (
                    "area",
                    models.DecimalField(
                        blank=True,
                        decimal_places=1,
                        max_digits=6,
                        null=True,
                        verbose_name="area in m²",
                    ),
                ),
                (
                    "plan_x",
                    models.PositiveSmallIntegerField(
                        validators=[django.core.validators.MaxValueValidator(600)],
                        verbose_name="from the left",
                    ),
                ),
                (
                    "plan_y",
                    models.PositiveSmallIntegerField(
                        validators=[django.core.validators.MaxValueValidator(300)],
                        verbose_name="from the top",
                    ),
                ),
                (
                    "plan_width",
                    models.PositiveSmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(20),
                            django.core.validators.MaxValueValidator(600),
                        ],
                        verbose_name="width on the plan",
                    ),
                ),
                (
                    "plan_height",
                    models.PositiveSmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(20),
                            django.core.validators.MaxValueValidator(300),
                        ],
                        verbose_name="height on the plan",
                    ),
                ),
                ("is_example", models.BooleanField(default=False, verbose_name="example")),
                (
                    "cover",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="core.picture",
                        verbose_name="picture",
                    ),
                ),
            ],
            options={
                "verbose_name": "room",
                "verbose_name_plural": "rooms",
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="RoomUse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "period",
                    django.contrib.postgres.fields.ranges.DateTimeRangeField(
                        verbose_name="from – to"
                    ),
                ),
                ("purpose", models.CharField(max_length=160, verbose_name="purpose")),
                ("party", models.CharField(blank=True, max_length=160, verbose_name="for whom")),
                (
                    "is_shared",
                    models.BooleanField(
                        default=False,
                        help_text="Several shared uses may run at the same time.",
                        verbose_name="others may use the room too",
                    ),
                ),
                (
                    "cancelled_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="called off"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "room",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uses",
                        to="directory.room",
                        verbose_name="room",
                    ),
                ),
            ],
            options={
                "verbose_name": "use of a room",
                "verbose_name_plural": "uses of rooms",
                "ordering": ["period"],
            },
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("nip", ""), _negated=True),
                fields=("nip",),
                name="directory_organisation_nip",
                violation_error_code="unique",
                violation_error_message="An organisation with this NIP is here already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("krs", ""), _negated=True),
                fields=("krs",),
                name="directory_organisation_krs",
                violation_error_code="unique",
                violation_error_message="An organisation with this KRS number is here already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("nip__regex", "^([0-9]{10})?$"),
                    models.Q(("nip__regex", "^0+$"), _negated=True),
                ),
                name="directory_organisation_nip_digits",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("krs__regex", "^([0-9]{10})?$"),
                    models.Q(("krs__regex", "^0+$"), _negated=True),
                ),
                name="directory_organisation_krs_digits",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("regon__regex", "^([0-9]{9}([0-9]{5})?)?$"),
                    models.Q(("regon__regex", "^0+$"), _negated=True),
                ),
                name="directory_organisation_regon_digits",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                fields=("organisation", "user"),
                name="directory_membership_once",
                violation_error_message="This person is in the team already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ["owner", "editor", "viewer"])),
                name="directory_membership_role",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("accepted_at", None), ("cancelled_at", None)),
                fields=("organisation", "email"),
                name="directory_invitation_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(("email", django.db.models.functions.text.Lower("email"))),
                name="directory_invitation_small_letters",
            ),
        ),
        migrations.AddConstraint(
            model_name="room",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "plan_x__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.Value(600), "-", models.F("plan_width")
                        ),
                    ),
                    (
                        "plan_y__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.Value(300), "-", models.F("plan_height")
                        ),
                    ),
                ),
                name="directory_room_on_plan",
                violation_error_message="The room does not fit on the plan.",
            ),
        ),
        migrations.AddIndex(
            model_name="roomuse",
            index=models.Index(fields=["room", "cancelled_at"], name="directory_room_use_room"),
        ),
        migrations.AddConstraint(
            model_name="roomuse",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("cancelled_at", None), ("is_shared", False)),
                expressions=[
                    (
                        models.Func(
                            models.F("room_id"),
                            models.F("room_id"),
                            models.Value("[]"),
                            function="int8range",
                            output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField(),
                        ),
                        "&&",
                    ),
                    ("period", "&&"),
                ],
                name="directory_room_taken_once",
                violation_error_message="The room is taken at this time.",
            ),
        ),
        migrations.AddConstraint(
            model_name="roomuse",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("period__isempty", False),
                    ("period__lower_inf", False),
                    ("period__upper_inf", False),
                ),
                name="directory_room_use_has_ends",
                violation_error_message="The end has to be after the beginning.",
            ),
        ),
    ]
