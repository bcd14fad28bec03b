"""The piece envelope, format 2: what one microphone's sound looks like from the room's disk to the district's store.

Design note. A *recording* has *runs*; a run has one chain of pieces for each microphone.

* A piece file is `MEETREC2`, the header's length (4 bytes, big-endian), the header as canonical JSON, the AES-256-GCM ciphertext
  of about 10 s of FLAC, and the kiosk's signature (64 bytes) over all before it. All that precedes the ciphertext is its associated data,
  so recording, run, microphone, index, position, gaps and the previous file's SHA-256 cannot be changed without the run key. The nonce is
  the index; a journal that was left open keeps its index for ever, so no index is sealed twice under the "piece" sub-key.
* The signature can be checked by whoever knows the kiosk's public key, and needs no run key: the server refuses an altered piece when it
  is delivered, not first when it is opened. A journal carries none, because it is written while it grows; the signed file after it names
  its hash.
* The chain: `previous` is the SHA-256 of the whole previous file, and of run.json for index 0. It can be checked without any key.
* Sound that is not closed yet lies in a journal: the same magic and header (kind "journal", no "frames"), then blocks of at most
  0.5 s, each under the "journal" sub-key with (index, counter) as nonce. Reading stops at the first truncated or failing block;
  everything before it is exact. After a crash the journal is delivered as it lies and takes its place in the chain.
* Kind "end" closes a chain: a signed header without ciphertext, because recovery, which holds no key, must be able to write one.
* Kind "damaged" takes the place of a file that does not read any more: a signed header too. What follows it names as `previous` the hash
  that stands in `stands_for` if it was made when the lost file was whole, and this piece's own hash otherwise.
* `first_frame` counts frames from the run's `started_at`, on the monotonic clock shared by all microphones of the machine. Inside a
  stream frames are contiguous by count; every missing stretch stands in `gaps` of the piece that follows it. `heard_at` is the frame at
  which, by the clock, the piece's first sample was heard: a sound card that counts too fast or too slowly shows by the difference.

Requirement G5.b: the district's copy is immutable, hashed and encrypted – from the first half second on.
"""

import hashlib
import io
from dataclasses import dataclass

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from numpy.typing import NDArray

from meetrec.capture.canonical import canonical_json
from meetrec.capture.errors import PieceRefused
from meetrec.capture.piece_header import GAP_KINDS, LENGTH_BYTES, MAGIC, WITHOUT_SOUND, Gap, PieceHeader, header_from
from meetrec.capture.run_keys import MICROPHONE_ID, MicrophoneKeys, microphone_keys, open_run_key, seal_run_key
from meetrec.capture.signing import PIECE, SIGNATURE_BYTES, KioskSigner, require_signed

__all__ = [
    "GAP_KINDS", "MICROPHONE_ID", "Gap", "JournalReading", "PieceHeader", "Samples", "canonical_json", "end_piece", "hash_to_follow", "journal_block",
    "journal_start", "open_piece", "open_run_key", "parse_piece", "read_journal", "require_kiosk_signed", "samples_of", "seal_piece", "seal_run_key",
    "sha256_hex",
]  # fmt: skip

UNSIGNED_MAGIC = b"MEETREC1"
RATE = 48_000
PIECE_FRAMES = 10 * RATE
JOURNAL_BLOCK_FRAMES = RATE // 2
_LONGEST_HEADER = 1 << 20
TAG_BYTES = 16
_LONGEST_BLOCK = JOURNAL_BLOCK_FRAMES * 2 + TAG_BYTES

Samples = NDArray[np.int16]


def sha256_hex(content: bytes) -> str:
    """SHA-256 of `content` as 64 hex digits."""
    return hashlib.sha256(content).hexdigest()


@dataclass(frozen=True)
class ParsedPiece:
    """A piece taken apart but not opened: its header, the bytes that precede the ciphertext, the ciphertext or journal blocks, and the
    kiosk's signature (empty for a journal).
    """

    header: PieceHeader
    opening: bytes
    body: bytes
    signature: bytes


