"""Schools, fields of study, courses and tests. The schools do not exist."""

SCHOOLS_ZH = ("东湖理工大学", "南屏大学", "云岭师范大学", "北辰科技学院", "江左财经大学", "海棠大学", "西陵交通大学")
SCHOOLS_EN = (
    "Northlake University",
    "Harrow Vale Institute of Technology",
    "University of Eastmere",
    "Kestrel College",
    "Saltmarsh Polytechnic",
    "Universität Waldsee",
    "Institut de Montclair",
)

FIELDS_ZH = (
    "计算机科学与技术",
    "软件工程",
    "人工智能",
    "数据科学与大数据技术",
    "电子信息工程",
    "数学与应用数学",
    "统计学",
    "自动化",
    "金融学",
    "工商管理",
    "物流工程",
    "英语",
)
FIELDS_EN = (
    "Computer Science",
    "Software Engineering",
    "Artificial Intelligence",
    "Data Science",
    "Electrical Engineering",
    "Mathematics",
    "Statistics",
    "Robotics",
    "Economics",
    "Business Administration",
    "Logistics",
    "Philosophy",
)

# In English, in Chinese, and the area an HR system may give.
Course = tuple[str, str, str]
FOUNDATIONS: tuple[Course, ...] = (
    ("Linear Algebra", "线性代数", "mathematics"),
    ("Probability", "概率论", "mathematics"),
    ("Probability and Statistics", "概率论与数理统计", "statistics"),
    ("Data Structures", "数据结构", "computer-science"),
    ("Algorithms", "算法设计与分析", "computer-science"),
    ("Calculus", "高等数学", "mathematics"),
    ("Discrete Mathematics", "离散数学", "mathematics"),
    ("Statistics", "统计学", "statistics"),
    ("Machine Learning", "机器学习", "computer-science"),
    ("Operating Systems", "操作系统", "computer-science"),
    ("Computer Networks", "计算机网络", "computer-science"),
    ("Databases", "数据库系统", "computer-science"),
    ("Deep Learning", "深度学习", "computer-science"),
    ("Optimisation", "最优化方法", "mathematics"),
    ("Statistical Inference", "统计推断", "statistics"),
)
OTHER_COURSES: tuple[Course, ...] = (
    ("Academic Writing", "大学写作", "other"),
    ("Microeconomics", "微观经济学", "other"),
    ("Accounting", "会计学", "other"),
    ("Physics", "大学物理", "other"),
    ("Ethics and Technology", "科技伦理", "other"),
    ("Supply Chains", "供应链管理", "other"),
    ("Marketing", "市场营销", "other"),
    ("English for Engineers", "工程英语", "other"),
)

ASSESSMENTS = (("coding", 100), ("logic", 50), ("english", 120), ("numeracy", 40))
