// The editor, CodeMirror, which a page asks for at the first Edit. It stands in a shadow root: its
// styles are set by the CSSOM there, so a policy without 'unsafe-inline' holds.
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { bracketMatching, HighlightStyle, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { tags } from "@lezer/highlight";

// The colours of the page's own code.
const colour = (name) => ({ color: `var(--code-${name})` });
const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.controlKeyword], ...colour("keyword") },
  { tag: [tags.definition(tags.function(tags.variableName)), tags.className], ...colour("name") },
  { tag: [tags.string, tags.special(tags.string)], ...colour("string") },
  { tag: [tags.number, tags.bool, tags.null], ...colour("number") },
  { tag: tags.comment, ...colour("comment") },
]);
const look = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--shade)" },
  "&.cm-focused": { outline: "0.1rem solid var(--red)", outlineOffset: "-0.1rem" },
  ".cm-scroller": {
    fontFamily: "var(--md-code-font-family, monospace)",
    fontSize: "var(--live-size, 0.85em)",
    lineHeight: "1.4",
  },
  ".cm-content": { padding: "var(--live-padding, 0.8em 1.2em)", caretColor: "var(--ink)" },
  ".cm-line": { padding: "0" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--line)" },
});

/** Put an editor into an element. Tab is left to the browser: the keyboard gets out as it got in. */
export function open({ parent, text, label, hint, changed, run, leave }) {
  const root = parent.attachShadow({ mode: "open" });
  const attributes = { "aria-label": label, "aria-description": hint };
  const own = [
    { key: "Mod-Enter", run: () => (run(), true) },
    { key: "Escape", run: () => (leave(), true) },
  ];
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        keymap.of(own),
        history(),
        keymap.of([...defaultKeymap, ...historyKeymap]),
        python(),
        indentUnit.of("    "),
        bracketMatching(),
        syntaxHighlighting(colours),
        look,
        EditorView.lineWrapping, // as the code of the page does on a telephone
        EditorView.contentAttributes.of({ ...attributes, autocapitalize: "off", spellcheck: "false" }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) changed(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    focus: () => view.focus(),
    close: () => view.destroy(),
  };
}
