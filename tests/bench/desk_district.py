"""A district of some size, written straight into the tables: meetings over a school year, notices, recordings in every state, kiosks with alarms."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import insert
from sqlalchemy.orm import Session

from meetrec.journal import actions as journal
from meetrec.meetings.coverage import Affiliation
from meetrec.meetings.models import Kiosk, Meeting, MeetingKind, Room
from meetrec.meetings.table_models import Participant
from meetrec.notices.models import Notice, RecorderRole
from meetrec.people.models import School, Student
from meetrec.people.names import name_key
from meetrec.platform.clock import in_zone
from meetrec.recordings.models import KioskCopy, Recording
from meetrec.recordings.rules import RecordingState

GIVEN = ("Mateo", "Sofia", "Liam", "Noah", "Emma", "Ava", "Diego", "Camila", "Owen", "Nora", "Ruth", "Ivan", "Lucia", "Henry", "Elena", "Jonah")
FAMILY = ("Rivera", "Ortega", "Marsh", "Bennett", "Cho", "Ruiz", "Adams", "Clark", "Lopez", "Young", "Hall", "Ward", "Price", "Reed", "Stone", "Vega")
ALARM = {"kind": "too_quiet", "microphone": "table", "seat": "Table", "since": "2026-10-13T14:00:00+00:00", "over": False, "answered": False}
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Size:
    """How much of everything."""

    meetings: int = 5000
    waiting: int = 1000
    matched: int = 300
    recordings: int = 60  # in each state
    schools: int = 10
    rooms: int = 20
    school_days: int = 180


def fill(session: Session, now: datetime, zone: str, size: Size) -> None:
    """Half of the school year lies behind, half ahead; the same every time but for the ids."""
    chance = random.Random(size.meetings)  # noqa: S311 – names and times, not secrets
    schools = [{"id": _id(), "name": f"School Number {number}"} for number in range(size.schools)]
    rooms = [{"id": _id(), "name": f"Room {number}", "school_id": schools[number % size.schools]["id"]} for number in range(size.rooms)]
    students = [_student(chance, schools) for _ in range(size.meetings)]
    meetings = _meetings(chance, now, zone, students, rooms, size)
    notices = _notices(chance, now, zone, meetings, students, {one["id"]: one["name"] for one in schools}, size)
    kiosks = [_kiosk(now, room, number) for number, room in enumerate(rooms[: size.rooms * 3 // 4])]
    rows: list[tuple[Any, list[dict[str, Any]]]] = [
        (School, schools), (Room, rooms), (Student, students), (Meeting, meetings), (Notice, notices), (Kiosk, kiosks),
        *_recordings(now, meetings, notices, {one["room_id"]: one for one in kiosks}, size), (Participant, _people(chance, now, meetings)),
    ]  # fmt: skip
    for table, those in rows:
        if those:
            session.execute(insert(table), those)
    journal.append(session, now, "system", "district.initialised", "district", demonstration=True)


def _id() -> str:
    return str(uuid4())


def _student(chance: random.Random, schools: list[dict[str, Any]]) -> dict[str, Any]:
    given, family = chance.choice(GIVEN), f"{chance.choice(FAMILY)} {chance.choice(FAMILY)}"
    return {"id": _id(), "given_name": given, "family_name": family, "name_key": name_key(f"{given} {family}"), "school_id": chance.choice(schools)["id"]}


def _meetings(
    chance: random.Random, now: datetime, zone: str, students: list[dict[str, Any]], rooms: list[dict[str, Any]], size: Size
) -> list[dict[str, Any]]:  # fmt: skip
    """Spread evenly over the school days around today, by day and room."""
    morning = in_zone(now, zone).replace(hour=8, minute=0, second=0, microsecond=0)
    first, found = morning - size.school_days // 2 * 7 // 5 * DAY, []
    for number, student in enumerate(students):
        week, weekday = divmod(number * size.school_days // size.meetings, 5)
        start = first + (7 * week + weekday) * DAY + timedelta(hours=chance.randrange(8))
        times = {"first_start": start, "start": start, "planned_end": start + timedelta(minutes=50), "created_at": now}
        kind = chance.choice(list(MeetingKind))
        found.append({"id": _id(), "kind": kind, "student_id": student["id"], "room_id": rooms[number % len(rooms)]["id"], **times})
    return found


def _notices(
    chance: random.Random, now: datetime, zone: str, meetings: list[dict[str, Any]], students: list[dict[str, Any]], schools: dict[str, str], size: Size
) -> list[dict[str, Any]]:  # fmt: skip
    """Those that wait are of meetings to come, one in ten misspelt; those that are matched lie around today."""
    names = {one["id"]: one for one in students}
    ahead = [one for one in meetings if one["start"] > now]
    near = sorted(meetings, key=lambda one: abs(one["start"] - now))[: size.matched]
    waiting = [chance.choice(ahead) for _ in range(size.waiting)]
    return [
        _notice(chance, now, zone, one, names[one["student_id"]], schools, is_matched=number >= len(waiting)) for number, one in enumerate((*waiting, *near))
    ]


def _notice(
    chance: random.Random, now: datetime, zone: str, meeting: dict[str, Any], student: dict[str, Any], schools: dict[str, str], *, is_matched: bool
) -> dict[str, Any]:  # fmt: skip
    start, name = in_zone(meeting["start"], zone), f"{student['given_name']} {student['family_name']}"
    deadline, received = meeting["start"] - DAY, min(now, meeting["start"]) - chance.randrange(1, 80) * timedelta(hours=1)
    return {
        "id": _id(), "reference": _id()[:12], "received_at": received, "entered_at": received, "channel": "web", "language": chance.choice(("en", "es")),
        "recorder_name": f"{chance.choice(GIVEN)} {student['family_name']}", "recorder_role": RecorderRole.PARENT,
        "student_name": name if chance.random() < 0.9 else name[:3] + name[4:], "school_name": schools[student["school_id"]],
        "meeting_date": start.date(), "meeting_time": start.time(), "device": "", "needs_recording_to_understand": chance.random() < 0.05,
        "accommodation_request": "A Spanish interpreter" if chance.random() < 0.1 else None,
        "status": "timely" if received <= deadline else "late_accepted", "deadline": deadline, "deadline_start_rule": deadline,
        "deadline_date_rule": deadline, "link_hash": _id() + _id()[:28], "meeting_id": meeting["id"] if is_matched else None,
        "matched_at": received if is_matched else None,
    }  # fmt: skip


def _kiosk(now: datetime, room: dict[str, Any], number: int) -> dict[str, Any]:
    seen = now - timedelta(minutes=1 if number % 5 else 600)
    return {"id": _id(), "room_id": room["id"], "token_hash": _id() + _id()[:28], "name": "Main kiosk", "enrolled_at": now - 100 * DAY, "last_seen_at": seen}


def _recordings(
    now: datetime, meetings: list[dict[str, Any]], notices: list[dict[str, Any]], kiosks: dict[str, dict[str, Any]], size: Size
) -> list[tuple[Any, list[dict[str, Any]]]]:  # fmt: skip
    """Of the matched meetings, the newest recorded first: so many in each state, what was recorded in meetings that have begun."""
    meeting_of = {one["id"]: one for one in meetings}
    matched = sorted((one for one in notices if one["meeting_id"]), key=lambda one: meeting_of[one["meeting_id"]]["start"])
    begun = [one for one in matched if meeting_of[one["meeting_id"]]["start"] <= now]
    ahead = [one for one in matched if meeting_of[one["meeting_id"]]["start"] > now]
    states = [RecordingState.STORED, RecordingState.BROKEN, RecordingState.DELIVERED, RecordingState.RECORDING]
    recordings, copies = [], []
    for number, notice in enumerate((*begun, *ahead[: size.recordings])):
        meeting, state = meeting_of[notice["meeting_id"]], RecordingState.ARMED
        if number < len(begun):
            state = states[min(number * len(states) // max(1, len(begun)), len(states) - 1)]
        row = {"id": _id(), "meeting_id": meeting["id"], "notice_id": notice["id"], "state": state, "armed_at": notice["received_at"], "started_at": None}
        kiosk = kiosks.get(meeting["room_id"])
        if state is not RecordingState.ARMED and kiosk is not None:
            row["started_at"] = meeting["start"]
            copies.append(_copy(row, kiosk, state, len(copies)))
        recordings.append(row)
    return [(Recording, recordings), (KioskCopy, copies)]


def _copy(recording: dict[str, Any], kiosk: dict[str, Any], state: RecordingState, number: int) -> dict[str, Any]:
    started = recording["started_at"]
    said = {"kiosk_state": "recording" if state is RecordingState.RECORDING else "stopped", "kiosk_state_at": started + timedelta(minutes=30)}
    alarms = [ALARM] if state is RecordingState.RECORDING and number % 2 else []
    return {"id": _id(), "recording_id": recording["id"], "kiosk_id": kiosk["id"], "state": state, "started_at": started, "kiosk_alarms": alarms, **said}


def _people(chance: random.Random, now: datetime, meetings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Two or three at the table of every meeting of the coming days."""
    soon = [one for one in meetings if now - DAY < one["start"] < now + 8 * DAY]
    return [
        {"id": _id(), "meeting_id": one["id"], "name": f"{chance.choice(GIVEN)} {chance.choice(FAMILY)}", "affiliation": affiliation.value,
         "entered_at": now, "entered_by": "system"}
        for one in soon for affiliation in (Affiliation.DISTRICT_EMPLOYEE, Affiliation.PARENT, *([Affiliation.PARENTS_GUEST] if chance.random() < 0.3 else []))
    ]  # fmt: skip
