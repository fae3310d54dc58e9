// <split-brain>: the laboratory as one element. It holds the connection to the engine, hands the current view to the
// stage, the panels and the timeline, and owns the keys, the theme and what is selected.

import { html, LitElement, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import { createKeybindingsHandler } from "tinykeys";
import { Announcer } from "./parts/announcer.js";
import "./panels/logs.js";
import "./stage/stage.js";
import "./timeline/timeline.js";
import type { Config } from "splitbrain";
import { Handled, Lab } from "./engine/lab.js";
import type { View } from "./engine/view.js";
import { late, type Part } from "./late.js";
import { count, inWords } from "./model/format.js";
import { jump } from "./model/lanes.js";
import { PREFIX } from "./model/link.js";
import type { Theme } from "./model/palette.js";
import { FASTEST, SLOWEST, speedLabel } from "./model/speed.js";
import type { Lit, Meant } from "./model/way.js";
import type { Steps } from "./panels/steps.js";
import type { BreakMenu } from "./parts/break-menu.js";
import type { Selection } from "./stage/scene.js";
import { controls } from "./style/controls.js";
import { house } from "./style/house.js";

const TABS = [
  // The panel shown first comes with the page, the others when they are first shown.
  { id: "logs", name: "Logs", part: null },
  { id: "kv", name: "Key/value", part: "sb-key-value" },
  { id: "history", name: "History", part: "sb-history" },
  { id: "mapreduce", name: "MapReduce", part: "sb-mapreduce" },
  { id: "checks", name: "Checks", part: "sb-checks" },
  { id: "steps", name: "Steps", part: "sb-steps" },
  { id: "rules", name: "Rules", part: "sb-rules" },
  { id: "stories", name: "Stories", part: "sb-stories" },
  { id: "labs", name: "Labs", part: "sb-labs" },
] as const satisfies readonly { id: string; name: string; part: Part | null }[];
type Tab = (typeof TABS)[number]["id"];

const THEMES = ["system", "light", "dark"] as const;
const THEME_KEY = "splitbrain.theme";
/** Panels are drawn at most this often while playing; the stage at every animation frame. */
const PANELS_EVERY_MS = 100;

@customElement("split-brain")
export class SplitBrain extends LitElement {
  static override styles = [controls, house];

  /** `system`, `light` or `dark`. */
  @property({ reflect: true }) theme: (typeof THEMES)[number] = "system";

  @state() private tab: Tab = "logs";
  @state() private selected: Selection = null;
  /** The operation that is followed, and what lights up with whatever is pointed at. */
  @state() private followed: Meant | null = null;
  @state() private lit: Lit | null = null;
  @state() private systemDark = matchMedia("(prefers-color-scheme: dark)").matches;
  @state() private panelView: View | null = null;

  readonly #lab = new Lab(() => this.#changed());
  readonly #announcer = new Announcer(() => this.requestUpdate());
  #panelsAt = 0;
  #started = false;
  #broken = 0;
  /** The stories and foreign runs that a part was asked for. */
  readonly #shownBefore = new WeakSet<object>();

  override connectedCallback() {
    super.connectedCallback();
    if (!this.hasAttribute("tabindex")) this.tabIndex = -1;
    this.addEventListener("keydown", this.#keys);
    window.addEventListener("hashchange", this.#openHash);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", this.#system);
    this.theme = storedTheme() ?? this.theme;
    if (!this.#started) {
      this.#started = true;
      void this.#begin();
    }
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.#lab.pause();
    this.removeEventListener("keydown", this.#keys);
    window.removeEventListener("hashchange", this.#openHash);
    matchMedia("(prefers-color-scheme: dark)").removeEventListener("change", this.#system);
  }

  /** For tests only: makes the engine trap, so that its recovery can be seen. */
  async provokeTrap(): Promise<void> {
    await this.#lab.provokeTrap().catch(() => {});
  }

  readonly #system = (event: MediaQueryListEvent) => {
    this.systemDark = event.matches;
  };

  async #begin() {
    try {
      if (location.hash.startsWith(PREFIX)) {
        await this.#openHash();
        if (this.#lab.view) return;
      }
      await this.#lab.start();
    } catch {
      // The lab has said what went wrong; a link that does not open still leaves a live cluster to look at.
      if (!this.#lab.view) await this.#lab.start().catch(() => {});
    }
  }

  readonly #openHash = async () => {
    if (!location.hash.startsWith(PREFIX)) return;
    try {
      const { decode } = await import("./model/share.js");
      const script = await decode(location.hash.slice(PREFIX.length));
      this.selected = null;
      await this.#lab.openScript(script);
    } catch (error) {
      if (!(error instanceof Handled)) this.#lab.say(error instanceof Error ? error.message : String(error), "error");
    }
  };

  #changed() {
    const { view, playing } = this.#lab;
    const now = performance.now();
    if (view && (!playing || now - this.#panelsAt >= PANELS_EVERY_MS || this.panelView === null)) {
      this.#panelsAt = now;
      this.panelView = view;
      this.#announcer.look(view);
      this.#watchSafety(view);
    }
    this.requestUpdate();
  }

  /** The first violation of a run is said aloud, with where to read about it. */
  #watchSafety(view: View) {
    const { broken } = view.frame.verdict;
    if (broken > 0 && this.#broken === 0) {
      const check = view.checks.find((one) => !one.holds);
      if (check)
        this.#lab.say(
          `Broken: ${inWords(check.name)}. ${check.violation?.why ?? check.sentence} See Checks.`,
          "broken",
        );
    }
    this.#broken = broken;
  }

  get #shown(): Theme {
    return this.theme === "system" ? (this.systemDark ? "dark" : "light") : this.theme;
  }

  // ── Drawing ────────────────────────────────────────────────────────────────────────────────────────────────────

  override render() {
    const { view, playing } = this.#lab;
    return html`
      <div class="house" @sb-select=${(event: CustomEvent<Selection>) => this.#select(event.detail)}
        @sb-tab=${(event: CustomEvent<Tab>) => this.#show(event.detail)}
        @sb-follow=${(event: CustomEvent<Meant | null>) => this.#follow(event.detail)}
        @sb-lit=${(event: CustomEvent<Lit | null>) => {
          this.lit = event.detail;
        }}
        @sb-partition=${() => void this.#dialog("sb-partition")}
        @sb-told=${(event: CustomEvent<string>) => this.#announcer.say(event.detail)}>
        ${this.#header(view)}
        <main>
          ${this.#headline(view)}
          ${view && this.#lab.story ? html`<sb-narrator .lab=${this.#lab} .view=${view}></sb-narrator>` : nothing}
          ${
            view
              ? html`<sb-stage .lab=${this.#lab} .view=${view} .selected=${this.selected} .lit=${this.lit} .playing=${playing} .theme=${this.#shown}></sb-stage>`
              : html`<div class="starting" role="status">Starting the engine…</div>`
          }
        </main>
        <aside aria-label="Panels">${this.#panels()}</aside>
        <sb-timeline role="region" aria-label="Timeline" .lab=${this.#lab} .view=${this.panelView} .theme=${this.#shown}></sb-timeline>
      </div>
      ${this.#notice()} ${this.#busy()}
      <sb-new-run .lab=${this.#lab} .view=${this.panelView}></sb-new-run>
      <sb-partition .lab=${this.#lab} .view=${this.panelView}></sb-partition>
      <sb-share .lab=${this.#lab} .view=${this.panelView}></sb-share>
      <sb-keys .lab=${this.#lab}></sb-keys>
      ${this.#foreign()}
      <div class="hidden-text" role="status" aria-live="polite" aria-label="Announcements">${this.#announcer.text}</div>
    `;
  }

  #header(view: View | null) {
    const { playing, notch } = this.#lab;
    const config = view?.config;
    const verdict = view?.frame.verdict;
    const broken = verdict?.broken ?? 0;
    const next = THEMES[(THEMES.indexOf(this.theme) + 1) % THEMES.length] as (typeof THEMES)[number];
    return html`<header>
      <span class="logo">split<b>/</b>brain</span>
      <button class="primary play" title="${playing ? "Pause" : "Play"} (space)" ?disabled=${!view} @click=${() => this.#lab.toggle()}>
        ${playing ? "Pause" : "Play"} <kbd aria-hidden="true">space</kbd></button>
      <button title="One step back (←)" ?disabled=${!view} @click=${() => void this.#lab.stepBack()}><span class="wide">Step back</span><span class="narrow" aria-hidden="true">◂</span><kbd aria-hidden="true">←</kbd></button>
      <button title="One step forward (→)" ?disabled=${!view} @click=${() => void this.#lab.step()}><span class="wide">Step</span><span class="narrow" aria-hidden="true">▸</span><kbd aria-hidden="true">→</kbd></button>
      <label class="speed" title="Virtual time against real time (, and .)"><span class="word">speed</span> <b>${speedLabel(notch)}</b>
        <input type="range" min=${SLOWEST} max=${FASTEST} step="1" .value=${String(notch)} aria-label="Speed" aria-valuetext="${speedLabel(notch)} of real time"
          @input=${(event: Event) => this.#lab.setSpeed(Number((event.target as HTMLInputElement).value))} /></label>
      <span class="space"></span>
      <span class="facts">
        ${
          config
            ? html`<button class="shape" title="New run… (n)" @click=${() => void this.#dialog("sb-new-run")}>
                <span class="hidden-text">New run:</span>
                <span class="seed">seed <b class="mono">${config.seed}</b> · </span>${shape(config)}</button>`
            : nothing
        }
        ${
          verdict
            ? html`<button class="verdict ${broken > 0 ? "bad" : ""}" title="Open the checks" @click=${() => this.#show("checks")}>
                <i aria-hidden="true">${broken > 0 ? "✕" : "✓"}</i> ${verdictWords(verdict)}</button>`
            : nothing
        }
      </span>
      <span class="break"><button aria-haspopup="menu" aria-expanded="false" title="Break something (f)" ?disabled=${!view} @click=${() => void this.#breakMenu("toggle")}>
        <span>Break<span class="rest"> something</span></span><kbd aria-hidden="true">f</kbd></button><sb-break-menu .lab=${this.#lab} .view=${view}></sb-break-menu></span>
      <button title="Share, save or open a run (s)" ?disabled=${!view} @click=${() => void this.#dialog("sb-share")}>Share <kbd aria-hidden="true">s</kbd></button>
      <button class="icon" aria-label="Theme: ${this.theme}" title="Theme: ${this.theme}. Change to ${next}" @click=${() => this.#setTheme(next)}>${this.theme === "system" ? "◐" : this.theme === "light" ? "☀" : "☾"}</button>
      <button class="icon" aria-label="Keys" title="All keys (?)" @click=${() => void this.#dialog("sb-keys")}>?</button>
    </header>`;
  }

  #headline(view: View | null) {
    if (!view)
      return html`<div class="say"><h1>A cluster is starting</h1><p>In a moment its servers will elect a leader.</p></div>`;
    const { frame } = view;
    return html`<div class="say">
      <h1>${frame.headline}</h1>
      <p>${frame.hint}
        ${frame.headlineStep === null ? nothing : html`<button class="link" title="Walk up the causes (w)" @click=${() => this.#why(frame.headlineStep as number)}>Why?</button>`}
        ${frame.section === null ? nothing : html`<span class="soft"> · ${frame.section}</span>`}
        ${frame.rulesOff.length > 0 ? html`<span class="brand" role="note">⚠ ${frame.rulesOff.map((rule) => rule.replaceAll("_", " ").replaceAll("-", " ")).join(", ")} switched off: not the real protocol</span>` : nothing}</p>
    </div>`;
  }

  /** Whether the panel to be shown is still on its way here. */
  get #coming(): boolean {
    const part = TABS.find(({ id }) => id === this.tab)?.part;
    return !!part && !customElements.get(part);
  }

  #panels() {
    const view = this.panelView;
    return html`
      <div class="tabs" role="tablist" aria-label="Panels" @keydown=${this.#tabKeys}>
        ${TABS.map(
          (
            { id, name },
            i,
          ) => html`<button role="tab" id="tab-${id}" aria-controls="panel" aria-selected=${this.tab === id} tabindex=${this.tab === id ? 0 : -1}
            title="${name} (${i + 1})" @click=${() => this.#show(id)}>${name}</button>`,
        )}
      </div>
      <div class="panel" role="tabpanel" id="panel" aria-labelledby="tab-${this.tab}" tabindex="0" aria-busy=${this.#coming}>${view ? this.#panel(view) : nothing}</div>
      ${
        view && this.selected
          ? html`<sb-inspector .lab=${this.#lab} .view=${view} .selected=${this.selected} .playing=${this.#lab.playing}></sb-inspector>`
          : nothing
      }`;
  }

  #panel(view: View) {
    const lab = this.#lab;
    switch (this.tab) {
      case "logs":
        return html`<sb-logs .lab=${lab} .view=${view} .lit=${this.lit}></sb-logs>`;
      case "kv":
        return html`<sb-key-value .lab=${lab} .view=${view} .followed=${this.followed}></sb-key-value>`;
      case "history":
        return html`<sb-history .lab=${lab} .view=${view} .theme=${this.#shown}></sb-history>`;
      case "mapreduce":
        return html`<sb-mapreduce .lab=${lab} .view=${view} .theme=${this.#shown}></sb-mapreduce>`;
      case "checks":
        return html`<sb-checks .lab=${lab} .view=${view}></sb-checks>`;
      case "steps":
        return html`<sb-steps .lab=${lab} .view=${view}></sb-steps>`;
      case "rules":
        return html`<sb-rules .lab=${lab} .view=${view}></sb-rules>`;
      case "stories":
        return html`<sb-stories .lab=${lab} .view=${view}></sb-stories>`;
      case "labs":
        return html`<sb-labs .lab=${lab} .view=${view}></sb-labs>`;
    }
  }

  #notice() {
    const { notice } = this.#lab;
    if (!notice) return nothing;
    return html`<div class="notice ${notice.kind}" role=${notice.kind === "info" ? "status" : "alert"}>
      <p>${notice.text}</p><button aria-label="Dismiss" title="Dismiss (Escape)" @click=${() => this.#lab.dismiss()}>✕</button></div>`;
  }

  #busy() {
    const { busy } = this.#lab;
    if (!busy) return nothing;
    return html`<div class="busy" role="group" aria-label=${busy.label}><span>${busy.label}…</span><button title="Stop this where it is" @click=${() => this.#lab.cancel()}>Cancel</button>
      <progress max="1" .value=${busy.fraction} aria-label=${busy.label}></progress></div>`;
  }

  /** A dialog of its own for each run: a link that comes while one is read must not change what a click agrees to. */
  #foreign() {
    const { foreign } = this.#lab;
    return foreign ? keyed(foreign, html`<sb-foreign .lab=${this.#lab} .run=${foreign}></sb-foreign>`) : nothing;
  }

  // ── Doing ──────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The element of that name, fetched if it was not needed before. */
  async #part<T extends Element>(name: Part): Promise<T | null> {
    if (!(await late(name, this.#lab))) return null;
    this.requestUpdate();
    await this.updateComplete;
    return this.renderRoot.querySelector<T>(name);
  }

  async #dialog(name: "sb-new-run" | "sb-partition" | "sb-share" | "sb-keys") {
    (await this.#part<HTMLElement & { show(): void }>(name))?.show();
  }

  async #breakMenu(how: "show" | "toggle") {
    (await this.#part<BreakMenu>("sb-break-menu"))?.[how]();
  }

  #show(tab: Tab) {
    this.tab = tab;
  }

  protected override willUpdate(changed: PropertyValues) {
    const part = TABS.find(({ id }) => id === this.tab)?.part;
    if (changed.has("tab") && part) void this.#part(part);
    if (changed.has("selected") && this.selected) void this.#part("sb-inspector");
    const { foreign, story } = this.#lab;
    // Asked for once: each failure is told, which draws the page again.
    if (foreign && this.#isNew(foreign)) {
      void this.#part("sb-foreign").then((here) => {
        if (!here) this.#lab.dismissForeign(foreign);
      });
    }
    if (story && this.#isNew(story)) void this.#part("sb-narrator");
  }

  #isNew(shown: object): boolean {
    const isNew = !this.#shownBefore.has(shown);
    this.#shownBefore.add(shown);
    return isNew;
  }

  #follow(operation: Meant | null) {
    this.followed = operation;
    if (operation) this.tab = "kv";
  }

  #select(selection: Selection) {
    this.selected = selection;
    if (selection && "flight" in selection) this.#lab.pause();
  }

  #why(step: number) {
    this.#lab.pause();
    this.tab = "steps";
    void this.#part<Steps>("sb-steps").then((steps) => steps?.askWhy(step));
  }

  #setTheme(theme: (typeof THEMES)[number]) {
    this.theme = theme;
    try {
      localStorage.setItem(THEME_KEY, theme);
    } catch {
      // A page without storage keeps its theme until it is closed.
    }
  }

  #tabKeys(event: KeyboardEvent) {
    const at = TABS.findIndex(({ id }) => id === this.tab);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1 + TABS.length, Home: 0, End: TABS.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.tab = TABS[to % TABS.length]?.id ?? this.tab;
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(`#tab-${this.tab}`)?.focus());
  }

  async #toggleSelected(name: "crash" | "isolate" | "fire") {
    const view = this.#lab.view;
    if (!view || !this.selected || !("node" in this.selected)) {
      this.#lab.say("Select a node first: click it, or Tab to the stage and press Enter on it.");
      return;
    }
    const { toggles } = await import("./model/deeds.js");
    const actions = toggles(view.frame, this.selected.node)[name];
    if (actions.length > 0) void this.#lab.act(...actions);
  }

  #jump(direction: 1 | -1) {
    const view = this.#lab.view;
    const mark = view && jump(view.marks, "election", view.frame.moment.step, direction);
    if (!mark) return;
    this.#lab.pause();
    void this.#lab.seek(mark.at, mark.step);
  }

  #escape() {
    if (this.#lab.notice) this.#lab.dismiss();
    else {
      this.selected = null;
      this.followed = null;
      this.lit = null;
    }
  }

  /** tinykeys' own guard would let a letter through from a field in a shadow root: ours looks at where the key was really typed. */
  readonly #keys = createKeybindingsHandler(
    {
      Space: (event) => this.#take(event, () => this.#lab.toggle()),
      ArrowRight: (event) => this.#take(event, () => void this.#lab.step()),
      ArrowLeft: (event) => this.#take(event, () => void this.#lab.stepBack()),
      ",": () => this.#lab.setSpeed(Math.max(SLOWEST, this.#lab.notch - 1)),
      ".": () => this.#lab.setSpeed(Math.min(FASTEST, this.#lab.notch + 1)),
      "(\\[)": () => this.#jump(-1),
      "(\\])": () => this.#jump(1),
      f: (event) => this.#take(event, () => void this.#breakMenu("show")),
      p: (event) => this.#take(event, () => void this.#dialog("sb-partition")),
      h: () => void this.#lab.act({ do: "heal" }),
      c: () => void this.#toggleSelected("crash"),
      i: () => void this.#toggleSelected("isolate"),
      t: () => void this.#toggleSelected("fire"),
      n: (event) => this.#take(event, () => void this.#dialog("sb-new-run")),
      s: (event) => this.#take(event, () => void this.#dialog("sb-share")),
      w: () => {
        const step = this.#lab.view?.frame.headlineStep;
        if (step !== null && step !== undefined) this.#why(step);
      },
      Escape: () => this.#escape(),
      "([1-9])": (event) => this.#show(TABS[Number(event.key) - 1]?.id ?? "logs"),
      "[Shift]+(\\?)": (event) => this.#take(event, () => void this.#dialog("sb-keys")),
    },
    { ignore: (event) => event.defaultPrevented || event.isComposing || typing(event) },
  );

  #take(event: KeyboardEvent, act: () => void) {
    event.preventDefault();
    act();
  }
}

/** How many of which nodes there are. */
const shape = ({ servers, clients, workers }: Config) =>
  [count(servers, "server"), clients && count(clients, "client"), workers && count(workers, "worker")]
    .filter(Boolean)
    .join(" · ");

/** The verdict; on a narrow page its middle word is left out. */
function verdictWords({ holds, broken }: View["frame"]["verdict"]) {
  const bad = broken > 0;
  const n = bad ? broken : holds;
  return html`<span>${n}<span class="rest"> ${n === 1 ? "property" : "properties"}</span> ${bad ? "broken" : n === 1 ? "holds" : "hold"}</span>`;
}

/** Whether a key belongs to the control it was pressed in. */
function typing(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0];
  if (!(target instanceof Element)) return false;
  if (target.matches("input:not([type=checkbox], [type=radio], [type=range]), textarea, select")) return true;
  if (event.key === " ") return target.matches("button, input, summary, [role=button]");
  return event.key.startsWith("Arrow") && target.matches("input, [role=tab], [role=menuitem]");
}

function storedTheme(): (typeof THEMES)[number] | null {
  try {
    return THEMES.find((theme) => theme === localStorage.getItem(THEME_KEY)) ?? null;
  } catch {
    return null;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "split-brain": SplitBrain;
  }
}
