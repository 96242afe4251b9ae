"""What the intake may object to: every file and row rule with its sentence and next step, Chinese and English. Receipts, CLI and pages print these."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.errors import FileRefusedError


@dataclass(frozen=True)
class IntakeRule:
    """One objection: what is wrong and what to do next."""

    zh: str
    en: str
    step_zh: str
    step_en: str


_AGAIN = ("请从平台后台重新导出", "export it again from the back-office")
_RAW = ("请使用平台导出的原始文件,不要用表格软件另存", "use the platform's original file, not one re-saved in a spreadsheet")
_LOOK = ("用 baiyun quarantine show 查看原行;修正后重新判定", "see the row with `baiyun quarantine show`; re-judge after a fix")

#: A whole file is refused and changes nothing.
FILE_RULES: dict[str, IntakeRule] = {
    "EMPTY_FILE": IntakeRule("文件是空的", "the file is empty", *_AGAIN),
    "NO_ROWS": IntakeRule("只有表头,没有数据行", "header only, no rows", "确认导出的日期范围", "check the dates of the export"),
    "FILE_TOO_LARGE": IntakeRule("文件过大", "the file is too large", "请按月分段导出", "export month by month"),
    "UNPACKED_TOO_LARGE": IntakeRule("文件解压后过大", "the file unpacks to too much", "请按月分段导出", "export month by month"),
    "PASSWORD_OR_OLD_XLS": IntakeRule(
        "文件有密码或为旧版 xls", "password-protected or old xls file", "去掉密码,另存为 xlsx", "remove the password, save as xlsx"
    ),
    "HTML_NOT_TABLE": IntakeRule("这是网页,不是导出的表格", "a web page, not an export", "重新登录后台再导出", "sign in again, then export"),
    "JSON_NOT_TABLE": IntakeRule("这是接口报文,不是表格", "a JSON answer, not an export", *_AGAIN),
    "NUL_BYTES": IntakeRule("文件已损坏(含空字节)", "the file is damaged (NUL bytes)", *_AGAIN),
    "TRUNCATED": IntakeRule("文件不完整", "the file is cut off", "请重新下载完整文件", "download the whole file again"),
    "BAD_ENCODING": IntakeRule("文件编码混乱", "the file's encoding is broken", *_RAW),
    "ZIP_NOT_WORKBOOK": IntakeRule("这是压缩包,不是表格", "an archive, not a workbook", "解压后上传里面的文件", "unpack it and give the files inside"),
    "CELL_TOO_LARGE": IntakeRule("单元格过大", "a cell is too large", *_AGAIN),
    "SEVERAL_SHEETS": IntakeRule("多个工作表都有数据", "several sheets hold data", "把每个工作表存成单独的文件再上传", "save each sheet as a file of its own"),
    "BAD_WORKBOOK": IntakeRule("表格文件无法打开", "the workbook cannot be opened", *_AGAIN),
    "TOO_MANY_COLUMNS": IntakeRule("列数异常", "too many columns", *_RAW),
    "UNKNOWN_LAYOUT": IntakeRule("不认识这个表头", "no known layout has this header", "确认这是支持的平台导出文件", "make sure it is a supported export"),
    "MISSING_COLUMN": IntakeRule("缺少必需的列", "required columns are missing", "请用默认列重新导出", "export again with the default columns"),
    "DUPLICATE_HEADER": IntakeRule("表头有重复的列", "the header has a column twice", *_RAW),
    "RAGGED_ROWS": IntakeRule("太多行的列数与表头不符", "too many rows do not fit the header", *_RAW),
    "ID_PRECISION_LOST": IntakeRule("订单号已被表格软件截断", "ids lost digits in a spreadsheet", *_RAW),
    "WRONG_PLATFORM": IntakeRule(
        "文件属于另一个平台,与该店铺不符", "the file is of another platform than the shop", "请选择正确的店铺", "choose the right shop"
    ),
}

#: One row goes to quarantine; the rest of the file is published.
ROW_RULES: dict[str, IntakeRule] = {
    "BAD_MONEY": IntakeRule("金额无法识别", "not an amount of money", *_LOOK),
    "BAD_NUMBER": IntakeRule("数字无法识别", "not a whole number", *_LOOK),
    "BAD_RATE": IntakeRule("比率无法识别", "not a rate", *_LOOK),
    "BAD_TIME": IntakeRule("时间无法识别", "not a time", *_LOOK),
    "BAD_CELL": IntakeRule("单元格无法识别", "cell not understood", *_LOOK),
    "ID_PRECISION_LOST": IntakeRule("编号被写成科学计数,已丢失位数", "id in scientific notation, digits are lost", *_RAW),
    "MISSING_VALUE": IntakeRule("必填单元格为空", "a required cell is empty", *_LOOK),
    "RAGGED_ROW": IntakeRule("列数与表头不符", "another number of cells than the header", *_LOOK),
    "CONTRACT": IntakeRule("不符合数据合同", "breaks the data contract", *_LOOK),
    "NOT_CONFORMED": IntakeRule("没有可用的内容", "nothing usable on the row", *_LOOK),
}


def refuse(rule: str, **facts: object) -> FileRefusedError:
    """The error for a file rule, with its sentence and next step; ``facts`` name file, row, columns."""
    said = FILE_RULES[rule]
    return FileRefusedError(rule, said.zh, said.en, step_zh=said.step_zh, step_en=said.step_en, **facts)
