"""Snapshots are written once; they can only be erased."""

from django.db import migrations

from forms.guards import guard_snapshots


class Migration(migrations.Migration):
    dependencies = [("incubator", "0001_initial"), ("forms", "0002_guards")]

    operations = [guard_snapshots("incubator_applicationsnapshot")]
