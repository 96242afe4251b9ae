"""Warnings: the file is taken, and its receipt says what a person should look at or what was done."""

from __future__ import annotations

from contracts.intake_rule import NOTHING, RAW, IntakeRule

#: The file is taken, and a person should look: the receipt lists these.
WARN_RULES: dict[str, IntakeRule] = {
    "REPEATED_HEADER": IntakeRule(
        "文件中间有重复的表头，已去掉", "header rows in the middle were left out", *NOTHING
    ),
    "SUMMARY_ROW": IntakeRule("合计行已去掉，不作为数据", "summary rows were left out", *NOTHING),
    "SUMMARY_DISAGREES": IntakeRule(
        "合计行与各行之和不一致",
        "a summary row disagrees with the sum of the rows",
        "核对文件是否被改动",
        "check whether the file was edited",
    ),
    "DESCRIPTION_ROW": IntakeRule(
        "说明行、公式行已去掉", "rows that describe or calculate were left out", *NOTHING
    ),
    "FOOTER": IntakeRule("文件尾的说明行已去掉", "footer lines were left out", *NOTHING),
    "EXPORT_CAPPED": IntakeRule(
        "行数正好是导出上限，可能没导全",
        "exactly the export limit of rows: it may be cut short",
        "缩短日期分段导出",
        "export shorter spans",
    ),
    "BROKEN_CHARACTERS": IntakeRule("文字中有损坏的字符", "broken characters in text", *RAW),
    "NEW_COLUMN": IntakeRule(
        "有未识别的新列，未使用", "new columns, not used", "如需使用请联系支持", "ask support if it matters"
    ),
    "ALIAS_USED": IntakeRule(
        "按已确认的别名读取了改名的列", "renamed columns were read by confirmed aliases", *NOTHING
    ),
    "UNIT_IN_HEADER": IntakeRule(
        "表头带单位，单位相符，照常读取",
        "headers name their unit, which is the column's: read as usual",
        *NOTHING,
    ),
    "OTHER_UNIT": IntakeRule(
        "表头写的单位与这一列不同，这一列没有读取",
        "a header names another unit than its column is in: the column was not read",
        "按平台默认的单位重新导出",
        "export again in the platform's own unit",
    ),
    "TWIN_COLUMN": IntakeRule(
        "有重名的列，内容相同或没有人用到，只留第一列",
        "of columns of one name, with the same cells or read by nobody, the first was kept",
        *NOTHING,
    ),
    "UNKNOWN_WORD": IntakeRule(
        "有不认识的状态词，按未知计",
        "unknown status words, counted as unknown",
        "自己映射的表：在上传页再放一次并说明这个词；平台导出：把原词告诉支持。说明后重算即更正",
        "a table you mapped: put it on the upload page again and say what the word means; an export: tell "
        "support the word. A rebuild puts it right",
    ),
    "FUTURE_TIMES": IntakeRule(
        "有晚于收到时刻的时间",
        "times later than the file's arrival",
        "核对电脑与平台的日期",
        "check the dates",
    ),
    "PERSONAL_MASKED": IntakeRule(
        "文字中的电话、证件号、邮箱、收件地址已打码", "personal data in text were masked", *NOTHING
    ),
    "SEVERAL_SHEETS": IntakeRule(
        "多个同表头的工作表已合并读取", "sheets with the same header were read together", *NOTHING
    ),
    "OTHER_SHEETS": IntakeRule(
        "这些工作表不是已知的导出，没有读取", "sheets that are no known export were not read", *NOTHING
    ),
    "NUMBER_CARRIED": IntakeRule(
        "这些行没有单号，按上面那一单读（映射时确认过：单号只写在第一行）",
        "these rows have no number and are read as of the order above them, as the mapping says",
        *NOTHING,
    ),
    "EXCHANGE_UNPAID": IntakeRule(
        "同一单里换货、补发的行写着金额：货款买的时候付过，这些行的金额不计",
        "rows of goods sent in exchange or once more within an order have amounts: the order was paid when "
        "it was bought, so theirs do not count",
        "若换货时又付了这些钱：重新映射，“换货另付”回答“是”",
        "if that much was paid for the exchange besides, map the table anew and say so",
    ),
    "BRUSHED_OUT": IntakeRule(
        "这些单在表里标着刷单，按映射时的回答不算成交，没有计入",
        "these orders are called brushed in the table and count for nothing, as was said when it was mapped",
        *NOTHING,
    ),
    "AMOUNTS_ALIKE": IntakeRule(
        "这一列映射为每行各自的金额（相加），而这个文件里每个多行订单的几行都写同一个金额",
        "this column was mapped as each row's own amount, added up, and in this file every order of several "
        "rows has one amount on all of them",
        "若是整单金额重复写：撤回这个文件，用它重新映射，再导入；确是每行各自的：重新映射时回答“每行各自的”，"
        "不再提示",
        "if it is the order's, written again: withdraw the file, map the table anew with it, give it again; "
        "if each row's own, say so there once",
    ),
    "ORDER_SUM_DIFFERS": IntakeRule(
        "整单金额不等于各行金额（加运费）之和；按各行的金额计",
        "an order's amount is not the sum of its rows (with freight); the rows' own amounts count",
        "打开导出的原文件看这一单；若各行金额不含某项优惠，重新映射时把整单金额读作金额",
        "look at this order in the file as exported; where the rows' amounts leave out a discount, map the "
        "order's amount instead",
    ),
    "IDENTICAL_ROWS": IntakeRule(
        "有几行与前面的一行每格都相同，各算一行",
        "rows that repeat an earlier one in every cell; each counts as a line of its own",
        "打开原文件看这一单：确是买了几件则不必；若是重复导出，撤回这个文件，去掉重复的行再上传",
        "look at this order in the file: if the row is only written twice, withdraw the file and give it "
        "without the copy",
    ),
    "LINES_REPLACED": IntakeRule(
        "同一单在另一个文件里列的商品不同，按较新的文件换掉了旧的行，不重复计",
        "of these orders another file lists other goods: the lines of the newer file replace those of the "
        "older one, and nothing counts twice",
        "若几种商品都卖了：把这一单的全部商品放在一个文件里再上传",
        "if all of these goods were sold, give them in one file",
    ),
    "LINES_DOUBTFUL": IntakeRule(
        "同一单在另一个文件里的商品行不同，看不出是换了货还是只导了一部分；两边的行都计入，可能重复",
        "of these orders another file has other lines, replaced or only not listed: both count, perhaps "
        "twice",
        "换了货或取消了：撤回旧文件；只导了一部分：导出整单再上传",
        "if they were replaced or cancelled withdraw the older file; if only a part was exported, export "
        "whole orders and give them again",
    ),
    "LINES_REPRICED": IntakeRule(
        "同一单同一商品在另一个文件里的金额不同，以较新文件为准，只计一次",
        "of these orders another file has the same goods at another amount: the newer file's counts, once",
        "改过价则不必；若是这一单的两行被分在两个文件里，放在一个文件里再上传",
        "nothing to do if the price was changed; if they are two lines of the order in two files, give them "
        "in one file",
    ),
    "SAME_GOODS": IntakeRule(
        "同一单同一商品有几行、金额不同，各算一行",
        "several rows of one order are of the same goods at different amounts; each counts as a line of its "
        "own",
        "看这一单：确是几行则不必；若是改价前后的两行，或分几次付款、"
        "每行都写了总件数，撤回这个文件，只留一行再上传",
        "look at this order: nothing to do if they are lines; if one corrects the other, or each is a "
        "payment, withdraw the file and give it with one row",
    ),
    "PIECES_REPEATED": IntakeRule(
        "同一单同一商品的几行加起来才是单价乘数量：像是一笔付款一行，金额相加没错，件数每行都写了一遍，会多算",
        "rows of one order and code come to price times quantity only together: each seems a payment, and "
        "its pieces count again on each",
        "按每件商品一行重新导出；或同一商品只在一行写数量，其余写 0，再上传",
        "export one row per article; or write the quantity on one of these rows and 0 on the others, then "
        "upload it again",
    ),
    "ROW_IS_SUM": IntakeRule(
        "一单里有一行的金额正好是其余各行之和：可能是小计，或套装和它的子件都列了；各行都计入",
        "in an order one row has as much as all others together: a subtotal perhaps, or a set beside its "
        "parts; all of them count",
        "看这一单：确是几件商品则不必；若是小计或套装，撤回这个文件，去掉那一行再上传",
        "look at this order: nothing to do if these are goods; if it is a sum or a set, withdraw the file "
        "and give it without that row",
    ),
    "LESS_THAN_NOTHING": IntakeRule(
        "有的行数量为正、金额为负，按退款读",
        "rows of goods with an amount below 0, read as refunds",
        "若是优惠或抵扣：撤回这个文件，把它减到商品行的金额里再上传；确是退款则不必",
        "if it is a discount withdraw the file and take it off the rows of the goods; if a refund, nothing "
        "to do",
    ),
    "HEADS_AGAIN": IntakeRule(
        "映射为每单一行，而有的订单有几行：金额相同的只算一次",
        "this table was mapped as one row an order, and some orders have several: of rows of one amount only "
        "one counts",
        "若是 ERP 拆开的单（每行各有金额）：按“订单”重新映射（--kind "
        "orders)，金额选“每个内部单”；只是重复导出则不必",
        "if they are parts the ERP has split (each with its amount) map it anew as orders (--kind orders), "
        "amounts per ERP order; else nothing",
    ),
    "OTHER_SHOP_ROWS": IntakeRule(
        "表里其他店铺的行没有读取", "rows of other shops in the sheet were not read", *NOTHING
    ),
    "TINY_ORDERS": IntakeRule(
        "有 0.01 元的订单，可能是测试单或补单",
        "orders of 0.01 yuan, maybe tests",
        "核对这些订单是否真实",
        "check whether they are real",
    ),
    "NET_DISAGREES": IntakeRule(
        "净成交不等于成交减一小时退款",
        "net sales are not sales less the hour's refunds",
        "与平台页面核对",
        "compare with the platform's page",
    ),
    "COVERAGE_GAP": IntakeRule(
        "与其他文件之间缺几天",
        "days between this and other files are missing",
        "补上缺的日期；确无订单则不必",
        "give those days, unless nothing was sold on them",
    ),
    "CONFLICT_IN_FILE": IntakeRule(
        "这个文件里同一编号的几行数字互相矛盾，都没有计入",
        "in this file rows of one number contradict each other, so none of them counts",
        "按行号核对这几行，只留对的一行再上传",
        "compare these rows, keep the right one, then upload the file again",
    ),
    "OLDER_IN_FILE": IntakeRule(
        "这个文件里同一编号有几行，退款更多的一行算后来的，以它为准",
        "in this file several rows are of one number: the one with more money back is the later and counts",
        *NOTHING,
    ),
    "OVERTAKEN_UNDATED": IntakeRule(
        "文件名没有导出时间，按文件里最新的时间排先后；这些行以其他文件为准",
        "the name tells no time of export, so it counts as of its newest row; of these rows other files have "
        "the last word",
        "若这个文件其实更新：撤回它，在文件名里加上导出日期再上传，如“导出20261215”",
        "if this file is the newer one: withdraw it, add the day of export to its name, e.g. 导出20261215, "
        "and give it again",
    ),
    "RECEIVED_EARLIER": IntakeRule(
        "这个文件早先已经收到，但那次没有做完；这次接着做完，已经发布",
        "received before by a run that was cut off; it is finished now, and released",
        *NOTHING,
    ),
    "RECEIVED_WAITS": IntakeRule(
        "这个文件早先已经收到，还没有进入任何发布",
        "received before, and in no release yet",
        "不用再给：运行 baiyun build；没有放行的先看原因（baiyun releases list）；在页面上传的请运维处理",
        "no need to give it again: run `baiyun build`; where a release is held, see why first (`baiyun "
        "releases list`); from a page, ask your operator",
    ),
    "RATE_MISSING": IntakeRule(
        "外币的行在等汇率，没有计入任何数字",
        "rows in another currency wait for a rate and are in no figure",
        "导入这些天的汇率：baiyun rates import（表头 date,currency,rate），再 baiyun "
        "build；在页面上传的请运维导入",
        "give the rates of these days with `baiyun rates import` (header date,currency,rate), then `baiyun "
        "build`; from a page, ask your operator",
    ),
    "MONEY_UNDATED": IntakeRule(
        "已付款的行没有付款时间，这些钱还不在支付金额里",
        "paid rows without a payment time: this money is in no paid figure yet",
        "补上写付款时间的订单文件，数字自己就全了",
        "give the export of orders that tells the payment time; the figures complete themselves",
    ),
    "REFUND_UNSIZED": IntakeRule(
        "这些行说退款成功、没给退了多少，退款和净成交里都还没有",
        "rows refunded by their status, of no amount given: in neither refunds nor net yet",
        "补上带退款金额的售后文件（或接口），退款自己就计入",
        "give an after-sales file with amounts, or connect the API; the refunds count by themselves",
    ),
    "REFUND_WAITS": IntakeRule(
        "这些退款的订单还没有给过，退款在等订单，没有计入任何数字",
        "refunds of orders that nobody gave yet: they wait for their orders and are in no figure",
        "补上这些订单所在日期的订单文件，退款自己就计入；确是别家店的：撤回这个文件",
        "give the orders of those days and the refunds count by themselves; if they are another shop's, "
        "withdraw the file",
    ),
    "MONEY_JUMP": IntakeRule(
        "金额中位数与以往相差约百倍",
        "the median amount differs a hundredfold from before",
        "核对金额单位",
        "check the unit of money",
    ),
}
