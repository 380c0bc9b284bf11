"""Several people writing one draft."""

from hypothesis import given
from hypothesis import strategies as st

from forms.merging import merge


def save(state, changes, *, base, client="w1", by=1):
    data, marks, rev = state
    merged = merge(
        data, marks, rev, changes=changes, base_rev=base, client=client, by=by, at="12:00"
    )
    return (merged.data, merged.marks, merged.rev), merged


EMPTY = ({}, {}, 0)


def test_different_answers_merge():
    state, first = save(EMPTY, {"a": "raz"}, base=0)
    state, second = save(state, {"b": "dwa"}, base=0, client="w2")
    assert state[0] == {"a": "raz", "b": "dwa"}
    assert (first.rev, second.rev) == (1, 2)
    assert not second.conflicts


def test_the_same_answer_changed_by_two_gives_both_back():
    state, _first = save(EMPTY, {"a": "raz"}, base=0, by=7)
    state, second = save(state, {"a": "dwa", "b": "trzy"}, base=0, client="w2")
    (conflict,) = second.conflicts
    assert (conflict.key, conflict.mine, conflict.theirs, conflict.by) == ("a", "dwa", "raz", 7)
    # What nobody disputes is saved all the same.
    assert state[0] == {"a": "raz", "b": "trzy"}


def test_who_has_seen_the_other_answer_may_replace_it():
    state, _first = save(EMPTY, {"a": "raz"}, base=0)
    state, second = save(state, {"a": "dwa"}, base=1, client="w2")
    assert state[0] == {"a": "dwa"}
    assert not second.conflicts


def test_sending_again_changes_nothing():
    state, _first = save(EMPTY, {"a": "raz"}, base=0)
    again, second = save(state, {"a": "raz"}, base=0, client="w2")
    assert again == state
    assert not second.changed


def test_a_window_goes_on_after_an_answer_was_lost_on_the_way():
    state, _first = save(EMPTY, {"a": "raz"}, base=0)
    state, second = save(state, {"a": "raz dwa"}, base=0)
    assert state[0] == {"a": "raz dwa"}
    assert not second.conflicts


def test_emptying_an_answer_is_a_change():
    state, _first = save(EMPTY, {"a": "raz"}, base=0)
    state, second = save(state, {"a": ""}, base=1)
    assert state[0] == {"a": ""}
    assert second.rev == 2
    _state, third = save(state, {"b": ""}, base=2)
    assert not third.changed


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abc"),
            st.text(min_size=1, max_size=3),
            st.integers(0, 3),
            st.sampled_from(["w1", "w2", "w3"]),
        ),
        max_size=12,
    )
)
def test_no_save_is_lost_without_being_told(saves):
    """Every answer that came in stands, was replaced knowingly, or was given back."""
    state = EMPTY
    for key, value, behind, client in saves:
        before = state
        base = max(0, state[2] - behind)
        state, merged = save(state, {key: value}, base=base, client=client)
        if merged.conflicts:
            assert state == before
            assert merged.conflicts[0].theirs == before[0][key]
        else:
            assert state[0][key] == value
