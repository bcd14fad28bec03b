"""Reading OneRoster packages: what exports really look like, and what is no OneRoster 1.2."""

import zipfile
from pathlib import Path

import pytest

from meetrec.people import oneroster
from meetrec.people.oneroster import PackageRefused, read_package, rows_of
from meetrec.people.oneroster_rows import READ, Refusal, RefusalReason, agents_of, read_day, refusal_of
from meetrec.people.roster_staging import Staging
from tests.fixtures.roster import small_roster, write_roster

MANIFEST = "propertyName,value\noneroster.version,1.2\nfile.orgs,delta\n"


def folder_with(tmp_path: Path, orgs: bytes, manifest: str = MANIFEST) -> Path:
    (tmp_path / "manifest.csv").write_text(manifest)
    (tmp_path / "orgs.csv").write_bytes(orgs)
    return tmp_path


def test_a_mark_at_the_beginning_quotes_windows_lines_and_lines_within_a_cell_are_read(tmp_path: Path) -> None:
    package = read_package(
        folder_with(tmp_path, '\ufeff"sourcedId",name,type\r\n"a","Lincoln, ""North""\r\nSchool",school\r\n\r\nb,Harbor,school\r\n'.encode())
    )
    rows = list(rows_of(package, "orgs", ("name", "sourcedId")))
    assert [(row.line, row.values) for row in rows] == [(2, ('Lincoln, "North"\r\nSchool', "a")), (5, ("Harbor", "b"))]


def test_a_column_that_the_file_lacks_reads_as_empty_and_a_needed_one_is_asked_for(tmp_path: Path) -> None:
    package = read_package(folder_with(tmp_path, b"sourcedId,name\na,Lincoln\n"))
    assert [row.values for row in rows_of(package, "orgs", ("status", "name"))] == [("", "Lincoln")]
    with pytest.raises(PackageRefused, match=r"orgs\.csv lacks the column type"):
        list(rows_of(package, "orgs", ("name", "type"), ("type",)))


@pytest.mark.parametrize("row", [b"a", b"a,Lincoln,school,more"])
def test_a_row_of_another_length_than_the_heading_is_told(tmp_path: Path, row: bytes) -> None:
    package = read_package(folder_with(tmp_path, b"sourcedId,name,type\n" + row + b"\n"))
    assert [one.is_whole for one in rows_of(package, "orgs", ("sourcedId",))] == [False]


def test_a_file_that_is_not_utf_8_is_refused_with_its_line(tmp_path: Path) -> None:
    package = read_package(folder_with(tmp_path, "sourcedId,name,type\na,Peña,school\n".encode("latin-1")))
    with pytest.raises(PackageRefused, match=r"orgs\.csv is not UTF-8"):
        list(rows_of(package, "orgs", ("name",)))


@pytest.mark.parametrize(
    ("manifest", "sentence"),
    [
        ("propertyName,value\nfile.orgs,delta\n", "no version"),
        ("propertyName,value\noneroster.version,1.1\nfile.orgs,delta\n", "Only 1.2 can be read"),
        ("propertyName,value\noneroster.version,1.2\n", "names no file"),
        ("propertyName,value\noneroster.version,1.2\nfile.orgs,bulk\nfile.users,delta\n", "mixes whole files"),
        ("propertyName,value\noneroster.version,1.2\nfile.orgs,delta\nfile.users,delta\n", r"names users\.csv, but the package does not hold it"),
    ],
)
def test_a_manifest_that_cannot_be_followed_is_refused_with_a_sentence(tmp_path: Path, manifest: str, sentence: str) -> None:
    with pytest.raises(PackageRefused, match=sentence):
        read_package(folder_with(tmp_path, b"sourcedId,name,type\n", manifest))


def test_what_is_no_package_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear district")
    for path, sentence in ((tmp_path / "letter.txt", "neither a zip file"), (tmp_path, "no manifest"), (tmp_path / "nowhere.zip", "There is no")):
        with pytest.raises(PackageRefused, match=sentence):
            read_package(path)


def test_the_hash_is_of_what_came(tmp_path: Path) -> None:
    first, again = (read_package(folder_with(tmp_path, b"sourcedId,name,type\n" + row)).sha256 for row in (b"a,A,school\n", b"b,B,school\n"))
    assert first != again


@pytest.mark.requirement("B-13")
def test_only_the_columns_asked_for_leave_a_row(tmp_path: Path) -> None:
    package = read_package(write_roster(tmp_path / "roster.zip", small_roster()))
    rows = list(rows_of(package, "demographics", ("sourcedId", "birthDate")))
    assert rows[0].values == ("p1", "2015-03-04")
    assert package.files == ("orgs", "users", "roles", "enrollments", "demographics")
    assert package.source_system == "Example SIS"


