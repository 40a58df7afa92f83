from django.db import connection

# It needs PostgreSQL's programs, as all tests do that run on PostgreSQL.
collect_ignore = [] if connection.vendor == "postgresql" else ["test_database_away.py"]
