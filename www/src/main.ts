// The standalone page: registers the element, gives it the keyboard since it is alone here, and follows its theme.
import { SplitBrain } from "./split-brain.js";

const element = document.querySelector("split-brain");
if (element instanceof SplitBrain) {
  element.focus({ preventScroll: true });
  const follow = () => {
    document.documentElement.dataset.theme = element.theme;
  };
  new MutationObserver(follow).observe(element, { attributeFilter: ["theme"] });
  follow();
}

// After the first visit the page needs no network. While developing, a kept file would only mislead.
if (import.meta.env.PROD && "serviceWorker" in navigator) {
  window.addEventListener("load", () => void navigator.serviceWorker.register("./offline.js").catch(() => {}));
  // Panels and dialogs that were not shown yet are kept too, once somebody does more than look.
  const keep = async () => (await navigator.serviceWorker.ready).active?.postMessage("keep the rest");
  for (const touch of ["pointerdown", "keydown"]) window.addEventListener(touch, () => void keep(), { once: true });
}
