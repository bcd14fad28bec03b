"""When the opening checklist of a meeting is complete (G6). Pure: the content of an entry of kind `opening` in, a yes or no out."""

from collections.abc import Mapping
from typing import Any


def is_complete(opening: Mapping[str, Any]) -> bool:
    """Whether the meeting counts as opened: asked and answered, everybody there named by duty and told (G6.a).

    A parent who records also named the device (G6.b), and somebody looked whether it lies in plain sight (G6.c). That it does not, or is not the
    device of the notice, is shown and blocks nothing.
    """
    is_told = bool(opening["present"]) and opening["everyone_told"]
    is_looked_at = opening["parent_records"] != "yes" or (bool(opening["device"].strip()) and opening["in_plain_sight"] is not None)
    return is_told and is_looked_at
