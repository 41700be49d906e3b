"""How leads are ranked, in words for reports and exports; definitions and sources stand in score.py."""

from __future__ import annotations

from feedback.leads.score import FACTORS
from feedback.records import Lead
from feedback.settings import LeadSettings

NAMES = {
    "zh": dict(zip(FACTORS, ("触达", "严重", "价值", "趋势", "置信"), strict=True)),
    "en": {name: name for name in FACTORS},
}
STATUS = {
    "zh": {"new": "新", "confirmed": "已确认", "planned": "已排期", "done": "已完成", "dismissed": "已驳回", "merged": "已并入"},
    "en": {name: name for name in ("new", "confirmed", "planned", "done", "dismissed", "merged")},
}  # fmt: skip
MOVEMENT = {
    "zh": {"new": "新出现", "rising": "上升", "falling": "下降", "steady": "持平", None: ""},
    "en": {"new": "new", "rising": "rising", "falling": "falling", "steady": "steady", None: ""},
}
_TEXT = {
    "zh": {
        "得分": "触达 × 严重 × 价值 × 趋势 × 置信，各因子 0~1，指数为设置 leads.weights：{weights}",
        "触达": "ln(1+提出者人数) ÷ ln(1+该产品全部吐槽者人数)；按人不按条，近似重复不计。出处：RICE 的 reach（Intercom，2016），取对数",
        "严重": "每人最重一条的平均：有星级按 (5−星)÷4，无星级按极性（负面 0.8、褒贬参半 0.5、中性 0.4、正面 0.2）；以 5 人的权重向产品均值收缩",
        "价值": "接入用户数据之前一律 0.5",
        "趋势": "(r+5) ÷ (r+e+10)：r 为该产品最新记录前 {days} 天内的人数，e 为按此前占比应有的人数；0.5 为持平",
        "置信": "人数 ÷ (人数+3) × 归类把握（引文点明对象 1，同组 0.85，上下文 0.7，语义相近 0.6，只有泛指 0.5，仅接近 0.35）",
        "稳定性": "对人重抽样 {bootstrap} 次，是否进前 {top} 名不变的比例",
        "RICE": "Reach=人数，Impact=严重×3，Confidence=置信，Effort 由团队填写（人周）；RICE=R×I×C÷E",
        "影响": "该产品全部记录的均值 − 去掉该线索记录后的均值（星级；NPS 按分：9~10 为 +100，0~6 为 −100），负值即拉低；95% 区间按人重抽样 {bootstrap} 次。出处：Thematic 的 impact",
        "ODI": "重要度 + max(重要度 − 满意度, 0)，0~20；重要度 = 10 × 触达，满意度 = 10 × 提出者中均星 ≥4 的比例；95% 区间同上。出处：Ulwick（2002）的机会分",
        "引文": "逐字摘自原文，可按文件与行号查到",
    },
    "en": {
        "score": "reach × severity × value × trend × confidence, each 0..1, exponents from leads.weights: {weights}",
        "reach": "ln(1+people) ÷ ln(1+everybody who complained of the product); people, not records; near duplicates not counted. Source: RICE (Intercom, 2016), damped",
        "severity": "mean over people of their worst record: (5−stars)÷4, without stars by polarity (negative 0.8, mixed 0.5, neutral 0.4, positive 0.2); drawn to the product's mean with the weight of 5 people",
        "value": "0.5 for all until user data exist",
        "trend": "(r+5) ÷ (r+e+10): r people in the last {days} days before the product's newest record, e those expected from the earlier share; 0.5 is even",
        "confidence": "people ÷ (people+3) × sureness of placing (1 named in the quote, 0.85 of its group, 0.7 in its context, 0.6 by meaning, 0.5 general, 0.35 merely near)",
        "stability": "share of {bootstrap} resamples of people in which the lead stays on its side of the line below the top {top}",
        "RICE": "Reach = people, Impact = severity × 3, Confidence = confidence, Effort for the team to fill in (person-weeks); R×I×C÷E",
        "impact": "mean of all records of the product − mean without the lead's (stars; NPS in points: 9–10 +100, 0–6 −100), negative where it pulls down; 95% interval from {bootstrap} resamples of people. Source: Thematic's impact",
        "ODI": "importance + max(importance − satisfaction, 0), 0..20; importance = 10 × reach, satisfaction = 10 × share of its people whose mean is 4 stars or more; interval as above. Source: Ulwick's opportunity score (2002)",
        "quotes": "verbatim; found again by file and row",
    },
}  # fmt: skip


def method(settings: LeadSettings, lang: str) -> list[tuple[str, str]]:
    """What each number means, as (name, definition), with the values of the settings."""
    weights = ", ".join(f"{NAMES[lang][name]} {settings.weights.get(name, 1.0):g}" for name in FACTORS)
    values = {"weights": weights, "days": settings.trend_days, "bootstrap": settings.bootstrap, "top": settings.top}
    return [(name, text.format(**values)) for name, text in _TEXT[lang].items()]


def rice(lead: Lead) -> dict[str, float | None]:
    """RICE of a lead: reach, impact, confidence, effort and score; the score is None until effort is known."""
    impact = 3 * lead.factors.get("severity", 0.0)
    confidence = lead.factors.get("confidence", 0.0)
    score = lead.people * impact * confidence / lead.effort if lead.effort else None
    return {"reach": lead.people, "impact": impact, "confidence": confidence, "effort": lead.effort, "score": score}


def explain(lead: Lead, lang: str) -> str:
    """Why the lead stands where it stands, in two sentences."""
    if lead.rank is None or not lead.factors:
        return "不参与排名。" if lang == "zh" else "It is not ranked."
    strong = max(FACTORS, key=lambda name: (lead.factors[name] if name != "value" else -1.0, name))
    weak = min(FACTORS, key=lambda name: (lead.factors[name] if name != "value" else 2.0, name))
    names = NAMES[lang]
    recent, expected = lead.recent or 0, lead.expected or 0.0
    if lang == "zh":
        return (
            f"排第 {lead.rank}：{lead.people} 人提到，占该产品吐槽记录的 {lead.share:.1%}，"
            f"最强的因子是{names[strong]}（{lead.factors[strong]:.2f}），最弱的是{names[weak]}（{lead.factors[weak]:.2f}）。"
            f"近期 {recent} 人提到，按此前占比应为 {expected:.1f} 人；"
            f"重抽样中 {lead.stability or 0:.0%} 的情形进不进前十不变；价值在接入用户数据前一律按 0.5 计。"
        )
    return (
        f"Rank {lead.rank}: {lead.people} people, {lead.share:.1%} of the product's complaint records; strongest factor "
        f"{strong} ({lead.factors[strong]:.2f}), weakest {weak} ({lead.factors[weak]:.2f}). "
        f"Lately {recent} people against {expected:.1f} expected; on the same side of the line in "
        f"{lead.stability or 0:.0%} of resamples; value is an even 0.5 until user data exist."
    )
