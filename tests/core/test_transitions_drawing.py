"""The diagram says what the table says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.core.management import call_command
from django.template import Context, Template
from django.utils import translation

from core.transitions import ANYONE, Machine, State, Transition
from core.transitions.checks import machines
from core.transitions.drawing import _stations, _tracks, diagram, rows
from tests.core.parcels import MACHINE, Parcel

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """Sentences are compared as they stand in the code."""
    with translation.override("en"):
        yield


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]  # noqa: S314


def test_every_state_and_every_transition_is_in_it() -> None:
    drawn = texts(diagram(MACHINE))
    for state in MACHINE.states.values():
        assert state.label_staff in drawn
    expected = sum(len(MACHINE.rows_from(state)) for state in MACHINE.states)
    assert len(drawn) == len(MACHINE.states) + expected
    assert "→ Hand over" in drawn
    assert "↻ Change the address" in drawn


def test_the_table_says_the_same_in_words() -> None:
    found = rows(MACHINE, current="moving")
    assert len(found) == sum(len(MACHINE.rows_from(state)) for state in MACHINE.states)
    first = found[0]
    assert (first.source, first.label, first.target) == (
        "Packed at the counter", "Hand over", "With the carrier",
    )  # fmt: skip
    assert str(first.who) == "Urzędnik or the sender"
    assert first.mail == "parcel_sent"
    assert {row.source for row in found if row.is_current} == {"With the carrier"}
    assert rows(MACHINE, staff=False)[0].label == "Send"


def test_a_page_with_a_strict_policy_can_hold_it() -> None:
    svg = diagram(MACHINE, current="lost")
    assert not re.search(r"\b(style|on\w+|href|class)=", svg)
    assert "<style" not in svg
    root = ElementTree.fromstring(svg)  # noqa: S314
    assert root.get("role") == "img"
    title = root.find(f"{SVG}title")
    assert title is not None
    assert title.get("id") == root.get("aria-labelledby")
    assert 'stroke-width="4"' in svg


def test_words_are_escaped() -> None:
    states = [State("a", "<script>&\"'", "a"), State("b", "b", "b")]
    row = Transition("go", "a", "b", who=ANYONE, label_staff="</text><b>")
    svg = diagram(Machine("bad", states, [row], initial="a"))
    assert texts(svg)[:2] == ["<script>&\"'", "→ </text><b>"]


def test_no_two_tracks_lie_on_each_other() -> None:
    names = [f"s{number}" for number in range(9)]
    transitions = [
        Transition(f"{one}to{two}", one, two, who=ANYONE, label_staff="x")
        for one in names
        for two in names
        if one != two
    ]
    machine = Machine("all", [State(n, n, n) for n in names], transitions, initial="s0")
    tracks = _tracks(_stations(machine))
    assert len(tracks) == 9
    for one in tracks:
        for other in tracks:
            if one is not other and one.column == other.column:
                assert one.bottom < other.top or one.top > other.bottom


def test_staff_see_where_an_object_is() -> None:
    template = Template("{% load state_diagram %}{% state_diagram parcel %}")
    page = template.render(Context({"parcel": Parcel(state="lost")}))
    assert "The present state is “Lost, claim open”." in page
    assert "<svg" in page
    assert page.count("<tr") == 1 + len(rows(MACHINE))
    assert 'aria-current="true"' in page


class TestCommand:
    @pytest.fixture(autouse=True)
    def _one_table(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(
            "core.management.commands.draw_states.machines", lambda: [(Parcel, MACHINE)]
        )

    def test_it_writes_a_drawing_and_a_page(self, tmp_path: Path) -> None:
        call_command("draw_states", to=tmp_path)
        drawing = (tmp_path / "parcels.svg").read_text()
        assert "→ Hand over" in texts(drawing)
        page = (tmp_path / "parcels.md").read_text()
        assert "| Packed at the counter | Hand over | With the carrier | Urzędnik or" in page
        assert "| Lost, claim open | We are looking for it |" in page

    def test_it_tells_what_is_out_of_date(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit):
            call_command("draw_states", to=tmp_path, check=True)
        assert not list(tmp_path.iterdir())
        call_command("draw_states", to=tmp_path)
        call_command("draw_states", to=tmp_path, check=True)
        assert "Everything is as the tables say." in capsys.readouterr().out


def test_the_drawings_in_the_documentation_are_up_to_date(root: Path) -> None:
    call_command("draw_states", to=root / "docs" / "diagrams", check=True)
    drawn = {path.stem for path in (root / "docs" / "diagrams").glob("*.svg")}
    assert drawn == {machine.name for _model, machine in machines()}
