// What is cut off, in each other's way, or beyond the window. Looked at as drawn: through all shadow roots, by boxes.

import type { Page } from "playwright-core";

export function misplaced(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    interface Box {
      left: number;
      right: number;
      top: number;
      bottom: number;
    }
    const found: string[] = [];
    const all: Element[] = [];
    const visit = (root: ParentNode) => {
      for (const element of root.querySelectorAll("*")) {
        all.push(element);
        if (element.shadowRoot) visit(element.shadowRoot);
      }
    };
    visit(document);

    const up = (element: Element): Element | null =>
      element.parentElement ??
      (element.getRootNode() instanceof ShadowRoot ? (element.getRootNode() as ShadowRoot).host : null);
    const ancestors = (element: Element): Element[] => {
      const out: Element[] = [];
      for (let at = up(element); at; at = up(at)) out.push(at);
      return out;
    };
    const shown = (element: Element) =>
      element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
      ![element, ...ancestors(element)].some((one) => {
        // Text for listeners only.
        const style = getComputedStyle(one);
        return style.clipPath.startsWith("inset(50%") || (one as HTMLElement).inert;
      });
    const words = (text: string) => text.replace(/\s+/g, " ").trim().slice(0, 60);

    // Nothing makes the page scroll sideways.
    const wide = document.documentElement.scrollWidth;
    if (wide > innerWidth) found.push(`the page is ${wide} wide in a window of ${innerWidth}`);

    // Text lies within whatever would cut it off, unless that can be scrolled or says by an ellipsis that there is more.
    const limits = (element: Element, text: Box): string | null => {
      for (const one of [element, ...ancestors(element)]) {
        const style = getComputedStyle(one);
        if (style.textOverflow === "ellipsis") return null;
        const box = one.getBoundingClientRect();
        const x = style.overflowX;
        const y = style.overflowY;
        if (style.display === "inline" || style.display === "contents") continue;
        if (x === "auto" || x === "scroll" || y === "auto" || y === "scroll") {
          // What may be scrolled down must still not be cut at the sides, unless it scrolls that way too.
          if (x !== "auto" && x !== "scroll")
            if (text.left < box.left - 1 || text.right > box.right + 1) return one.localName;
          return one.scrollWidth > one.clientWidth + 1 && !one.matches(".scroll, pre, dl, textarea, .tabs")
            ? `${one.localName}.${one.className}, which scrolls sideways`
            : null;
        }
        const cuts = x === "hidden" || x === "clip" || one instanceof SVGSVGElement;
        if (cuts && (text.left < box.left - 1 || text.right > box.right + 1))
          return `${one.localName}.${one.className}`;
        const cutsDown = y === "hidden" || y === "clip" || one instanceof SVGSVGElement;
        if (cutsDown && (text.top < box.top - 2 || text.bottom > box.bottom + 2))
          return `${one.localName}.${one.className}`;
      }
      return text.left < -1 || text.right > innerWidth + 1 ? "the window" : null;
    };
    for (const element of all) {
      if (!shown(element)) continue;
      for (const node of element.childNodes) {
        if (node.nodeType !== Node.TEXT_NODE || !node.textContent?.trim()) continue;
        if (element.matches("title, style, script, option")) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        for (const box of range.getClientRects()) {
          const by = limits(element, box);
          if (by) found.push(`“${words(node.textContent)}” is cut off by ${by}`);
        }
      }
    }

    // What may be overlapped by what: an open menu or dialog lies above the page by intent, and so does a header that stays.
    const layer = (element: Element) =>
      [element, ...ancestors(element)].find(
        (one) =>
          one.matches("dialog, [role=menu], [role=dialog], .notice, .busy") ||
          ["fixed", "sticky"].includes(getComputedStyle(one).position),
      ) ?? null;
    const visible = (element: Element): Box => {
      const box = element.getBoundingClientRect();
      const out = { left: box.left, right: box.right, top: box.top, bottom: box.bottom };
      for (const one of ancestors(element)) {
        const style = getComputedStyle(one);
        if (style.overflowX === "visible" && style.overflowY === "visible") continue;
        if (style.display === "contents") continue;
        const room = one.getBoundingClientRect();
        out.left = Math.max(out.left, room.left);
        out.right = Math.min(out.right, room.right);
        out.top = Math.max(out.top, room.top);
        out.bottom = Math.min(out.bottom, room.bottom);
      }
      return out;
    };
    const SLACK = 1.5;
    const meet = (a: Box, b: Box) =>
      Math.min(a.right, b.right) - Math.max(a.left, b.left) > SLACK &&
      Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > SLACK;
    const apart = (things: { what: string; element: Element; box: Box; layer: Element | null }[]) => {
      for (const [i, a] of things.entries()) {
        for (const b of things.slice(i + 1)) {
          if (a.layer !== b.layer || !meet(a.box, b.box)) continue;
          if (ancestors(a.element).includes(b.element) || ancestors(b.element).includes(a.element)) continue;
          found.push(`“${a.what}” and “${b.what}” overlap`);
        }
      }
    };
    const thing = (element: Element) => ({
      what: words(
        element.getAttribute("aria-label") ?? element.querySelector("title")?.textContent ?? element.textContent ?? "",
      ),
      element,
      box: visible(element),
      layer: layer(element),
    });
    // Links cross each other, that is what they are for; a field and the label around it are one.
    const controls = all.filter(
      (one) =>
        one.matches("button, input, select, textarea, summary, [role=tab], .start") &&
        shown(one) &&
        !one.matches("[type=file][hidden]"),
    );
    apart(controls.map(thing));

    // On the stage no label runs into another, into a node or into a card.
    const stage = all.find((one) => one.localName === "sb-stage")?.shadowRoot;
    if (stage && !document.querySelector("dialog[open]")) {
      const drawn = [...stage.querySelectorAll("svg text, svg .card, svg circle.track, .chip")].filter(
        (one) => shown(one) && !(one.matches("text") && one.closest("[role=button]")),
      );
      apart(drawn.map(thing));
    }
    return [...new Set(found)];
  });
}
