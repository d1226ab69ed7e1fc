#!/usr/bin/env python3
"""script.py FILE: the shell script that a template runs, and with --paths the
files that it hands on."""
import re
import sys

import yaml

path = sys.argv[-1]
text = open(path).read()
if path.endswith("Jenkinsfile"):
    script = re.findall(r"^\s*sh '(.*)'$", text, re.M)
    assert text.count("{") == text.count("}"), "braces"
    files = re.findall(r"'(stanch-reports/[^']*)'", text)
else:
    top = yaml.safe_load(text)
    name = path.rsplit("/", 1)[-1]
    if name == "action.yml":
        assert top["runs"]["using"] == "composite"
        script = [s["run"] for s in top["runs"]["steps"]]
        files = []
        for output in top["outputs"].values():
            assert re.search(r"steps\.gate\.outputs\.\w+", output["value"])
    elif name == "azure-pipelines.yml":
        script = [s["script"] for s in top["steps"] if "script" in s]
        files = [v for s in top["steps"] for v in s.get("inputs", {}).values()
                 if "stanch-reports" in v]
        assert top["steps"][0]["fetchDepth"] == 0
    elif name == "gitlab.yml":
        script = top["stanch"]["script"]
        files = list(top["stanch"]["artifacts"]["reports"].values())
        assert top["stanch"]["variables"]["GIT_DEPTH"] == "0"
    elif name == "bitbucket-pipelines.yml":
        assert top["clone"]["depth"] == "full"
        script = top["pipelines"]["default"][0]["step"]["script"]
        files = ["stanch-reports/test-results/stanch.xml"]
    else:
        steps = top["jobs"]["stanch"]["steps"]
        script = [s["run"]["command"] for s in steps if "run" in s]
        files = ["stanch-reports/test-results/stanch.xml"]
    # What comes from outside is never pasted into a script.
    assert not any("${{" in s for s in script), script
print("\n".join(files if "--paths" in sys.argv else script))
