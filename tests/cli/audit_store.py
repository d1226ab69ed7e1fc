#!/usr/bin/env python3
"""audit_store.py STORE SQL: rows of a store, a line each, for the cases."""
import sqlite3
import sys

db = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
for row in db.execute(sys.argv[2].replace('"', "'")):
    print(*row)
