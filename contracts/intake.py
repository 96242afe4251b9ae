"""What the intake may object to: every file and row rule with its sentence and next step, Chinese and
English. Receipts, CLI and pages print these.
"""

from __future__ import annotations

from dataclasses import dataclass

from contracts.errors import FileRefusedError
from contracts.intake_rule import AGAIN, AS_TABLE, LOOK, NOTHING, RAW, IntakeRule
from contracts.personal import is_masked
from contracts.warn_rules import WARN_RULES

__all__ = [
    "CONFIRMABLE",
    "FILE_RULES",
    "ROW_RULES",
    "SHEET_STEP",
    "UNREAD_HEADERS",
    "WARN_RULES",
    "IntakeRule",
    "Notice",
    "refuse",
    "row_place",
    "unmasked_at",
]

#: A whole file is refused and changes nothing.
FILE_RULES: dict[str, IntakeRule] = {
    "EMPTY_FILE": IntakeRule("文件是空的", "the file is empty", *AGAIN),
    "NO_ROWS": IntakeRule(
        "只有表头，没有数据行", "header only, no rows", "确认导出的日期范围", "check the dates of the export"
    ),
    "FILE_TOO_LARGE": IntakeRule(
        "文件过大", "the file is too large", "请按月分段导出", "export month by month"
    ),
    "UNPACKED_TOO_LARGE": IntakeRule(
        "文件解压后过大", "the file unpacks to too much", "请按月分段导出", "export month by month"
    ),
    "PASSWORD": IntakeRule(
        "文件有打开密码",
        "the file needs a password to open",
        "去掉密码后再上传",
        "remove the password, then give it again",
    ),
    "PARSE_TIMEOUT": IntakeRule(
        "文件在限定时间内没有读完",
        "the file could not be read in the time allowed",
        "请按月分段导出",
        "export month by month",
    ),
    "PARSE_DIED": IntakeRule(
        "读取时超出内存限制，或文件使读取程序中断",
        "reading it ran out of memory or broke the reader",
        "请按月分段导出；仍不行请联系支持",
        "export month by month",
    ),
    "FILE_CHANGING": IntakeRule(
        "文件还在变化（可能仍在下载）",
        "the file is still changing",
        "等下载完成后再上传",
        "wait until the download is complete",
    ),
    "NOT_A_FILE": IntakeRule(
        "这是链接或特殊文件，不是文件本身",
        "a link or a special file, not the file itself",
        "放入导出的文件本身",
        "give the exported file itself",
    ),
    "UNREADABLE": IntakeRule(
        "文件读不出来（权限或存储故障）",
        "the file cannot be read (its permissions, or its storage)",
        "改好权限后再放一次",
        "mend its permissions and give it again",
    ),
    "HTML_NOT_TABLE": IntakeRule(
        "这是网页，不是导出的表格",
        "a web page, not an export",
        "重新登录后台再导出",
        "sign in again, then export",
    ),
    "JSON_NOT_TABLE": IntakeRule("这是接口报文，不是表格", "a JSON answer, not an export", *AGAIN),
    "PDF_NOT_TABLE": IntakeRule("这是 PDF，不是表格", "a PDF, not a table", *AS_TABLE),
    "PICTURE_NOT_TABLE": IntakeRule("这是图片，不是表格", "a picture, not a table", *AS_TABLE),
    "VIDEO_NOT_TABLE": IntakeRule("这是视频，不是表格", "a video, not a table", *AS_TABLE),
    "DOCUMENT_NOT_TABLE": IntakeRule(
        "这是 Word 或 PPT 文档，不是表格", "a text document or slides, not a table", *AS_TABLE
    ),
    "ARCHIVE_NOT_ZIP": IntakeRule(
        "这是 zip 以外的压缩包，不是表格",
        "an archive other than zip, not a table",
        "解压后上传里面的文件",
        "unpack it and give the files inside",
    ),
    "NUL_BYTES": IntakeRule("文件已损坏（含空字节）", "the file is damaged (NUL bytes)", *AGAIN),
    "TRUNCATED": IntakeRule(
        "文件不完整", "the file is cut off", "请重新下载完整文件", "download the whole file again"
    ),
    "MOJIBAKE": IntakeRule("表头是乱码（编码转换错误）", "the header is garbled by a wrong encoding", *RAW),
    "BAD_ENCODING": IntakeRule("文件编码混乱", "the file's encoding is broken", *RAW),
    "ZIP_NOT_WORKBOOK": IntakeRule(
        "这是压缩包，不是表格",
        "an archive, not a workbook",
        "解压后上传里面的文件",
        "unpack it and give the files inside",
    ),
    "ZIP_BOMB": IntakeRule("压缩比异常，可能是恶意文件", "it unpacks to absurdly much", *AGAIN),
    "ZIP_NESTED": IntakeRule(
        "压缩包里还有压缩包",
        "an archive inside an archive",
        "解压后上传里面的文件",
        "unpack it and give the files inside",
    ),
    "ZIP_UNSAFE_NAME": IntakeRule(
        "压缩包内的文件名不安全",
        "a name inside the archive is unsafe",
        "解压后上传里面的文件",
        "unpack it and give the files inside",
    ),
    "ZIP_ENCRYPTED": IntakeRule(
        "压缩包有密码",
        "the archive needs a password",
        "解压后上传里面的文件",
        "unpack it and give the files inside",
    ),
    "ZIP_TOO_MANY": IntakeRule(
        "压缩包内文件过多", "too many files in the archive", "分批上传", "give them in parts"
    ),
    "ZIP_EMPTY": IntakeRule("压缩包里没有文件", "no file in the archive", *AGAIN),
    "XML_ENTITIES": IntakeRule(
        "表格文件内含外部实体，可能是恶意文件", "the workbook declares XML entities", *AGAIN
    ),
    "SWALLOWED_ROWS": IntakeRule(
        "引号不配对，多行被并进一个单元格", "an unbalanced quote swallowed whole rows", *RAW
    ),
    "AMBIGUOUS_DATES": IntakeRule(
        "日期写法有歧义（月/日顺序不明）",
        "dates that may be read two ways",
        "上传未经改动的原始文件；自己的表：用这个文件重新映射（baiyun map），说明日和月谁在前",
        "give the file as exported; a table of your own: map it anew with this file (`baiyun map`) and say "
        "whether day or month stands first",
    ),
    "SERIAL_DATES": IntakeRule(
        "日期被表格软件改成了序号",
        "dates were turned into serial numbers by a spreadsheet",
        "上传未经改动的原始文件；自己的表：把这一列设成日期格式再存一次，或用这个文件重新映射（baiyun map）",
        "give the file as exported; a table of your own: format the column as dates and save it again, or "
        "map it anew with this file (`baiyun map`)",
    ),
    "MASKED_KEY": IntakeRule(
        "编号列被打码，无法识别每一单",
        "the key column is masked with stars",
        "请导出未脱敏的编号列",
        "export the numbers unmasked",
    ),
    "OTHER_SHOP": IntakeRule(
        "文件属于另一个店铺", "the file is of another shop", "请选择正确的店铺", "choose the right shop"
    ),
    "SHOP_UNSAID": IntakeRule(
        "表里写的店铺，还没有说过哪一个是这个店铺",
        "of the shops the sheet names nobody has said which is this one",
        "选错了店铺就改选；没选错，用 baiyun map 或在上传页说明是哪一个；或按店铺分别导出",
        "choose the right shop; or say which is this one with `baiyun map` or on the upload page; or export "
        "shop by shop",
    ),
    "SEVERAL_SHOPS": IntakeRule(
        "一个文件里有多个店铺", "several shops in one file", "按店铺分别导出", "export shop by shop"
    ),
    "CELL_TOO_LARGE": IntakeRule("单元格过大", "a cell is too large", *AGAIN),
    "SEVERAL_SHEETS": IntakeRule(
        "多个工作表都有数据",
        "several sheets hold data",
        "把每个工作表存成单独的文件再上传",
        "save each sheet as a file of its own",
    ),
    "BAD_WORKBOOK": IntakeRule("表格文件无法打开", "the workbook cannot be opened", *AGAIN),
    "TOO_MANY_COLUMNS": IntakeRule("列数异常", "too many columns", *RAW),
    "UNKNOWN_LAYOUT": IntakeRule(
        "不认识这个表头",
        "no known layout has this header",
        "确认这是支持的平台导出文件；其他表格用 baiyun map FILE 映射",
        "make sure it is a supported export; map any other table with `baiyun map FILE`",
    ),
    "MISSING_COLUMN": IntakeRule(
        "缺少必需的列",
        "required columns are missing",
        "请用默认列重新导出；只是列改了名或是别的表格：baiyun map FILE，它先说像哪个改名（--alias "
        "确认），否则按列映射",
        "export again with the default columns; if columns were only renamed, or it is another table: "
        "`baiyun map FILE` offers names to confirm, or a mapping",
    ),
    "UNIT_DISAGREES": IntakeRule(
        "表头写的单位不是这一列的单位",
        "a header names another unit than its column is in",
        "请按平台默认的单位导出；确是这个单位，用 baiyun map FILE --set money=fen 等说明",
        "export in the platform's own unit; if the unit is right, say so with `baiyun map FILE`, e.g. --set "
        "money=fen",
    ),
    "MERGED_CELLS": IntakeRule(
        "金额或数量写在合并的单元格里，不知道是每一行的还是几行合计的",
        "an amount or count stands in merged cells: each row's own, or that of all of them?",
        "取消合并，或改用每行都写全的导出；是整单金额的，映射时写明 repeated(baiyun map FILE --mapping)",
        "unmerge the cells, or choose an export that fills every row; an order's whole amount can be mapped "
        "as `repeated` (`baiyun map FILE --mapping`)",
    ),
    "MAPPED_ELSEWHERE": IntakeRule(
        "这个表头已有映射，但那个映射用于另一个平台的店铺",
        "a mapping knows this header, but for shops on another platform",
        "选择那个平台的店铺；确属这个店铺就重新映射",
        "choose a shop on that platform; if it is this shop's, map it anew",
    ),
    "SHOP_PLATFORM_UNKNOWN": IntakeRule(
        "这个表头已有映射，但不知道新店铺在哪个平台",
        "a mapping knows this header, but not on which platform the new shop is",
        "先用 baiyun shops add --platform 登记店铺，再导入",
        "register the shop with `baiyun shops add --platform`, then give it again",
    ),
    "DUPLICATE_HEADER": IntakeRule(
        "表头有重复的列，内容不一样",
        "the header has a column twice, with different cells",
        "平台导出：用原始文件；自己的表：给其中一列改名",
        "an export: use the original file; a table of your own: give one of the columns another name",
    ),
    "RAGGED_ROWS": IntakeRule("太多行的列数与表头不符", "too many rows do not fit the header", *RAW),
    "ID_PRECISION_LOST": IntakeRule("订单号已被表格软件截断", "ids lost digits in a spreadsheet", *RAW),
    "WRONG_PLATFORM": IntakeRule(
        "文件属于另一个平台，与该店铺不符",
        "the file is of another platform than the shop",
        "请选择正确的店铺",
        "choose the right shop",
    ),
}

