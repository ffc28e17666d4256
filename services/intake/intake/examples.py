"""The bodies that /openapi.json shows. Each is sent through the door it belongs to by a test."""

from typing import Any

from hiring.events import SUBMISSION_MADE

EXAMPLE: dict[str, Any] = {
    "source": "campus-portal",
    "external_id": "2026-000123",
    "programme": "ai-internships-2026",
    "candidate": {
        "name": "Lin Xiaoyu",
        "email": "lin.xiaoyu@example.com",
        "phone": "+86 138 0013 8000",
        "locale": "zh-CN",
        "time_zone": "Asia/Shanghai",
    },
    "submitted_at": "2026-03-01T10:00:00+08:00",
    "education": [
        {
            "institution": "Example University",
            "level": "bachelor",
            "field": "Computer Science",
            "graduation": "2026-06",
            "grade": {"value": 3.6, "scale": 4},
        }
    ],
    "courses": [{"name": "Linear Algebra", "area": "mathematics", "grade": {"value": 91, "scale": 100}}],
    "projects": [
        {
            "title": "Search over course notes",
            "kind": "academic",
            "domain": "language",
            "ai": True,
            "summary": "A retrieval pipeline over 12,000 notes, measured against BM25.",
        }
    ],
    "assessments": [{"name": "coding", "score": 78, "out_of": 100, "taken": "2026-02"}],
    "answers": {"ai-ethics": "I would measure outcomes by group before and after release."},
    "preferences": {"tracks": ["ai"], "units": ["research"]},
    "consents": {"data_processing": True, "automated_screening": True},
    "demographics": {"region": "rural"},
}
SMALLEST = {key: EXAMPLE[key] for key in ("source", "external_id", "programme")} | {
    "candidate": {"name": "Lin Xiaoyu", "email": "lin.xiaoyu@example.com"}
}
STRUCTURED: dict[str, Any] = {
    "specversion": "1.0",
    "type": SUBMISSION_MADE,
    "source": "/campus-portal",
    "id": "2026-000123-1",
    "datacontenttype": "application/json",
    "data": EXAMPLE,
}
CSV = """source,programme,application id,name,email,school,degree,major,graduation,gpa
campus-portal,ai-internships-2026,2026-000123,Lin Xiaoyu,lin@example.com,Example University,BSc,Statistics,2026-06,3.6/4
"""
MAPPING: dict[str, Any] = {
    "columns": {"申请编号": "external_id", "备注": None},
    "constants": {"source": "campus-portal", "programme": "ai-internships-2026", "education.0.grade.scale": 4},
    "time_zone": "Asia/Shanghai",
}
WITHDRAWAL = {"at": "2026-03-04T09:00:00+08:00"}
ERASURE = {"email": "lin.xiaoyu@example.com"}
