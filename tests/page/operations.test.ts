import { expect } from "vitest";
import { Lab, until } from "./support/lab.js";
import { EVERY_SIZE, test } from "./support/visit.js";

/** The nodes that are lit on the stage. */
const lit = (lab: Lab) =>
  lab.stage
    .locator("[data-node].lit title")
    .allTextContents()
    .then((names) => names.map((name) => name.split(",")[0] ?? "").sort());

for (const size of EVERY_SIZE) {
  test(`an operation is followed from its call to its reply, and back from the logs (${size})`, async ({ arrive }) => {
    const lab = await Lab.at(await arrive({ size }));
    const { page } = lab;
    await lab.fast();
    await lab.show("Key/value");
    await lab.send("C2", "put x 1");
    const put = await lab.replied("C2", "put x 1");
    await lab.send("C2", "append x 2");
    await lab.replied("C2", "append x 2");
    await lab.pause();

    const row = page.getByRole("button", { name: "put x 1", exact: true });
    await row.click();
    expect(await row.getAttribute("aria-expanded")).toBe("true");
    await until(
      () => lit(lab),
      (names) => names.join() === "C2,S1,S2,S3,S4,S5",
      "everyone who had to do with it is lit",
    );
    const stations = page.getByRole("row").filter({ has: page.getByText("in the log of") });
    const leader = (await lab.leader()).name;
    const logged = stations.getByRole("button", { name: new RegExp(`^${leader} ?${put[5]}, term`) });
    // One station lights up alone, by the focus as well.
    await logged.focus();
    await until(
      () => lit(lab),
      (names) => names.join() === leader,
      "the leader alone is lit",
    );
    const before = await lab.now();
    await logged.press("Enter");
    await until(
      () => lab.now(),
      (now) => now < before,
      "the moment is shown at which it came into the log",
    );
    expect(await logged.getAttribute("class")).toContain("now");
    const then = (await lab.servers()).find((one) => one.name === leader);
    expect([then?.log, then?.committed]).toEqual([Number(put[5]), Number(put[5]) - 1]);

    // Its entry is lit in the logs, and leads back to it.
    await lab.show("Logs");
    const rings = page.getByRole("tabpanel").locator(".ring");
    await rings.first().waitFor();
    await page.getByRole("application", { name: /^Entries/ }).focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await page.getByRole("table", { name: /^Operations of C2/ }).waitFor();
    expect(await page.getByRole("tab", { name: "Key/value" }).getAttribute("aria-selected")).toBe("true");
    await until(
      () =>
        page
          .getByRole("button", { expanded: true })
          .filter({ hasText: /^put x 1$/ })
          .count(),
      (n) => n === 1,
      "the operation is open",
    );
    await lab.show("Logs");
    await page.getByRole("tabpanel").locator(".entry.asked").first().click();
    await page.getByRole("table", { name: /^Operations of C2/ }).waitFor();
    await page.locator("split-brain").focus();
    await page.keyboard.press("Escape");
    expect(await lit(lab)).toEqual([]);
  });
}

test("a client's pending operation leads to its way, which shows what is still to come", async ({ arrive }) => {
  const lab = await Lab.at(await arrive());
  const { page } = lab;
  await lab.pause();
  await lab.show("Key/value");
  await lab.send("C1", "put x 1");
  await lab.show("Logs");
  await lab.stage.getByRole("button", { name: /^C1, client, put x 1/ }).click();
  await page.getByRole("region", { name: "Inspector" }).getByRole("button", { name: "#1 put x 1" }).click();
  const way = page.getByRole("row").filter({ has: page.getByText("in the log of") });
  await way.getByText("not yet").first().waitFor();
  expect(await lit(lab)).toContain("C1");
});

test("the session table of a server leads to the operation it remembers", async ({ arrive }) => {
  const lab = await Lab.at(await arrive());
  const { page } = lab;
  await lab.fast();
  await lab.show("Key/value");
  await lab.send("C1", "put x 1");
  await lab.replied("C1", "put x 1");
  const store = page.getByRole("article", { name: "S2's store" });
  await store.getByText("C1 up to #1").waitFor();
  await lab.pause();
  await store.getByRole("button", { name: "#1" }).click();
  await page.getByRole("button", { name: "put x 1", exact: true, expanded: true }).waitFor();
});
