#!/usr/bin/env python3
"""field.py TYPE NAME FILE: a member of each record of this type in a jsonl
report; dots go deeper."""
import json
import sys

kind, name, path = sys.argv[1:]
with open(path, encoding="utf-8") as report:
    for line in report:
        record = json.loads(line)
        if record["type"] != kind:
            continue
        for part in name.split("."):
            record = record.get(part) if isinstance(record, dict) else None
        print(record if isinstance(record, str) else json.dumps(record))
