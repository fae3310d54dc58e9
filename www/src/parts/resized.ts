// Tells an element of its size, from when it stands in the page until it leaves.

import type { ReactiveController, ReactiveControllerHost } from "lit";

export class Resized implements ReactiveController {
  readonly #host: ReactiveControllerHost & Element;
  readonly #observer: ResizeObserver;

  constructor(host: ReactiveControllerHost & Element, tell: (width: number, height: number) => void) {
    this.#host = host;
    this.#observer = new ResizeObserver(() => {
      const { width, height } = host.getBoundingClientRect();
      if (width > 0) tell(width, height);
    });
    host.addController(this);
  }

  hostConnected() {
    this.#observer.observe(this.#host);
  }

  hostDisconnected() {
    this.#observer.disconnect();
  }
}
