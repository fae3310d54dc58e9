import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";
import { Lab, until } from "./support/lab.js";
import { EVERY_SIZE, test } from "./support/visit.js";

const verdict = (page: Page): Locator => page.getByRole("region", { name: "Verdict" });
const chosen = (page: Page): Locator => page.getByRole("region", { name: "Operation", exact: true });

/** Writes on one register, one after the other, and a read between each two; the last read may be stale. */
function register(operations: number, last: string): string {
  const events: string[] = [];
  for (let i = 1; i <= operations; i++) {
    const process = i % 20;
    const write = i % 2 === 1;
    const value = write ? String(i) : i === operations ? last : String(i - 1);
    events.push(
      `{:process ${process}, :type :invoke, :f ${write ? ":write" : ":read"}, :value ${write ? value : "nil"}}`,
    );
    events.push(`{:process ${process}, :type :ok, :f ${write ? ":write" : ":read"}, :value ${value}}`);
  }
  return events.join("\n");
}

/** Gives the page a file, as dropping one does. */
async function drop(page: Page, name: string, text: string | number): Promise<void> {
  const files = await page.evaluateHandle(
    ([called, content]) => {
      const transfer = new DataTransfer();
      // A number stands for so many blanks: nobody wants to send them.
      transfer.items.add(new File([typeof content === "number" ? " ".repeat(content) : content], called));
      return transfer;
    },
    [name, text] as const,
  );
  await page.getByText(/or drop one here|\.edn|\.jsonl/).dispatchEvent("drop", { dataTransfer: files });
}

/** What a click on a button saves. */
async function saved(page: Page, name: string): Promise<string> {
  await page.evaluate(() => {
    const make = URL.createObjectURL;
    URL.createObjectURL = (blob) => {
      Object.assign(window, { saved: (blob as Blob).text() });
      URL.createObjectURL = make;
      return make(blob);
    };
  });
  const download = page.waitForEvent("download");
  await page.getByRole("group", { name: "Save it" }).getByRole("button", { name }).click();
  await download;
  return page.evaluate(() => (window as unknown as { saved: Promise<string> }).saved);
}

for (const size of EVERY_SIZE) {
  test(`the samples are judged, and the error is found by a click and by keys (${size})`, async ({ arrive }) => {
    const lab = await Lab.at(await arrive({ size }));
    const { page } = lab;
    await lab.show("History");
    await page.getByText("No history yet.").waitFor();
    await page.getByRole("button", { name: "A healthy register" }).click();
    await verdict(page).getByText("Linearizable.").waitFor();
    const chart = page.getByRole("application", { name: "Operations over time" });
    await chart.focus();
    await page.keyboard.press("ArrowRight");
    await chosen(page).getByText("write 1", { exact: true }).waitFor();
    await chosen(page).getByText("Number 1 of 9 in the order.").waitFor();
    await page.keyboard.press("ArrowDown");
    await chosen(page).getByText("read → 1", { exact: true }).waitFor();
    await page.keyboard.press("End");
    await chosen(page).getByText("read → 4", { exact: true }).waitFor();

    await page.getByRole("button", { name: "A stale read" }).click();
    await verdict(page).getByText("Not linearizable.").waitFor();
    await verdict(page).getByText("Nothing explains read → 1 of process 1.").waitFor();
    await page.getByRole("button", { name: "Jump to the first error" }).click();
    await chosen(page).getByText("No order explains this answer.").waitFor();

    // The same for those who hear it.
    await page.getByText("As a table").click();
    const table = page.getByRole("table", { name: "Operations of the history" });
    expect(await table.getByRole("row").count()).toBe(8);
    const bad = table.getByRole("row", { name: /nowhere/ });
    expect(await bad.locator("button").textContent()).toBe("read → 1");
    await table.getByRole("button", { name: "write 3" }).click();
    await chosen(page).getByText("write 3", { exact: true }).waitFor();
  });

  test(`the run's own operations are judged, and a bar leads to its way (${size})`, async ({ arrive }) => {
    const lab = await Lab.at(await arrive({ size }));
    const { page } = lab;
    await lab.fast();
    await lab.show("Key/value");
    for (const operation of ["put x 1", "append x 2", "get x"]) await lab.send("C1", operation);
    await lab.replied("C1", "get x");
    await lab.pause();
    await lab.show("History");
    await verdict(page).getByText("Linearizable.").waitFor();
    await verdict(page).getByText("3 operations").waitFor();
    await page.getByRole("application", { name: "Operations over time" }).focus();
    await page.keyboard.press("End");
    await chosen(page).getByText("x: read → 12").waitFor();
    const moment = await lab.now();
    const entry = chosen(page).getByRole("button", { name: /^S\d ?\d+, term/ });
    await entry.click();
    await until(
      () => lab.now(),
      (now) => now < moment,
      "the moment is shown at which it came into a log",
    );
    const again = verdict(page).getByRole("button", { name: "Judge this run up to now" });
    await again.click();
    // Until then the operations in view are those of before.
    await again.waitFor({ state: "hidden" });
    await page.getByRole("application", { name: "Operations over time" }).focus();
    await page.keyboard.press("End");
    await chosen(page).getByText("nobody learned what came of it").waitFor();
  });
}

