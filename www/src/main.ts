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
}
