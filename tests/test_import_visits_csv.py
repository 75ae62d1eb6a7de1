"""A CSV file comes in row by row, whatever program wrote it and whatever went wrong with it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ingest.csv_file import LONGEST, CsvFile, CsvProblem, separator_of
from bot.ingest.rejected import FORMULA_STARTS, plain_cell, safe_cell

Read = Callable[[bytes | str], list[tuple[int, list[str], str | None]]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read(content: bytes | str) -> list[tuple[int, list[str], str | None]]:
        path = tmp_path / "some.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        with CsvFile(path) as file:
            return [(row.line, row.cells, row.problem) for row in file.records()]

    return read


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_a_usual_separator_is_found_in_the_header(read: Read, separator: str) -> None:
    rows = read(separator.join("abc") + "\n" + separator.join(["1", '"x,y;z\tw|v"', "3"]) + "\n")
    assert rows == [(2, ["1", "x,y;z\tw|v", "3"], None)]


@pytest.mark.parametrize("separator", ["^", "~", "#", "§"])
def test_any_other_separator_can_be_named(read: Read, separator: str) -> None:
    rows = read(f"sep={separator}\n" + separator.join("abc") + "\n" + separator.join("1,3") + "\n")
    assert rows == [(3, ["1", ",", "3"], None)]


def test_separators_inside_quoted_names_do_not_count() -> None:
    assert separator_of('"Name, first";"Name, last";Phone') == ";"


def test_a_bom_is_no_part_of_the_first_name(tmp_path: Path) -> None:
    path = tmp_path / "bom.csv"
    path.write_bytes("\ufeffname,phone\nLiis,1\n".encode())
    with CsvFile(path) as file:
        assert file.header == ["name", "phone"]
        assert file.marked


def test_the_line_that_names_the_separator_for_excel_is_no_header(read: Read) -> None:
    assert read("sep=;\r\na;b\r\n1;2\r\n") == [(3, ["1", "2"], None)]


def test_cells_may_span_lines(read: Read) -> None:
    assert read('a,b\n1,"two\nlines"\n2,x\n') == [(2, ["1", "two\nlines"], None), (4, ["2", "x"], None)]


def test_a_last_line_without_its_end_is_read(read: Read) -> None:
    assert read("a,b\r\n1,2") == [(2, ["1", "2"], None)]


def test_rows_without_any_text_are_no_rows(read: Read) -> None:
    assert read("a,b\n\n,\n 1,2\n \t,  \n") == [(4, [" 1", "2"], None)]


def test_a_row_may_be_short_and_may_end_in_empty_cells(read: Read) -> None:
    assert read("a,b\n1\n1,2,,\n") == [(2, ["1"], None), (3, ["1", "2"], None)]


def test_more_cells_than_columns_is_a_problem_of_that_row(read: Read) -> None:
    (first, second) = read("a,b\n1,Tartu, city\n3,4\n")
    assert first[2] is not None
    assert "more cells than the header" in first[2]
    assert first[1] == ["1", "Tartu", " city"]
    assert second == (3, ["3", "4"], None)


def test_a_line_that_is_not_utf8_is_a_problem_of_that_line(read: Read) -> None:
    (first, second) = read(b"a,b\n1,\xd5nne\n2,x\n")
    assert first[2] == "it is not UTF-8 (byte 0xD5); save the file as CSV UTF-8"
    assert first[1] == ["1", "\\xd5nne"]
    assert second == (3, ["2", "x"], None)


def test_a_quote_that_never_closes_costs_its_own_row_only(read: Read) -> None:
    rows = read('a,b\n1,"open\n2,x\n3,y\n')
    assert [(line, bool(problem)) for line, _, problem in rows] == [(2, True), (3, False), (4, False)]
    assert rows[1][1] == ["2", "x"]


def test_a_quote_closed_by_a_later_row_costs_its_own_row_only(read: Read) -> None:
    rows = read('a,b\n1,"open\n2,x\n3,"Tartu, city"\n4,z\n')
    assert [(line, bool(problem)) for line, _, problem in rows] == [
        (2, True),
        (3, False),
        (4, False),
        (5, False),
    ]
    assert rows[2][1] == ["3", "Tartu, city"]


def test_an_open_quote_in_a_long_file_is_given_up_in_bounded_memory(read: Read) -> None:
    rest = "2,x\n" * (LONGEST // 4 + 10)
    rows = read('a,b\n1,"open\n' + rest)
    assert rows[0][2] is not None
    assert "closed" in rows[0][2]
    assert len(rows) == 1 + rest.count("\n")
    assert not any(problem for _, _, problem in rows[1:])


def test_a_line_without_end_is_refused_without_being_kept(read: Read) -> None:
    rows = read("a,b\n" + "x" * (2 * LONGEST) + ",1\n2,y\n")
    assert rows[0][2] == "it is over 4 MiB; shorten it"
    assert len(rows[0][1][0]) < 1000
    assert rows[1] == (3, ["2", "y"], None)


def test_a_megabyte_in_one_cell_is_read(read: Read) -> None:
    assert len(read("a,b\n1," + "x" * 1_000_000 + "\n")[0][1][1]) == 1_000_000


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "it is empty"),
        (b"\xef\xbb\xbf", "it is empty"),
        (b"\n\n", "it is empty"),
        ("a,b\n".encode("utf-16"), "UTF-16"),
        (b"PK\x03\x04rest", "spreadsheet"),
        (b"\x1f\x8brest", "compressed"),
        (b"a,b\r1,2\r", "CR alone"),
        (b"a,\xd5\n1,2\n", "not UTF-8"),
        (b'a,"b\n1,2\n', "the header cannot be read"),
    ],
)
def test_a_file_without_a_header_to_read_is_refused_with_its_name(
    read: Read, content: bytes, told: str
) -> None:
    with pytest.raises(CsvProblem, match=rf"some\.csv: .*{told}"):
        read(content)


def test_a_file_that_grows_while_it_is_read_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "growing.csv"
    path.write_text("a,b\n1,2\n")
    with CsvFile(path) as file:
        assert file.changed() is None
        with path.open("a") as more:
            more.write("3,4\n")
        assert [row.cells for row in file.records()] == [["1", "2"], ["3", "4"]]
        assert file.changed() == "it had 8 bytes at the start and has 12 now"


cells = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x00"), min_size=1, max_size=8).filter(
    str.strip
)


@given(st.lists(st.lists(cells, min_size=2, max_size=2), min_size=1, max_size=5))
def test_what_the_standard_library_writes_is_read_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    import csv

    path = tmp_path_factory.mktemp("csv") / "written.csv"
    with path.open("w", encoding="utf-8", newline="") as target:
        csv.writer(target).writerows([["first", "second"], *rows])
    with CsvFile(path) as file:
        assert [row.cells for row in file.records()] == rows


@given(st.binary(max_size=300))
def test_no_bytes_whatever_make_reading_stumble_or_lose_a_line(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("csv") / "bytes.csv"
    path.write_bytes(b"first,second\n" + content)
    with CsvFile(path) as file:
        lines = [row.line for row in file.records()]
    assert lines == sorted(set(lines))


@given(st.text(max_size=6))
def test_no_cell_is_a_formula_and_every_cell_comes_back(text: str) -> None:
    safe = safe_cell(text)
    assert safe[:1] not in FORMULA_STARTS
    assert safe.lstrip()[:1] not in FORMULA_STARTS
    assert plain_cell(safe) == text or text.startswith("'")
