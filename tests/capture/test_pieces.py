"""The piece envelope: what goes in comes out, and nothing can be changed on the way."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meetrec.capture.errors import PieceRefused, SignatureRefused
from meetrec.capture.pieces import (
    GAP_KINDS,
    JOURNAL_BLOCK_FRAMES,
    Gap,
    PieceHeader,
    encode_flac,
    end_piece,
    journal_block,
    journal_start,
    open_piece,
    parse_piece,
    read_journal,
    require_kiosk_signed,
    samples_of,
    seal_piece,
)
from meetrec.capture.run_keys import microphone_keys
from meetrec.capture.signing import PIECE, SIGNATURE_BYTES, KioskSigner
from tests.capture.sealed_runs import sound

RUN_KEY = bytes(range(32))
KEYS = microphone_keys(RUN_KEY, "table-1")
SIGNER = KioskSigner.new()
pytestmark = pytest.mark.requirement("G5.b")


def header(kind: str = "flac", frames: int | None = 480, index: int = 3, gaps: tuple[Gap, ...] = ()) -> PieceHeader:
    return PieceHeader("recording", "run", "table-1", index, kind, 960, frames, 48_000, "ab" * 32, gaps)


gaps = st.builds(Gap, st.integers(0, 1 << 40), st.integers(0, 1 << 40), st.sampled_from(GAP_KINDS), st.text(max_size=30))


@given(samples=st.lists(st.integers(-32_768, 32_767), min_size=1, max_size=400), index=st.integers(0, 999_999), gaps=st.lists(gaps, max_size=3))
@settings(max_examples=60, deadline=None)
def test_a_sealed_piece_gives_back_every_sample_and_its_header(samples: list[int], index: int, gaps: list[Gap]) -> None:
    heard = np.array(samples, np.int16)
    stated = header(frames=len(heard), index=index, gaps=tuple(gaps))
    piece = seal_piece(stated, encode_flac(heard), KEYS, SIGNER)
    assert parse_piece(piece).header == stated
    assert np.array_equal(samples_of(piece, RUN_KEY), heard)


SEALED = seal_piece(header(gaps=(Gap(0, 960, "pause", "chair"),)), encode_flac(sound(480)), KEYS, SIGNER)


@given(position=st.integers(0, len(SEALED) - 1), flip=st.integers(1, 255))
@settings(max_examples=300, deadline=None)
def test_a_piece_with_any_one_byte_changed_is_refused(position: int, flip: int) -> None:
    altered = bytearray(SEALED)
    altered[position] ^= flip
    with pytest.raises((PieceRefused, SignatureRefused)):
        require_kiosk_signed(bytes(altered), SIGNER.public_bytes)


@given(position=st.integers(0, len(SEALED) - 1 - SIGNATURE_BYTES), flip=st.integers(1, 255))
@settings(max_examples=100, deadline=None)
def test_a_piece_that_was_changed_and_signed_again_does_not_open(position: int, flip: int) -> None:
    altered = bytearray(SEALED[:-SIGNATURE_BYTES])
    altered[position] ^= flip
    with pytest.raises(PieceRefused):
        open_piece(bytes(altered) + SIGNER.sign(PIECE, bytes(altered)), KEYS)


def test_a_piece_of_another_kiosk_is_refused_by_name() -> None:
    with pytest.raises(SignatureRefused, match=r"Piece 000003 of microphone table-1 was altered, or this kiosk did not sign it"):
        require_kiosk_signed(SEALED, KioskSigner.new().public_bytes)


def test_a_piece_of_the_unsigned_format_is_refused_by_its_format() -> None:
    with pytest.raises(PieceRefused, match="format 1, which carries no signature"):
        parse_piece(b"MEETREC1" + SEALED[8:])


@pytest.mark.requirement("G5.a")
@given(heard_at=st.one_of(st.none(), st.integers(0, 1 << 40)))
def test_when_a_piece_was_heard_by_the_clock_comes_back(heard_at: int | None) -> None:
    stated = replace(header(), heard_at=heard_at)
    assert parse_piece(stated.to_bytes() + bytes(SIGNATURE_BYTES)).header == stated


@pytest.mark.parametrize("heard_at", [-1, 1 << 53, True, 1.5, "1"])
def test_a_moment_that_no_kiosk_writes_is_refused(heard_at: object) -> None:
    with pytest.raises(PieceRefused):
        parse_piece(replace(header(), heard_at=heard_at).to_bytes() + bytes(SIGNATURE_BYTES))


def test_nothing_is_heard_at_an_end() -> None:
    end = replace(header("end", None), reason="stopped")
    assert parse_piece(end_piece(end, SIGNER)).header == end
    with pytest.raises(PieceRefused):
        parse_piece(end_piece(replace(end, heard_at=5), SIGNER))


@given(kept=st.integers(0, len(SEALED) - 1))
@settings(max_examples=100, deadline=None)
def test_a_piece_that_is_cut_off_is_refused(kept: int) -> None:
    with pytest.raises(PieceRefused):
        open_piece(SEALED[:kept], KEYS)


@given(noise=st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_no_bytes_from_elsewhere_break_the_reader(noise: bytes) -> None:
    for piece in (noise, b"MEETREC2" + noise, b"MEETREC2" + len(noise).to_bytes(4, "big") + noise):
        with pytest.raises(PieceRefused):
            parse_piece(piece)


def test_another_key_is_refused_with_the_pieces_name() -> None:
    with pytest.raises(PieceRefused, match="Piece 000003 of microphone table-1 does not open"):
        open_piece(SEALED, microphone_keys(bytes(32), "table-1"))


def test_the_key_of_one_microphone_does_not_open_anothers_piece() -> None:
    with pytest.raises(PieceRefused):
        open_piece(SEALED, microphone_keys(RUN_KEY, "table-2"))


def test_a_piece_that_promises_other_frames_than_it_holds_is_refused() -> None:
    lying = seal_piece(header(frames=481), encode_flac(sound(480)), KEYS, SIGNER)
    with pytest.raises(PieceRefused, match="holds 480 frames, its header promises 481"):
        samples_of(lying, RUN_KEY)


BLOCKS = [sound(frames, seed) for seed, frames in enumerate((40, 1, 200, 77))]


def journal() -> tuple[bytes, list[int]]:
    """A journal of BLOCKS, and where each block ends in it."""
    content = opening = journal_start(header("journal", None))
    ends = []
    for counter, block in enumerate(BLOCKS):
        content += journal_block(opening, 3, counter, block, KEYS)
        ends.append(len(content))
    return content, ends


@given(kept=st.integers(len(journal_start(header("journal", None))), len(journal()[0])))
@settings(max_examples=150, deadline=None)
def test_a_truncated_journal_gives_its_exact_beginning(kept: int) -> None:
    content, ends = journal()
    whole = sum(end <= kept for end in ends)
    reading = read_journal(content[:kept], KEYS)
    assert np.array_equal(reading.samples, np.concatenate([np.zeros(0, np.int16), *BLOCKS[:whole]]))
    assert reading.unread_bytes == kept - (ends[whole - 1] if whole else len(journal_start(header("journal", None))))


@given(position=st.integers(len(journal_start(header("journal", None))), len(journal()[0]) - 1), flip=st.integers(1, 255))
@settings(max_examples=150, deadline=None)
def test_a_journal_is_exact_up_to_its_first_altered_block(position: int, flip: int) -> None:
    content, ends = journal()
    altered = bytearray(content)
    altered[position] ^= flip
    whole = sum(end <= position for end in ends)
    assert np.array_equal(read_journal(bytes(altered), KEYS).samples, np.concatenate([np.zeros(0, np.int16), *BLOCKS[:whole]]))


def test_journal_blocks_that_change_places_are_not_read() -> None:
    opening = journal_start(header("journal", None))
    first, second = (journal_block(opening, 3, counter, sound(10, counter), KEYS) for counter in (0, 1))
    assert len(read_journal(opening + second + first, KEYS).samples) == 0


def test_half_a_second_is_the_longest_journal_block() -> None:
    opening = journal_start(header("journal", None))
    longest = journal_block(opening, 3, 0, sound(JOURNAL_BLOCK_FRAMES), KEYS)
    too_long = journal_block(opening, 3, 0, sound(JOURNAL_BLOCK_FRAMES + 1), KEYS)
    assert len(read_journal(opening + longest, KEYS).samples) == JOURNAL_BLOCK_FRAMES
    assert len(read_journal(opening + too_long, KEYS).samples) == 0


def test_a_header_with_half_a_character_is_refused_like_any_other_that_was_altered() -> None:
    whole = end_piece(replace(header("end", None), reason="stopped"), SIGNER)
    halved = whole.replace(b'"recording":"recording"', rb'"recording":"\ud800"')
    length = int.from_bytes(whole[8:12], "big") - (len(whole) - len(halved))
    with pytest.raises(PieceRefused, match="does not read as a header"):
        parse_piece(halved[:8] + length.to_bytes(4, "big") + halved[12:])
