// “Break something”: the faults people try first, each one click away, and the way back from them.

import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Action, Frame, NodeId } from "splitbrain";
import type { Lab } from "../engine/lab.js";
import { nameIn, type View } from "../engine/view.js";
import { controls } from "../style/controls.js";

interface Item {
  readonly label: string;
  readonly hint: string;
  readonly actions: (frame: Frame) => Action[] | "partition" | "mid-write" | null;
}

/** How long “Crash in mid-write” waits for a write. */
const MOST_STEPS = 600;

const servers = (frame: Frame) => frame.nodes.filter((node) => node.kind === "server");
const leader = (frame: Frame) => frame.leader;
const follower = (frame: Frame) =>
  servers(frame).findLast((node) => node.status === "up" && node.id !== frame.leader)?.id;

/** Half of the servers on either side of one that reaches all. */
function bridge(frame: Frame): Action[] | null {
  const ids = servers(frame).map((node) => node.id);
  if (ids.length < 3) return null;
  const half = Math.ceil(ids.length / 2) - 1;
  return [{ do: "heal" }, { do: "partition", groups: [ids.slice(0, half), ids.slice(half + 1)] }];
}

const GROUPS: readonly { readonly name: string; readonly items: readonly Item[] }[] = [
  {
    name: "Crash",
    items: [
      {
        label: "Crash the leader",
        hint: "Heartbeats stop; an election follows",
        actions: (frame) => (leader(frame) === null ? null : [{ do: "crash", node: leader(frame) as number }]),
      },
      {
        label: "Crash a follower",
        hint: "A majority goes on without it",
        actions: (frame) => {
          return only(follower(frame), (node) => ({ do: "crash", node }));
        },
      },
      {
        label: "Crash in mid-write",
        hint: "Goes on until a server writes; what is not on disk is lost",
        actions: () => "mid-write",
      },
      {
        label: "Crash every server",
        hint: "Only what was on disk comes back",
        actions: (frame) =>
          nonEmpty(
            servers(frame)
              .filter((node) => node.status !== "down")
              .map((node) => ({ do: "crash" as const, node: node.id })),
          ),
      },
      {
        label: "Crash a busy worker",
        hint: "Its task is given to another",
        actions: (frame) => {
          const victim = frame.nodes.find((node) => node.worker?.task && node.status === "up");
          return victim ? [{ do: "crash", node: victim.id }] : null;
        },
      },
      {
        label: "Wipe a follower's disk",
        hint: "It forgets its vote and its log: Raft does not survive this",
        actions: (frame) => only(follower(frame), (node) => ({ do: "wipe", node })),
      },
    ],
  },
  {
    name: "Part",
    items: [
      {
        label: "Isolate the leader",
        hint: "It goes on believing, alone",
        actions: (frame) => (leader(frame) === null ? null : [{ do: "isolate", node: leader(frame) as number }]),
      },
      { label: "Partition…", hint: "Choose the sides, or drag a line on the stage", actions: () => "partition" },
      {
        label: "Build a bridge",
        hint: "One reaches both sides, which cannot reach each other",
        actions: bridge,
      },
      {
        label: "Deafen the leader",
        hint: "It speaks and nobody's word reaches it: links cut one way",
        actions: (frame) =>
          leader(frame) === null
            ? null
            : nonEmpty(
                servers(frame)
                  .filter((node) => node.id !== frame.leader)
                  .map((node) => ({
                    do: "link" as const,
                    from: node.id,
                    to: frame.leader as number,
                    state: "cut" as const,
                  })),
              ),
      },
      {
        label: "Hold the leader's messages",
        hint: "They wait at its door until the links are opened",
        actions: (frame) =>
          leader(frame) === null
            ? null
            : nonEmpty(
                servers(frame)
                  .filter((node) => node.id !== frame.leader)
                  .map((node) => ({
                    do: "link" as const,
                    from: frame.leader as number,
                    to: node.id,
                    state: "hold" as const,
                  })),
              ),
      },
      {
        label: "Pause the leader",
        hint: "It wakes up in a world that moved on",
        actions: (frame) => (leader(frame) === null ? null : [{ do: "pause", node: leader(frame) as number }]),
      },
    ],
  },
  {
    name: "Wear down",
    items: [
      {
        label: "Lose one message in five",
        hint: "On every link",
        actions: () => [{ do: "quality", from: null, to: null, loss: 200 }],
      },
      {
        label: "Deliver one message in five twice",
        hint: "Duplicates must change nothing",
        actions: () => [{ do: "quality", from: null, to: null, duplication: 200 }],
      },
      {
        label: "Overtake one message in five",
        hint: "It comes up to two seconds late, after newer ones",
        actions: () => [{ do: "quality", from: null, to: null, reordering: 200 }],
      },
      {
        label: "Slow network",
        hint: "40–120 ms a hop: elections begin to collide",
        actions: () => [{ do: "quality", from: null, to: null, latency: [40_000, 120_000] }],
      },
      {
        label: "Stall the leader's disk",
        hint: "Nothing it says can outlive its memory of saying it",
        actions: (frame) => (leader(frame) === null ? null : [{ do: "stall", node: leader(frame) as number }]),
      },
      {
        label: "Slow the leader's disk",
        hint: "100–200 ms a write: everything waits for it",
        actions: (frame) =>
          leader(frame) === null ? null : [{ do: "disk", node: leader(frame) as number, latency: [100_000, 200_000] }],
      },
      {
        label: "Speed up a follower's clock",
        hint: "Twice as fast: its election timer runs out early",
        actions: (frame) => only(follower(frame), (node) => ({ do: "drift", node, ppm: 1_000_000 })),
      },
    ],
  },
];

