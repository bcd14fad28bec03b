"""Names as they are compared: without case, accents, commas and order. Pure."""

import unicodedata

LONGEST_KEY = 200  # characters; the column `student.name_key`


def name_parts(name: str) -> list[str]:
    """The words of a name in the order of the alphabet: “Rivera, Mateo” and “Mateo RIVERA” have the same."""
    bare = "".join(char for char in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(char))
    return sorted("".join(char if char.isalnum() else " " for char in bare).split())


def name_key(name: str) -> str:
    """The words of a name as one text; equal for names that differ only in case, accents, commas and order."""
    return " ".join(name_parts(name))[:LONGEST_KEY]