@pytest.mark.requirement("B-08")
@pytest.mark.parametrize(
    ("identifier", "takes_nine_digits", "is_refused"),
    [
        ("219099999", False, True),
        ("219099999", True, False),
        ("219-09-9999", True, True),
        ("2190999991", False, False),
        ("3f2504e0-4f89-11d3-9a0c-0305e82c3301", False, False),
    ],
)
def test_identifiers_that_may_be_social_security_numbers(identifier: str, takes_nine_digits: bool, is_refused: bool) -> None:
    said = {"sourcedId": identifier, "status": "", "birthDate": ""}
    expected = Refusal("sourcedId", RefusalReason.LOOKS_LIKE_A_NUMBER_WE_MAY_NOT_KEEP) if is_refused else None
    assert refusal_of("demographics", said, takes_nine_digits=takes_nine_digits) == expected


@pytest.mark.requirement("B-08")
@pytest.mark.requirement("B-09")
@pytest.mark.parametrize(
    ("field", "text", "is_refused"),
    [
        ("givenName", "Ana A12345678", True),
        ("familyName", "Rivera 123/45/6789", True),
        ("email", "a12345678@example.org", False),
        ("email", "123-45-6789@example.org", True),
        ("phone", "987 654 321", False),
        ("phone", "123-45-6789", True),
        ("givenName", "Ana 2", False),
    ],
)
def test_names_and_addresses_are_asked_for_numbers_never_kept(field: str, text: str, is_refused: bool) -> None:
    said = dict.fromkeys(READ["users"], "") | {"sourcedId": "u1", "givenName": "Ana", "familyName": "Rivera"} | {field: text}
    expected = Refusal(field, RefusalReason.LOOKS_LIKE_A_NUMBER_WE_MAY_NOT_KEEP) if is_refused else None
    assert refusal_of("users", said, takes_nine_digits=False) == expected


def test_days_are_those_of_iso_and_moments_count_as_their_day() -> None:
    assert [str(read_day(text)) for text in ("2026-08-17", "2026-08-17T00:00:00Z", "08/17/2026", "2026-02-30", "20260817")] == [
        *("2026-08-17", "2026-08-17"),
        *("None", "None", "None"),
    ]


def test_a_list_of_identifiers() -> None:
    assert agents_of("a, b,,a ") == ["a", "b"]


@pytest.mark.parametrize(
    ("bound", "value", "sentence"),
    [
        ("LARGEST_MANIFEST", 40, "manifest.csv is larger"),
        ("LARGEST_FILE", 100, "csv is larger"),
        ("LARGEST_PACKAGE", 500, "together larger"),
    ],
)
def test_a_package_larger_than_a_roster_can_be_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: str, value: int, sentence: str
) -> None:
    package = write_roster(tmp_path / "roster.zip", small_roster())
    read_package(package)
    monkeypatch.setattr(oneroster, bound, value)
    with pytest.raises(PackageRefused, match=sentence):
        read_package(package)


def test_a_file_that_was_made_to_fill_a_disk_is_refused(tmp_path: Path) -> None:
    package = tmp_path / "bomb.zip"
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.csv", MANIFEST)
        archive.writestr("orgs.csv", b"sourcedId,name\n" + b"0" * (4 * 2**20))
    with pytest.raises(PackageRefused, match=r"orgs\.csv is larger than a roster can be"):
        read_package(package)


def test_a_file_with_more_rows_than_a_roster_can_have_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = read_package(folder_with(tmp_path, b"sourcedId,name,type\n" + b"a,A,school\n" * 4))
    monkeypatch.setattr(oneroster, "MOST_ROWS", 4)
    assert len(list(rows_of(package, "orgs", ("name",)))) == 4
    monkeypatch.setattr(oneroster, "MOST_ROWS", 3)
    with pytest.raises(PackageRefused, match="more rows than a roster can have"):
        list(rows_of(package, "orgs", ("name",)))


def test_a_package_for_which_the_disk_has_no_room_is_refused_before_it_is_laid_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = read_package(write_roster(tmp_path / "roster.zip", small_roster()))
    oneroster.require_room(package, tmp_path)
    monkeypatch.setattr(oneroster, "ROOM_FOR_EACH_BYTE", 2**60)
    staging = Staging.create(tmp_path / "layouts", "one")
    try:
        with pytest.raises(PackageRefused, match="has not room enough for this roster"):
            staging.read(package, takes_nine_digits=False)
        assert staging.one("SELECT count(*) FROM sqlite_master") == 0
    finally:
        staging.remove()
