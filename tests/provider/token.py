#!/usr/bin/env python3
"""token.py FILE NAME STATE TOKEN [MATCH]: add a token to what a provider
knows. MATCH is what requests show of it, when that is not itself."""
import json
import os
import sys

path, name, state, token, *match = sys.argv[1:]
tokens = {}
if os.path.exists(path):
    with open(path) as f:
        tokens = json.load(f)
tokens[name] = {"token": token, "state": state}
if match:
    tokens[name]["match"] = match[0]
with open(path + ".new", "w") as f:
    json.dump(tokens, f)
os.replace(path + ".new", path)