test("a file is judged, saved in three forms, and read again from each that can be read", async ({ arrive }) => {
  const lab = await Lab.at(await arrive());
  const { page } = lab;
  await lab.show("History");
  await drop(page, "mine.edn", register(4000, "3"));
  await verdict(page).getByText("Not linearizable.").waitFor();
  await verdict(page).getByText("4,000 operations").waitFor();
  const drawn = JSON.parse(await saved(page, "Porcupine")) as Record<string, { History: unknown[] }[]>;
  expect(Object.keys(drawn)).toEqual(["Partitions", "Annotations"]);
  expect(drawn.Partitions?.[0]?.History).toHaveLength(4000);
  const [edn, lines] = [await saved(page, "EDN"), await saved(page, "JSON lines")];
  for (const [text, name] of [
    [edn, "again.edn"],
    [lines, "again.jsonl"],
  ] as const) {
    await drop(page, name, text);
    await page.getByText(name).waitFor();
    await verdict(page).getByText("Not linearizable.").waitFor();
    await verdict(page).getByText("4,000 operations").waitFor();
  }
});

test("what is no history is answered with line, column and what would be one", async ({ arrive }) => {
  const lab = await Lab.at(await arrive());
  const { page } = lab;
  await lab.show("History");
  await page.getByText("Paste one").click();
  const paste = async (text: string) => {
    await page.getByRole("textbox", { name: "History as text" }).fill(text);
    await page.getByRole("button", { name: "Judge it" }).click();
  };
  await paste("");
  await page.getByRole("alert").getByText("Paste a history first").waitFor();
  await paste("{:process 0, :type :invoke, :f :write, :value 1}\n{:process 0, :type :ok, :f :read, :value 1}");
  await page.getByRole("alert").getByText("Line 2, column 1: expected the end of :write").waitFor();
  await paste('{"process":0,"call":"read","called":3,"returned":[1,{"value":"1"}]}');
  await page.getByRole("alert").getByText("Line 1, column 1: expected an answer that comes after the call").waitFor();
  await paste("{:process 0, :type :invoke, :f :enqueue, :value 1}");
  await page.getByRole("alert").getByText("expected a call of a register").waitFor();
  // The same text is one of a queue.
  await page.getByRole("combobox", { name: "Model" }).selectOption("queue");
  await verdict(page).getByText("Linearizable.").waitFor();

  await page.getByRole("button", { name: "A healthy register" }).click();
  await verdict(page).waitFor();
  await drop(page, "large.edn", (64 << 20) + 1);
  await page.getByRole("alert").getByText("at most 64 MiB are read").waitFor();
});

test("a search without end shows how far it is, and stops when it is told to", async ({ arrive }) => {
  const lab = await Lab.at(await arrive());
  const { page } = lab;
  await lab.show("History");
  // Thirty of them overlap, and then somebody reads what nobody wrote: every order must be tried.
  const events: string[] = [];
  for (let i = 0; i < 30; i++)
    events.push(`{:process ${i}, :type :invoke, :f :cas, :value [${i % 7} ${(i * 3 + 1) % 7}]}`);
  events.push("{:process 40, :type :invoke, :f :write, :value 0}", "{:process 40, :type :ok, :f :write, :value 0}");
  for (let i = 0; i < 30; i++) events.push(`{:process ${i}, :type :ok, :f :cas, :value [${i % 7} ${(i * 3 + 1) % 7}]}`);
  events.push("{:process 50, :type :invoke, :f :read, :value nil}", "{:process 50, :type :ok, :f :read, :value 99}");
  await page.getByText("Paste one").click();
  await page.getByRole("textbox", { name: "History as text" }).fill(events.join("\n"));
  await page.getByRole("button", { name: "Judge it" }).click();
  const going = page.getByRole("group", { name: "Judging the history" });
  await page.getByText("Not decided.").waitFor();
  await page.getByRole("button", { name: "Search ten times longer" }).click();
  await going.getByText(/Judging it: [\d,]+ steps/).waitFor();
  await going.getByRole("button", { name: "Cancel" }).click();
  await page.getByText("Not decided.").waitFor();
  expect(await going.count()).toBe(0);
  // The operations are there, and the page goes on.
  await page.getByRole("application", { name: "Operations over time" }).waitFor();
  await page.getByRole("button", { name: "A healthy register" }).click();
  await verdict(page).getByText("Linearizable.").waitFor();
});

test("a history of twenty thousand operations is dragged, zoomed and walked through without delay", async ({
  arrive,
}) => {
  const lab = await Lab.at(await arrive());
  const { page } = lab;
  await lab.pause();
  await lab.show("History");
  await drop(page, "long.edn", register(20_000, "19999"));
  await verdict(page).getByText("20,000 operations").waitFor();
  const chart = page.getByRole("application", { name: "Operations over time" });
  await chart.scrollIntoViewIfNeeded();
  const box = await chart.boundingBox();
  if (!box) throw new Error("the chart is not there");
  const slowest = async (act: () => Promise<void>) => {
    await page.evaluate(() => {
      const seen = { longest: 0, last: performance.now(), on: true };
      Object.assign(window, { seen });
      const look = () => {
        const now = performance.now();
        seen.longest = Math.max(seen.longest, now - seen.last);
        seen.last = now;
        if (seen.on) requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    });
    await act();
    return page.evaluate(() => {
      const { seen } = window as unknown as { seen: { longest: number; on: boolean } };
      seen.on = false;
      return seen.longest;
    });
  };
  const middle = { x: box.x + box.width / 2, y: box.y + 40 };
  const longest = await slowest(async () => {
    await page.mouse.move(middle.x, middle.y);
    await page.keyboard.down("Control");
    for (let i = 0; i < 12; i++) await page.mouse.wheel(0, -300);
    await page.keyboard.up("Control");
    await page.mouse.down();
    for (let i = 0; i < 12; i++) await page.mouse.move(middle.x - i * 12, middle.y);
    await page.mouse.up();
    for (let i = 0; i < 12; i++) await page.mouse.wheel(60, 0);
  });
  // A picture of it costs a few milliseconds; the rest is a busy machine's.
  expect(longest).toBeLessThan(400);
  await chart.press("End");
  await chosen(page).getByText("read → 19999", { exact: true }).waitFor();
});
