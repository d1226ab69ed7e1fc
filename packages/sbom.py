#!/usr/bin/env python3
"""sbom.py BUILD STATIC...: a bill of materials in SPDX 2.3 (JSON), on standard
output: the programs in BUILD with their hashes, each library that is linked
into them (STATIC: the linker's words for those that are linked statically),
loaded or started by them, and its Debian package with its version.

What is linked is read from the programs; whose it is, from dpkg. The same
build gives the same bytes."""
import hashlib
import json
import os
import re
import subprocess
import sys
import time
import uuid

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
# Nothing but headers: no linker knows of them.
HEADERS = {"xxhash": "/usr/include/xxhash.h",
           "tomlplusplus": "/usr/include/toml++/toml.h"}


def run(*command):
    return subprocess.run(command, check=True, capture_output=True,
                          text=True).stdout


def owner(path):
    """(Debian package, version, architecture) of a file."""
    for name in (path, os.path.realpath(path),
                 os.path.realpath(path).removeprefix("/usr")):
        found = subprocess.run(["dpkg", "-S", name], capture_output=True,
                               text=True)
        if found.returncode == 0:
            package = found.stdout.split(": ")[0].split(",")[0]
            return tuple(run("dpkg-query", "-W", "-f",
                             "${Package} ${Version} ${Architecture}",
                             package).split())
    sys.exit(f"sbom: no package has {path}")


def static_libraries(words):
    """{name: file} of -lNAME between -Bstatic and -Bdynamic."""
    found, is_static = {}, False
    for word in words:
        if word.startswith("-Wl,-B"):
            is_static = word == "-Wl,-Bstatic"
        elif is_static and word.startswith("-l"):
            found[word[2:]] = f"lib{word[2:]}.a"
        elif word.startswith("-static-lib"):
            found[word[8:]] = {"libstdc++": "libstdc++.a",
                               "libgcc": "libgcc.a"}[word[8:]]
    compiler = os.environ.get("CXX", "g++").split()[-1]
    return {name: os.path.realpath(run(
        compiler, f"-print-file-name={file}").strip())
        for name, file in found.items()}


def dynamic_libraries(program):
    """{soname: file} of what it asks the loader for itself."""
    wanted = re.findall(r"\(NEEDED\).*\[(.*)\]", run("readelf", "-d", program))
    paths = dict(re.findall(r"^\s*(\S+) => (/\S+)", run("ldd", program),
                            re.M))
    return {name: paths.get(name, "/lib64/" + name) for name in wanted
            if not name.startswith("ld-linux")}


def lazy_libraries():
    """What is loaded by name when it is needed."""
    with open(ROOT + "/scanner/source/archive_api.c", encoding="utf-8") as f:
        names = re.findall(r'^#define LIBRARY "(.*)"', f.read(), re.M)
    cache = dict(re.findall(r"^\s*(\S+) \(.*\) => (\S+)",
                            run("/sbin/ldconfig", "-p"), re.M))
    return {name: cache[name] for name in names}


