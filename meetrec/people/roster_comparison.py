"""What a roster says that the installation does not hold yet, and what it no longer says: worked out in the layout, before anything is written.

Each `…_said` table has a row for everyone the roster tells of, with the id here, and `what` is new, changed or same. Whoever is refused,
or whom a refused row is about (`spared`), stays as they are.
"""

from datetime import date
from typing import Any

from meetrec.people.roster_staging import Staging

OLDEST = 100  # years; a pupil born earlier is a placeholder such as 1900-01-01
MANY_ENDINGS = 0.2  # of those who are here: more than that looks like half a roster

_ROLES = """
CREATE TEMP TABLE active_role AS SELECT "userSourcedId" AS user_id, lower(role) AS kind, role AS duty, lower("roleType") = 'primary' AS is_primary,
    "orgSourcedId" AS org_id FROM roles WHERE lower(status) <> 'tobedeleted' AND ("endDate" = '' OR "endDate" > :today);
CREATE INDEX temp.active_role_by_user ON active_role (user_id, kind);
"""

_SCHOOLS = """
CREATE TABLE school_said AS
  SELECT o.line, o."sourcedId" AS source_id, o.name,
    coalesce((SELECT id FROM here_school h WHERE h.source_id = o."sourcedId"),
             (SELECT id FROM here_school h WHERE h.source_id IS NULL AND h.name = o.name)) AS id, '' AS what
  FROM orgs o WHERE lower(o.type) = 'school' AND lower(o.status) <> 'tobedeleted';
CREATE TEMP TABLE clash AS
  SELECT line FROM school_said s WHERE EXISTS (SELECT 1 FROM school_said e WHERE e.name = s.name AND e.rowid < s.rowid)
    OR EXISTS (SELECT 1 FROM here_school h WHERE h.name = s.name AND h.id IS NOT s.id);
INSERT INTO refusal SELECT 1, 'orgs', line, 'name', 'TWICE' FROM clash;
DELETE FROM school_said WHERE line IN (SELECT line FROM clash);
UPDATE school_said SET what = coalesce((SELECT CASE WHEN h.name = school_said.name AND h.source_id IS school_said.source_id AND h.closed IS NULL
  THEN 'same' ELSE 'changed' END FROM here_school h WHERE h.id = school_said.id), 'new');
UPDATE school_said SET id = new_id() WHERE id IS NULL;
CREATE TABLE school_known AS SELECT source_id, id FROM school_said
  UNION SELECT source_id, id FROM here_school WHERE source_id IS NOT NULL AND NOT :bulk AND source_id NOT IN (SELECT "sourcedId" FROM orgs);
CREATE INDEX school_known_by_source ON school_known (source_id);
CREATE TABLE school_ended AS SELECT id FROM here_school h WHERE source_id IS NOT NULL AND closed IS NULL AND (
    source_id IN (SELECT "sourcedId" FROM orgs WHERE lower(status) = 'tobedeleted')
    OR (:bulk AND source_id NOT IN (SELECT "sourcedId" FROM orgs) AND NOT EXISTS (SELECT 1 FROM refusal WHERE file = 'orgs')));
"""

_REFERENCES = """
CREATE TEMP TABLE known AS SELECT source_id FROM named
  UNION SELECT source_id FROM here_pupil WHERE NOT :bulk UNION SELECT source_id FROM here_guardian WHERE NOT :bulk
  UNION SELECT source_id FROM here_staff WHERE NOT :bulk;
CREATE INDEX temp.known_by_id ON known (source_id);
INSERT INTO refusal SELECT 1, 'roles', line, 'userSourcedId', 'UNKNOWN_REFERENCE' FROM roles WHERE lower(status) <> 'tobedeleted'
  AND "userSourcedId" NOT IN (SELECT source_id FROM known WHERE source_id IS NOT NULL);
INSERT INTO refusal SELECT 1, 'enrollments', line, 'userSourcedId', 'UNKNOWN_REFERENCE' FROM enrollments WHERE lower(status) <> 'tobedeleted'
  AND "userSourcedId" NOT IN (SELECT source_id FROM known WHERE source_id IS NOT NULL);
INSERT INTO refusal SELECT 1, 'enrollments', line, 'schoolSourcedId', 'UNKNOWN_REFERENCE' FROM enrollments WHERE lower(status) <> 'tobedeleted'
  AND "schoolSourcedId" NOT IN (SELECT "sourcedId" FROM orgs UNION SELECT source_id FROM school_known)
  AND NOT EXISTS (SELECT 1 FROM refusal WHERE file = 'orgs' AND NOT is_reckoned);
INSERT INTO refusal SELECT 1, 'users', a.line, 'agentSourcedIds', 'UNKNOWN_REFERENCE' FROM agent a
  WHERE a.agent_id NOT IN (SELECT source_id FROM known WHERE source_id IS NOT NULL);
"""

