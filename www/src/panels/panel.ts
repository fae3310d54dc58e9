// What panels have in common: the lab to act through, and the view to draw.

import { LitElement } from "lit";
import { property } from "lit/decorators.js";
import type { Lab } from "../engine/lab.js";
import type { View } from "../engine/view.js";

export abstract class Panel extends LitElement {
  @property({ attribute: false }) lab!: Lab;
  @property({ attribute: false }) view!: View;
}