const only = (node: NodeId | undefined, action: (node: NodeId) => Action) =>
  node === undefined ? null : [action(node)];

const nonEmpty = (actions: Action[]) => (actions.length > 0 ? actions : null);

/** Everything back to how it began: links open, nodes up, disks turning, the network as configured. */
function mend(view: View): Action[] {
  const { frame, config } = view;
  return [
    { do: "heal" },
    {
      do: "quality",
      from: null,
      to: null,
      latency: config.latency,
      loss: config.loss,
      duplication: config.duplication,
      reordering: config.reordering ?? 0,
    },
    ...frame.nodes.flatMap((node): Action[] => [
      ...(node.status === "down" ? [{ do: "restart" as const, node: node.id }] : []),
      ...(node.status === "paused" ? [{ do: "resume" as const, node: node.id }] : []),
      ...(node.stalled ? [{ do: "unstall" as const, node: node.id }] : []),
      ...(node.slow > 0 ? [{ do: "slow" as const, node: node.id, by: 0 }] : []),
      ...(node.drift !== 0 ? [{ do: "drift" as const, node: node.id, ppm: 0 }] : []),
      ...(String(node.disk) !== String(config.diskLatency)
        ? [{ do: "disk" as const, node: node.id, latency: config.diskLatency }]
        : []),
    ]),
  ];
}

@customElement("sb-break-menu")
export class BreakMenu extends LitElement {
  static override styles = [
    controls,
    css`
      .list {
        position: absolute;
        right: 0;
        top: calc(100% + 8px);
        z-index: 20;
        width: 900px;
        max-width: calc(100vw - 20px);
        max-height: calc(100dvh - 80px);
        overflow: auto;
        display: grid;
        grid-template: auto 1fr / repeat(3, minmax(0, 1fr));
        gap: 8px;
        background: var(--card);
        border: 1px solid var(--line);
        border-radius: 12px;
        padding: 10px;
        box-shadow: 0 12px 40px rgb(0 0 0 / 0.22);
      }
      /* Crash and Mend share the first column; the longer lists have one each. */
      .list > :nth-child(2),
      .list > :nth-child(3) {
        grid-row: span 2;
      }
      .list > :nth-child(4) {
        grid-column: 1;
      }
      .list button {
        width: 100%;
        display: grid;
        justify-content: start;
        justify-items: start;
        gap: 0;
        text-align: left;
        border-color: transparent;
        padding: 6px 10px;
        white-space: normal;
      }
      .list button span {
        font-size: 12px;
        color: var(--soft);
      }
      .list h3 {
        font-size: 12px;
        color: var(--soft);
        margin: 4px 10px;
      }
      @media (max-width: 760px) {
        .list {
          position: fixed;
          left: 10px;
          right: 10px;
          top: 112px;
          max-height: calc(100dvh - 124px);
          width: auto;
          display: block;
        }
      }
    `,
  ];

