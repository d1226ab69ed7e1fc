#!/usr/bin/env python3
"""event.py KIND KEY=VALUE...: a payload of GitHub's, with the members that
its documentation names; other members stand around them."""
import json
import sys

kind, given = sys.argv[1], dict(a.split("=", 1) for a in sys.argv[2:])
zeros = "0" * 40
repository = {"full_name": "o/r", "default_branch": given.get("main", "main"),
              "private": False, "fork": False}
payload = {"repository": repository, "sender": {"login": "someone"}}
if kind == "push":
    payload.update(
        ref=given.get("ref", "refs/heads/main"), before=given["before"],
        after=given["after"], created=given["before"] == zeros,
        deleted=given["after"] == zeros, forced=given.get("forced") == "1",
        base_ref=None, commits=[])
elif kind.startswith("pull_request"):
    payload.update(action="opened", number=7, pull_request={
        "number": 7, "title": "::error::no",
        "base": {"sha": given["base"], "ref": given.get("target", "main"),
                 "repo": repository},
        "head": {"sha": given["head"], "ref": "topic",
                 "repo": dict(repository, fork=True, full_name="f/r")}})
elif kind == "merge_group":
    payload.update(action="checks_requested", merge_group={
        "head_sha": given["head"], "base_sha": given["base"],
        "head_ref": "refs/heads/gh-readonly-queue/main/pr-7-x",
        "base_ref": "refs/heads/main"})
json.dump(payload, sys.stdout)
