// What each drawing function of the stage is given.

import type { Flight, Frame, NodeId } from "splitbrain";
import type { Layout } from "../model/layout.js";
import type { Lit } from "../model/way.js";

export type Selection = { readonly node: NodeId } | { readonly flight: Flight["id"] } | null;

export interface Scene {
  readonly frame: Frame;
  readonly now: number;
  readonly layout: Layout;
  readonly selected: Selection;
  /** What lights up with an operation that somebody looks at. */
  readonly lit: Lit | null;
  /** The node that takes part in the tab order; arrow keys move it. */
  readonly focus: NodeId;
  /** Whether the view stands still, so that a step's detail can be read. */
  readonly still: boolean;
  pick(node: NodeId): void;
  key(event: KeyboardEvent, node: NodeId): void;
}
