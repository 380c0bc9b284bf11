import core.clock
import django.core.serializers.json
import django.core.validators
import django.db.models.deletion
import uuid
import wagtail.contrib.routable_page.models
import wagtail.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0003_languages"),
        ("directory", "0001_initial"),
        ("forms", "0002_guards"),
        ("wagtailcore", "0097_baselogentry_uuid_action_timestamp_indexes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Application",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "state",
                    models.CharField(db_index=True, default="draft", editable=False, max_length=40),
                ),
                (
                    "number",
                    models.CharField(
                        editable=False, max_length=30, null=True, unique=True, verbose_name="number"
                    ),
                ),
                (
                    "submitted_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="sent"),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=core.clock.ClockTimestamp(), verbose_name="begun"
                    ),
                ),
                ("is_only_one", models.BooleanField(default=True, editable=False)),
                (
                    "public_reason",
                    models.TextField(blank=True, max_length=2000, verbose_name="reason"),
                ),
                ("refusal_proposed_by", models.BigIntegerField(null=True)),
                (
                    "form_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="forms.formversion",
                        verbose_name="form",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="begun by",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="applications",
                        to="directory.organisation",
                        verbose_name="organisation",
                    ),
                ),
            ],
            options={
                "verbose_name": "application",
                "verbose_name_plural": "applications",
                "ordering": ["-submitted_at", "-pk"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ApplicationDraft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "data",
                    models.JSONField(
                        default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder
                    ),
                ),
                ("rev", models.PositiveIntegerField(default=0)),
                ("marks", models.JSONField(default=dict)),
                ("saved_at", models.DateTimeField(null=True, verbose_name="saved")),
                ("representation", models.JSONField(default=dict)),
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="draft",
                        to="incubator.application",
                    ),
                ),
                (
                    "saved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="saved by",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Call",
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
                    "year",
                    models.PositiveSmallIntegerField(
                        help_text="First part of the applications’ numbers.",
                        verbose_name="year in numbers",
                    ),
                ),
                (
                    "ordinal",
                    models.PositiveSmallIntegerField(
                        default=1,
                        validators=[django.core.validators.MaxValueValidator(99)],
                        verbose_name="number in the year",
                    ),
                ),
                ("summary_pl", models.TextField(max_length=400, verbose_name="summary")),
                (
                    "summary_be",
                    models.TextField(
                        blank=True, max_length=400, verbose_name="summary, Belarusian"
                    ),
                ),
                (
                    "summary_en",
                    models.TextField(blank=True, max_length=400, verbose_name="summary, English"),
                ),
                (
                    "summary_it",
                    models.TextField(blank=True, max_length=400, verbose_name="summary, Italian"),
                ),
                ("body_pl", wagtail.fields.RichTextField(blank=True, verbose_name="text")),
                (
                    "body_be",
                    wagtail.fields.RichTextField(blank=True, verbose_name="text, Belarusian"),
                ),
                ("body_en", wagtail.fields.RichTextField(blank=True, verbose_name="text, English")),
                ("body_it", wagtail.fields.RichTextField(blank=True, verbose_name="text, Italian")),
                ("opens_at", models.DateTimeField(verbose_name="opens")),
                ("closes_at", models.DateTimeField(verbose_name="closes")),
                (
                    "grace_s",
                    models.PositiveSmallIntegerField(
                        default=300,
                        help_text="Applications that arrive so long after the close are still taken. Applicants are not told of it.",
                        validators=[django.core.validators.MaxValueValidator(900)],
                        verbose_name="seconds of grace",
                    ),
                ),
                ("seats", models.PositiveSmallIntegerField(verbose_name="places")),
                (
                    "one_per_organisation",
                    models.BooleanField(
                        default=True, verbose_name="one application of an organisation"
                    ),
                ),
                (
                    "decision_due",
                    models.DateField(blank=True, null=True, verbose_name="decision until"),
                ),
                ("contact_name", models.CharField(max_length=120, verbose_name="person in charge")),
                (
                    "contact_phone",
                    models.CharField(blank=True, max_length=30, verbose_name="telephone"),
                ),
                ("contact_email", models.EmailField(max_length=254, verbose_name="e-mail address")),
                ("is_published", models.BooleanField(default=False, verbose_name="published")),
                ("is_example", models.BooleanField(default=False, verbose_name="example")),
                (
                    "form_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="forms.formversion",
                        verbose_name="form",
                    ),
                ),
            ],
            options={
                "verbose_name": "call",
                "verbose_name_plural": "calls",
                "ordering": ["-closes_at"],
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="application",
            name="call",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="applications",
                to="incubator.call",
                verbose_name="call",
            ),
        ),
        migrations.CreateModel(
            name="IncubatorPage",
            fields=[
                (
                    "page_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="wagtailcore.page",
                    ),
                ),
                (
                    "lead",
                    models.TextField(
                        blank=True,
                        help_text="One or two sentences under the title; also shown in lists and when shared.",
                        max_length=400,
                        verbose_name="lead",
                    ),
                ),
                (
                    "is_example",
                    models.BooleanField(
                        default=False,
                        help_text="Invented to show how the site works; visitors see the mark “example”.",
                        verbose_name="example",
                    ),
                ),
                (
                    "is_translation_draft",
                    models.BooleanField(
                        default=False,
                        help_text="Visitors see “draft translation” until a person who speaks the language has read the text and unticked this.",
                        verbose_name="draft translation",
                    ),
                ),
                (
                    "body",
                    wagtail.fields.StreamField(
                        [
                            ("paragraph", 0),
                            ("heading", 1),
                            ("subheading", 2),
                            ("image", 5),
                            ("quote", 8),
                            ("figures", 13),
                            ("timeline", 18),
                            ("accordion", 23),
                            ("callout", 26),
                            ("cards", 33),
                            ("table", 34),
                            ("downloads", 37),
                        ],
                        blank=True,
                        block_lookup={
                            0: (
                                "core.blocks.ParagraphBlock",
                                (),
                                {
                                    "features": [
                                        "bold",
                                        "italic",
                                        "ol",
                                        "ul",
                                        "link",
                                        "document-link",
                                    ]
                                },
                            ),
                            1: ("core.blocks.HeadingBlock", (), {"max_length": 120}),
                            2: ("core.blocks.SubheadingBlock", (), {"max_length": 120}),
                            3: ("wagtail.images.blocks.ImageBlock", [], {"label": "Picture"}),
                            4: (
                                "wagtail.blocks.CharBlock",
                                (),
                                {"label": "Caption", "max_length": 250, "required": False},
                            ),
                            5: ("wagtail.blocks.StructBlock", [[("image", 3), ("caption", 4)]], {}),
                            6: (
                                "wagtail.blocks.TextBlock",
                                (),
                                {"label": "Quotation", "max_length": 600},
                            ),
                            7: (
                                "wagtail.blocks.CharBlock",
                                (),
                                {
                                    "label": "Who said or wrote it",
                                    "max_length": 150,
                                    "required": False,
                                },
                            ),
                            8: ("wagtail.blocks.StructBlock", [[("text", 6), ("source", 7)]], {}),
                            9: (
                                "wagtail.blocks.CharBlock",
                                (),
                                {"label": "Number", "max_length": 30},
                            ),
                            10: (
                                "wagtail.blocks.CharBlock",
                                (),
                                {"label": "What it counts", "max_length": 120},
                            ),
                            11: ("wagtail.blocks.StructBlock", [[("value", 9), ("label", 10)]], {}),
                            12: (
                                "wagtail.blocks.ListBlock",
                                (11,),
                                {"label": "Numbers", "max_num": 6, "min_num": 2},
                            ),
                            13: ("wagtail.blocks.StructBlock", [[("items", 12)]], {}),
                            14: (
                                "wagtail.blocks.CharBlock",
                                (),
                                {"label": "When", "max_length": 60},
                            ),
                            15: (
                                "wagtail.blocks.CharBlock",
                                (),
                                {"label": "What happened", "max_length": 250},
                            ),
                            16: ("wagtail.blocks.StructBlock", [[("date", 14), ("text", 15)]], {}),
                            17: (
                                "wagtail.blocks.ListBlock",
                                (16,),
                                {"label": "Stops", "min_num": 2},
                            ),
                            18: ("wagtail.blocks.StructBlock", [[("items", 17)]], {}),
                            19: (
                                "wagtail.blocks.CharBlock",
                                (),
                                {"label": "Question", "max_length": 200},
                            ),
                            20: (
                                "wagtail.blocks.RichTextBlock",
                                (),
                                {
                                    "features": [
                                        "bold",
                                        "italic",
                                        "ol",
                                        "ul",
                                        "link",
                                        "document-link",
                                    ],
                                    "label": "Answer",
                                },
                            ),
                            21: (
                                "wagtail.blocks.StructBlock",
                                [[("question", 19), ("answer", 20)]],
                                {},
                            ),
                            22: (
                                "wagtail.blocks.ListBlock",
                                (21,),
                                {"label": "Questions", "min_num": 1},
                            ),
                            23: ("wagtail.blocks.StructBlock", [[("items", 22)]], {}),
                            24: (
                                "wagtail.blocks.CharBlock",
                                (),
                                {"label": "Title", "max_length": 120},
                            ),
                            25: (
                                "wagtail.blocks.RichTextBlock",
                                (),
                                {
                                    "features": [
                                        "bold",
                                        "italic",
                                        "ol",
                                        "ul",
                                        "link",
                                        "document-link",
                                    ],
                                    "label": "Text",
                                },
                            ),
                            26: ("wagtail.blocks.StructBlock", [[("title", 24), ("text", 25)]], {}),
                            27: (
                                "wagtail.blocks.CharBlock",
                                (),
                                {"label": "Title", "max_length": 100},
                            ),
                            28: (
                                "wagtail.blocks.CharBlock",
                                (),
                                {"label": "Text", "max_length": 250, "required": False},
                            ),
                            29: (
                                "wagtail.blocks.PageChooserBlock",
                                (),
                                {"label": "Leads to the page", "required": False},
                            ),
                            30: (
                                "wagtail.blocks.URLBlock",
                                (),
                                {"label": "or to the address", "required": False},
                            ),
                            31: (
                                "wagtail.blocks.StructBlock",
                                [[("title", 27), ("text", 28), ("page", 29), ("url", 30)]],
                                {},
                            ),
                            32: (
                                "wagtail.blocks.ListBlock",
                                (31,),
                                {"label": "Cards", "max_num": 6, "min_num": 1},
                            ),
                            33: ("wagtail.blocks.StructBlock", [[("items", 32)]], {}),
                            34: ("core.blocks.DataTableBlock", (), {}),
                            35: ("wagtail.documents.blocks.DocumentChooserBlock", (), {}),
                            36: (
                                "wagtail.blocks.ListBlock",
                                (35,),
                                {"label": "Files", "min_num": 1},
                            ),
                            37: ("wagtail.blocks.StructBlock", [[("items", 36)]], {}),
                        },
                        verbose_name="text",
                    ),
                ),
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
                "verbose_name": "incubator",
            },
            bases=(wagtail.contrib.routable_page.models.RoutablePageMixin, "wagtailcore.page"),
        ),
        migrations.CreateModel(
            name="ApplicationSnapshot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seq", models.PositiveSmallIntegerField(verbose_name="number in order")),
                ("kind", models.CharField(max_length=20, verbose_name="kind")),
                ("data", models.JSONField(default=dict)),
                ("files", models.JSONField(default=dict)),
                ("context", models.JSONField(default=dict)),
                ("sha256", models.CharField(max_length=64)),
                ("idempotency_key", models.UUIDField(unique=True)),
                ("sent_by", models.BigIntegerField(null=True, verbose_name="account that sent it")),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=core.clock.ClockTimestamp(), verbose_name="sent"
                    ),
                ),
                ("erased_at", models.DateTimeField(null=True, verbose_name="erased")),
                (
                    "in_grace",
                    models.BooleanField(default=False, verbose_name="in the time of grace"),
                ),
                ("arrived_at", models.DateTimeField(verbose_name="arrived")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="snapshots",
                        to="incubator.application",
                    ),
                ),
                (
                    "form_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="forms.formversion",
                        verbose_name="version of the form",
                    ),
                ),
            ],
            options={
                "verbose_name": "sent application",
                "verbose_name_plural": "sent applications",
                "ordering": ["application", "seq"],
                "abstract": False,
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")),
                        name="incubator_applicationsnapshot_digest",
                    ),
                    models.UniqueConstraint(
                        fields=("application", "seq"), name="incubator_snapshot_in_order"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("field_key", models.CharField(max_length=40)),
                (
                    "added_at",
                    models.DateTimeField(
                        db_default=core.clock.ClockTimestamp(), verbose_name="added"
                    ),
                ),
                ("removed_at", models.DateTimeField(null=True, verbose_name="removed")),
                (
                    "added_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="added by",
                    ),
                ),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attachments",
                        to="incubator.application",
                    ),
                ),
                (
                    "file",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.storedfile",
                        verbose_name="file",
                    ),
                ),
            ],
            options={
                "verbose_name": "attachment",
                "verbose_name_plural": "attachments",
                "ordering": ["application", "field_key", "pk"],
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=models.Q(("removed_at", None)),
                        fields=["application", "field_key"],
                        name="incubator_attachment_current",
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="call",
            constraint=models.UniqueConstraint(
                fields=("year", "ordinal"),
                name="incubator_call_number",
                violation_error_message="Another call of this year has this number.",
            ),
        ),
        migrations.AddConstraint(
            model_name="call",
            constraint=models.CheckConstraint(
                condition=models.Q(("opens_at__lt", models.F("closes_at"))),
                name="incubator_call_opens_first",
                violation_error_message="A call has to close after it opens.",
            ),
        ),
        migrations.AddConstraint(
            model_name="call",
            constraint=models.CheckConstraint(
                condition=models.Q(("grace_s__lte", 900)), name="incubator_call_grace"
            ),
        ),
        migrations.AddConstraint(
            model_name="call",
            constraint=models.CheckConstraint(
                condition=models.Q(("ordinal__range", (1, 99)), ("year__range", (2000, 9999))),
                name="incubator_call_number_range",
            ),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(fields=["call", "state"], name="incubator_application_list"),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "abandoned",
                            "draft",
                            "formal_check",
                            "formal_ok",
                            "formal_rejected",
                            "refusal_proposed",
                            "submitted",
                            "withdrawn",
                        ],
                    )
                ),
                name="incubator_application_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("number", None),
                        ("state__in", ("draft", "abandoned")),
                        ("submitted_at", None),
                    ),
                    models.Q(
                        models.Q(("state__in", ("draft", "abandoned")), _negated=True),
                        ("number__isnull", False),
                        ("submitted_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="incubator_application_numbered_when_sent",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("is_only_one", True),
                    models.Q(("state__in", ("abandoned", "withdrawn")), _negated=True),
                ),
                fields=("call", "organisation"),
                name="incubator_application_one_per_organisation",
            ),
        ),
    ]