def parse_piece(piece: bytes) -> ParsedPiece:
    """Take a piece or journal apart; needs no key and checks no signature. Raises PieceRefused when it is not in format 2."""
    start = len(MAGIC) + LENGTH_BYTES
    if piece.startswith(UNSIGNED_MAGIC):
        raise PieceRefused("This piece is in format 1, which carries no signature of a kiosk; this version of MeetRec takes format 2.")
    if not piece.startswith(MAGIC) or len(piece) < start:
        raise PieceRefused("These bytes are not a piece of a recording: they do not begin with MEETREC2.")
    length = int.from_bytes(piece[len(MAGIC) : start], "big")
    if length > min(_LONGEST_HEADER, len(piece) - start):
        raise PieceRefused("A piece is cut off: its header is longer than what is there.")
    opening = piece[: start + length]
    header = header_from(opening[start:])
    if header.to_bytes() != opening:
        raise PieceRefused(f"{header.name} was altered: its header is not in the one spelling that is hashed.")
    return _taken_apart(header, opening, piece[start + length :])


def _taken_apart(header: PieceHeader, opening: bytes, rest: bytes) -> ParsedPiece:
    if header.kind == "journal":
        return ParsedPiece(header, opening, rest, b"")
    body, signature = rest[:-SIGNATURE_BYTES], rest[-SIGNATURE_BYTES:]
    if len(signature) < SIGNATURE_BYTES or (header.kind in WITHOUT_SOUND and body):
        raise PieceRefused(f"{header.name} was altered or cut off: it does not have the length of a signed piece.")
    return ParsedPiece(header, opening, body, signature)


def require_kiosk_signed(piece: bytes, kiosk_public_key: bytes, name: str | None = None) -> None:
    """Hold a piece against the kiosk's raw public key; a journal, which the signed file after it binds, passes.

    Raises PieceRefused, or SignatureRefused naming the piece (as `name`, if it is known where it belongs): it was altered, or another
    kiosk made it.
    """
    parsed = parse_piece(piece)
    if parsed.header.kind != "journal":
        require_signed(kiosk_public_key, PIECE, parsed.opening + parsed.body, parsed.signature, name or parsed.header.name)


def seal_piece(header: PieceHeader, flac: bytes, keys: MicrophoneKeys, signer: KioskSigner) -> bytes:
    """The whole file of a closed piece, signed. Seal each index only once: the index is the nonce."""
    opening = header.to_bytes()
    return _signed(opening + AESGCM(keys.piece).encrypt(_piece_nonce(header.index), flac, opening), signer)


def _signed(content: bytes, signer: KioskSigner) -> bytes:
    return content + signer.sign(PIECE, content)


def open_piece(piece: bytes, keys: MicrophoneKeys) -> bytes:
    """The FLAC bytes of a closed piece. Raises PieceRefused when it was altered or the key is not its run's."""
    parsed = parse_piece(piece)
    if parsed.header.kind != "flac":
        raise PieceRefused(f"{parsed.header.name} is of kind {parsed.header.kind} and holds no sealed sound.")
    try:
        return AESGCM(keys.piece).decrypt(_piece_nonce(parsed.header.index), parsed.body, parsed.opening)
    except InvalidTag:
        raise PieceRefused(f"{parsed.header.name} does not open: it was altered, or the key is not that of its run.") from None


def end_piece(header: PieceHeader, signer: KioskSigner) -> bytes:
    """The file that closes a chain, or takes the place of one that does not read any more: a signed header and nothing else."""
    return _signed(header.to_bytes(), signer)


def hash_to_follow(piece: bytes) -> str:
    """The SHA-256 that the file after this one must name as `previous`. Raises PieceRefused."""
    return parse_piece(piece).header.stands_for or sha256_hex(piece)


