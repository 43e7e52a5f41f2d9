"""Runs the shell steps of a workflow's job on this machine, as a runner would.

Programs that reach out (gh) or take long (make, rotation) are replaced by recorders on the path;
everything else in a step is the real thing.
"""

from __future__ import annotations

import os
import re
import stat
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from rotation_lib.project import PROJECT_ROOT

WORKFLOWS = PROJECT_ROOT / ".github" / "workflows"
_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")


def workflow(name: str) -> dict[str, Any]:
    """A workflow as data; YAML reads the key ``on`` as a truth value."""
    held = yaml.safe_load((WORKFLOWS / f"{name}.yml").read_text(encoding="utf-8"))
    held["on"] = held.pop(True)
    return held


@dataclass
class Job:
    """An emulated job.

    Attributes:
        folder: the checkout.
        temp: the runner's folder for temporary files; holds the recorders.
        values: what expressions such as ``github.sha`` stand for.
        env: environment of the recorders.
    """

    folder: Path
    temp: Path
    values: dict[str, str] = field(default_factory=dict)
    env: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)

    def record(self, name: str, script: str, place: str = "bin") -> None:
        """Put a program on the path that writes its arguments down, then runs ``script``."""
        path = (self.temp if place == "bin" else self.folder) / place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        log = self.temp / f"{name}.log"
        path.write_text(
            f'#!/usr/bin/env bash\nprintf "%s\\t" "$@" >> "{log}"\nprintf "\\n" >> "{log}"\n{script}\n',
            encoding="utf-8",
        )
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def said(self, name: str) -> list[list[str]]:
        """The arguments of every call of a recorder."""
        log = self.temp / f"{name}.log"
        lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
        return [line.rstrip("\t").split("\t") for line in lines]

    def run(self, name: str, job: str) -> list[subprocess.CompletedProcess[str]]:
        """Run the shell steps of a job whose condition holds; stops at the first that fails."""
        held = workflow(name)["jobs"][job]
        done = []
        for step in held["steps"]:
            if "run" not in step or not self._wanted(step.get("if")):
                continue
            done.append(self._step(step, {**held.get("env", {}), **step.get("env", {})}))
            if done[-1].returncode:
                break
        return done

    def _step(self, step: dict[str, Any], env: dict[str, str]) -> subprocess.CompletedProcess[str]:
        assert "${{" not in step["run"], "values reach a script through env only"
        output, summary = self.temp / "output", self.temp / "summary"
        output.write_text("", encoding="utf-8")
        clean = {
            k: v
            for k, v in os.environ.items()
            if not k.startswith(("GIT_", "ROTATION_", "PYTEST", "GITHUB_"))
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.folder,
            env={
                **clean,
                "PATH": f"{self.temp / 'bin'}:{os.environ['PATH']}",
                "RUNNER_TEMP": str(self.temp),
                "GITHUB_OUTPUT": str(output),
                "GITHUB_STEP_SUMMARY": str(summary),
                "GIT_CONFIG_GLOBAL": os.devnull,
                **self.env,
                **{k: self._filled(str(v)) for k, v in env.items()},
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        for line in output.read_text(encoding="utf-8").splitlines():
            key, _, value = line.partition("=")
            self.outputs[f"steps.{step['id']}.outputs.{key}"] = value
        return done

    def _filled(self, text: str) -> str:
        return _EXPRESSION.sub(lambda hit: {**self.values, **self.outputs}[hit.group(1)], text)

    def _wanted(self, condition: str | None) -> bool:
        if condition is None:
            return True
        left, sign, right = condition.split()
        assert sign == "=="
        return {**self.values, **self.outputs}[left] == right.strip("'")
