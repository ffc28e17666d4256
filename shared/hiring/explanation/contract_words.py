"""The contracts' own words in Chinese."""

_CHINESE = {
    "associate": "专科",
    "bachelor": "本科",
    "master": "硕士",
    "doctorate": "博士",
    "other": "其他",
    "mathematics": "数学",
    "computer-science": "计算机科学",
    "statistics": "统计",
    "academic": "学术",
    "personal": "个人",
    "competition": "竞赛",
    "internship": "实习",
    "open-source": "开源",
    "data_processing": "数据处理",
    "automated_screening": "自动筛选",
}


def chinese(word: str) -> str:
    """The contract's word in Chinese."""
    return _CHINESE.get(word, word)
