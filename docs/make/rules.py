"""The page of the rules: docs/rules.md."""

from __future__ import annotations

from docs.make.markdown import marked
from migrator.cli.explaining import rules as all_rules
from migrator.rules import RULES, docket, entries, infrahub, keys, live, messaging, pods
from migrator.rules.rule import Rule
from migrator.verify.checks import DEPLOYED

SECTIONS = {
    "The messaging Redis": messaging.RULES,
    "The docket": docket.RULES,
    "The running Redis (`--check-redis`)": live.RULES,
    "Prefect's pods": pods.RULES,
    "Env lists": entries.RULES,
    "Keys": keys.RULES,
    "Infrahub": infrahub.RULES,
}


def pages() -> dict[str, str]:
    """The page by its path below docs/."""
    assert sum(map(len, SECTIONS.values())) == len(RULES)
    parts = [HEAD]
    for title, rules in SECTIONS.items():
        parts.append(f"## {title}")
        parts += map(_rule, rules)
    parts.append(RENDERED)
    known = {*DEPLOYED, *(rule.id for rule in RULES)}
    parts += [_section(name, *rule) for name, rule in all_rules().items() if name not in known]
    parts.append(RUNNING)
    parts += [_section(name, *rule) for name, rule in DEPLOYED.items()]
    return {"rules.md": "\n\n".join(parts) + "\n"}


def _rule(rule: Rule) -> str:
    return _section(rule.id, rule.severity, rule.title, rule.remedy)


def _section(name: str, severity: str, title: str, remedy: str) -> str:
    return f"### {name}\n\n{marked(title)}\n\n- Severity: {severity}\n- What to do: {marked(remedy)}"


HEAD = """# Rules

What must hold of a release on its target version. `verify` reports each breach with its file and line, `migrate` writes
no file that newly breaks a rule, and `plan` and `check` report breaches that concern the file. `infrahub-migrator
explain ID` prints a rule.

An **error** is something that Helm, Kubernetes or Prefect refuses, or that fails at run time: exit code 4. A
**warning** works but is probably not intended."""

RENDERED = """## As Helm renders it

With `verify --chart-path CHART`, Helm renders the chart with the values, the two rendered Prefect deployments are
checked, and every key of the file is looked up in the chart's own values."""

RUNNING = """## As it runs

`verify --release NAME --deployed` checks what runs after an upgrade ([From the cluster](from-the-cluster.md)). Each
finding has a command that fixes it or shows more."""
