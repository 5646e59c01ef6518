"""Judges YAML files against JSON Schemas, as an editor does: YAML 1.2, draft-07.

Usage: schema_judge.py SCHEMA PATTERN [SCHEMA PATTERN]...

Prints, for every file that a pattern (FOLDER/*.yaml) fits, one of
    FILE<tab>accepted
    FILE<tab>refused PATH: MESSAGE     the error that matters most, and where it is
    FILE<tab>unreadable MESSAGE        not YAML, or with a key given twice
"""

import glob
import json
import pathlib
import re
import sys

import jsonschema
import yaml

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
NULL = re.compile(r"^(?:|~|null|Null|NULL)$")
BOOL = re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$")
INT = re.compile(r"^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$")
FLOAT = re.compile(r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$")
NOT_FINITE = re.compile(r"^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$")


def core(text):
    """What YAML 1.2.2, 10.3.2, makes of a text without quotes."""
    if NULL.match(text):
        return None
    if BOOL.match(text):
        return text.lower() == "true"
    if INT.match(text):
        bases = {"0o": 8, "0x": 16}
        return int(text[2:], bases[text[:2]]) if text[:2] in bases else int(text)
    if FLOAT.match(text):
        return float(text)
    if NOT_FINITE.match(text):
        return float(text.lower().replace(".", ""))
    return text


def value(node):
    if isinstance(node, yaml.ScalarNode):
        return core(node.value) if not node.style else node.value
    if isinstance(node, yaml.SequenceNode):
        return [value(item) for item in node.value]
    mapping = {}
    for key, item in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise ValueError("a key is a list or a mapping")
        if key.value in mapping:
            raise ValueError(f"the key {key.value} is given twice")
        mapping[key.value] = value(item)
    return mapping


def verdict(path, validator):
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=LOADER)
        data = value(node) if node else None
    except (yaml.YAMLError, ValueError) as error:
        return "unreadable " + " ".join(str(error).split())
    error = jsonschema.exceptions.best_match(validator.iter_errors(data))
    if error is None:
        return "accepted"
    place = "/".join(str(part) for part in error.absolute_path)
    return f"refused {place}: {error.message[:120]}".replace("\n", " ")


arguments = sys.argv[1:]
for schema_path, pattern in zip(arguments[::2], arguments[1::2]):
    with open(schema_path, encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft7Validator.check_schema(schema)
    judge = jsonschema.Draft7Validator(schema)
    for name in sorted(glob.glob(pattern)):
        print(name, verdict(pathlib.Path(name), judge), sep="\t")
