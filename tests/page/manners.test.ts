import { expect } from "vitest";
import { Lab, until } from "./support/lab.js";
import { everyState } from "./support/states.js";
import { test } from "./support/visit.js";

test("the theme follows the system until it is chosen, and the choice is kept", async ({ arrive }) => {
  const page = await arrive({ colorScheme: "dark" });
  await Lab.at(page);
  const background = () =>
    page.evaluate(() => getComputedStyle(document.querySelector("split-brain") as Element).backgroundColor);
  const dark = await background();
  await page.emulateMedia({ colorScheme: "light" });
  await until(background, (now) => now !== dark, "the page turns light with the system");
  const light = await background();
  await page.getByRole("button", { name: "Theme: system" }).click();
  await page.getByRole("button", { name: "Theme: light" }).click();
  await page.getByRole("button", { name: "Theme: dark" }).waitFor();
  await until(background, (now) => now === dark, "dark is chosen");
  await page.reload();
  await page.getByRole("button", { name: "Theme: dark" }).click();
  await page.getByRole("button", { name: "Theme: system" }).waitFor();
  await until(background, (now) => now === light, "the system's theme is back");
});

test("with reduced motion nothing of the page's own moves", async ({ arrive }) => {
  const lab = await Lab.at(await arrive({ reducedMotion: "reduce" }));
  await everyState(lab, async (state) => {
    const moving = await lab.page.evaluate(() =>
      document.getAnimations().map((animation) => `${animation.constructor.name} ${animation.playState}`),
    );
    expect(moving, `in ${state}`).toEqual([]);
  });
});

test("a finger does what a mouse does: taps select and crash, a stroke parts the servers", async ({ arrive }) => {
  const page = await arrive({ size: "phone", hasTouch: true, isMobile: true });
  const lab = await Lab.at(page);
  await page.getByRole("banner").getByRole("button", { name: "Pause" }).tap();
  await lab.playButton("Play").waitFor();
  await lab.settled();
  const leader = await lab.leader();
  await lab.server(leader.name).tap();
  const inspector = page.getByRole("region", { name: "Inspector" });
  await inspector.getByRole("button", { name: "Crash", exact: true }).tap();
  await until(
    async () => (await lab.servers()).find((one) => one.name === leader.name)?.role,
    (role) => role === "crashed",
    "the leader is down",
  );
  await inspector.getByRole("button", { name: "Close the inspector" }).tap();

  // Across, just under S1, which stands alone at the top. Up and down, a finger scrolls the page instead.
  await page.evaluate(() => scrollTo(0, 0));
  const box = await lab.server("S1").locator("circle.track").boundingBox();
  if (!box) throw new Error("S1 is not drawn");
  const y = box.y + box.height + 12;
  const finger = await page.context().newCDPSession(page);
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", x?: number) =>
    finger.send("Input.dispatchTouchEvent", { type, touchPoints: x === undefined ? [] : [{ x, y }] });
  await touch("touchStart", 20);
  for (let x = 60; x <= 370; x += 31) await touch("touchMove", x);
  await touch("touchEnd");
  await page.getByText(/^Partition: .*\bS1\b.* \| |^Partition: .* \| S1$/).waitFor();
  // A tap this soon after a stroke may only end what the browser takes for a fling: a person taps again.
  const heal = lab.button(/^Heal/);
  await until(
    async () => {
      if ((await heal.count()) > 0) await heal.tap();
      return heal.count();
    },
    (n) => n === 0,
    "all links are open",
  );
});

test("after the first visit the page works without a network", async ({ arrive }) => {
  const page = await arrive();
  await Lab.at(page);
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });
  // The worker takes over the pages that open after it is active.
  await page.reload();
  const lab = await Lab.at(page);
  await lab.show("MapReduce");
  // What was never shown comes too: the click was enough to keep all of it.
  await until(
    () => page.evaluate(async () => (await (await caches.open("splitbrain")).keys()).map((kept) => kept.url)),
    (kept) => ["checks", "steps", "share", "inspector"].every((part) => kept.some((url) => url.includes(`/${part}-`))),
    "all parts are kept",
  );
  await page.context().setOffline(true);
  await page.reload();
  const alone = await Lab.at(page);
  await alone.show("Checks");
  await page.getByRole("list", { name: "Properties" }).waitFor();
  await page.getByRole("banner").getByRole("button", { name: "Share" }).click();
  await page.getByRole("dialog", { name: "Share this run" }).waitFor();
});

test("a long job shows how far it is and can be cancelled", async ({ arrive }) => {
  const lab = await Lab.at(await arrive());
  const { page } = lab;
  await lab.show("MapReduce");
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.getByRole("button", { name: "Run to the end" }).click();
  const busy = page.getByRole("group", { name: "Running the job" });
  await busy.getByRole("progressbar").waitFor();
  await busy.getByRole("button", { name: "Cancel" }).click();
  await until(
    () => busy.count(),
    (n) => n === 0,
    "the run ahead is given up",
  );
  await lab.settled();
  await lab.playButton("Play").waitFor();
  await page.getByRole("button", { name: "Run to the end" }).waitFor();
});

test("a rule switched off brands the run wherever it goes", async ({ arrive }) => {
  const lab = await Lab.at(await arrive());
  await lab.show("Rules");
  await lab.page.getByRole("switch", { name: "Election restriction" }).press("Space");
  const brand = lab.page.getByRole("note").filter({ hasText: "Not the real protocol" });
  await brand.waitFor();
  const hash = new URL(await lab.link()).hash;
  const theirs = await Lab.at(await arrive({ hash }));
  await theirs.page.getByRole("note").filter({ hasText: "Not the real protocol" }).waitFor();
});

test("a run is saved as a file and opened from it", async ({ arrive }) => {
  const lab = await Lab.at(await arrive());
  const { page } = lab;
  await lab.fast();
  await lab.doBreak("Crash the leader");
  await lab.pause();
  const now = await lab.now();
  const servers = await lab.servers();
  await page.getByRole("banner").getByRole("button", { name: "Share" }).click();
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save as file" }).click();
  const path = decodeURIComponent(new URL("../../target/page/saved-run.json", import.meta.url).pathname);
  await (await download).saveAs(path);
  const theirs = await Lab.at(await arrive());
  await theirs.page.getByRole("banner").getByRole("button", { name: "Share" }).click();
  const chooser = theirs.page.waitForEvent("filechooser");
  await theirs.page.getByRole("button", { name: "Open a file…" }).click();
  await (await chooser).setFiles(path);
  await until(
    () => theirs.now(),
    (at) => at === now,
    "the moment is back",
  );
  expect(await theirs.servers()).toEqual(servers);
});
