"""A school.json and a pupils.csv as schools write them, and as they should not."""

from __future__ import annotations

from pathlib import Path

import pytest

from moderator.domain import Pupil
from moderator.errors import ConfigError
from moderator.settings.school_file import read_pupils, read_school

HEADER = "first_name,last_name,known_as,class,photo_consent\n"


def csv(folder: Path, text: str | bytes) -> Path:
    path = folder / "pupils.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def told(path: Path) -> list[str]:
    with pytest.raises(ConfigError) as error:
        read_pupils(path)
    *faults, last = str(error.value).splitlines()
    assert last == "Then run: moderator check"
    return [fault.removeprefix(str(path)) for fault in faults]


def test_a_school_and_its_roll_are_read_from_one_folder(tmp_path: Path) -> None:
    csv(tmp_path, f"{HEADER}Tolliver,Amberley,Tolly,Team 2,yes\n")
    (tmp_path / "school.json").write_text(
        """{"name": "Larkfield Infants", "place": "by the sea", "classes": ["Team 2"], "staff": ["Mrs Example"],
        "official_accounts": {"x": "@Lark"}, "allowed_accounts": ["@LarkPTA"], "public_figures": ["Mary Seacole"]}""",
        encoding="utf-8",
    )

    school, pupils = read_school(tmp_path)

    assert (school.id, school.name, school.official_accounts) == ("school", "Larkfield Infants", {"x": "@Lark"})
    assert (school.allowed_accounts, school.staff) == (("@LarkPTA",), ("Mrs Example",))
    assert (school.public_figures, school.classes) == (("Mary Seacole",), ("Team 2",))
    assert pupils == (Pupil("Tolliver", "Amberley", "Tolly", "Team 2", True),)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('{"name": "Larkfield",\n}', "school.json:2:1: is not valid JSON"),
        ('{"staff": "Mrs Example"}', 'name: missing; for example name = "Valewood Primary"'),
        ('{"name": "L", "staff": "Mrs Example"}', "staff: must be a list in [ ]"),
        ('{"name": "L", "official_accounts": ["@Lark"]}', "official_accounts: must be a table"),
        ("[]", "school.json: must be a table"),
    ],
)
def test_a_faulty_school_file_is_told(tmp_path: Path, text: str, fault: str) -> None:
    csv(tmp_path, HEADER)
    (tmp_path / "school.json").write_text(text, encoding="utf-8")

    with pytest.raises(ConfigError) as error:
        read_school(tmp_path)

    assert fault in str(error.value)


def test_a_school_without_files_is_told_which_one_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"school\.json: cannot be read: No such file"):
        read_school(tmp_path)
    (tmp_path / "school.json").write_text('{"name": "Larkfield"}', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"pupils\.csv: cannot be read: No such file"):
        read_school(tmp_path)


@pytest.mark.parametrize(
    ("text", "pupils", "why"),
    [
        (HEADER, (), "a header alone is an empty roll"),
        (f"{HEADER}Zofia,Nowak,,Team 1,no\n", (Pupil("Zofia", "Nowak", "", "Team 1", False),), "no consent"),
        (f"{HEADER}Zofia,Nowak,,,\n", (Pupil("Zofia", "Nowak"),), "nobody asked about consent"),
        (f"{HEADER}Zofia,Nowak,,,YES\n", (Pupil("Zofia", "Nowak", photo_consent=True),), "capitals"),
        (f"\ufeff{HEADER}Zofia,Nowak,,,\n", (Pupil("Zofia", "Nowak"),), "as a spreadsheet saves it, with its mark"),
        (f"{HEADER}\r\n Zofia ,Nowak,,,\r\n,,,,\r\n", (Pupil("Zofia", "Nowak"),), "empty rows and spaces around"),
        ("last_name,first_name\nNowak,Zofia\n", (Pupil("Zofia", "Nowak"),), "fewer columns, in another order"),
        (f'{HEADER}"Anne, Marie",O\'Dell,,,\n', (Pupil("Anne, Marie", "O'Dell"),), "a comma in quotes"),
        (f"{HEADER}Łucja,王,,,\n", (Pupil("Łucja", "王"),), "names of every language"),
        (f"{HEADER}Zofia,,,,\n", (Pupil("Zofia"),), "a child with one name"),
    ],
)
def test_a_roll_is_read_as_schools_write_it(tmp_path: Path, text: str, pupils: tuple[Pupil, ...], why: str) -> None:
    assert read_pupils(csv(tmp_path, text)) == pupils, why


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("first_name,last_name,date_of_birth\n", ':1: column "date_of_birth" is not one of first_name, last_name, '),
        (
            "first_name,last_nam\n",
            ':1: column "last_nam" is not one of first_name, last_name, known_as, class, photo_con',
        ),
        ("first_name\n", ":1: column last_name is missing"),
        ("first_name,last_name,first_name\n", ":1: column first_name stands there twice"),
        ("", ":1: column first_name is missing"),
        (b"first_name,last_name\nZo\xeb,Nowak\n", ": is not UTF-8 text. Save it again with the encoding UTF-8"),
        ('first_name,last_name\n"Zofia,Nowak\n', ": is not a CSV file: unexpected end of data"),
    ],
)
def test_what_is_no_roll_is_refused(tmp_path: Path, text: str | bytes, fault: str) -> None:
    assert told(csv(tmp_path, text))[0].startswith(fault)


def test_a_column_that_matching_does_not_need_is_to_be_deleted_and_a_misspelt_one_to_be_mended(tmp_path: Path) -> None:
    faults = told(csv(tmp_path, "first_name,last_name,UPN,know_as\n"))

    assert faults[0].endswith("; delete it, so that it is not held here")
    assert faults[1].endswith("; did you mean known_as?")


def test_bad_rows_are_told_all_at_once_by_number_and_without_a_name(tmp_path: Path) -> None:
    path = csv(
        tmp_path,
        f"{HEADER}Zofia,Nowak,,,\n,Amberley,,,\nTolliver,Amberley,,,maybe\n\nTolliver,Amberley\n"
        f'Tolliver,{"Amberley" * 11},,,\n"Tolli\nver",Amberley,,,\n',
    )

    faults = told(path)

    assert faults == [
        ": row 3: first_name is empty",
        ": row 4: photo_consent must be yes, no or empty",
        ": row 6: has 2 cells where the header has 5",
        ": row 7: last_name is longer than 80 characters",
        ": row 8: first_name holds a line break or another unprintable character",
    ]
    assert not any(name in "".join(faults) for name in ("Zofia", "Tolli", "Amberley", "maybe"))


def test_a_wholly_wrong_file_is_not_told_row_by_row(tmp_path: Path) -> None:
    faults = told(csv(tmp_path, HEADER + "a,b\n" * 500))

    assert len(faults) == 21
    assert faults[-1] == ": and 480 more rows like these"
