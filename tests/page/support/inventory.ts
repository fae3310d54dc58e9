// Every control in view, through all shadow roots: what it is called, whether it explains itself, where it stands.

import type { Page } from "playwright-core";

export interface Control {
  name: string;
  /** Whether there is a tooltip or a description, or a label and text of its own that say it all. */
  explained: boolean;
  /** Whether a finger has to hit it: a button, a field or a tab; not a word in a sentence. */
  target: boolean;
  x: number;
  y: number;
  width: number;
  height: number;
  markup: string;
}

export function inventory(page: Page): Promise<Control[]> {
  return page.evaluate(() => {
    const controls: Element[] = [];
    const visit = (root: ParentNode) => {
      for (const element of root.querySelectorAll("*")) {
        if (element.matches("button, input, select, textarea, summary, a[href], [role=button], [role=tab]"))
          controls.push(element);
        if (element.shadowRoot) visit(element.shadowRoot);
      }
    };
    visit(document);
    const dialog = controls.find((one) => one.closest("dialog[open]"))?.closest("dialog");
    return controls
      .filter((one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
      .filter((one) => !dialog || dialog.contains(one))
      .map((one) => {
        const box = one.getBoundingClientRect();
        const label = (one as HTMLInputElement).labels?.[0];
        const hears = one.cloneNode(true) as Element;
        for (const silent of hears.querySelectorAll("[aria-hidden=true]")) silent.remove();
        const name = one.getAttribute("aria-label") ?? (hears.querySelector("title") ?? hears).textContent ?? "";
        const own = (name.trim() || label?.textContent?.trim()) ?? "";
        const described =
          one.hasAttribute("title") || one.hasAttribute("aria-description") || one.hasAttribute("aria-describedby");
        // A field says what it is for by the label beside it; a drawing by its title; a row of words by the words.
        const explained =
          described ||
          !!one.querySelector("title") ||
          !!label ||
          one.hasAttribute("placeholder") ||
          own.split(/\s+/).length > 1;
        return {
          name: own.replace(/\s+/g, " "),
          explained,
          target:
            one.matches("button:not(.link), select, textarea, [role=tab]") && !(one as HTMLButtonElement).disabled,
          x: Math.round(box.x),
          y: Math.round(box.y),
          width: Math.round(box.width),
          height: Math.round(box.height),
          markup: one.outerHTML.replace(/<!--.*?-->/g, "").slice(0, 160),
        };
      });
  });
}
