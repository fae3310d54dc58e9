// What the first picture does without: panels, menus and dialogs are fetched when they are first shown. Until then their
// elements stand in the page as plain ones, and become themselves in place. The service worker keeps all of them, so that
// one shown for the first time without a network still comes.

import type { Lab } from "./engine/lab.js";

const PARTS = {
  "sb-key-value": () => import("./panels/key-value.js"),
  "sb-history": () => import("./panels/history.js"),
  "sb-mapreduce": () => import("./panels/mapreduce.js"),
  "sb-checks": () => import("./panels/checks.js"),
  "sb-steps": () => import("./panels/steps.js"),
  "sb-rules": () => import("./panels/rules.js"),
  "sb-stories": () => import("./panels/stories.js"),
  "sb-labs": () => import("./panels/labs.js"),
  "sb-narrator": () => import("./parts/narrator.js"),
  "sb-inspector": () => import("./panels/inspector.js"),
  "sb-link-menu": () => import("./parts/link-menu.js"),
  "sb-break-menu": () => import("./parts/break-menu.js"),
  "sb-new-run": () => import("./parts/new-run.js"),
  "sb-partition": () => import("./parts/partition.js"),
  "sb-share": () => import("./parts/share.js"),
  "sb-foreign": () => import("./parts/foreign.js"),
  "sb-code": () => import("./editor/code.js"),
  "sb-keys": () => import("./parts/keys.js"),
} as const;

export type Part = keyof typeof PARTS;

/** Whether an element of that name is what it should be, once it is. If it cannot be had the reader is told; asking again tries again. */
export async function late(part: Part, lab: Lab): Promise<boolean> {
  try {
    if (!customElements.get(part)) await PARTS[part]();
    return true;
  } catch {
    lab.say("This part of the page could not be fetched. Check the connection and try again.", "error");
    return false;
  }
}
