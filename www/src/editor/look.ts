// How the editor looks: the page's colours, which follow its theme by themselves.

import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

export const look = EditorView.theme({
  "&": {
    color: "var(--ink)",
    backgroundColor: "var(--card)",
    border: "1px solid var(--line)",
    borderRadius: "8px",
    fontSize: "12.5px",
  },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "1px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.5", maxHeight: "340px", overflowX: "hidden" },
  ".cm-content": { caretColor: "var(--ink)", minHeight: "150px", padding: "6px 0" },
  ".cm-gutters": {
    color: "var(--soft)",
    backgroundColor: "var(--sunk)",
    border: "none",
    borderRadius: "8px 0 0 8px",
  },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "color-mix(in oklab, var(--accent), transparent 92%)" },
  ".cm-content ::selection": { backgroundColor: "color-mix(in oklab, var(--accent), transparent 70%)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--line)" },
  ".cm-specialChar": { color: "var(--hold)" },
  ".cm-gutter-lint": { width: "14px" },
  ".cm-gutter-lint .cm-gutterElement": { padding: "3px 2px" },
  ".cm-lint-marker": { width: "10px", height: "10px" },
  ".cm-tooltip": { color: "var(--ink)", backgroundColor: "var(--card)", border: "1px solid var(--line)" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--hold)" },
});

export const colours = syntaxHighlighting(
  HighlightStyle.define([
    { tag: [tags.keyword, tags.operatorKeyword, tags.controlKeyword], color: "var(--edge-6)" },
    { tag: [tags.string, tags.special(tags.string), tags.regexp], color: "var(--good)" },
    { tag: [tags.number, tags.bool, tags.null], color: "var(--edge-3)" },
    { tag: tags.function(tags.definition(tags.variableName)), color: "var(--accent)", fontWeight: "600" },
    { tag: tags.comment, color: "var(--soft)", fontStyle: "italic" },
    { tag: tags.invalid, color: "var(--hold)" },
  ]),
);
