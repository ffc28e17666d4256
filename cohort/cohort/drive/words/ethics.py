"""Sentences that answers to the question on AI ethics are put together from."""

OPENINGS_EN = (
    "I would not release a model before somebody outside the team has tried to break it.",
    "In my thesis I found that the accuracy we were proud of hid a group it failed.",
    "A system that decides about people owes each of them a reason they can argue with.",
    "My first question about any data set is who is missing from it.",
    "Working on a delivery forecast taught me that a wrong number can cost someone a shift.",
)
THOUGHTS_EN = (
    "So I report results by group, and I write down what I did not measure.",
    "Consent is more than a box: people should know what is kept, for how long, and how to withdraw.",
    "Where the stakes are high, a person should review the decision and be allowed to overrule it.",
    "I keep a record of the version and the inputs, so that a complaint can be answered months later.",
    "Privacy came first: we removed names before labelling and never copied the raw files.",
    "When the model was unsure we let it say so, which cost coverage and gained trust.",
    "We compared it with the simplest rule we knew; for one office the rule was better, so we used it.",
    "I disagree with the view that fairness and usefulness always pull apart; bad labels hurt both.",
    "A drifting input is an ethical problem too, because nobody notices whom it harms.",
)
CLOSINGS_EN = (
    "I would rather ship late than explain afterwards why nobody looked.",
    "If I were told to skip that review, I would ask for the instruction in writing.",
    "That is the standard I would want applied to my own application.",
)
OPENINGS_ZH = (
    "我认为涉及个人的自动决策必须给出可以申辩的理由。",
    "做毕业设计时,我发现总体准确率掩盖了对少数群体的误判。",
    "拿到数据时我首先会问:哪些人没有被包含进来?",
    "模型上线之前,应当由团队之外的人来尝试找出它的问题。",
    "配送预测项目让我明白,一个错误的数字可能让骑手白跑一天。",
)
THOUGHTS_ZH = (
    "因此我按群体分别报告结果,并写明没有测量的部分。",
    "知情同意不只是勾选框,还要说明保存什么、保存多久以及如何撤回。",
    "影响重大的决定应由人复核,而且复核者有权推翻模型。",
    "我会记录模型版本和输入,几个月后仍能回答申诉。",
    "我们在标注之前删除姓名,从不复制原始文件。",
    "模型没有把握时允许它说不知道,覆盖率下降,但信任提高了。",
    "我们与最简单的规则做了比较,某个场景下规则更好,就用了规则。",
    "数据漂移同样是伦理问题,因为没有人注意到它伤害了谁。",
)
CLOSINGS_ZH = (
    "宁可晚一点发布,也不要事后解释为什么没有人检查。",
    "如果有人要求跳过审查,我会请对方书面说明。",
    "这也是我希望用于我自己申请的标准。",
)
SHORT = ("I agree.", "n/a", "同意", "AI should be good", "无", "…", "See CV", "遵守法律法规。")
