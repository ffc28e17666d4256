"""The HR systems a drive comes from, how each numbers its applications, and what candidates may tell of themselves."""

# Name, and the pattern of its external ids: every system has a habit of its own. Repeats are weights.
SOURCES = (
    ("campus-portal", "CP-{drive}-{number:07d}"),
    ("campus-portal", "CP-{drive}-{number:07d}"),
    ("greenhouse", "{drive}{number:08x}"),
    ("ashby", "app_{drive}_{number}"),
    ("partner-feed", "{drive}/{number:06d}/网申"),
)

GENDERS = ("female", "male", "non-binary", "女", "男", "prefer not to say")
REGIONS = ("华东", "华南", "西部", "Europe", "North America", "South Asia")