_PUPILS = """
CREATE TABLE pupil_said AS SELECT DISTINCT u.line, r.source_id, CAST(NULL AS TEXT) AS id,
    coalesce(nullif(u."preferredGivenName", ''), u."givenName", h.given) AS given,
    coalesce(nullif(u."preferredFamilyName", ''), u."familyName", h.family) AS family,
    '' AS key, h.birth AS birth, CAST(NULL AS TEXT) AS school_id, '' AS what, 0 AS is_moved
  FROM (SELECT user_id AS source_id FROM active_role WHERE kind = 'student'
        UNION SELECT h.source_id FROM here_pupil h WHERE NOT :bulk AND h.source_id IS NOT NULL AND (
          h.source_id IN (SELECT "sourcedId" FROM users) OR h.source_id IN (SELECT "sourcedId" FROM demographics)
          OR h.source_id IN (SELECT "userSourcedId" FROM enrollments WHERE lower(status) <> 'tobedeleted'))) r
  LEFT JOIN users u ON u."sourcedId" = r.source_id LEFT JOIN here_pupil h ON h.source_id = r.source_id
  WHERE (u.line IS NOT NULL OR (NOT :bulk AND h.id IS NOT NULL)) AND lower(coalesce(u.status, '')) <> 'tobedeleted'
    AND (u.line IS NOT NULL OR r.source_id NOT IN (SELECT source_id FROM spared))
    AND (:bulk OR r.source_id NOT IN (SELECT "userSourcedId" FROM roles WHERE lower(role) = 'student' AND lower(status) = 'tobedeleted'));
CREATE UNIQUE INDEX pupil_said_by_source ON pupil_said (source_id);
INSERT INTO refusal SELECT 1, 'demographics', d.line, 'birthDate', 'BIRTH_DATE_IMPOSSIBLE' FROM demographics d JOIN pupil_said p ON p.source_id = d."sourcedId"
  WHERE d."birthDate" <> '' AND (substr(d."birthDate", 1, 10) > :today OR substr(d."birthDate", 1, 10) < :oldest);
UPDATE pupil_said SET birth = substr(d."birthDate", 1, 10) FROM demographics d WHERE d."sourcedId" = pupil_said.source_id AND d."birthDate" <> ''
  AND substr(d."birthDate", 1, 10) BETWEEN :oldest AND :today;
UPDATE pupil_said SET school_id = chosen.id FROM (
  SELECT e."userSourcedId" AS source_id, k.id, row_number() OVER (PARTITION BY e."userSourcedId" ORDER BY
      (e."beginDate" = '' OR e."beginDate" <= :today) DESC, (lower(e."primary") = 'true') DESC, e."beginDate" DESC, e."schoolSourcedId") AS place
    FROM enrollments e JOIN school_known k ON k.source_id = e."schoolSourcedId"
    WHERE lower(e.role) = 'student' AND lower(e.status) <> 'tobedeleted' AND (e."endDate" = '' OR e."endDate" > :today)
) AS chosen WHERE chosen.source_id = pupil_said.source_id AND chosen.place = 1;
UPDATE pupil_said SET school_id = (SELECT k.id FROM active_role r JOIN school_known k ON k.source_id = r.org_id
    WHERE r.user_id = pupil_said.source_id AND r.kind = 'student' ORDER BY r.is_primary DESC, k.id LIMIT 1)
  WHERE school_id IS NULL;
UPDATE pupil_said SET school_id = (SELECT h.school_id FROM here_pupil h WHERE h.source_id = pupil_said.source_id) WHERE school_id IS NULL AND NOT :bulk;
INSERT INTO refusal SELECT 1, 'users', line, 'sourcedId', 'NO_SCHOOL' FROM pupil_said WHERE school_id IS NULL;
CREATE TEMP TABLE without_school AS SELECT source_id FROM pupil_said WHERE school_id IS NULL;
DELETE FROM pupil_said WHERE school_id IS NULL;
UPDATE pupil_said SET key = name_key(given || ' ' || family), id = (SELECT h.id FROM here_pupil h WHERE h.source_id = pupil_said.source_id);
CREATE INDEX pupil_said_by_key ON pupil_said (key);
UPDATE pupil_said SET id = (SELECT d.here_id FROM decided d JOIN here_pupil h ON h.id = d.here_id AND h.source_id IS NULL AND h.key = pupil_said.key
    WHERE d.line = pupil_said.line AND d.is_same LIMIT 1)
  WHERE id IS NULL;
CREATE TEMP TABLE adopted AS SELECT p.source_id, min(h.id) AS id FROM pupil_said p
  JOIN here_pupil h ON h.source_id IS NULL AND h.key = p.key AND h.birth = p.birth AND h.school_id = p.school_id
  WHERE p.id IS NULL AND NOT EXISTS (SELECT 1 FROM decided d WHERE d.line = p.line AND d.here_id = h.id) GROUP BY p.source_id HAVING count(*) = 1;
UPDATE pupil_said SET id = a.id FROM adopted a WHERE a.source_id = pupil_said.source_id
  AND (SELECT count(*) FROM adopted other WHERE other.id = a.id) = 1;
UPDATE pupil_said SET is_moved = (h.school_id IS NOT pupil_said.school_id OR h.enrolment_id IS NULL),
    what = CASE WHEN h.given = pupil_said.given AND h.family = pupil_said.family AND h.birth IS pupil_said.birth AND h.source_id IS pupil_said.source_id
      AND h.school_id = pupil_said.school_id AND h.enrolment_id IS NOT NULL THEN 'same' ELSE 'changed' END
  FROM here_pupil h WHERE h.id = pupil_said.id;
UPDATE pupil_said SET id = new_id(), what = 'new' WHERE id IS NULL;
CREATE TABLE pupil_pair AS SELECT p.line, h.id AS here_id, p.given, p.family, p.school_id, p.birth AS birth_said, h.birth AS birth_here,
    (SELECT d.is_same FROM decided d WHERE d.line = p.line AND d.here_id = h.id) AS is_same
  FROM pupil_said p JOIN here_pupil h ON h.source_id IS NULL AND h.key = p.key AND h.school_id = p.school_id WHERE p.what = 'new';
CREATE TABLE pupil_ended AS SELECT h.id, h.enrolment_id, h.school_id FROM here_pupil h
  WHERE h.source_id IS NOT NULL AND h.enrolment_id IS NOT NULL AND h.source_id NOT IN (SELECT source_id FROM pupil_said)
    AND h.source_id NOT IN (SELECT source_id FROM spared) AND h.source_id NOT IN (SELECT source_id FROM without_school)
    AND (:bulk OR h.source_id IN (SELECT "sourcedId" FROM users WHERE lower(status) = 'tobedeleted')
      OR h.source_id IN (SELECT "userSourcedId" FROM roles WHERE lower(role) = 'student' AND lower(status) = 'tobedeleted'));
"""

