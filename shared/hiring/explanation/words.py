"""The words around a decision, in the languages a candidate may read."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from hiring.explanation.phrases import in_chinese

Language = Literal["en", "zh"]


@dataclass(frozen=True, slots=True)
class Words:
    """One language. Sentences have their places by name."""

    outcomes: dict[str, str]
    application: str
    standing: str
    """What was decided, with nothing known of track or unit."""
    on_track: str
    in_unit: str
    withdrawn: str
    review_asked: str
    by_policy: str
    by_person: str
    note: str
    under: str
    reasons: str
    no_reasons: str
    programme_rules: str
    track_rules: str
    no_rules: str
    rule: str
    score: str
    component: str
    component_unknown: str
    earlier: str
    earlier_one: str
    names: dict[str, str]
    """Ids that have a word of their own."""
    phrase: Callable[[str], str] = str
    """What a decision records of a rule in English, in this language."""

    def name(self, id_: str) -> str:
        """An id as a word; one that has none is written with blanks."""
        return self.names.get(id_) or id_.replace("-", " ").replace("_", " ")


MARKS = {"pass": "✓", "fail": "✗", "unknown": "?"}

_EN = Words(
    outcomes={"advance": "advances", "review": "goes to a person", "decline": "declined"},
    application="Application {id} to {programme}",
    standing="Outcome: {outcome}",
    on_track=", on the track {track}",
    in_unit=", in the unit {unit}",
    withdrawn="Withdrawn at {at}: it waits for nobody, and this outcome is not announced any more",
    review_asked="The candidate asked at {at} for a person to look at this decision",
    by_policy="Decided by the policy's rules at {at}",
    by_person="Decided by {who} at {at}, after it had gone to a person",
    note="Their reason: {note}",
    under="Under the policy {name}, version {version} (digest {digest})",
    reasons="Reasons",
    no_reasons="Reasons: the policy gives none",
    programme_rules="Rules of the whole programme",
    track_rules="Track {track}: {outcome}",
    no_rules="no rules of its own",
    rule="{mark} {name}: found {observed}; asks for {required}",
    score="score {points:g} of {of:g}; advances from {advance:g}, goes to a person from {review:g}",
    component="{name}: {points:g} of {of:g} points, for {observed}",
    component_unknown="{name}: of {of:g} points none can be given yet: {observed}",
    earlier="Earlier decisions, the latest first",
    earlier_one="{at}: {outcome}{where}, {who}, policy version {version} ({digest})",
    names={
        "ai": "AI",
        "ai-ethics": "AI ethics",
        "ai-project": "AI project",
        "ai-projects": "AI projects",
        "human-only": "a person only",
        "computing": "computer science",
        "one-application": "one application",
        "programme-has-policy": "a policy for the programme",
    },
)

_ZH = Words(
    outcomes={"advance": "通过", "review": "转人工审阅", "decline": "未通过"},
    application="申请 {id}，项目 {programme}",
    standing="结果：{outcome}",
    on_track="，方向：{track}",
    in_unit="，部门：{unit}",
    withdrawn="申请已于 {at} 撤回：不再等待任何人处理，此结果不再通知",
    review_asked="申请人于 {at} 要求由工作人员复核此决定",
    by_policy="由筛选规则于 {at} 作出决定",
    by_person="转人工后由 {who} 于 {at} 作出决定",
    note="审阅人的理由：{note}",
    under="依据规则 {name}，版本 {version}（摘要 {digest}）",
    reasons="理由",
    no_reasons="理由：规则未给出理由",
    programme_rules="整个项目的规则",
    track_rules="{track}方向：{outcome}",
    no_rules="没有自己的规则",
    rule="{mark} {name}：实际：{observed}；要求：{required}",
    score="得分 {points:g}/{of:g}；达到 {advance:g} 分通过，达到 {review:g} 分转人工",
    component="{name}：{points:g}/{of:g} 分，依据：{observed}",
    component_unknown="{name}：共 {of:g} 分，尚无法给分：{observed}",
    earlier="更早的决定（由新到旧）",
    earlier_one="{at}：{outcome}{where}，{who}，规则版本 {version}（{digest}）",
    names={
        "ai": "AI",
        "general": "通用",
        "cloud": "云业务",
        "research": "研究院",
        "delivery": "配送平台",
        "consent": "同意自动筛选",
        "human-only": "只由人工决定",
        "graduation": "毕业时间",
        "degree": "学位",
        "foundations": "专业基础课程",
        "mathematics": "数学",
        "computer-science": "计算机科学",
        "statistics": "统计",
        "computing": "计算机科学",
        "ai-project": "AI项目",
        "ai-projects": "AI项目",
        "project": "项目经历",
        "grade": "成绩",
        "ai-ethics": "AI伦理",
        "score": "得分",
        "one-application": "一人一份申请",
        "programme-has-policy": "项目的筛选规则",
    },
    phrase=in_chinese,
)

WORDS: dict[Language, Words] = {"en": _EN, "zh": _ZH}
