"""Text on lines: cells, cuts, strips."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style

from nltui.model.rows import Cell
from nltui.ui.hexdump import hex_lines, line_width, per_line
from nltui.ui.text import cell_parts, cells, crop, crop_middle, cut, fit, sentence, strip
from nltui.ui.theme import DARK, Paint

PAINT = Paint(DARK)
STYLE, DIM = Style(bold=True), Style(dim=True)
VISIBLE = st.text(st.sampled_from("ab:/ .[]网é…0"), max_size=30)


def test_crops_say_that_something_is_missing() -> None:
    assert crop("loopback", 6) == "loopb…"
    assert crop("网络接口", 5) == "网络…"
    assert crop_middle("2001:db8::1234/64", 11) == "2001:…34/64"


def test_addresses_keep_both_ends_and_their_dimmed_prefix() -> None:
    cell = Cell("2001:db8:1111:2222::5/64", dim_from=21)
    assert cell_parts(cell, 14, STYLE, DIM, False) == [("2001:db…::5", STYLE), ("/64", DIM)]


def test_numbers_stand_at_the_right() -> None:
    assert fit("42", 5, right=True) == "   42"
    assert cell_parts(Cell("42"), 5, STYLE, DIM, True) == [("   ", STYLE), ("42", STYLE)]


@given(VISIBLE, st.integers(0, 40))
def test_a_cut_never_exceeds_its_cells(text: str, width: int) -> None:
    assert cells(cut(text, width)) <= width
    assert cells(crop(text, width)) <= width
    assert cells(fit(text, width)) == width


@given(st.lists(VISIBLE, max_size=5), st.integers(0, 60))
def test_a_strip_is_exactly_as_wide_as_asked(texts: list[str], width: int) -> None:
    made = strip([(text, STYLE) for text in texts], width, DIM)
    assert sum(cells(segment.text) for segment in made) == width


@given(VISIBLE, st.integers(-1, 30), st.integers(1, 40), st.booleans())
def test_a_cell_is_exactly_as_wide_as_its_column(text: str, dim_from: int, width: int, right: bool) -> None:
    parts = cell_parts(Cell(text, dim_from=min(dim_from, len(text))), width, STYLE, DIM, right)
    assert sum(cells(text) for text, _ in parts) == width


@given(VISIBLE, st.integers(2, 40))
def test_a_sentence_keeps_every_letter(text: str, width: int) -> None:
    lines = sentence(text, width)
    assert "".join(lines).replace(" ", "") == "".join(text.split())
    assert all(cells(line) <= width for line in lines)


def test_hex_takes_as_many_bytes_as_the_width_has() -> None:
    assert [per_line(width) for width in (40, 80, 150)] == [8, 16, 32]
    for count in (8, 16, 32):
        width = line_width(count)
        assert all(sum(len(t) for t, _ in line) <= width for line in hex_lines(bytes(64), width, range(0), PAINT))


def test_hex_marks_exactly_the_bytes_asked_for() -> None:
    lines = hex_lines(bytes(range(32)), 80, range(4, 8), PAINT)
    marked = [text for text, style in lines[0] if style.bgcolor == PAINT.style(ground="mark").bgcolor]
    assert " ".join(marked).split() == ["04", "05", "06", "07", *"····"]