_GUARDIANS = """
CREATE TEMP TABLE guardian_kind AS
  SELECT user_id AS source_id, CASE WHEN max(kind = 'parent') THEN 'PARENT' ELSE 'LEGAL_GUARDIAN' END AS kind FROM active_role
    WHERE kind IN ('parent', 'guardian') GROUP BY user_id;
INSERT INTO guardian_kind SELECT g.source_id, min(t.kind) FROM here_guardian g JOIN here_tie t ON t.guardian_id = g.id AND t.source = 'roster'
  WHERE NOT :bulk AND g.source_id IS NOT NULL AND g.source_id NOT IN (SELECT source_id FROM guardian_kind) GROUP BY g.source_id;
CREATE INDEX temp.guardian_kind_by_id ON guardian_kind (source_id);
CREATE TABLE tie_said AS SELECT DISTINCT p.id AS student_id, k.source_id AS guardian_source, CAST(NULL AS TEXT) AS guardian_id, k.kind FROM (
    SELECT user_id AS pupil, agent_id AS guardian FROM agent UNION SELECT agent_id, user_id FROM agent) pair
  JOIN pupil_said p ON p.source_id = pair.pupil JOIN guardian_kind k ON k.source_id = pair.guardian;
CREATE TABLE guardian_said AS SELECT DISTINCT t.guardian_source AS source_id, h.id, '' AS what,
    coalesce(nullif(u."preferredGivenName", ''), u."givenName", h.given) AS given,
    coalesce(nullif(u."preferredFamilyName", ''), u."familyName", h.family) AS family,
    coalesce(nullif(u.email, ''), h.email) AS email, coalesce(nullif(u.phone, ''), h.phone) AS phone
  FROM tie_said t LEFT JOIN users u ON u."sourcedId" = t.guardian_source AND lower(u.status) <> 'tobedeleted'
  LEFT JOIN here_guardian h ON h.source_id = t.guardian_source
  WHERE (u.line IS NOT NULL OR (NOT :bulk AND h.id IS NOT NULL)) AND (u.line IS NOT NULL OR t.guardian_source NOT IN
    (SELECT "sourcedId" FROM users WHERE lower(status) = 'tobedeleted'));
UPDATE guardian_said SET what = coalesce((SELECT CASE WHEN h.given = guardian_said.given AND h.family = guardian_said.family
      AND h.email IS guardian_said.email AND h.phone IS guardian_said.phone THEN 'same' ELSE 'changed' END
  FROM here_guardian h WHERE h.id = guardian_said.id), 'new');
UPDATE guardian_said SET id = new_id() WHERE id IS NULL;
CREATE INDEX guardian_said_by_source ON guardian_said (source_id);
UPDATE tie_said SET guardian_id = g.id FROM guardian_said g WHERE g.source_id = tie_said.guardian_source;
DELETE FROM tie_said WHERE guardian_id IS NULL;
CREATE INDEX tie_said_by_pair ON tie_said (student_id, guardian_id);
CREATE TABLE tie_ended AS SELECT h.id, h.student_id FROM here_tie h JOIN here_guardian g ON g.id = h.guardian_id JOIN pupil_said p ON p.id = h.student_id
  WHERE h.source = 'roster' AND NOT EXISTS (SELECT 1 FROM tie_said t WHERE t.student_id = h.student_id AND t.guardian_id = h.guardian_id AND t.kind = h.kind)
    AND g.source_id NOT IN (SELECT source_id FROM spared) AND p.source_id NOT IN (SELECT source_id FROM spared)
    AND (:bulk OR p.source_id IN (SELECT user_id FROM agent) OR g.source_id IN (SELECT "sourcedId" FROM users WHERE lower(status) = 'tobedeleted'));
INSERT INTO tie_ended SELECT h.id, h.student_id FROM here_tie h JOIN here_guardian g ON g.id = h.guardian_id WHERE NOT :bulk AND h.source = 'roster'
  AND g.source_id IN (SELECT "sourcedId" FROM users WHERE lower(status) = 'tobedeleted') AND h.id NOT IN (SELECT id FROM tie_ended);
CREATE TABLE tie_left_ended AS SELECT DISTINCT t.student_id, t.guardian_id FROM tie_said t
  JOIN here_ended e ON e.student_id = t.student_id AND e.guardian_id = t.guardian_id
  WHERE NOT EXISTS (SELECT 1 FROM here_tie h WHERE h.student_id = t.student_id AND h.guardian_id = t.guardian_id);
CREATE TABLE tie_new AS SELECT new_id() AS id, t.student_id, t.guardian_id, t.kind FROM tie_said t WHERE NOT EXISTS (
  SELECT 1 FROM here_tie h WHERE h.student_id = t.student_id AND h.guardian_id = t.guardian_id AND (h.kind = t.kind OR h.source = 'hand'))
  AND NOT EXISTS (SELECT 1 FROM here_ended e WHERE e.student_id = t.student_id AND e.guardian_id = t.guardian_id);
"""

