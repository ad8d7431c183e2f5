#!/bin/sh
# Writes policy-types.txt: the types of the CloudFormation specification that
# have to do with policies, by their namespace, their name or their properties.
# Source: npm's @aws-cdk/aws-service-spec (Apache-2.0). usage: refresh.sh [VERSION]
set -eu
cd "$(dirname "$0")"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
here=$PWD
cd "$folder"
npm pack --silent "@aws-cdk/aws-service-spec@${1:-latest}" >/dev/null
tar xzf ./*.tgz
gunzip package/db.json.gz
python3 - package/package.json package/db.json >"$here/policy-types.txt" <<'PYTHON'
import json, re, sys
schema = json.load(open(sys.argv[2]))["schema"]
types = {t["$id"]: t for t in schema["typeDefinition"]["entities"]}
word = re.compile("polic|permissionsboundary", re.I)
own = re.compile("^AWS::(IAM|SSO|Organizations|ControlTower)::|Polic|^AWS::CloudFormation::(Stack|StackSet|CustomResource)$|ProvisionedProduct$|^AWS::Serverless::|BudgetsAction$")

def references(node):
    if isinstance(node, dict):
        if node.get("type") == "ref":
            yield node["reference"]["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)

def mentions(properties, seen):
    for name, p in (properties or {}).items():
        if word.search(name):
            return True
        for r in references(p.get("type")):
            if r not in seen and mentions(types[r].get("properties"), seen | {r}):
                return True
    return False

print("# @aws-cdk/aws-service-spec", json.load(open(sys.argv[1]))["version"])
for name in sorted(r["cloudFormationType"] for r in schema["resource"]["entities"] if own.search(r["cloudFormationType"]) or mentions(r.get("properties"), frozenset())):
    print(name)
PYTHON
