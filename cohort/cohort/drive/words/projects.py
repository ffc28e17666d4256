"""Projects: what was built, for which domain, and how it went."""

# Domain, then titles and deeds in English and in Chinese.
DOMAINS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "healthcare": (
        ("Triage notes sorter", "Retina scan screening", "Ward rota planner"),
        ("急诊分诊笔记分类", "眼底图像筛查", "护士排班助手"),
    ),
    "finance": (
        ("Invoice fraud signals", "Small-loan risk model", "Receipt reader"),
        ("发票异常识别", "小额贷款风险模型", "票据识别"),
    ),
    "logistics": (
        ("Parcel route planner", "Warehouse slotting", "Courier demand forecast"),
        ("包裹路径规划", "仓库货位优化", "配送需求预测"),
    ),
    "education": (
        ("Essay feedback tutor", "Timetable solver", "Quiz difficulty model"),
        ("作文反馈助教", "课表求解器", "题目难度模型"),
    ),
    "retail": (
        ("Shelf photo counter", "Basket recommender", "Price elasticity study"),
        ("货架照片计数", "购物篮推荐", "价格弹性研究"),
    ),
    "climate": (
        ("Rooftop solar estimator", "Flood warning map", "Bus emissions tracker"),
        ("屋顶光伏估算", "洪水预警地图", "公交排放追踪"),
    ),
}

KINDS = ("academic",) * 4 + ("personal",) * 3 + ("competition", "internship", "open-source")

AI_DEEDS_EN = (
    "Trained a gradient-boosted model on three years of records and compared it with a simple rule.",
    "Fine-tuned a small language model and measured where its answers were wrong.",
    "Built an image classifier; the confusion matrix led us to relabel a tenth of the data.",
    "Used a recurrent network for the forecast and published the error by week.",
    "Clustered embeddings to find near-duplicates, then checked two hundred by hand.",
)
AI_DEEDS_ZH = (
    "使用三年的数据训练梯度提升模型,并与简单规则对比。",
    "微调了一个小型语言模型,并统计其回答出错的场景。",
    "搭建图像分类器,根据混淆矩阵重新标注了部分数据。",
    "采用循环神经网络进行预测,按周公布误差。",
    "利用向量聚类查找近似重复,并人工抽查两百条。",
)
PLAIN_DEEDS_EN = (
    "Wrote the web front end and the reporting queries; twelve people use it weekly.",
    "Designed the database schema and moved the old spreadsheets into it.",
    "Solved the schedule with integer programming and explained the trade-offs to the client.",
    "Ran interviews with eight users and rebuilt the first screen twice.",
)
PLAIN_DEEDS_ZH = (
    "负责网页前端与报表查询,每周有十余人使用。",
    "设计数据库结构,并迁移了旧的电子表格。",
    "用整数规划求解排班,并向使用方解释取舍。",
    "访谈了八位用户,两次重做首页。",
)
