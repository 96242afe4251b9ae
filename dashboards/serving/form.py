"""The page to sign in on: plain HTML, so that nothing of the application is reached before."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from urllib.parse import urlencode

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
.switch { float: right; min-width: 2.75rem; min-height: 2.75rem; line-height: 2.75rem; text-align: right;
  color: var(--main) }
.quiet { color: var(--quiet); font-weight: 400 }
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


@dataclass(frozen=True)
class Form:
    """Where the form leads, what it is read in, and whether somebody chose that on it."""

    to: str
    language: str = "zh"
    is_chosen: bool = False


def form_page(form: Form, told: tuple[str, str] = ("", ""), name: str = "") -> str:
    """The form; with a sentence of why it is shown again, in both languages, and the name as typed."""

    def pick(zh: str, en: str) -> str:
        return en if form.language == "en" else zh

    why = f'<p class="told" role="alert">{escape(pick(*told))}</p>' if any(told) else ""
    focus = ("", " autofocus") if name else (" autofocus", "")
    other, other_name = pick("en", "zh"), pick("English", "中文")
    switch = f"/sign_in?{urlencode({'to': form.to, 'language': other})}"
    return f"""<!DOCTYPE html>
<html lang="{form.language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><link rel="icon" href="data:,">
<title>{pick("登录 · 白云直播", "Sign in · Baiyun Live")}</title><style>{_STYLE}</style></head>
<body><main>
<a class="switch" href="{escape(switch)}" lang="{other}" hreflang="{other}">{other_name}</a>
<h1>{pick("白云直播", "Baiyun Live")}</h1>
<p class="lead">{pick("退款之后，真正留下多少钱", "What you keep, after returns")}</p>
<form method="post" action="/sign_in">{why}
<input type="hidden" name="to" value="{escape(form.to)}">
<input type="hidden" name="language" value="{form.language if form.is_chosen else ""}">
<label>{pick("账号", "Account")}<input type="text" name="name" value="{escape(name)}" maxlength="80"
 autocomplete="username" autocapitalize="none" spellcheck="false" required{focus[0]}></label>
<label>{pick("密码", "Password")}<input type="password" name="password" maxlength="200"
 autocomplete="current-password" required{focus[1]}></label>
<label class="keep"><input type="checkbox" name="keep" value="1" checked>
<span>{pick("在这台设备上保持登录", "Stay signed in on this device")}</span></label>
<button type="submit">{pick("登录", "Sign in")}</button>
</form>
<p class="quiet">{pick("忘记密码请联系管理员。", "Forgotten it? Ask your operator for a new password.")}</p>
</main></body></html>
"""
