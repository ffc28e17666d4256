"""From raw figures to the table and the chart in docs/performance.md."""

from collections import defaultdict
from pathlib import Path
from statistics import median
from typing import Any

from bench import chart
from bench.entrants import ENTRANTS

BEGIN, END = "<!-- bench -->", "<!-- /bench -->"
FLOOR = "floor"

Results = dict[str, Any]


def write(results: Results, docs: Path) -> None:
    """Rewrite what stands between the markers of docs/performance.md, and the chart beside it."""
    page = docs / "performance.md"
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    if not rest or END not in rest:
        raise SystemExit(f"{page} lacks the markers {BEGIN} … {END}")
    page.write_text(f"{before}{BEGIN}\n{table(results)}{END}{after}", encoding="utf-8")
    if "screening" in results:
        bars = [(told.what, told.median, told.low, told.high) for told in _race(results["screening"])]
        (docs / "performance.svg").write_text(chart.bars(bars, "applications a second"), encoding="utf-8")


def table(results: Results) -> str:
    """All results as Markdown."""
    parts = [f"Measured {results['at']} on {results['cores']} cores, everything on the same machine.\n"]
    if race := results.get("screening"):
        parts.append(_screening(race))
    rows = [row for name, told in _ROWS.items() if (found := results.get(name)) for row in told(found)]
    if rows:
        parts.append(_markdown(["what", "measured", "aim"], rows, 2))
    return "\n".join(parts)


class _Told:
    """One contender's runs, summed up; ratios are to the floor's run of the same round."""

    def __init__(self, name: str, runs: list[Results], floor: dict[int, float]) -> None:
        rates = [run["records"] / run["seconds"] for run in runs]
        ratios = [rate / floor[run["round"]] for run, rate in zip(runs, rates, strict=True) if run["round"] in floor]
        self.what = next(entrant.what for entrant in ENTRANTS if entrant.name == name)
        self.part = not all(run["whole"] for run in runs)
        self.median, self.low, self.high = median(rates), min(rates), max(rates)
        self.ratio = f"{median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})" if ratios else ""
        self.cpu = median([run["cpu_seconds"] / run["records"] * 100_000 for run in runs])
        self.peak = max(run["peak_bytes"] for run in runs) / 2**20


def _race(race: Results) -> list[_Told]:
    by_name: dict[str, list[Results]] = defaultdict(list)
    for run in race["runs"]:
        by_name[run["entrant"]].append(run)
    floor = {run["round"]: run["records"] / run["seconds"] for run in by_name.get(FLOOR, ())}
    return sorted((_Told(name, runs, floor) for name, runs in by_name.items()), key=lambda told: -told.median)


def _screening(race: Results) -> str:
    rows = [
        [
            told.what + ("*" if told.part else ""),
            f"{told.median:,.0f} ({told.low:,.0f}–{told.high:,.0f})",
            told.ratio,
            f"{told.cpu:.1f}",
            f"{told.peak:,.0f}",
        ]
        for told in _race(race)
    ]
    heads = ["what", "applications/s", "to the floor", "CPU s per 100,000", "MiB a process"]
    rounds = max((run["round"] for run in race["runs"]), default=0)
    notes = [f"{race['applications']:,} applications, {rounds} interleaved rounds: median (lowest–highest)."]
    if any("*" in row[0] for row in rows):
        notes.append("\\* measured on as many as it did in its time, not on all.")
    notes += [f"Not run: {name}: {why.splitlines()[0]}." for name, why in race["absent"].items()]
    return _markdown(heads, rows, 1) + "\n" + " ".join(notes) + "\n"


def _latency(told: Results) -> list[list[str]]:
    def spans(name: str) -> str:
        return "p50 {p50:,.0f} ms, p99 {p99:,.0f} ms".format(**told[name])

    at = f"at a steady {told['per_second']}/s"
    return [
        [f"POST to 202, {at}", spans("post_to_accept_ms"), ""],
        [f"202 to decision, {at}", spans("accept_to_decision_ms"), "p99 < 100 ms"],
        [f"202 to e-mail, {at}", spans("accept_to_email_ms"), ""],
    ]


def _intake(told: Results) -> list[list[str]]:
    rows = []
    if bulk := told.get("bulk"):
        rows.append(
            [f"intake, one upload of {bulk['lines']:,} lines", f"{bulk['lines_per_second']:,.0f} lines/s", "25,000"]
        )
        rows.append(["… its memory", _memory(bulk), "flat"])
    if single := told.get("single"):
        rate, ratio = median(single["intake"]), median(single["ratio"])
        rows.append(["intake, single POSTs, 64 at a time", f"{rate:,.0f}/s, {ratio:.2f} of a bare route", "0.6"])
    return rows


def _rules(told: Results) -> list[list[str]]:
    rate, ratio = median(told["policy"]), median(told["ratio"])
    return [["the policy alone, with reasons", f"{rate:,.0f} decisions/s, {ratio:.2f} of hand-written rules", "0.25"]]


def _notify(told: Results) -> list[list[str]]:
    return [[f"notify, {told['letters']:,} letters", f"{told['letters_per_second']:,.0f} e-mails/s", "1,000"]]


def _console(told: Results) -> list[list[str]]:
    pages = ", ".join(f"{path} {took:,.0f}" for path, took in told["pages_ms"].items())
    return [
        [f"console, fed {told['applications']:,} applications", f"{told['records_per_second']:,.0f} records/s", ""],
        ["… its memory", _memory(told), "flat"],
        ["… its pages then, in ms", pages, "100"],
    ]


def _screening_memory(told: Results) -> list[list[str]]:
    return [[f"screening's memory over {told['applications']:,}", _memory(told), "< 300 MiB, flat"]]


def _memory(told: Results) -> str:
    return "peak {peak_mib:,.0f} MiB; second quarter {second_quarter_mib:,.0f}, last {last_quarter_mib:,.0f}".format(
        **told
    )


_ROWS = {
    "rules": _rules,
    "latency": _latency,
    "intake": _intake,
    "notify": _notify,
    "console": _console,
    "memory": _screening_memory,
}


def _markdown(heads: list[str], rows: list[list[str]], left: int) -> str:
    rule = ["---" if number < left else "---:" for number in range(len(heads))]
    return "".join(f"| {' | '.join(row)} |\n" for row in [heads, rule, *rows])
