// The standalone page: registers the element and gives it the keyboard, since it is alone here.
import { SplitBrain } from "./split-brain.js";

const element = document.querySelector("split-brain");
if (element instanceof SplitBrain) element.focus({ preventScroll: true });
