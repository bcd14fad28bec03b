"""Settings, database, clock, keys, jobs, timetable and web ground rules. Knows no feature."""