#: Of these, tables whose header no layout fits: a person may say what it means.
UNREAD_HEADERS = ("UNKNOWN_LAYOUT", "MISSING_COLUMN", "UNIT_DISAGREES")

#: One row goes to quarantine; the rest of the file is published.
ROW_RULES: dict[str, IntakeRule] = {
    "BAD_MONEY": IntakeRule("金额无法识别", "not an amount of money", *LOOK),
    "BAD_NUMBER": IntakeRule("数字无法识别", "not a whole number", *LOOK),
    "BAD_RATE": IntakeRule("比率无法识别", "not a rate", *LOOK),
    "BAD_TIME": IntakeRule("时间无法识别", "not a time", *LOOK),
    "BAD_CELL": IntakeRule("单元格无法识别", "cell not understood", *LOOK),
    "ID_PRECISION_LOST": IntakeRule(
        "编号被写成科学计数，已丢失位数", "id in scientific notation, digits are lost", *RAW
    ),
    "MERGED_IDS": IntakeRule(
        "一格里有多个编号，不知道金额各归哪一单",
        "several numbers in one cell: whose money it is cannot be told",
        "按每单一行重新导出；或拆成每单一行、各写各的金额再上传",
        "export one row per order, or split the row with the money of each, then upload it again",
    ),
    "CONFLICT_IN_FILE": IntakeRule(
        "同一个文件里同一编号的几行数字互相矛盾，都没有计入",
        "rows of one number in this file contradict each other, so none of them counts",
        "按行号核对这几行，只留对的一行再上传",
        "compare these rows, keep the right one, then upload the file again",
    ),
    "IMPLAUSIBLE": IntakeRule(
        "一行的金额超过一千万元，或件数超过十万，先不计入",
        "a row above ten million yuan or a hundred thousand pieces, held until a person confirms it",
        "核对这一行：写错了就改正再上传；确实如此就点「确认无误」，或用 baiyun quarantine confirm",
        "if it is wrong, mend it and upload again; if it is right, confirm it on the page or with `baiyun "
        "quarantine confirm`",
    ),
    "PAID_ZERO": IntakeRule(
        "整个文件有价格的订单实付全是 0，多半是金额列放错了，先不计入",
        "every priced and paid order of this file was paid 0: a column is likely in the wrong place; held "
        "until a person confirms it",
        "核对金额列：放错了就用原始文件再上传；确实如此就点「确认无误」，或用 baiyun quarantine confirm",
        "if columns are swapped, upload the original; if it is right, confirm it on the page or with `baiyun "
        "quarantine confirm`",
    ),
    "MISSING_VALUE": IntakeRule("必填单元格为空", "a required cell is empty", *LOOK),
    "RAGGED_ROW": IntakeRule("列数与表头不符", "another number of cells than the header", *LOOK),
    "CUT_OFF": IntakeRule(
        "文件末尾没有换行，最后一格可能没有写完",
        "no line break ends the file: its last cell may be cut off",
        "与平台核对这一行和总行数；完整就在文件末尾加一个换行再上传，不完整就重新下载",
        "compare this row and the number of rows with the platform; if all is there add a line break at the "
        "end and give it again, else download again",
    ),
    "CONTRACT": IntakeRule("不符合数据合同", "breaks the data contract", *LOOK),
    "NOT_CONFORMED": IntakeRule("没有可用的内容", "nothing usable on the row", *LOOK),
    "MASKED_KEY": IntakeRule("编号被打码", "the key is masked with stars", *LOOK),
    "BROKEN_CHARACTER": IntakeRule("编号含有损坏的字符", "a broken character in a key", *RAW),
    "AMOUNTS_DIFFER": IntakeRule(
        "这一列映射为整单金额（一单只算一次），而这一单的几行金额不同",
        "this column was mapped as the whole order's amount, counted once, and the rows of this order differ",
        "若是每行各自的金额：用这个文件重新映射（baiyun map 或上传页），再从原始文件重算；否则改正后再上传",
        "if each row has its own amount map the table anew with this file (`baiyun map` or the upload page) "
        "and rebuild from the raw files; else mend it",
    ),
    "PASTED_AGAIN": IntakeRule(
        "这一单和前面的一单每行都相同，几单连着重复：像是整张表又贴了一遍，只算前面的",
        "this order stands above with the same rows, and so do those around it: the table seems to be pasted "
        "twice, and only the first counts",
        "核对原文件：确是贴了两遍则不必；若是另外的单，给每行一个编号列（子订单编号）再映射",
        "look at the file: if it was pasted twice nothing is to be done; if these are other lines, map a "
        "column that numbers them",
    ),
    "RETURN_AMOUNT": IntakeRule(
        "退货行上只有整单金额，看不出退了多少",
        "a row that takes goods back has the order's amount again: what went back is unknown",
        "用售后单导入退款；或在映射里指定每行金额的列",
        "give the refund as an after-sale; or map a column of each row's own amount",
    ),
    "NO_CACHED_VALUE": IntakeRule(
        "单元格是没有存下结果的公式，或 #N/A 一类的错误值",
        "a formula without its stored result, or an error value",
        *RAW,
    ),
}

