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
