"""Setting MeetRec up: keys, database, the first administrator, the demonstration district, and the doctor."""
