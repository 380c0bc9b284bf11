"""Counting without gaps."""

from __future__ import annotations

from django.db import connection, transaction

from core.numbers.scheme import Scheme


def take_number(scheme: Scheme, *leading: int) -> str:
    """The next number of the series, as `take_number(CASES, 2026)`.

    Has to be called in the transaction that writes the numbered row: the counter's row stays
    locked until it ends, so that a rollback gives the number back and leaves no gap. Take it as
    late in the transaction as can be; everybody else who needs a number of this series waits.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "a number is taken in the transaction that uses it"
        )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_numbersequence AS sequence (series, last) VALUES (%s, 1) "
            "ON CONFLICT (series) DO UPDATE SET last = sequence.last + 1 RETURNING last",
            [scheme.series(*leading)],
        )
        return scheme.write(*leading, cursor.fetchone()[0])
