"""The pool mix: nothing leaves alone, and as many stay as leave."""

from __future__ import annotations

from collections import Counter

import pytest

from plebiscite import mix


@pytest.mark.parametrize(("waiting", "leaving"), [(0, 0), (39, 0), (40, 20), (41, 20), (500, 20)])
def test_how_many_leave(waiting, leaving):
    rows = list(range(waiting))
    chosen = mix.pick(rows, k=20)
    assert len(chosen) == len(set(chosen)) == leaving
    assert set(chosen) <= set(rows)


def test_everybody_leaves_equally_often():
    seen = Counter(row for _ in range(2000) for row in mix.pick(range(40), k=20))
    assert set(seen) == set(range(40))
    # Each is expected 1000 times; eight standard deviations are never reached by chance.
    assert all(820 < number < 1180 for number in seen.values())


def test_a_mix_of_nobody_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        mix.pick([1, 2], k=0)
