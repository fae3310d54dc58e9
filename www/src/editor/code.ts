// An editor for a program of a line or a hundred. Comes when somebody first wants to see or write one, since it is larger than most
// of the page.

import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { javascriptLanguage } from "@codemirror/lang-javascript";
import { bracketMatching, indentOnInput, indentUnit } from "@codemirror/language";
import { type Diagnostic, lintGutter, setDiagnostics } from "@codemirror/lint";
import { Compartment, EditorState } from "@codemirror/state";
import { EditorView, highlightActiveLine, highlightSpecialChars, keymap, lineNumbers } from "@codemirror/view";
import { css, LitElement, type PropertyValues } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { ScriptProblem } from "splitbrain/jobs";
import { UNSEEN } from "../model/unseen.js";
import { colours, look } from "./look.js";

@customElement("sb-code")
export class Code extends LitElement {
  static override styles = css`
    :host {
      display: block;
      min-width: 0;
    }
  `;

  /** The text shown; when it changes from outside, that can be undone like anything typed. */
  @property() code = "";
  @property() label = "Program";
  @property({ type: Boolean }) readonly = false;
  /** What is wrong, to be shown at its line. */
  @property({ attribute: false }) problem: ScriptProblem | null = null;

  readonly #naming = new Compartment();
  #view: EditorView | null = null;

  protected override firstUpdated() {
    this.#view = new EditorView({
      // Its style sheets are adopted by this root, which the content security policy allows.
      root: this.renderRoot as ShadowRoot,
      parent: this.renderRoot,
      state: EditorState.create({ doc: this.code, extensions: this.#extensions() }),
    });
    this.#show();
  }

  #extensions() {
    return [
      // Left to itself, the editor lets some pass that turn the direction of writing.
      highlightSpecialChars({ specialChars: UNSEEN }),
      lineNumbers(),
      history(),
      indentOnInput(),
      bracketMatching(),
      highlightActiveLine(),
      javascriptLanguage,
      indentUnit.of("  "),
      EditorView.lineWrapping,
      EditorState.readOnly.of(this.readonly),
      this.#naming.of(this.#attributes()),
      colours,
      look,
      lintGutter(),
      keymap.of([
        { key: "Mod-Enter", run: () => this.#wants("run") },
        ...defaultKeymap,
        ...historyKeymap,
        ...(this.readonly ? [] : [indentWithTab]),
      ]),
      // No key typed here is one of the page's.
      EditorView.domEventHandlers({ keydown: (event) => this.#keep(event), beforeinput: overwrite }),
      EditorView.updateListener.of((update) => {
        if (!update.docChanged) return;
        this.code = update.state.doc.toString();
        this.dispatchEvent(new CustomEvent("edit", { detail: this.code }));
      }),
    ];
  }

  #attributes() {
    return EditorView.contentAttributes.of({ "aria-label": this.label, "aria-readonly": String(this.readonly) });
  }

  #keep(event: KeyboardEvent): boolean {
    event.stopPropagation();
    return false;
  }

  #wants(what: "run"): boolean {
    this.dispatchEvent(new CustomEvent(what));
    return true;
  }

  protected override updated(changed: PropertyValues) {
    const view = this.#view;
    if (!view) return;
    if (changed.has("label")) view.dispatch({ effects: this.#naming.reconfigure(this.#attributes()) });
    if (changed.has("code") && view.state.doc.toString() !== this.code)
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: this.code } });
    if (changed.has("problem")) this.#show();
  }

  #show() {
    const view = this.#view;
    if (!view) return;
    const { problem } = this;
    const at = problem && this.#place(problem);
    const found: Diagnostic[] =
      problem && at ? [{ from: at.from, to: at.to, severity: "error", message: problem.message }] : [];
    view.dispatch(setDiagnostics(view.state, found));
    if (at) view.dispatch({ effects: EditorView.scrollIntoView(at.from, { y: "center" }) });
  }

  /** From a problem's column to the end of its word, or its whole line. */
  #place({ line, column }: ScriptProblem): { from: number; to: number } | null {
    const doc = this.#view?.state.doc;
    if (!doc || line === null || line < 1) return null;
    const { from, to, text } = doc.line(Math.min(line, doc.lines));
    if (column === null) return { from, to };
    const start = Math.min(from + Math.max(0, column - 1), to);
    const word = /^\w+/.exec(text.slice(start - from))?.[0].length ?? 1;
    return start === to ? { from: Math.max(from, to - 1), to } : { from: start, to: Math.min(to, start + word) };
  }

  /** Puts the caret where something is wrong, or where it was. */
  override focus() {
    const at = this.problem && this.#place(this.problem);
    if (at) this.#view?.dispatch({ selection: { anchor: at.from }, scrollIntoView: true });
    this.#view?.focus();
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.#view?.destroy();
    this.#view = null;
  }
}

/**
 * Writes over what is selected. Left to itself, Chromium keeps the look of what it replaces in a style attribute, which the content
 * security policy forbids, and then takes that out again.
 */
function overwrite(event: InputEvent, view: EditorView): boolean {
  const { inputType, data, isComposing } = event;
  if (inputType !== "insertText" || !data || isComposing || view.state.readOnly) return false;
  // What is selected the editor itself may not have heard of yet. Only Chromium tells it of a shadow root, and only there it matters.
  const selection = (view.root as Partial<Document>).getSelection?.();
  if (!selection || selection.rangeCount === 0) return false;
  const range = selection.getRangeAt(0);
  if (range.collapsed || !view.contentDOM.contains(range.commonAncestorContainer)) return false;
  const from = view.posAtDOM(range.startContainer, range.startOffset);
  const to = view.posAtDOM(range.endContainer, range.endOffset);
  view.dispatch({
    changes: { from, to, insert: data },
    selection: { anchor: from + data.length },
    scrollIntoView: true,
    userEvent: "input.type",
  });
  event.preventDefault();
  return true;
}

declare global {
  interface HTMLElementTagNameMap {
    "sb-code": Code;
  }
}
