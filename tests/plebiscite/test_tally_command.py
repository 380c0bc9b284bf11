"""The command that counts files: every format, every option, and what it says to a bad file."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys

import pytest

from plebiscite.tally.__main__ import _parser, main
from tests.databases import ROOT

ELECTIONS = ROOT / "tests" / "data" / "elections"
OLD_PREFLIB = """4
1,Memphis
2,Nashville
3,Chattanooga
4,Knoxville
100,100,4
42,1,2,3,4
26,2,3,4,1
17,4,3,2,1
15,3,4,2,1
"""
ABIF = """{"title": "Where to build"}
# who lives where
=Memph:[Memphis, TN]
=Nash:[Nashville, TN]
=Chat:[Chattanooga, TN]
=Knox:[Knoxville, TN]
42:Memph>Nash>Chat>Knox   # the west
26: Nash > Chat > Knox > Memph
15:Chat>Knox>Nash>Memph
17:Knox>Chat>Nash>Memph
3:
"""
RECORDS = """ballot,rank1,rank2,rank3,ward
1,Memphis,Nashville,,north
2,Memphis,undervote,Nashville,north
3,overvote,Nashville,,south
4,Nashville,,,south
5,"Nashville",Memphis,,south
6,,,,south
"""


@pytest.fixture
def counted(tmp_path, capsys):
    """Counts a text as a file of that name; gives the result as data."""

    def run(name: str, text: str | bytes, *options: str) -> dict:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        assert main([str(path), "--json", *options]) == 0, capsys.readouterr().err
        return json.loads(capsys.readouterr().out)

    return run


@pytest.fixture
def complaint(tmp_path, capsys):
    """What is said about a bad file, after exit code 2."""

    def run(name: str, text: str | bytes, *options: str) -> str:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        try:
            code = main([str(path), *options])
        except SystemExit as stop:
            code = stop.code
        said = capsys.readouterr()
        assert code == 2
        assert not said.out
        return said.err

    return run


def test_every_format_gives_the_same_count(counted):
    new = (ELECTIONS / "tennessee.soc").read_text()
    results = [
        counted("a.soc", new, "--method", "ranked"),
        counted("a.toi", OLD_PREFLIB, "--method", "ranked"),
        counted("a.SOI", "\ufeff" + OLD_PREFLIB.replace("\n", "\r\n"), "--method", "ranked"),
        counted("a.txt", OLD_PREFLIB, "--method", "ranked", "--format", "toc"),
    ]
    rows = [
        line.split(":") for line in new.splitlines() if line.strip() and not line.startswith("#")
    ]
    names = dict(enumerate(["Memphis", "Nashville", "Chattanooga", "Knoxville"], start=1))
    lines = [
        ",".join(names[int(number)] for number in order.split(","))
        for count, order in rows
        for _voter in range(int(count))
    ]
    results.append(counted("a.csv", "\n".join(["a,b,c,d", *lines]), "--method", "ranked"))
    assert results[0]["winners"] == ["Knoxville"]
    assert results[0]["condorcet"] == "Nashville"
    assert all(result == results[0] for result in results)


def test_the_format_that_is_given_goes_before_the_name(counted, complaint):
    few = "# ALTERNATIVE NAME 1: A\n# ALTERNATIVE NAME 2: B\n1: 1\n"
    tied = "# DATA TYPE: toc\n# ALTERNATIVE NAME 1: A\n# ALTERNATIVE NAME 2: B\n1: {1,2}\n"
    ranked = ("--method", "ranked", "--format")
    for name in ("x.txt", "x.toi", "x"):
        assert "line 3: a soc order names every" in complaint(name, few, *ranked, "soc")
        assert "line 4: a soi order has no ties" in complaint(name, tied, *ranked, "soi")
    assert counted("x.soc", few, *ranked, "soi")["winners"] == ["A"]
    assert counted("x.soc", tied, *ranked, "toc")["cast"] == 1
    assert "--format" in complaint("x.txt", few, "--method", "ranked")


def test_the_first_choices_of_orders(capsys):
    assert main([str(ELECTIONS / "tennessee.soc"), "--method", "single", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["winners"] == ["Memphis"]
    assert result["totals"] == {"Chattanooga": 15, "Knoxville": 17, "Memphis": 42, "Nashville": 26}


def test_abif(counted):
    result = counted("a.abif", ABIF, "--method", "ranked")
    assert (result["winners"], result["condorcet"]) == (["Knox"], "Nash")
    assert (result["cast"], result["blank"]) == (103, 3)
    assert counted("a.abif", ABIF, "--method", "single")["winners"] == ["Memph"]
    scores = "7:[Żubr & syn]/5, Sowa/2, Lis\n3: Sowa/3 > Lis/1\n"
    points = counted("b.abif", scores, "--method", "points")
    assert points["totals"] == {"Lis": 3, "Sowa": 23, "Żubr & syn": 35}
    order = counted("b.abif", scores, "--method", "ranked")
    assert order["pairwise"]["Sowa"] == {"Lis": 10, "Żubr & syn": 3}
    ties = counted("c.abif", "2:A>B=C\n1:B>A\n", "--method", "ranked", "--overvote", "skip")
    assert ties["pairwise"]["B"] == {"A": 1, "C": 1}


def test_cast_vote_records(counted):
    result = counted("v.csv", RECORDS, "--method", "ranked")
    assert result["rounds"][0]["totals"] == {"Memphis": 2, "Nashville": 2}
    assert (result["cast"], result["blank"], result["rounds"][0]["exhausted"]) == (6, 1, 2)
    skipping = counted("v.csv", RECORDS, "--method", "ranked", "--overvote", "skip")
    assert skipping["winners"] == ["Nashville"]
    single = counted("v.csv", RECORDS, "--method", "single")
    assert (single["totals"], single["invalid"]) == (
        {"Memphis": 2, "Nashville": 2},
        {"overvote": 1},
    )
    semicolons = counted("w.csv", RECORDS.replace(",", ";"), "--method", "approval")
    assert semicolons["totals"] == {"Memphis": 3, "Nashville": 4}


def test_every_choice_of_the_rules_is_an_option(counted):
    text = "5:A>B\n4:B>A\n4:C>B\n1:D\n1:E>C\n"
    rules = counted(
        "r.abif", text, "--method", "ranked", "--overvote", "skip", "--skipped", "exhaust_after_2",
        "--duplicates", "exhaust", "--eliminate", "batch", "--drop-together", "D,E",
        "--winners", "2", "--lot-order", "E,D,C,B,A", "--quorum", "20", "--max-ranks", "2",
    )  # fmt: skip
    assert rules["ruleset"] == {
        "method": "ranked", "winners": 2, "tie": "lot", "quorum": 20, "blank": "valid",
        "max_picks": 0, "points_total": 0, "points_cap": 0, "max_ranks": 2, "overvote": "skip",
        "skipped": "exhaust_after_2", "duplicates": "exhaust", "elimination": "batch",
        "drop_together": ["D", "E"],
    }  # fmt: skip
    assert rules["lot_order"] == ["E", "D", "C", "B", "A"]
    assert not rules["is_binding"]
    assert rules["rounds"][0]["eliminated"] == ["D", "E"]
    joint = counted("r.abif", "1:A\n1:B\n", "--method", "single", "--tie", "joint")
    assert joint["winners"] == ["A", "B"]
    few = counted("r.abif", "1:A/3,B/1\n1:A/1,B/1\n", "--method", "points", "--points-cap", "2")
    assert few["invalid"] == {"over_cap": 1}
    total = counted("r.abif", "1:A/3,B/1\n1:A/1\n", "--method", "points", "--points-total", "3")
    assert total["invalid"] == {"too_many_points": 1}
    picks = counted("r.abif", "1:A=B=C\n1:A=B\n", "--method", "approval", "--max-picks", "2")
    assert picks["invalid"] == {"overvote": 1}


@pytest.mark.parametrize(
    ("name", "text", "line", "what"),
    [
        ("a.soc", "", 0, "empty"),
        ("a.soc", "# ALTERNATIVE NAME 1: A\n# ALTERNATIVE NAME 1: B\n1: 1\n", 2, "named twice"),
        ("a.soc", "# ALTERNATIVE NAME 1: A\n# ALTERNATIVE NAME 2: A\n1: 1\n", 2, "the name 'A'"),
        ("a.soi", "# ALTERNATIVE NAME 1: A\n1: 1\n1: 7\n", 3, "no alternative 7"),
        ("a.soi", "# ALTERNATIVE NAME 1: A\nx: 1\n", 2, "not a whole number: 'x'"),
        ("a.soi", "# ALTERNATIVE NAME 1: A\n-2: 1\n", 2, "not a whole number"),
        ("a.soi", "# ALTERNATIVE NAME 1: A\n1 1\n", 2, "no “count: order”"),
        ("a.soi", "# ALTERNATIVE NAME 1: A\n1: 1,1\n", 2, "names an alternative twice"),
        ("a.toi", "# ALTERNATIVE NAME 1: A\n1: {1\n", 2, "this is no order"),
        ("a.soi", "# ALTERNATIVE NAME 1: A\n# ALTERNATIVE NAME 2: B\n1: {1,2}\n", 3, "no ties"),
        ("a.soc", "# ALTERNATIVE NAME 1: A\n# ALTERNATIVE NAME 2: B\n1: 1\n", 3, "every altern"),
        ("a.soi", "# NUMBER VOTERS: 3\n# ALTERNATIVE NAME 1: A\n1: 1\n", 1, "3 voters"),
        ("a.soi", "# NUMBER ALTERNATIVES: 3\n# ALTERNATIVE NAME 1: A\n1: 1\n", 1, "3 alternatives"),
        ("a.soc", "2\n1,A\n", 2, "middle of its head"),
        ("a.soc", "1\n1,A\n5,5,1\n4,1\n", 3, "5 voters"),
        ("a.abif", "=A:[Ala]\n2:A>B\n", 2, "no option of this name is declared: 'B'"),
        ("a.abif", "A>B\n", 1, "no “count: ballot”"),
        ("a.abif", "1:A>>B\n", 1, "missing before"),
        ("a.abif", "1:A>\n", 1, "missing at the end"),
        ("a.abif", "1:A>B>A\n", 1, "twice"),
        ("a.abif", "1:A,B\n", 1, "has no order"),
        ("a.abif", "1:A/2,B>C\n", 1, "in one ballot"),
        ("a.abif", "1:A/x\n", 1, "no >, = or ,"),
        ("a.abif", "{title: 1\n1:A\n", 1, "not closed"),
        ("a.abif", "# nothing\n", 0, "no ballots"),
        ("a.csv", "", 1, "first line"),
        ("a.csv", "rank1,rank2\nA\n", 2, "1 cells where the header has 2"),
        ("a.csv", "rank1,rank1\nA,B\n", 1, "two columns are rank"),
        ("a.csv", 'rank1\n"A\n', 2, "no table"),
        ("a.csv", "rank1\n", 1, "no ballots"),
        ("a.csv", b"rank1\n\xff\xfe\n", 0, "UTF-8"),
        ("a.zip", b"PK nothing", 0, "no whole zip"),
        ("a.xyz", "1:A\n", 0, "--format"),
    ],
)  # fmt: skip
def test_a_bad_file_says_in_which_line_and_what(complaint, name, text, line, what):
    said = complaint(name, text, "--method", "ranked")
    assert what in said
    if line:
        assert f"line {line}: " in said
    assert "Traceback" not in said


def test_options_that_do_not_fit(complaint):
    text = "1:A>B\n"
    for options, what in (
        ((), "--method"),
        (("--method", "ranked", "--lot-order", "A"), "every option once"),
        (("--method", "ranked", "--lot-order", "A,A"), "twice"),
        (("--method", "ranked", "--tie", "lot"), "every option once"),
        (("--method", "ranked", "--tie", "open", "--lot-order", "A,B"), "--tie lot alone"),
        (("--method", "ranked", "--drop-together", "A,X"), "no option 'X'"),
        (("--method", "ranked", "--winners", "0"), "at least 1"),
        (("--method", "guess"), "invalid choice"),
        (("--method", "ranked", "--lot-order", "A\nB"), "no row of names"),
        (("--method", "ranked", "--lot-order", '"A,B'), "no row of names"),
        (("--method", "ranked", "--drop-together", ""), "none is empty"),
        (("--method", "points"), "no points"),
    ):
        assert what in complaint("a.abif", text, *options)
    assert "no points" in complaint("a.csv", "rank1\nA\n", "--method", "points")


def test_help_explains_every_option_with_an_example(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--help"])
    said = capsys.readouterr().out
    assert stop.value.code == 0
    options = [action for action in _parser()._actions if action.dest != "help"]
    assert len(options) > 15
    for action in options:
        assert action.help is not None
        words, _sign, example = action.help.partition("Example: ")
        assert len(words) > 10, action.dest
        if not action.option_strings:
            assert example
            continue
        assert action.option_strings[0] in said
        # The example is one that the command takes, and it is of this option.
        assert shlex.split(example)[0] == action.option_strings[0]
        before, after = (
            _parser().parse_args(["votes.csv", *given]) for given in ([], shlex.split(example))
        )
        differing = {name for name in vars(after) if vars(after)[name] != vars(before)[name]}
        assert differing == {action.dest}


def test_it_runs_as_a_command_without_anything_installed():
    command = [sys.executable, "-S", "-m", "plebiscite.tally"]
    file = str(ELECTIONS / "tennessee.soc")
    done = subprocess.run(
        [*command, file, "--method", "ranked"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "winner: Knoxville" in done.stdout
    assert "Condorcet winner: Nashville" in done.stdout
    missing = subprocess.run(
        [*command, "nowhere.soc", "--method", "single"], cwd=ROOT, capture_output=True, text=True
    )
    assert (missing.returncode, missing.stdout) == (2, "")
    assert "nowhere.soc" in missing.stderr


# --- What published files surprise with -----------------------------------------------------------

NEW_HEAD = """# FILE NAME: 00001-00000001.toi
# TITLE: Wybór: miejsce
# DESCRIPTION:
# DATA TYPE: toi
# MODIFICATION TYPE: original
# RELATES TO:
# PUBLICATION DATE: 2013-08-17
# NUMBER ALTERNATIVES: 3
# NUMBER VOTERS: 6
# NUMBER UNIQUE ORDERS: 3
# ALTERNATIVE NAME 1: Kowalski, Jan
# ALTERNATIVE NAME 2: Ewa "Sowa" Nowak
# ALTERNATIVE NAME 3: Żubr: łoś
"""
ORDERS = "3: 1,{2,3}\n2: {1, 2},3\n1: 3\n"


def test_preflib_weights_ties_and_ends_of_lines(counted):
    plain = counted("a.toi", NEW_HEAD + ORDERS, "--method", "ranked")
    assert plain["cast"] == 6
    assert plain["pairwise"]["Kowalski, Jan"] == {'Ewa "Sowa" Nowak': 3, "Żubr: łoś": 5}
    assert plain["rounds"][0]["totals"]["Kowalski, Jan"] == 3
    assert plain["rounds"][0]["exhausted"] == 2
    windows = ("\ufeff" + NEW_HEAD + ORDERS).replace("\n", "\r\n") + "\r\n\r\n"
    assert counted("a.toi", windows, "--method", "ranked") == plain
    old = '3\n1,Kowalski, Jan\n2,Ewa "Sowa" Nowak\n3,Żubr: łoś\n6,6,3\n'
    old += ORDERS.replace(": ", ",") + "\n"
    assert counted("a.toi", old, "--method", "ranked") == plain
    assert counted("a.toi", "\ufeff" + old.replace("\n", "\r\n"), "--method", "ranked") == plain


def test_names_with_commas_and_quotes_in_options_of_the_command(counted):
    lots = '"Kowalski, Jan","Ewa ""Sowa"" Nowak",Żubr: łoś'
    result = counted("a.toi", NEW_HEAD + ORDERS, "--method", "single", "--lot-order", lots)
    assert result["lot_order"] == ["Kowalski, Jan", 'Ewa "Sowa" Nowak', "Żubr: łoś"]


def test_abif_names_signs_and_order_of_lines(counted):
    text = """2: [Kowalski, Jan] > "Nowak # 1" = b   # a tie
