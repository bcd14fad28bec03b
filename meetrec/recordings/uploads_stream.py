"""Reads the upload's form from the request as it comes in: fields first, then the file in chunks, straight on to whoever asked for it.

A web framework's own reading would put the file, plain, into a temporary folder first. Here it touches no disk before it is sealed.
"""

from collections.abc import Iterator
from typing import Protocol

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import NEED_DATA, Data, Epilogue, Event, Field, File, MultipartDecoder

READ_BYTES = 1 << 18
LONGEST_FIELD = 4096  # bytes
MOST_PARTS = 20
MOST_WAITING = 4 * READ_BYTES  # bytes of a part whose headers never end


class Readable(Protocol):
    """The body of a request."""

    def read(self, size: int, /) -> bytes: ...


class StreamedForm:
    """A multipart form whose fields are there at once and whose file is still on its way. `file_name` is None when no file was sent."""

    def __init__(self, body: Readable, content_type: str) -> None:
        """Raises BadRequest (400) for what is no such form."""
        kind, options = parse_options_header(content_type)
        if kind != "multipart/form-data" or not options.get("boundary"):
            raise BadRequest(_("The page could not read what was sent. Go back and try again."))
        self._body = body
        self._decoder = MultipartDecoder(options["boundary"].encode("latin-1", "replace"), MOST_WAITING, max_parts=MOST_PARTS)
        self.fields: MultiDict[str, str] = MultiDict()
        self.file_name: str | None = None
        self._read_fields()

    def chunks(self) -> Iterator[bytes]:
        """The file's bytes, once."""
        while isinstance(event := self._next(), Data):
            if event.data:
                yield bytes(event.data)
            if not event.more_data:
                return

    def drain(self) -> None:
        """Read the rest of the body and drop it: a browser shows no answer to what it cannot send to its end."""
        while self._body.read(READ_BYTES):
            continue

    def _read_fields(self) -> None:
        name, content = "", bytearray()
        while not isinstance(event := self._next(), Epilogue):
            if isinstance(event, File):
                self.file_name = event.filename or None
                return
            if isinstance(event, Field):
                name, content = event.name, bytearray()
            elif isinstance(event, Data):
                content += event.data
                if len(content) > LONGEST_FIELD:
                    raise BadRequest(_("The page could not read what was sent. Go back and try again."))
                if not event.more_data:
                    self.fields.add(name, content.decode("utf-8", "replace"))

    def _next(self) -> Event:
        try:
            while (event := self._decoder.next_event()) is NEED_DATA:
                self._decoder.receive_data(self._body.read(READ_BYTES) or None)
        except ValueError:  # the body ends in the middle of a part
            raise BadRequest(_("The upload broke off. Nothing was kept; please try again.")) from None
        return event
