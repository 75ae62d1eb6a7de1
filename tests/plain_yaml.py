"""A reader for the plain part of YAML that deploy/ is written in, strict about the rest.

Maps and lists by indentation, `[a, b]` and `{a: b}` on one line, quoted and bare words, `>-`, one level of `&name` and
`<<: *name`. Tabs, doubled keys and anything else are errors.
"""

import json
import re
from typing import Any

_KEY = re.compile(r"""("[^"]+"|[\w.<-][\w./<-]*):(?:\s+(.*))?$""")


def read_yaml(text: str) -> Any:
    """Return maps, lists, strings and numbers. Raises ValueError with the line."""
    assert "\t" not in text, "a tab"
    return _Reader(text).block(0)


class _Reader:
    def __init__(self, text: str) -> None:
        self._lines = [
            (number, len(line) - len(line.lstrip()), line.strip())
            for number, line in enumerate(text.splitlines(), 1)
            if line.strip() and not line.lstrip().startswith("#")
        ]
        self._at = 0
        self._names: dict[str, Any] = {}

    def block(self, least: int) -> Any:
        """Read what stands at one indentation, at least `least`."""
        _, indent, text = self._lines[self._at]
        if indent < least:
            raise ValueError(f"line {self._lines[self._at][0]}: too little indentation")
        return self._list(indent) if text.startswith("- ") else self._map(indent)

    def _map(self, indent: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while self._here(indent) and not self._lines[self._at][2].startswith("- "):
            number, _, text = self._lines[self._at]
            match = _KEY.match(text)
            if not match:
                raise ValueError(f"line {number}: {text!r} is no key with a value")
            key, rest = match[1].strip('"'), match[2] or ""
            if key in found:
                raise ValueError(f"line {number}: {key!r} a second time")
            self._at += 1
            if key == "<<":
                found = {**self._names[rest.removeprefix("*")], **found}
            else:
                found[key] = self._value(rest, indent, number)
        return found

    def _list(self, indent: int) -> list[Any]:
        found = []
        while self._here(indent) and self._lines[self._at][2].startswith("- "):
            number, _, text = self._lines[self._at]
            inside = text[2:].strip()
            if _KEY.match(inside):
                self._lines[self._at] = (number, indent + 2, inside)
                found.append(self._map(indent + 2))
            else:
                self._at += 1
                found.append(_scalar(inside, number))
        return found

    def _value(self, rest: str, indent: int, number: int) -> Any:
        name = re.match(r"&(\w+)$", rest)
        if rest and not name and rest != ">-":
            return _scalar(rest, number)
        if rest == ">-":
            parts = []
            while self._at < len(self._lines) and self._lines[self._at][1] > indent:
                parts.append(self._lines[self._at][2])
                self._at += 1
            return " ".join(parts)
        if self._at >= len(self._lines) or self._lines[self._at][1] <= indent:
            return None
        value = self.block(indent + 1)
        if name:
            self._names[name[1]] = value
        return value

    def _here(self, indent: int) -> bool:
        if self._at >= len(self._lines):
            return False
        number, found, _ = self._lines[self._at]
        if found > indent:
            raise ValueError(f"line {number}: unexpected indentation")
        return found == indent


def _scalar(text: str, number: int) -> Any:
    text = re.sub(r"\s+#.*$", "", text) if not text.startswith('"') else text
    if text.startswith('"'):
        return json.loads(text)
    if text.startswith("["):
        return json.loads(text) if '"' in text else [part.strip() for part in text.strip("[]").split(",")]
    if text.startswith("{"):
        pairs = (part.split(":", 1) for part in text.strip("{}").split(","))
        return {key.strip(): value.strip() for key, value in pairs}
    if re.search(r"^[&*!|>%@`]|: ", text):
        raise ValueError(f"line {number}: {text!r} needs quotes")
    words = {"true": True, "false": False, "null": None}
    return int(text) if text.isdecimal() else words.get(text, text)
