// A MapReduce job as a person submits and watches it. The panel is in view.

import type { Locator, Page } from "playwright-core";
import { until } from "./lab.js";

export class JobPanel {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get editor(): Locator {
    return this.page.getByRole("textbox", { name: "Program" });
  }

  get run(): Locator {
    return this.page.getByRole("button", { name: "Run", exact: true });
  }

  get equal(): Locator {
    return this.page.getByText("✓ The output equals the sequential run's.");
  }

  /** The failure of the job, or what is wrong with the program before it is one. */
  get trouble(): Locator {
    return this.page
      .getByRole("alert")
      .filter({ hasText: /^The job failed/ })
      .or(this.page.locator("[role=alert].problem"))
      .first();
  }

  async choose(application: string) {
    await this.page.getByRole("combobox", { name: "Application" }).selectOption(application);
  }

  /** Text of one's own, an input for each part. */
  async text(...parts: string[]) {
    await this.page.getByRole("combobox", { name: "Text" }).selectOption("My own…");
    await this.page.getByRole("textbox", { name: "Text to run on" }).fill(parts.join("\n\n"));
  }

  async program(code: string) {
    await this.choose("My own program");
    await this.editor.fill(code);
  }

  phase(name: "map" | "reduce"): Locator {
    return this.page.getByRole("progressbar", { name: `${name} tasks done` });
  }

  done(name: "map" | "reduce"): Promise<number> {
    return this.phase(name).evaluate((bar: HTMLProgressElement) => bar.value);
  }

  /** Waits until so many tasks of a phase are done. */
  async reach(name: "map" | "reduce", tasks: number) {
    await until(
      () => this.done(name),
      (now) => now >= tasks,
      `${tasks} ${name} tasks are done`,
    );
  }

  /** How the tasks stand, in words: maps and reduces done, re-issued, backups, lost. */
  async tasks(): Promise<string> {
    return (await this.page.getByRole("img", { name: /^Tasks:/ }).getAttribute("aria-label")) ?? "";
  }

  async toTheEnd() {
    await this.page.getByRole("button", { name: "Run to the end" }).click();
    await this.equal.waitFor({ timeout: 240_000 });
  }

  /** The lines of the output that the search leaves. */
  async lines(search: string): Promise<string[]> {
    await this.page.getByRole("searchbox", { name: "Search the output" }).fill(search);
    return ((await this.page.getByLabel("Output", { exact: true }).textContent()) ?? "").split("\n");
  }
}
