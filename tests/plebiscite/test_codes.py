"""Codes: what is drawn, what slips of the hand are noticed, what typing is forgiven."""

from __future__ import annotations

import hashlib

import pytest

from plebiscite import codes
from plebiscite.codes import LETTERS, BadCode, code_digest, new_code, read_code


def refused(text: str) -> BadCode:
    with pytest.raises(BadCode) as error:
        read_code(text)
    return error.value


def test_eighty_bits_in_four_groups():
    drawn = {new_code() for _ in range(500)}
    assert len(drawn) == 500
    for code in drawn:
        assert [len(group) for group in code.split("-")] == [5, 5, 5, 5]
        assert read_code(code) == code.replace("-", "")
    # Every character comes up in every drawn place: 5 bits each, 16 of them.
    for place in range(codes.SIZE):
        if place % 5 != 4:
            assert len({code.replace("-", "")[place] for code in drawn}) == 32


def test_every_wrong_character_is_noticed_and_its_group_named():
    code = new_code().replace("-", "")
    for place, right in enumerate(code):
        for letter in LETTERS:
            if letter != right:
                error = refused(code[:place] + letter + code[place + 1 :])
                assert (error.reason, error.groups) == (BadCode.CHECK, (place // 5 + 1,))


def test_every_swap_within_a_group_is_noticed():
    for _ in range(50):
        code = new_code().replace("-", "")
        for group in range(4):
            for one in range(5):
                for other in range(one + 1, 5):
                    chars = list(code)
                    a, b = group * 5 + one, group * 5 + other
                    if chars[a] == chars[b]:
                        continue
                    chars[a], chars[b] = chars[b], chars[a]
                    assert refused("".join(chars)).groups == (group + 1,)


def test_swapped_groups_are_noticed():
    one, two, three, four = new_code().split("-")
    assert refused("-".join([two, one, three, four])).groups == (1, 2)


@pytest.mark.parametrize(
    "typed",
    [
        lambda code: code.lower(),
        lambda code: code.replace("-", " "),
        lambda code: f"  {code.replace('-', '')}\n",
        lambda code: code.replace("-", " – "),
        lambda code: code.replace("0", "o").replace("1", "l"),
        lambda code: code.replace("1", "I").replace("0", "О"),
        lambda code: code.translate(str.maketrans("ABEKMHPCTX", "АВЕКМНРСТХ")),
    ],
)
def test_what_typing_is_forgiven(typed):
    for _ in range(40):
        code = new_code()
        assert read_code(typed(code)) == code.replace("-", "")


@pytest.mark.parametrize(
    ("change", "reason", "groups"),
    [
        (lambda code: code[:-1], BadCode.LENGTH, ()),
        (lambda code: code + "7", BadCode.LENGTH, ()),
        (lambda code: "", BadCode.LENGTH, ()),
        (lambda code: "U" + code[1:], BadCode.CHARACTER, (1,)),
        (lambda code: code[:-1] + "Ж", BadCode.CHARACTER, (4,)),
        (lambda code: code[:-1] + "²", BadCode.CHARACTER, (4,)),
    ],
)
def test_what_is_no_code(change, reason, groups):
    error = refused(change(new_code()))
    assert (error.reason, error.groups) == (reason, groups)


def test_the_digest_is_of_one_vote_and_one_code():
    one, two = (new_code().replace("-", "") for _ in range(2))
    digests = {code_digest(vote, code) for vote in ("a", "b") for code in (one, two)}
    assert len(digests) == 4
    assert code_digest("a", "H7KM2QXD9V3TRA80WZ5C").hex() == (
        hashlib.sha256(b"hajnowka-odnowa/plebiscite/code/1\na\nH7KM2QXD9V3TRA80WZ5C\n").hexdigest()
    )
    with pytest.raises(ValueError, match="not a code"):
        code_digest("a", "h7km2-QXD9V-3TRA8-0WZ5C")
