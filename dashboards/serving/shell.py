"""Streamlit's own page as it leaves the house: it tells how wide its window is, which language it is in, and
in Chinese says the words that Streamlit has no option for.
"""

from __future__ import annotations

import json

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Send

from dashboards.parts.page.phone import WIDTH

#: Streamlit's words → ours. They are looked for in its own elements alone, never among anybody's data.
WORDS = {
    "Skip to main content": "跳到正文",
    "Upload": "选择文件",
    "Drag and drop a file here": "把文件拖到这里",
    "Drag and drop files here": "把文件拖到这里",
    "Press Enter to apply": "按回车生效",
    "Press Enter to submit form": "按回车提交",
    "Sort ascending": "从小到大",
    "Sort descending": "从大到小",
    "Statistics": "统计",
    "Format": "格式",
    "Autosize": "自动列宽",
    "Pin column": "固定这一列",
    "Unpin column": "不再固定",
    "Hide column": "隐藏这一列",
    "Show/hide columns": "显示或隐藏列",
    "Download as CSV": "下载 CSV",
    "Download as PNG": "下载图片",
    "Search": "查找",
    "Fullscreen": "全屏",
    "Close fullscreen": "退出全屏",
    "Clear selection": "取消选择",
}
WHERE = ", ".join(
    [
        *(
            f'[data-testid="{name}"]'
            for name in (
                "stSkipToContent",
                "stFileUploaderDropzone",
                "InputInstructions",
                "stElementToolbar",
                "stTooltipContent",
            )
        ),
        '[role="menuitem"]',
    ]
)
#: For the server, which lays tables out: ``dashboards.parts.page.phone``. Read when the page connects.
_WIDTH = "<script>document.cookie = `$name=${innerWidth}; path=/; samesite=lax`</script>".replace(
    "$name", WIDTH
)
_SCRIPT = """<script>
(() => {
  const words = $words, where = `$where`;
  const put = node => {
    if (node.nodeType === 3) {
      const word = words[node.data.trim()];
      if (word && node.parentElement?.closest(where)) node.data = word;
    } else if (node.nodeType === 1) {
      const word = words[node.ariaLabel];
      if (word && node.closest(where)) node.ariaLabel = word;
    }
  };
  const walk = root => {
    const found = document.createTreeWalker(root, 5);
    do put(found.currentNode); while (found.nextNode());
  };
  new MutationObserver(changes => changes.forEach(change =>
    change.type === 'childList' ? change.addedNodes.forEach(walk) : put(change.target)
  )).observe(document, {childList: true, characterData: true, subtree: true});
})();
</script>""".replace("$words", json.dumps(WORDS, ensure_ascii=False)).replace("$where", WHERE)


def dressed(page: bytes, language: str) -> bytes:
    """The page with our scripts. A Chinese one says that it is, and puts our words for
    Streamlit's own as they appear.
    """
    scripts = _WIDTH + (_SCRIPT if language == "zh" else "")
    told = page.replace(b'<html lang="en">', f'<html lang="{language}">'.encode(), 1)
    return told.replace(b"</head>", scripts.encode() + b"</head>", 1)


def dressing(send: Send, language: str) -> Send:
    """``send``, for an answer that may be Streamlit's page; anything else passes as it is."""
    held: list[Message] = []

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            held.append(message)  # its length is not known before the page is
            return
        if held:
            start = held.pop()
            body = message.get("body", b"")
            if body.lstrip().startswith(b"<!") and not message.get("more_body"):
                message = {**message, "body": dressed(body, language)}
                MutableHeaders(scope=start)["content-length"] = str(len(message["body"]))
            await send(start)
        await send(message)

    return sending
