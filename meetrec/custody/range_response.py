"""Plays a stored object to a browser: the whole or the range it asks for, decrypted in stream, kept by no cache."""

from typing import IO, cast

from flask import Request, Response
from werkzeug.wsgi import FileWrapper

from meetrec.custody.sealed_reader import SealedReader

PIECE_BYTES = 256 << 10


def range_response(reader: SealedReader, mime_type: str, etag: str, request: Request) -> Response:
    """200 with everything, 206 with the range asked for, 304 or, for a range outside, 416 (raised as werkzeug's exception).

    Closes the reader when the response ends. Damage found on the way breaks the connection off: the browser sees fewer bytes
    than announced, never a shortened file as if whole. `etag` is best the object's SHA-256.
    """
    # werkzeug's FileWrapper, not the server's own: gunicorn's cannot seek, so it would read up to the range from the beginning.
    response = Response(FileWrapper(cast(IO[bytes], reader), PIECE_BYTES), mimetype=mime_type, direct_passthrough=True)
    response.call_on_close(reader.close)
    response.content_length = reader.size
    response.set_etag(etag)
    response.headers["Cache-Control"] = "no-store"
    try:
        response.make_conditional(request.environ, accept_ranges=True, complete_length=reader.size)
    except BaseException:
        reader.close()
        raise
    return response
