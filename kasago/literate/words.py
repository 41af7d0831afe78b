"""Every word that stands on a page and not in its source, in each language."""

from pathlib import Path

WORDS = {
    "en": {
        "not-run": "Not run: {}",
        "fails": "Yours to complete. Until it is right, it stops with {}",
        "error": "This page fails",
        "used": "Used in: {}",
        "comma": ", ",
        "report": "Report a problem with this snippet",
        "problem": "The snippet in {}, line {}",
        "question": "What did you expect, and what happened?",
        "running": "Running. What comes of it will stand here.",
        "still": "Still running, for {} s: {}",
        "contents": "Contents",
        "pages-below": "Pages below",
        "copy-code": "Copy this code (free to use)",
        "edit": "Edit this page",
        "notebook": "Download as a notebook",
        "pdf": "The whole book as a PDF",
        "not-found": "Not found",
        "not-found-why": (
            "There is no page at this address. It may have moved, or the link has a mistake in it."
        ),
        "find": "Search the book:",
        "search": "Search",
        "live-run": "Run",
        "live-edit": "Edit",
        "live-stop": "Stop",
        "live-reset": "Reset",
        "live-snippet": "snippet {}",
        "live-name": "{}, {}",
        "live-code": "The code of {}",
        "live-gives": "What {} gives",
        "live-keys": (
            "Control Enter runs the code. Tab leaves the editor. Control ] indents a line, "
            "Control [ takes that back."
        ),
        "live-loading": "Loading Python: {} MB, once.",
        "live-starting": "Starting Python.",
        "live-running": "Running.",
        "live-long": "Running. In a browser it takes about {} s.",
        "live-seconds": "{} s",
        "live-done": "Done in {} s.",
        "live-nothing": "Done in {} s. It prints nothing.",
        "live-failed": "Stopped by an error.",
        "live-lost": "Python could not be loaded. Run tries again.",
        "live-stopped": "Stopped.",
        "live-right": "Right: solved.",
        "live-not-yet": "Not yet.",
        "live-no-assert": "It runs, but the assertion is gone. Reset brings it back.",
        "live-solved": "Solved.",
        "live-solved-of": "Exercises solved: {} of {}",
        "live-figure": "A figure that the changed code draws",
        "live-not": "Not run in the browser: {}",
        "live-about": "The code runs in your browser; what you change stays in it.",
        "live-licences": "What runs it, and the licences",
        "live-clear": "Clear my edits and solved exercises",
    },
    "ja": {
        "not-run": "このコードは実行していません: {}",
        "fails": "完成させるのはあなたです。正しく書けるまでは次のエラーで止まります: {}",
        "error": "このページにはエラーがあります",
        "used": "使っているページ: {}",
        "comma": "、",
        "report": "このコードの問題を報告",
        "problem": "{} の{}行目のコードについて",
        "question": "どうなるはずで、実際にはどうなりましたか。",
        "running": "実行中です。結果はここに表示されます。",
        "still": "実行を始めて{}秒たちましたが、まだ終わっていません: {}",
        "contents": "目次",
        "pages-below": "この項目のページ",
        "copy-code": "コードをコピー（自由に使えます）",
        "edit": "このページを編集",
        "notebook": "ノートブックとしてダウンロード",
        "pdf": "本全体のPDF",
        "not-found": "見つかりません",
        "not-found-why": (
            "このアドレスにはページがありません。移動したか、リンクが間違っているのかもしれません。"
        ),
        "find": "本の中を検索:",
        "search": "検索",
        "live-run": "実行",
        "live-edit": "編集",
        "live-stop": "停止",
        "live-reset": "元に戻す",
        "live-snippet": "コード{}",
        "live-name": "{}（{}）",
        "live-code": "{}の編集欄",
        "live-gives": "{}の実行結果",
        "live-keys": (
            "Ctrl+Enterで実行します。Tabで編集欄から出ます。Ctrl+]で字下げし、Ctrl+[で戻します。"
        ),
        "live-loading": "Pythonを読み込んでいます（{} MB、初回だけ）。",
        "live-starting": "Pythonを起動しています。",
        "live-running": "実行中です。",
        "live-long": "実行中です。ブラウザではおよそ{}秒かかります。",
        "live-seconds": "{}秒",
        "live-done": "{}秒で終わりました。",
        "live-nothing": "{}秒で終わりました。出力はありません。",
        "live-failed": "エラーで止まりました。",
        "live-lost": "Pythonを読み込めませんでした。もう一度実行してみてください。",
        "live-stopped": "停止しました。",
        "live-right": "正解です。",
        "live-not-yet": "まだ正しくありません。",
        "live-no-assert": "実行できましたが、assert文がありません。「元に戻す」で戻せます。",
        "live-solved": "解決済みです。",
        "live-solved-of": "解けた演習: {} / {}",
        "live-figure": "書き換えたコードが描いた図",
        "live-not": "ブラウザでは実行できません: {}",
        "live-about": "コードはこのブラウザの中で動きます。書き換えた内容もここにだけ残ります。",
        "live-licences": "使っているソフトウェアとライセンス",
        "live-clear": "編集と解答の記録を消す",
    },
}


def words_in(language: str) -> dict[str, str]:
    """Return the words of a language.

    Parameters
    ----------
    language : str
        Its code, such as ``ja``.

    Returns
    -------
    dict of str to str
        English where there are no others.

    Examples
    --------
    >>> words_in("ja")["contents"], words_in("tlh")["contents"]
    ('目次', 'Contents')
    """
    return WORDS.get(language, WORDS["en"])


def words_of(page: str) -> dict[str, str]:
    """Return the words of a page's language, which the suffix of its file names.

    Parameters
    ----------
    page : str
        The name of the file: ``page.ja.md`` is Japanese.

    Returns
    -------
    dict of str to str

    Examples
    --------
    >>> words_of("loss.ja.md")["contents"], words_of("loss.md")["contents"]
    ('目次', 'Contents')
    """
    return words_in(Path(page).stem.rpartition(".")[2])