_STAFF_MEMBERS = """
CREATE TABLE staff_said AS SELECT u."sourcedId" AS source_id, h.id, '' AS what,
    coalesce(nullif(u."preferredGivenName", ''), u."givenName") AS given, coalesce(nullif(u."preferredFamilyName", ''), u."familyName") AS family,
    coalesce(nullif(u.email, ''), h.email) AS email, r.duty, k.id AS school_id
  FROM users u JOIN (SELECT *, row_number() OVER (PARTITION BY user_id ORDER BY is_primary DESC, rowid) AS place
      FROM active_role WHERE kind NOT IN ('student', 'parent', 'guardian', 'relative')) r ON r.user_id = u."sourcedId" AND r.place = 1
  LEFT JOIN school_known k ON k.source_id = r.org_id LEFT JOIN here_staff h ON h.source_id = u."sourcedId"
  WHERE lower(u.status) <> 'tobedeleted' AND lower(u."enabledUser") <> 'false';
UPDATE staff_said SET what = coalesce((SELECT CASE WHEN h.given = staff_said.given AND h.family = staff_said.family AND h.email IS staff_said.email
    AND h.duty = staff_said.duty AND h.school_id IS staff_said.school_id AND h.left IS NULL THEN 'same' ELSE 'changed' END
  FROM here_staff h WHERE h.id = staff_said.id), 'new');
UPDATE staff_said SET id = new_id() WHERE id IS NULL;
CREATE TABLE staff_ended AS SELECT id FROM here_staff h WHERE source_id IS NOT NULL AND left IS NULL AND source_id NOT IN (SELECT source_id FROM staff_said)
  AND source_id NOT IN (SELECT source_id FROM spared)
  AND (:bulk OR source_id IN (SELECT "sourcedId" FROM users WHERE lower(status) = 'tobedeleted' OR lower("enabledUser") = 'false'));
"""

