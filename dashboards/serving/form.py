"""The page to sign in on: plain HTML, so that nothing of the application is reached before."""

from __future__ import annotations

from html import escape

_STYLE = """
:root { color-scheme: light dark; --ink: #1b2a28; --back: #ffffff; --soft: #f4f6f5; --line: #8a9794;
  --main: #0d7a6f; --on: #ffffff; --quiet: #52615e; --bad: #a3261b }
@media (prefers-color-scheme: dark) { :root { --ink: #e7efed; --back: #101716; --soft: #1a2422;
  --line: #6f7d7a; --main: #2bb5a4; --on: #06201c; --quiet: #a9b7b4; --bad: #ff9a8f } }
* { box-sizing: border-box }
body { margin: 0; padding: 3rem 1rem; background: var(--back); color: var(--ink);
  font: 16px/1.5 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans SC", sans-serif }
main { max-width: 26rem; margin: 0 auto }
h1 { margin: 0; font-size: 1.9rem }
.lead { margin: .25rem 0 1.5rem; font-weight: 600 }
small, .quiet { color: var(--quiet); font-weight: 400 }
form { padding: 1.25rem; border: 1px solid var(--line); border-radius: .6rem }
label { display: block; margin-bottom: 1rem }
input[type=text], input[type=password] { display: block; width: 100%; min-height: 2.75rem;
  margin-top: .25rem; padding: .5rem .75rem; border: 1px solid var(--line); border-radius: .6rem;
  background: var(--soft); color: var(--ink); font: inherit }
.keep { display: flex; align-items: center; gap: .5rem; min-height: 2.75rem; margin-bottom: .5rem }
.keep input { width: 1.25rem; height: 1.25rem; accent-color: var(--main) }
button { width: 100%; min-height: 2.75rem; border: 0; border-radius: .6rem; background: var(--main);
  color: var(--on); font: inherit; font-weight: 600; cursor: pointer }
:focus-visible { outline: 3px solid var(--main); outline-offset: 2px }
.told { margin: 0 0 1rem; padding: .75rem; border-left: 4px solid var(--bad); background: var(--soft) }
"""


def form_page(to: str, zh: str = "", en: str = "", name: str = "") -> str:
    """The form, leading to ``to``; with a sentence of why it is shown again, and the name as typed."""
    said = f'<p class="told" role="alert">{escape(zh)}<br><small>{escape(en)}</small></p>' if zh else ""
    focus = ("", " autofocus") if name else (" autofocus", "")
    return f"""<!DOCTYPE html>
<html lang="zh-CN">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><link rel="icon" href="data:,">
<title>登录 · 白云直播</title><style>{_STYLE}</style></head>
<body><main>
<h1>白云直播</h1>
<p class="lead">退款之后,真正留下多少钱 <small>What you keep, after returns</small></p>
<form method="post" action="/sign_in">{said}
<input type="hidden" name="to" value="{escape(to)}">
<label>账号 Account<input type="text" name="name" value="{escape(name)}" maxlength="80"
 autocomplete="username" autocapitalize="none" spellcheck="false" required{focus[0]}></label>
<label>密码 Password<input type="password" name="password" maxlength="200"
 autocomplete="current-password" required{focus[1]}></label>
<label class="keep"><input type="checkbox" name="keep" value="1" checked>
<span>在这台设备上保持登录 <small>Stay signed in on this device</small></span></label>
<button type="submit">登录 Sign in</button>
</form>
<p class="quiet">忘记密码请联系管理员。 Ask your operator for a new password.</p>
</main></body></html>
"""