def journal_start(header: PieceHeader) -> bytes:
    """The beginning of an open piece's journal file."""
    return header.to_bytes()


def journal_block(opening: bytes, index: int, counter: int, samples: Samples, keys: MicrophoneKeys) -> bytes:
    """One sealed journal block with its length; `samples` holds at most JOURNAL_BLOCK_FRAMES, `opening` is journal_start's answer."""
    plain = samples.astype("<i2").tobytes()
    sealed = AESGCM(keys.journal).encrypt(_block_nonce(index, counter), plain, _block_binding(opening, counter))
    return len(sealed).to_bytes(LENGTH_BYTES, "big") + sealed


@dataclass(frozen=True)
class JournalReading:
    """The exact beginning of a journal, and whether that was all of it (`unread_bytes` is 0)."""

    header: PieceHeader
    samples: Samples
    unread_bytes: int


def read_journal(journal: bytes, keys: MicrophoneKeys) -> JournalReading:
    """Read blocks until the first truncated or failing one. Raises PieceRefused only when the header itself is damaged."""
    parsed = parse_piece(journal)
    if parsed.header.kind != "journal":
        raise PieceRefused(f"{parsed.header.name} is of kind {parsed.header.kind} and is no journal.")
    blocks, position = [np.zeros(0, np.int16)], 0
    while (found := _block_at(parsed, position, len(blocks) - 1, keys)) is not None:
        samples, position = found
        blocks.append(samples)
    return JournalReading(parsed.header, np.concatenate(blocks), len(parsed.body) - position)


def _block_at(parsed: ParsedPiece, position: int, counter: int, keys: MicrophoneKeys) -> tuple[Samples, int] | None:
    """The block at `position` of the body and where the next one begins; None at the end of what is exact."""
    start = position + LENGTH_BYTES
    length = int.from_bytes(parsed.body[position:start], "big")
    sealed = parsed.body[start : start + length]
    if len(sealed) != length or not TAG_BYTES < length <= _LONGEST_BLOCK:
        return None
    try:
        plain = AESGCM(keys.journal).decrypt(_block_nonce(parsed.header.index, counter), sealed, _block_binding(parsed.opening, counter))
    except InvalidTag:
        return None
    return np.frombuffer(plain, "<i2").astype(np.int16), start + length


def samples_of(piece: bytes, run_key: bytes) -> Samples:
    """The int16 mono samples of a piece at its header's rate: FLAC or journal; empty for an end.

    Raises PieceRefused when a closed piece does not open or does not hold the frames its header promises.
    """
    header = parse_piece(piece).header
    keys = microphone_keys(run_key, header.microphone)
    if header.kind in WITHOUT_SOUND:
        return np.zeros(0, np.int16)
    if header.kind == "journal":
        return read_journal(piece, keys).samples
    samples = decode_flac(open_piece(piece, keys))
    if len(samples) != header.frames:
        raise PieceRefused(f"{header.name} holds {len(samples)} frames, its header promises {header.frames}.")
    return samples


def encode_flac(samples: Samples, rate: int = RATE) -> bytes:
    """16 bit mono FLAC, made in memory."""
    import soundfile

    flac = io.BytesIO()
    soundfile.write(flac, samples, rate, subtype="PCM_16", format="FLAC")
    return flac.getvalue()


def decode_flac(flac: bytes) -> Samples:
    """The int16 mono samples of FLAC bytes."""
    import soundfile

    samples, _rate = soundfile.read(io.BytesIO(flac), dtype="int16")
    return np.asarray(samples, np.int16)


def _piece_nonce(index: int) -> bytes:
    return index.to_bytes(12, "big")


def _block_nonce(index: int, counter: int) -> bytes:
    return index.to_bytes(8, "big") + counter.to_bytes(4, "big")


def _block_binding(opening: bytes, counter: int) -> bytes:
    return hashlib.sha256(opening).digest() + counter.to_bytes(4, "big")