_RESULTS = (
    *("school_said", "school_known", "school_ended", "pupil_said", "pupil_pair", "pupil_ended", "tie_said", "tie_new", "tie_ended", "tie_left_ended"),
    *("guardian_said", "staff_said", "staff_ended"),
    *("active_role", "clash", "known", "without_school", "adopted", "guardian_kind"),
)


def compare(staging: Staging, today: date) -> dict[str, Any]:
    """Hold the roster against what was copied from the installation; the counts of it. Can be repeated."""
    for table in _RESULTS:
        staging.connection.execute(f"DROP TABLE IF EXISTS {table}")
    staging.connection.execute("DELETE FROM refusal WHERE is_reckoned")
    values = {"today": today.isoformat(), "bulk": staging.is_bulk, "oldest": f"{today.year - OLDEST:04}-01-01"}
    staging.connection.execute("BEGIN")
    for script in (_ROLES, _SCHOOLS, _REFERENCES, _PUPILS, _GUARDIANS, _STAFF_MEMBERS):
        for statement in script.split(";\n"):
            if statement.strip():
                staging.connection.execute(statement.rstrip(";\n "), values)
    staging.connection.execute("COMMIT")
    return _counts(staging)


def _counts(staging: Staging) -> dict[str, Any]:
    ended = {"schools": "school_ended", "pupils": "pupil_ended", "guardianships": "tie_ended", "staff": "staff_ended"}
    said = {"schools": "school_said", "pupils": "pupil_said", "guardians": "guardian_said", "staff": "staff_said"}
    counts: dict[str, Any] = {kind: _by_what(staging, table) for kind, table in said.items()}
    counts["guardianships"] = {"new": staging.one("SELECT count(*) FROM tie_new"), "same": staging.one("SELECT count(*) FROM tie_said")}
    counts["guardianships"]["left_ended"] = staging.one("SELECT count(*) FROM tie_left_ended")
    counts["guardianships"]["same"] -= counts["guardianships"]["new"] + counts["guardianships"]["left_ended"]
    for kind, table in ended.items():
        counts[kind]["ended"] = staging.one(f"SELECT count(*) FROM {table}")  # noqa: S608 – our own names
    counts["pupils"]["moved"] = staging.one("SELECT count(*) FROM pupil_said WHERE is_moved AND what = 'changed'")
    counts["pupils"]["alike"] = staging.one("SELECT count(DISTINCT line) FROM pupil_pair")
    counts["relatives"] = staging.one("SELECT count(DISTINCT user_id) FROM active_role WHERE kind = 'relative'")
    return counts


def _by_what(staging: Staging, table: str) -> dict[str, int]:
    found = dict.fromkeys(("new", "changed", "same"), 0)
    return {**found, **dict(staging.rows(f"SELECT what, count(*) FROM {table} GROUP BY what"))}  # noqa: S608


def kinds_with_many_endings(staging: Staging, counts: dict[str, Any]) -> tuple[str, ...]:
    """The kinds of which more than a fifth would end: more likely half a roster than a change."""
    here = {
        "pupils": "SELECT count(*) FROM here_pupil WHERE source_id IS NOT NULL AND enrolment_id IS NOT NULL",
        "guardianships": "SELECT count(*) FROM here_tie WHERE source = 'roster'",
        "staff": "SELECT count(*) FROM here_staff WHERE source_id IS NOT NULL AND left IS NULL",
    }
    return tuple(kind for kind, query in here.items() if counts[kind]["ended"] > MANY_ENDINGS * staging.one(query))
