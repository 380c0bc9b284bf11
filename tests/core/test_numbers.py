"""Human numbers: read back as typed, every slip noticed, no gap and no double."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from core.numbers import BadNumber, Scheme, take_number
from core.numbers.damm import TABLE, check_digit, fits
from core.numbers.models import NumberSequence

CASES = Scheme("HAJ", "-", (4, 6))
APPLICATIONS = Scheme("INK", "/", (4, 2, 3))
digits = st.text("0123456789", min_size=1, max_size=12)


class TestCheckDigit:
    def test_known_value(self) -> None:
        assert check_digit("572") == "4"

    def test_the_table_has_the_two_properties_that_the_promise_rests_on(self) -> None:
        """Each row and column is a permutation, and swapping two neighbours changes the result."""
        every = set(range(10))
        assert all(set(row) == every for row in TABLE)
        assert all({row[column] for row in TABLE} == every for column in range(10))
        assert all(TABLE[digit][digit] == 0 for digit in range(10))
        for start in range(10):
            for x in range(10):
                for y in range(x):
                    assert TABLE[TABLE[start][x]][y] != TABLE[TABLE[start][y]][x]

    @given(digits, st.data())
    def test_one_wrong_digit_is_noticed(self, text: str, data: st.DataObject) -> None:
        good = text + check_digit(text)
        place = data.draw(st.integers(0, len(good) - 1))
        wrong = data.draw(st.sampled_from(sorted(set("0123456789") - {good[place]})))
        assert fits(good)
        assert not fits(good[:place] + wrong + good[place + 1 :])

    @given(digits)
    def test_two_swapped_neighbours_are_noticed(self, text: str) -> None:
        good = text + check_digit(text)
        for place in range(len(good) - 1):
            if good[place] != good[place + 1]:
                swapped = good[:place] + good[place + 1] + good[place] + good[place + 2 :]
                assert not fits(swapped)


class TestScheme:
    def test_it_writes_what_people_read(self) -> None:
        assert CASES.write(2026, 4211) == f"HAJ-2026-004211-{check_digit('2026004211')}"
        assert APPLICATIONS.write(2026, 1, 7) == f"INK/2026/01/007-{check_digit('202601007')}"

    @given(st.integers(0, 9999), st.integers(0, 10**9))
    def test_it_reads_what_it_writes(self, year: int, number: int) -> None:
        assert CASES.read(CASES.write(year, number)) == (year, number)

    @given(st.integers(0, 9999), st.integers(0, 99), st.integers(0, 10**6))
    def test_with_more_parts(self, year: int, call: int, number: int) -> None:
        assert APPLICATIONS.read(APPLICATIONS.write(year, call, number)) == (year, call, number)

    @pytest.mark.parametrize(
        "change",
        [
            str.lower, lambda text: f"  {text}\n", lambda text: text.replace("-", " "),
            lambda text: text.replace("-", ""), lambda text: text.replace("-", " – "),
            lambda text: text.replace("-", "−"), lambda text: text.replace("-", "/"),
            lambda text: text.replace("-", "\u00a0"), lambda text: text.replace("-", "\xad"),
        ],
    )  # fmt: skip
    def test_it_reads_what_people_type(self, change: Callable[[str], str]) -> None:
        number = CASES.write(2026, 4211)
        assert CASES.normalise(change(number)) == number

    @pytest.mark.parametrize(
        "change", ["1", "0000042117", "HAJ", "", "INK/2026/01/007-4", "ＨＡＪ"]
    )
    def test_what_is_no_number_is_refused(self, change: str) -> None:
        with pytest.raises(BadNumber) as error:
            CASES.read(change)
        assert not error.value.is_mistyped

    def test_digits_of_other_scripts_are_no_digits(self) -> None:
        arabic = CASES.write(2026, 4211).replace("2", "٢")
        with pytest.raises(BadNumber):
            CASES.read(arabic)

    def test_a_slip_is_told_from_nonsense(self) -> None:
        good = CASES.write(2026, 4211)
        with pytest.raises(BadNumber) as error:
            CASES.read(good.replace("4211", "4121"))
        assert error.value.is_mistyped

    @pytest.mark.parametrize("parts", [(2026,), (2026, 1, 1), (12026, 1), (-1, 1), (2026, -1)])
    def test_parts_have_to_fit(self, parts: tuple[int, ...]) -> None:
        with pytest.raises(ValueError, match="HAJ"):
            CASES.write(*parts)

    @pytest.mark.parametrize("prefix", ["", "haj", "H-J", "ŻUB"])
    def test_a_prefix_is_letters(self, prefix: str) -> None:
        with pytest.raises(ValueError, match="prefix"):
            Scheme(prefix, "-", (4, 6))


@pytest.mark.django_db
class TestSequence:
    def test_each_series_counts_for_itself(self) -> None:
        take = [take_number(CASES, 2026), take_number(CASES, 2026), take_number(CASES, 2027)]
        take.append(take_number(APPLICATIONS, 2026, 1))
        assert [CASES.read(text) for text in take[:3]] == [(2026, 1), (2026, 2), (2027, 1)]
        assert APPLICATIONS.read(take[3]) == (2026, 1, 1)

    def test_a_rollback_gives_the_number_back(self) -> None:
        take_number(CASES, 2026)
        with pytest.raises(RuntimeError), transaction.atomic():
            take_number(CASES, 2026)
            raise RuntimeError
        assert CASES.read(take_number(CASES, 2026)) == (2026, 2)

    def test_series_of_other_lengths_do_not_meet(self) -> None:
        with pytest.raises(ValueError, match="HAJ"):
            take_number(CASES)


@pytest.mark.database
@pytest.mark.concurrency
class TestConcurrency:
    def test_outside_of_a_transaction_none_is_given(self) -> None:
        with pytest.raises(transaction.TransactionManagementError):
            take_number(CASES, 2026)

    def test_twenty_at_once_get_twenty_in_a_row(self, together: Callable[..., list[Any]]) -> None:
        def take() -> str:
            with transaction.atomic():
                return take_number(CASES, 2026)

        numbers = together(*[take] * 20)
        assert sorted(CASES.read(text)[1] for text in numbers) == list(range(1, 21))

    def test_those_that_fail_leave_no_gap(self, together: Callable[..., list[Any]]) -> None:
        turn = threading.local()

        def take(fails: bool) -> str:
            turn.value = fails
            with transaction.atomic():
                number = take_number(CASES, 2026)
                if turn.value:
                    raise RuntimeError("after the number was taken")
                return number

        results = together(*[lambda fails=step % 2: take(fails) for step in range(20)])
        numbers = [text for text in results if isinstance(text, str)]
        assert sorted(CASES.read(text)[1] for text in numbers) == list(range(1, 11))

    def test_control_without_the_lock_numbers_come_twice(
        self, together: Callable[..., list[Any]]
    ) -> None:
        barrier = threading.Barrier(8)
        NumberSequence.objects.create(series="HAJ/2026", last=0)

        def take() -> int:
            with transaction.atomic():
                last = NumberSequence.objects.get(series="HAJ/2026").last
                barrier.wait(20)
                NumberSequence.objects.filter(series="HAJ/2026").update(last=last + 1)
                return last + 1

        assert together(*[take] * 8) == [1] * 8

    def test_readers_of_other_series_do_not_wait(self) -> None:
        taken: list[str] = []

        def take() -> None:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = '5s'")
                taken.append(take_number(CASES, 2027))
            connection.close()

        with transaction.atomic():
            take_number(CASES, 2026)
            thread = threading.Thread(target=take)
            thread.start()
            thread.join(20)
        assert [CASES.read(text) for text in taken] == [(2027, 1)]
