"""The form of an objection, and the next steps several of them share."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class IntakeRule:
    """One objection: what is wrong and what to do next."""

    zh: str
    en: str
    step_zh: str
    step_en: str


AGAIN = ("请从平台后台重新导出", "export it again from the back-office")
RAW = (
    "请使用平台导出的原始文件，不要用表格软件另存",
    "use the platform's original file, not one re-saved in a spreadsheet",
)
AS_TABLE = (
    "请在平台后台导出为 Excel 或 CSV；截图、PDF、文档不能导入",
    "export as Excel or CSV from the back-office; pictures and documents cannot be read",
)
NOTHING = ("无需处理", "nothing to do")
LOOK = (
    "打开导出的原文件看这一行；改正后再上传",
    "look at this row in the file as exported; upload it again once it is right",
)