  @property({ attribute: false }) lab!: Lab;
  @property({ attribute: false }) view: View | null = null;
  @state() private open = false;

  toggle() {
    if (this.open) this.#close();
    else this.show();
  }

  show() {
    this.#turn(true);
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector<HTMLElement>("[role=menuitem]:not(:disabled)")?.focus(),
    );
  }

  /** The button before this element is its own, and gets the focus back. */
  #close(refocus = true) {
    this.#turn(false);
    if (refocus && this.previousElementSibling instanceof HTMLElement) this.previousElementSibling.focus();
  }

  #turn(open: boolean) {
    this.open = open;
    this.previousElementSibling?.setAttribute("aria-expanded", String(open));
  }

  override render() {
    return this.open && this.view ? this.#list(this.view) : nothing;
  }

  #list(view: View) {
    const group = (name: string, items: unknown) =>
      html`<div role="group" aria-label=${name}><h3 aria-hidden="true">${name}</h3>${items}</div>`;
    const item = (label: string, hint: string, act: (() => void) | null) =>
      html`<button role="menuitem" tabindex="-1" aria-description=${hint} ?disabled=${act === null} @click=${act}>
        ${label}<span aria-hidden="true">${hint}</span></button>`;
    const offered = ({ label, hint, actions }: Item) => {
      const found = actions(view.frame);
      const only = Array.isArray(found) && found.length === 1 ? found[0] : undefined;
      const whom = only && "node" in only ? `${nameIn(view.frame, only.node)}. ` : "";
      return item(
        label,
        found === null ? "Not possible right now" : `${whom}${hint}`,
        found === null ? null : () => this.#do(found),
      );
    };
    return html`<div class="list" role="menu" aria-label="Break something" @keydown=${this.#keys} @focusout=${this.#left}>
      ${GROUPS.map(({ name, items }) => group(name, items.map(offered)))}
      ${group("Mend", [
        item("Heal all links", "Open every link (h)", () => this.#do([{ do: "heal" }])),
        item("Mend everything", "Links open, nodes up, disks and network as they began", () => this.#do(mend(view))),
        item("Another future", "New dice from this moment on; the past stays", async () =>
          this.#do([{ do: "reseed", seed: await this.lab.freshSeed() }]),
        ),
      ])}
    </div>`;
  }

  /** Goes on until a server has a write under way, and crashes it there. */
  async #midWrite() {
    const done = await this.lab.actWhen(
      "Waiting for a write",
      ({ frame }) => only(servers(frame).find((node) => node.writes.length > 0)?.id, (node) => ({ do: "crash", node })),
      MOST_STEPS,
    );
    if (!done) this.lab.say(`No server wrote anything in the next ${MOST_STEPS} steps. Put a key, and try again.`);
  }

  #do(actions: Action[] | "partition" | "mid-write" | null) {
    this.#close();
    if (actions === "mid-write") {
      void this.#midWrite();
      return;
    }
    if (actions === "partition") this.dispatchEvent(new CustomEvent("sb-partition", { bubbles: true, composed: true }));
    else if (actions !== null) void this.lab.act(...actions);
  }

  #keys(event: KeyboardEvent) {
    const items = [...this.renderRoot.querySelectorAll<HTMLElement>("[role=menuitem]:not(:disabled)")];
    const at = items.indexOf((this.renderRoot as ShadowRoot).activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 + items.length, Home: 0, End: items.length - 1 }[event.key];
    event.stopPropagation();
    if (event.key === "Escape") this.#close();
    else if (to !== undefined) {
      event.preventDefault();
      items[to % items.length]?.focus();
    }
  }

  #left(event: FocusEvent) {
    const to = event.relatedTarget;
    if (to instanceof Node && (this.renderRoot.contains(to) || to === this.previousElementSibling)) return;
    this.#close(false);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "sb-break-menu": BreakMenu;
  }
}
