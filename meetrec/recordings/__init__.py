"""The server's side of a recording: arming, receiving pieces, assembling the masters."""
