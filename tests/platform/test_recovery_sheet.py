"""The key-recovery sheet: what is printed can be typed, and a wrong line is named by its number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetrec.platform.recovery_sheet import RecoverySheetError, parse_recovery_sheet, render_recovery_sheet

SECRETS = {"district-key": bytes(range(32)), "wrapping-key-1": bytes(range(100, 132))}
SHEET = render_recovery_sheet(SECRETS, "KEY-RECOVERY SHEET · Lincoln")
LINES = SHEET.splitlines()[2:]


@given(st.dictionaries(st.from_regex(r"[a-z0-9]{1,9}(-[a-z0-9]{1,9}){0,3}", fullmatch=True), st.binary(min_size=1, max_size=80), max_size=4))
def test_what_is_printed_is_read_back(secrets: dict[str, bytes]) -> None:
    assert parse_recovery_sheet(render_recovery_sheet(secrets)) == secrets


def test_sheet_is_short_groups_with_a_number_and_a_check_on_each_line() -> None:
    assert len(LINES) == 9
    assert [int(line.split()[0]) for line in LINES] == list(range(1, 10))
    assert all(len(line.split()[-1]) == 4 for line in LINES)
    assert {len(group) for line in (LINES[1], LINES[2]) for group in line.split()[1:-1]} == {5}
    assert not set("ILOU") & set("".join(LINES[1].split()))


@pytest.mark.parametrize(
    "typed",
    [
        SHEET.lower(),
        SHEET.replace("0", "O"),
        "\n\n".join(LINES),
        "\n".join(line.replace("  ", " ") for line in LINES),
        "\n".join(line.strip().replace(" ", ". ", 1) for line in LINES),
        "\n".join(reversed(LINES)),
        SHEET + "\nSigned in the superintendent's office\n",
        "\n".join(line if " KEY " in line or "END" in line else f"{line[:5]}{line[5:].replace(' ', '-')}" for line in LINES),
    ],
)
def test_case_spacing_order_and_remarks_do_not_matter(typed: str) -> None:
    assert parse_recovery_sheet(typed) == SECRETS


def _retyped(line: int, old: str, new: str) -> str:
    changed = list(LINES)
    assert old in changed[line - 1]
    changed[line - 1] = changed[line - 1].replace(old, new, 1)
    return "\n".join(changed)


def test_look_alikes_in_a_row_are_understood() -> None:
    row = next(number for number in range(2, 5) if "0" in LINES[number - 1][5:47] or "1" in LINES[number - 1][5:47])
    body = LINES[row - 1][5:47]
    assert parse_recovery_sheet(_retyped(row, body, body.replace("0", "o").replace("1", "l"))) == SECRETS


@pytest.mark.parametrize("number", range(1, 10))
def test_every_mistyped_line_is_named_by_its_number(number: int) -> None:
    body = LINES[number - 1][5:]
    for at in [index for index, letter in enumerate(body) if letter.isalnum()]:
        other = "7" if body[at] != "7" else "8"
        with pytest.raises(RecoverySheetError, match=f"Line {number} of the recovery sheet") as refused:
            parse_recovery_sheet(_retyped(number, body, body[:at] + other + body[at + 1 :]))
        assert refused.value.lines == (number,)


@pytest.mark.parametrize("number", range(1, 10))
def test_every_missing_line_is_named_by_its_number(number: int) -> None:
    with pytest.raises(RecoverySheetError) as refused:
        parse_recovery_sheet("\n".join(line for line in LINES if line != LINES[number - 1]))
    assert refused.value.lines == (number,)
    assert "missing" in str(refused.value)


def test_swapped_bodies_and_a_line_typed_twice_are_named() -> None:
    swapped = [*LINES]
    swapped[1], swapped[2] = swapped[1][:5] + swapped[2][5:], swapped[2][:5] + swapped[1][5:]
    with pytest.raises(RecoverySheetError) as refused:
        parse_recovery_sheet("\n".join(swapped))
    assert refused.value.lines == (2, 3)
    with pytest.raises(RecoverySheetError) as refused:
        parse_recovery_sheet("\n".join([*LINES, LINES[4]]))
    assert refused.value.lines == (5,)


def test_lines_of_two_sheets_are_not_mixed() -> None:
    other = render_recovery_sheet({**SECRETS, "wrapping-key-1": bytes(32)}).splitlines()[2:]
    with pytest.raises(RecoverySheetError, match="different sheets"):
        parse_recovery_sheet("\n".join([*LINES[:6], other[6], *LINES[7:]]))


@pytest.mark.parametrize("typed", ["", "KEY-RECOVERY SHEET", "nothing numbered\nhere"])
def test_text_without_lines_is_a_sentence(typed: str) -> None:
    with pytest.raises(RecoverySheetError, match="No numbered line"):
        parse_recovery_sheet(typed)


@pytest.mark.parametrize(("label", "secret"), [("Two Words", b"x"), ("", b"x"), ("key", b""), ("-key", b"x")])
def test_what_could_not_be_read_back_is_not_printed(label: str, secret: bytes) -> None:
    with pytest.raises(ValueError, match="cannot print"):
        render_recovery_sheet({label: secret})
