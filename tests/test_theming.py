"""`tovholder themes`: any list of texts in, every row out once, whatever it holds."""

import csv
import io
import json
import random
from dataclasses import asdict

import pytest

from app import theming
from app.analysis import embedding
from tests.analysis import cards
from tests.test_cli import run

TEXTS = list(cards.ALL)


def written(folder, rows: list[str], name: str = "texts.csv", column: str = "text", separator: str = ","):
    file = folder / name
    with file.open("w", encoding="utf-8", newline="") as out:
        sheet = csv.writer(out, delimiter=separator)
        sheet.writerow(["number", column])
        sheet.writerows([number, text] for number, text in enumerate(rows))
    return file


def grouped(file, *words: str) -> dict:
    done = run("themes", file, "--format", "json", *words)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1
    return json.loads(done.stdout)


def rows_of(found: dict) -> list[int]:
    return sorted([row for theme in found["themes"] for row in theme["rows"]] + found["unplaced"])


def as_texts(found: dict, rows: list[str]) -> set[tuple[str, str, frozenset[str]]]:
    return {
        (theme["label"], rows[theme["typical"]], frozenset(rows[row] for row in theme["rows"]))
        for theme in found["themes"]
    }


@pytest.fixture(scope="module")
def result(tmp_path_factory) -> dict:
    return grouped(written(tmp_path_factory.mktemp("themes"), TEXTS))


def test_every_row_stands_in_one_place(result):
    assert rows_of(result) == list(range(len(TEXTS)))
    assert len(result["themes"]) > 1
    for theme in result["themes"]:
        assert list(theme) == ["id", "label", "terms", "typical", "rows"]
        assert theme["typical"] in theme["rows"]
        assert theme["label"]
    assert len({theme["id"] for theme in result["themes"]}) == len(result["themes"])


@pytest.fixture(scope="module")
def source() -> embedding.VectorSource:
    return embedding.source()


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_the_rows_changes_nothing(result, source, seed):
    shuffled = random.Random(seed).sample(TEXTS, len(TEXTS))
    assert as_texts(asdict(theming.grouped(shuffled, [], source)), shuffled) == as_texts(result, TEXTS)


def test_of_rows_that_say_the_same_the_order_chooses_none(source):
    twins = [f"{text}{end}" for text in cards.KEYS + cards.TIME for end in ("", "!", " ...")]
    found = theming.grouped(twins, [], source)
    turned = theming.grouped(twins[::-1], [], source)
    assert as_texts(asdict(found), twins) == as_texts(asdict(turned), twins[::-1])


def test_known_headings_come_first_with_what_belongs_under_them(tmp_path):
    texts = ["Tiden er for knap", "Vi har brug for mere tid", "Lederen bakker ikke op", "Ledelsen er væk", "🍕🍕"]
    known = tmp_path / "known.csv"
    known.write_text("heading,text\nTid,Vi har ingen tid\nLedelse,\nTid,\n", encoding="utf-8")
    found = grouped(written(tmp_path, texts), "--headings", str(known))
    assert [(theme["label"], theme["rows"]) for theme in found["themes"]] == [("Tid", [0, 1]), ("Ledelse", [2, 3])]
    assert found["unplaced"] == [4]


@pytest.mark.parametrize(
    "texts",
    [
        [],
        [""],
        ["Et kort"],
        ["", "  ", "\t"] * 10,
        ["😀🍕", "🎉", "…", "!!!"] * 10,
        ["ord"] * 40,
        ["Ingen tid til møder"] * 2000,
        ["وقت الاجتماعات قصير جدا", "会议时间太短了", "मेरा समय कम है", "Времени не хватает"] * 5,
        ["langt " * 83, "x" * 500, "æ" * 500] * 6,
        ['"; DROP TABLE card; --', "=1+1", "<b>fed</b>", "a\u202eb", "\x00"] * 4,
    ],
    ids=["none", "empty", "one", "blank", "emoji", "one word", "2000 alike", "other languages", "long", "hostile"],
)
def test_odd_lists_give_a_sensible_answer(source, texts):
    assert rows_of(asdict(theming.grouped(texts, [], source))) == list(range(len(texts)))


def test_two_thousand_alike_are_one_theme(source):
    texts = ["Ingen tid til møder"] * 2000 + ["Toget kører til lufthavnen"] * 30
    found = asdict(theming.grouped(texts, [], source))
    assert [len(theme["rows"]) for theme in found["themes"]] in ([2000, 30], [2000])


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_sheets_of_every_spreadsheet_are_read(tmp_path, separator):
    file = written(tmp_path, TEXTS[:3], column="Dit råd", separator=separator)
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert grouped(file, "--column", "Dit råd")["unplaced"] == [0, 1, 2]


@pytest.mark.parametrize(
    ("content", "words", "said"),
    [
        (b"number,text\n1,a\n", ("--column", "card"), "has no column card; it has: number, text"),
        ("text\nblåbær\n".encode("latin-1"), (), "is not in UTF-8"),
        (b"", (), "is empty"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_line_and_exit_code_two(tmp_path, content, words, said):
    file = tmp_path / "wrong.csv"
    file.write_bytes(content)
    done = run("themes", file, "--format", "json", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_missing_file_is_one_line_and_exit_code_two(tmp_path):
    done = run("themes", tmp_path / "nowhere.csv")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)


def test_the_sheet_and_the_table_say_the_same(tmp_path, result):
    file = written(tmp_path, TEXTS)
    sheet = list(csv.DictReader(io.StringIO(run("themes", file, "--format", "csv").stdout)))
    assert [row["text"] for row in sheet] == TEXTS
    for theme in result["themes"]:
        assert [int(row["row"]) for row in sheet if row["theme"] == theme["id"]] == theme["rows"]
    table = run("themes", file).stdout
    assert [theme["label"] in table for theme in result["themes"]] == [True] * len(result["themes"])


def test_a_sheet_calculates_nothing(tmp_path):
    out = run("themes", written(tmp_path, ["=1+1", "@SUM(A1)", "+45"]), "--format", "csv").stdout
    assert [row["text"] for row in csv.DictReader(io.StringIO(out))] == ["'=1+1", "'@SUM(A1)", "'+45"]
