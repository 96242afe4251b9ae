"""A file as a merchant gives it: ``baiyun map``, ``ingest`` and ``ask``, each as it is typed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from cli import app
from contracts.errors import BaiyunError


class Counter:
    """A house of one merchant and one shop, where files are given and questions asked."""

    def __init__(self, folder: Path, platform: str = "other") -> None:
        self.folder, self.platform = folder, platform

    def run(self, *words: str | Path) -> Result:
        """What a command came to; an error of the house is ``result.exception``."""
        env = {"BAIYUN_HOME": str(self.folder / "home")}
        return CliRunner(env=env).invoke(app, [str(word) for word in words])

    def _write(self, name: str, data: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(data)
        return path

    def open_questions(self, name: str, data: bytes, *answers: str) -> dict[str, str]:
        """Key → Chinese sentence of what is asked about a file, with some answers given."""
        result = self._map(name, data, answers, "--json")
        error = result.exception
        told = error.beside if isinstance(error, BaiyunError) else json.loads(result.stdout)["proposal"]
        return {str(question["key"]): str(question["zh"]) for question in told["questions"]}

    def map(self, name: str, data: bytes, *answers: str) -> Result:
        """Map a file with answers and save it: nobody is asked."""
        return self._map(name, data, answers, "--yes")

    def _map(self, name: str, data: bytes, answers: tuple[str, ...], how: str) -> Result:
        given = [word for answer in answers for word in ("--set", answer)]
        where = ["-m", "acme", "-s", "shop", "--platform", self.platform, "--new-shop"]
        return self.run("map", self._write(name, data), *where, *given, how)

    def ingest(self, name: str, data: bytes) -> dict[str, Any]:
        """Its receipt, whose rows have to balance."""
        result = self.run("ingest", "-m", "acme", "-s", "shop", "--json", self._write(name, data))
        (receipt,) = json.loads(result.stdout)["files"]
        parts = ("published", "quarantined", "superseded", "duplicate")
        assert receipt["rows_read"] == sum(receipt[part] for part in parts), receipt
        return dict(receipt)

    def ask(self, *metrics: str) -> dict[str, int | None]:
        """Metrics of all that was given."""
        result = self.run("ask", "-m", "acme", "--metrics", ",".join(metrics), "--json")
        (row,) = json.loads(result.stdout)["rows"]
        return {name: row[name] for name in metrics}
