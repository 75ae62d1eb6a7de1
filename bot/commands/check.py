"""`askwhy check`: find mistakes before customers do."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from bot.clock import SystemClock
from bot.commands.checks import FILES, PROVIDERS, STORE
from bot.commands.checks.finding import Checked, Finding
from bot.commands.checks.texts import Sms, all_sms, conversations
from bot.commands.context import Context
from bot.commands.outcome import DONE, FAILED, WRONG
from bot.config import ConfigError
from bot.survey_files import read_surveys
from surveys.definition import SurveyError

if TYPE_CHECKING:
    from rich.console import RenderableType

MARKS = {"error": "✗", "warning": "!", "note": "·"}
STYLES = {"error": "red", "warning": "yellow", "note": "dim"}


def run(context: Context, *, offline: bool) -> int:
    """Run all checks and tell what they found; 2 when files are wrong, 1 when only the store or an account is."""
    try:
        config = context.config()
    except ConfigError as error:
        findings = [Finding(problem.where, problem.told(), problem.fix) for problem in error.problems]
        return _tell(context, findings, None, WRONG)
    surveys, broken = read_surveys(config.surveys_folder)
    checked = Checked(config, surveys, SystemClock().now())
    findings = [_of_survey(error) for error in broken]
    findings += [finding for check in FILES for finding in check(checked)]
    code = WRONG if _errors(findings) else DONE
    reached = [finding for check in (*STORE, *(() if offline else PROVIDERS)) for finding in check(checked)]
    findings += reached
    code = code or (FAILED if _errors(reached) else DONE)
    return _tell(context, findings, checked, code)


def _of_survey(error: SurveyError) -> Finding:
    told = str(error).removeprefix(f"{error.where}: ").removesuffix(f": {error.fix}")
    return Finding(error.where, told, f"{error.fix[:1].upper()}{error.fix[1:]}")


def _errors(findings: list[Finding]) -> int:
    return sum(finding.severity == "error" for finding in findings)


def _tell(context: Context, findings: list[Finding], checked: Checked | None, code: int) -> int:
    price = checked.config.sms.price_per_segment if checked and checked.config.sms else None
    if context.json:
        problems = [asdict(finding) for finding in findings if finding.severity != "note"]
        notes = [asdict(finding) for finding in findings if finding.severity == "note"]
        rows = [_row(sms, price) for sms in all_sms(checked)] if checked else []
        context.emit({"ok": not _errors(findings), "problems": problems, "notes": notes, "texts": rows})
        return code
    if checked:
        context.say(_costs(checked, price))
    for finding in sorted(findings, key=lambda finding: finding.severity != "error"):
        context.say(
            f"\n{MARKS[finding.severity]} {finding.where}: {finding.problem}", style=STYLES[finding.severity]
        )
        context.say(f"  {finding.fix}")
    errors, warnings = _errors(findings), len(findings) - _errors(findings)
    known = f", {warnings} to know about" if warnings else ""
    context.say(f"\n{errors} to put right{known}." if errors else f"\nAll is well{known}.")
    return code


def _row(sms: Sms, price: float | None) -> dict[str, Any]:
    measured = sms.measured
    return {
        "survey": sms.survey,
        "language": sms.language,
        "key": sms.key,
        "encoding": measured.encoding.value,
        "segments": measured.segments,
        "characters": measured.characters,
        "cost": None if price is None else round(measured.segments * price, 4),
    }


def _costs(checked: Checked, price: float | None) -> "RenderableType":
    """Lay out what a whole conversation costs as SMS: each question once and the thanks, at their longest."""
    from rich.table import Table

    table = Table(title="As SMS, at the longest", title_justify="left", box=None, pad_edge=False)
    for heading in ("survey", "language", "segments", "each", *(["cost"] if price is not None else [])):
        table.add_column(heading, justify="right" if heading in {"segments", "cost"} else "left")
    for survey, language, parts in conversations(checked):
        total = sum(parts.values())
        each = ", ".join(f"{name} {count}" for name, count in parts.items())
        cost = [f"{total * price:.2f}"] if price is not None else []
        table.add_row(survey, language, str(total), each, *cost)
    return table
