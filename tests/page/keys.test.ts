import { expect } from "vitest";
import { Lab, until } from "./support/lab.js";
import { EVERY_SIZE, test } from "./support/visit.js";

test("space plays and pauses, arrows step, and letters open what they name", async ({ arrive }) => {
  const lab = await Lab.at(await arrive());
  const { page } = lab;
  const { keyboard } = page;
  // Nothing was clicked yet: the page has given its element the keys.
  await keyboard.press("Space");
  await lab.playButton("Play").waitFor();
  await lab.settled();
  const at = await lab.now();
  await keyboard.press("ArrowRight");
  await until(
    () => lab.now(),
    (now) => now > at,
    "→ steps forward",
  );
  const on = await lab.now();
  await keyboard.press("ArrowLeft");
  await until(
    () => lab.now(),
    (now) => now < on,
    "← steps back",
  );
  await keyboard.press("Space");
  await lab.playButton("Pause").waitFor();
  await keyboard.press("Space");
  await lab.playButton("Play").waitFor();

  await keyboard.press("f");
  await page.getByRole("menu", { name: "Break something" }).waitFor();
  await keyboard.press("ArrowDown");
  await keyboard.press("Escape");
  await until(
    () => page.getByRole("menu").count(),
    (n) => n === 0,
    "Escape closes the menu",
  );
  for (const [key, name] of [
    ["s", "Share this run"],
    ["?", "Keys"],
    ["n", "New run"],
    ["p", "Partition the servers"],
  ] as const) {
    await keyboard.press(key);
    await page.getByRole("dialog", { name }).waitFor();
    await keyboard.press("Escape");
    await until(
      () => page.getByRole("dialog").count(),
      (n) => n === 0,
      `Escape closes ${name}`,
    );
  }
  for (const [i, name] of [
    "Logs",
    "Key/value",
    "History",
    "MapReduce",
    "Checks",
    "Steps",
    "Rules",
    "Stories",
    "Labs",
  ].entries()) {
    await keyboard.press(String(i + 1));
    await page.getByRole("tab", { name, selected: true }).waitFor();
  }
  const speed = page.getByRole("slider", { name: "Speed" });
  const before = Number(await speed.inputValue());
  await keyboard.press(".");
  await until(
    () => speed.inputValue(),
    (value) => Number(value) === before + 1,
    ". is faster",
  );
  await keyboard.press(",");
  await until(
    () => speed.inputValue(),
    (value) => Number(value) === before,
    ", is slower",
  );
});

test("keys typed into a field are text, not commands", async ({ arrive }) => {
  const lab = await Lab.at(await arrive());
  await lab.show("Key/value");
  await lab.page.getByRole("textbox", { name: "Operation" }).focus();
  await lab.page.keyboard.type("put fish s? p");
  expect(await lab.page.getByRole("textbox", { name: "Operation" }).inputValue()).toBe("put fish s? p");
  expect((await lab.page.getByRole("dialog").count()) + (await lab.page.getByRole("menu").count())).toBe(0);
  await lab.playButton("Pause").waitFor();
});

test("a server is reached, selected, crashed and restarted by keys alone", async ({ arrive }) => {
  const lab = await Lab.at(await arrive());
  const { page } = lab;
  await lab.fast();
  await tabTo(lab, () => lab.server("S1"));
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await page.getByRole("region", { name: "Inspector" }).getByRole("heading", { name: /^S2/ }).waitFor();
  const role = async () => (await lab.servers()).find((server) => server.name === "S2")?.role;
  await page.keyboard.press("c");
  await until(role, (now) => now === "crashed", "c crashes it");
  await page.keyboard.press("c");
  await until(role, (now) => now !== "crashed", "c restarts it");
  await page.keyboard.press("Escape");
  await until(
    () => page.getByRole("region", { name: "Inspector" }).count(),
    (n) => n === 0,
    "Escape deselects",
  );
});

test("a link is cut and opened by keys alone", async ({ arrive }) => {
  const lab = await Lab.at(await arrive());
  const { page } = lab;
  await lab.pause();
  await tabTo(lab, () => page.getByRole("button", { name: "Link S1 – S2, open" }));
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: "Link S1 – S2" }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Link S1 – S2, cut" }).waitFor();
  await page.keyboard.press("h");
  await page.getByRole("button", { name: "Link S1 – S2, open" }).waitFor();
});

for (const size of EVERY_SIZE) {
  test(`Tab reaches the header, the stage, the panels and the timeline, and leaves again (${size})`, async ({
    arrive,
  }) => {
    const lab = await Lab.at(await arrive({ size }));
    await lab.page.keyboard.press("Space");
    await lab.playButton("Play").waitFor();
    const seen: string[] = [];
    // After the last control the focus leaves the page for the browser's own.
    for (let i = 0; i < 80 && !seen.includes("outside"); i++) {
      await lab.page.keyboard.press("Tab");
      seen.push(await focused(lab));
    }
    expect(seen.at(-1)).toBe("outside");
    for (const place of [
      /^header: Play/,
      /^header: Speed/,
      /^header: Share/,
      /^stage: Link/,
      /^stage: S\d/,
      /^panels: Logs/,
      /^timeline: Time/,
    ]) {
      expect(
        seen.some((stop) => place.test(stop)),
        `${place} among ${seen.join(", ")}`,
      ).toBe(true);
    }
  });
}

async function tabTo(lab: Lab, target: () => ReturnType<Lab["button"]>) {
  for (let i = 0; i < 60; i++) {
    await lab.page.keyboard.press("Tab");
    if ((await target().count()) === 1 && (await target().evaluate((one) => one.matches(":focus")))) return;
  }
  throw new Error("Tab does not lead there");
}

/** Where the focus is: a part of the page, and what the focused thing is called. */
function focused(lab: Lab): Promise<string> {
  return lab.page.evaluate(() => {
    let at = document.activeElement;
    if (at === null || at === document.body) return "outside";
    const trail = [at?.localName ?? ""];
    while (at?.shadowRoot?.activeElement) {
      at = at.shadowRoot.activeElement;
      trail.push(at.localName);
    }
    const part = trail.includes("sb-stage")
      ? "stage"
      : trail.includes("sb-timeline")
        ? "timeline"
        : at?.closest("header") || trail.includes("sb-break-menu")
          ? "header"
          : "panels";
    const name = at?.getAttribute("aria-label") ?? at?.querySelector("title")?.textContent ?? at?.textContent ?? "";
    return `${part}: ${name.replace(/\s+/g, " ").trim()}`;
  });
}
