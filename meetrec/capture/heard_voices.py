"""Which microphones heard a voice of their own: a neighbour's voice reaches every microphone of a table, some 12 dB fainter (peers #17)."""

from collections import deque

from meetrec.capture.voice import Hearing

AS_LOUD_DB = 6.0  # at most this much fainter than the loudest microphone at that moment
MOMENT_SECONDS = 0.75  # each process judges its own half seconds, so the neighbours' are a little earlier or later
CLEAR_STEPS = 2
HOLDS_SECONDS = 1_800.0  # a test of the morning says nothing of the afternoon's meeting
_KEPT = 8
_JUDGED = 2  # steps behind the newest, so that every neighbour has spoken of that moment


class HeardVoices:
    """Follows all microphones of a room. Moments are monotonic seconds. Not for several threads."""

    def __init__(self) -> None:
        self._hearings: dict[str, deque[tuple[float, Hearing]]] = {}
        self._clear: dict[str, int] = {}
        self._heard: dict[str, tuple[float, float]] = {}

    def note(self, microphone: str, hearing: Hearing, at: float) -> None:
        """Take in what a microphone's last two seconds held; the same moment told again changes nothing."""
        hearings = self._hearings.setdefault(microphone, deque(maxlen=_KEPT))
        if hearings and hearings[-1][0] >= at:
            return
        hearings.append((at, hearing))
        if len(hearings) > _JUDGED:
            self._judge(microphone, *hearings[-1 - _JUDGED])

    def _judge(self, microphone: str, at: float, hearing: Hearing) -> None:
        is_clear = hearing.is_voice and hearing.level_db >= self._loudest_beside(microphone, at) - AS_LOUD_DB
        self._clear[microphone] = self._clear.get(microphone, 0) + 1 if is_clear else 0
        if self._clear[microphone] >= CLEAR_STEPS:
            _, loudest = self._heard.get(microphone, (at, hearing.level_db))
            self._heard[microphone] = (at, max(loudest, hearing.level_db))

    def _loudest_beside(self, microphone: str, at: float) -> float:
        others = [hearings for name, hearings in self._hearings.items() if name != microphone]
        return max((one.level_db for hearings in others for moment, one in hearings if abs(moment - at) <= MOMENT_SECONDS), default=float("-inf"))

    def level_of(self, microphone: str, now: float) -> float | None:
        """The loudest voice (dBFS) that the microphone heard clearly; None when it heard none, or too long ago."""
        at, level = self._heard.get(microphone, (float("-inf"), 0.0))
        return level if now - at < HOLDS_SECONDS else None

    def forget(self, microphone: str) -> None:
        """It was lost or muted: it must be heard anew."""
        for kept in (self._hearings, self._clear, self._heard):
            kept.pop(microphone, None)

    def forget_all(self) -> None:
        """A recording is over: the next one needs its own test."""
        self._heard.clear()
        self._clear.clear()