1:b>"Nowak # 1"
=b:[He said "yes" # no]

=[Kowalski, Jan]:
=[Nowak # 1]:[Nowak]

"""
    result = counted("a.abif", "\ufeff" + text.replace("\n", "\r\n"), "--method", "ranked")
    assert result["pairwise"]["b"] == {"Kowalski, Jan": 1, "Nowak # 1": 1}
    assert result["cast"] == 3
    star = counted("a.abif", "2*A/5>B/5=C/2\n", "--method", "points")
    assert star["totals"] == {"A": 10, "B": 10, "C": 4}


def test_records_with_quotes_capitals_and_blank_lines(counted):
    text = 'Rank 1,RANK 2\n"Kowalski, ""Jan""",UNDERVOTE\nOverVote,A\n A , Undervote \n,A\n\n\n'
    plain = counted("v.csv", text, "--method", "ranked")
    assert plain["pairwise"]["A"] == {'Kowalski, "Jan"': 3}
    assert (plain["cast"], plain["rounds"][0]["exhausted"]) == (4, 1)
    windows = "\ufeff" + text.replace("\n", "\r\n")
    assert counted("v.csv", windows, "--method", "ranked") == plain


@pytest.mark.parametrize(
    ("name", "text", "line", "what"),
    [
        ("a.soi", "", 1, "empty"),
        ("a.soi", "\n\n", 1, "empty"),
        ("a.abif", "", 1, "no ballots"),
        ("a.csv", "\n\n", 1, "first line"),
        ("a.toi", "# ALTERNATIVE NAME 1: A\n# ALTERNATIVE NAME 2: B\n1: 1,\n", 3, "no order"),
        ("a.toi", "# ALTERNATIVE NAME 1: A\n# ALTERNATIVE NAME 2: B\n1: 1,,2\n", 3, "no order"),
        ("a.toi", "# ALTERNATIVE NAME 1: A\n# ALTERNATIVE NAME 2: B\n1: {1,,2}\n", 3, "no order"),
        ("a.toi", "# ALTERNATIVE NAME 1: A\n# ALTERNATIVE NAME 2: B\n1: {1}2\n", 3, "no order"),
        ("a.toi", "# ALTERNATIVE NAME 1: A\n1.5: 1\n", 2, "not a whole number"),
        ("a.soi", "# ALTERNATIVE NAME 1: A\n" + "9" * 5000 + ": 1\n", 2, "too great"),
        ("a.soc", "9" * 5000 + "\n", 1, "too great"),
        ("a.soi", b"# ALTERNATIVE NAME 1: A\n" + b"1: 1\n" * 9000 + b"1: \xb1\n", 9002, "UTF-8"),
        ("a.abif", "1:A\n2:A~B\n", 2, "no >, = or ,"),
        ("a.abif", "1:A\n" + "9" * 5000 + ":A\n", 2, "too great"),
        ("a.abif", "1:A\n٣:A\n", 2, "no “count: ballot”"),
        ("a.abif", "1:[A>B\n", 1, "missing before"),
        ("a.abif", "1:A==B\n", 1, "missing before"),
        ("a.abif", "1:A/2.5\n", 1, "no >, = or ,"),
        ("a.abif", "1:A>B\n=A:[Ala]\n", 1, "declared: 'B'"),
        ("a.csv", '"rank1,rank2\nA,B\n', 1, "no table"),
        ("a.csv", 'rank1,rank2\nA,B\n"A"x,B\n', 3, "no table"),
        ("a.csv", "rank1,rank2\nA,B\nA,B,C\n", 3, "3 cells"),
        ("a.csv", b"rank1\nA\nZaj\xb1c\n", 3, "UTF-8"),
        ("a.csv", "rank1\nA\nB\0\n", 3, "control sign in it: 'B\\x00'"),
        ("a.csv", 'rank1\nA\n"B\nC"\n', 4, "control sign in it: 'B\\nC'"),
        ("a.csv", "rank1\nA\n" + "B" * 200_000 + "\n", 3, "larger than field limit"),
        ("a.abif", "1:A\n1:B\0\n", 2, "control sign in it: 'B\\x00'"),
        ("a.abif", '{"title": "x\x1b[2K"}\n1:A\n', 1, "the title has a control sign"),
        ("a.abif", "1:A\n=A\x7f:[Ala]\n", 2, "control sign in it"),
        ("a.soi", "# ALTERNATIVE NAME 1: A\n# ALTERNATIVE NAME 2: B\0\n1: 1\n", 2, "control sign"),
        ("a.soi", "# TITLE: \x1b[2K\n# ALTERNATIVE NAME 1: A\n1: 1\n", 1, "the title has a contr"),
        ("a.soi", "# ALTERNATIVE NAME 1: A\n1: 1,\0\n", 2, "no order"),
    ],
    # Files of many lines would be names of many lines.
    ids=lambda value: repr(value)[:30],
)
def test_every_malformed_file_has_a_line(complaint, name, text, line, what):
    said = complaint(name, text, "--method", "ranked")
    assert f"line {line}: " in said
    assert what in said


def test_a_huge_line_costs_what_its_length_costs(counted, complaint):
    """In a time that grew with the square of the length these would take hours."""
    many = [f"o{number}" for number in range(150_000)]
    said = complaint("a.abif", "1:" + ">".join([*many, "o7"]) + "\n", "--method", "single")
    assert "line 1: a ballot names an option twice" in said
    equal = counted("a.abif", "2:" + "=".join(many) + "\n1:o5\n", "--method", "approval")
    assert (equal["winners"], equal["cast"]) == (["o5"], 3)
    names = "".join(f"# ALTERNATIVE NAME {n}: {name}\n" for n, name in enumerate(many, start=1))
    first = counted("a.soi", f"{names}3: 9\n", "--method", "single")
    assert first["winners"] == ["o8"]


def test_a_file_that_may_not_be_read(tmp_path, capsys):
    path = tmp_path / "secret.csv"
    path.write_text("rank1\nA\n")
    path.chmod(0)
    is_root = os.geteuid() == 0
    if is_root:  # root may read everything
        os.seteuid(65534)
    try:
        assert main([str(path), "--method", "single"]) == 2
    finally:
        if is_root:
            os.seteuid(0)
    said = capsys.readouterr()
    assert said.err == f"tally: {path}: Permission denied\n"
    assert main([str(tmp_path), "--method", "single", "--format", "csv"]) == 2
    assert "Is a directory" in capsys.readouterr().err