#: Row rules that ask a person: what they confirm counts as it stands.
CONFIRMABLE = frozenset({"IMPLAUSIBLE", "PAID_ZERO"})


@dataclass(frozen=True)
class Notice:
    """One warning on a receipt: a rule of ``WARN_RULES``, on how many rows (or columns, sheets), and what it
    was about.
    """

    rule: str
    count: int
    about: str = ""

    @property
    def calls(self) -> bool:
        """Whether a person should look; the others only tell what was done."""
        return WARN_RULES[self.rule].step_en != NOTHING[1]

    def sentence(self) -> str:
        """One printable line: rule, Chinese, English, count, next step."""
        said = WARN_RULES[self.rule]
        about = f": {self.about}" if self.about else ""
        return f"[{self.rule}] {said.zh} / {said.en} ({self.count}{about}) → {said.step_zh} / {said.step_en}"


def refuse(rule: str, **facts: object) -> FileRefusedError:
    """The error for a file rule, with its sentence and next step; ``facts`` name file, row, columns."""
    said = FILE_RULES[rule]
    return FileRefusedError(rule, said.zh, said.en, step_zh=said.step_zh, step_en=said.step_en, **facts)


#: Rows of a workbook's second, third … sheet of one header are numbered from here on, twice here on …: see
#: ``row_place``.
SHEET_STEP = 10_000_000


def row_place(row_number: int) -> str:
    """Where a person finds a row: ``5``, or ``工作表2 第5行 / sheet 2 row 5`` when several sheets of one
    header were read together.
    """
    sheet, row = divmod(row_number, SHEET_STEP)
    return f"工作表{sheet + 1} 第{row}行 / sheet {sheet + 1} row {row}" if sheet else str(row)


def unmasked_at(cell: str | None, rule: str, row_number: int, column: str) -> str:
    """Why a quarantined cell is not shown whole and where it stands, Chinese and English.

    Empty for a cell that is, or that came with stars.
    """
    if not is_masked(cell) or rule == "MASKED_KEY":
        return ""
    zh, _, en = row_place(row_number).partition(" / ")
    where_zh, where_en = zh if en else f"第{zh}行", en or f"row {zh}"
    return (
        f"可能含个人信息，已遮住；原值在导出的原文件里：{where_zh}「{column}」列；改正后再上传"
        f" / it may be personal and was masked; the file as exported has it: {where_en}, column {column}; "
        "upload it again once it is right"
    )