class Bill:
    def __init__(self, build, version):
        self.build, self.packages, self.links = build, {}, set()
        self.files, self.version = [], version

    def library(self, path):
        """Its package's identifier, added when it is new."""
        name, version, architecture = owner(path)
        key = "SPDXRef-Package-" + re.sub(r"[^A-Za-z0-9.-]", "-", name)
        self.packages[key] = {
            "SPDXID": key, "name": name, "versionInfo": version,
            "supplier": "Organization: Debian",
            "downloadLocation": "NOASSERTION", "filesAnalyzed": False,
            "licenseConcluded": "NOASSERTION",
            "licenseDeclared": "NOASSERTION",
            "copyrightText": "NOASSERTION",
            "externalRefs": [{
                "referenceCategory": "PACKAGE-MANAGER",
                "referenceType": "purl",
                "referenceLocator": f"pkg:deb/debian/{name}@"
                f"{version.replace('+', '%2B').replace(':', '%3A')}"
                f"?arch={architecture}"}]}
        return key

    def file(self, name):
        path = os.path.join(self.build, name)
        with open(path, "rb") as file:
            body = file.read()
        key = "SPDXRef-File-" + name
        self.files.append({
            "SPDXID": key, "fileName": "./" + name,
            "fileTypes": ["BINARY"], "licenseConcluded": "NOASSERTION",
            "copyrightText": "NOASSERTION", "checksums": [
                {"algorithm": "SHA1",
                 "checksumValue": hashlib.sha1(body).hexdigest()},
                {"algorithm": "SHA256",
                 "checksumValue": hashlib.sha256(body).hexdigest()}]})
        self.links.add(("SPDXRef-Package-stanch", "CONTAINS", key))
        return key

    def document(self):
        names = "".join(f["checksums"][0]["checksumValue"]
                        for f in self.files)
        own = {
            "SPDXID": "SPDXRef-Package-stanch", "name": "stanch",
            "versionInfo": self.version, "supplier": "NOASSERTION",
            "downloadLocation": "NOASSERTION", "filesAnalyzed": True,
            "packageVerificationCode": {
                "packageVerificationCodeValue": hashlib.sha1("".join(sorted(
                    f["checksums"][0]["checksumValue"]
                    for f in self.files)).encode()).hexdigest()},
            "hasFiles": [f["SPDXID"] for f in self.files],
            "licenseConcluded": "Apache-2.0",
            "licenseInfoFromFiles": ["NOASSERTION"],
            "licenseDeclared": "Apache-2.0",
            "copyrightText": "Copyright The stanch authors"}
        when = int(os.environ.get("SOURCE_DATE_EPOCH") or run(
            "dpkg-parsechangelog", "-l", ROOT + "/debian/changelog", "-S",
            "Timestamp"))
        self.links.add(("SPDXRef-DOCUMENT", "DESCRIBES", own["SPDXID"]))
        return {
            "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0",
            "SPDXID": "SPDXRef-DOCUMENT", "name": "stanch-" + self.version,
            "documentNamespace": "urn:uuid:" + str(uuid.uuid5(
                uuid.NAMESPACE_OID, names + self.version)),
            "creationInfo": {
                "created": time.strftime("%Y-%m-%dT%H:%M:%SZ",
                                         time.gmtime(when)),
                "creators": ["Tool: packages/sbom.py"]},
            "packages": [own] + [self.packages[k]
                                 for k in sorted(self.packages)],
            "files": self.files,
            "relationships": [
                {"spdxElementId": a, "relationshipType": kind,
                 "relatedSpdxElement": b}
                for a, kind, b in sorted(self.links)]}


def main():
    build, words = sys.argv[1], " ".join(sys.argv[2:]).split()
    version = json.loads(run(build + "/stanch", "version", "--json"))
    bill = Bill(build, version["version"])
    for name in sorted(os.listdir(build)):
        path = os.path.join(build, name)
        if not re.fullmatch(r"stanch(-\w+)?(\.so)?", name) or \
                not os.access(path, os.R_OK):
            continue
        key = bill.file(name)
        for library in dynamic_libraries(path).values():
            bill.links.add((key, "DYNAMIC_LINK", bill.library(library)))
        if name == "stanch":
            for library in static_libraries(words).values():
                bill.links.add((key, "STATIC_LINK", bill.library(library)))
            for header in HEADERS.values():
                bill.links.add((key, "STATIC_LINK", bill.library(header)))
            for library in lazy_libraries().values():
                bill.links.add((bill.library(library),
                                "OPTIONAL_DEPENDENCY_OF", key))
        elif name == "stanch-net":
            bill.links.add((key, "STATIC_LINK", bill.library(
                static_libraries(["-Wl,-Bstatic", "-lcrypto"])["crypto"])))
    json.dump(bill.document(), sys.stdout, indent=1, sort_keys=True)
    print()


if __name__ == "__main__":
    main()
