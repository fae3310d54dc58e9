import { expect } from "vitest";
import { Lab, until } from "./support/lab.js";
import { EVERY_SIZE, test } from "./support/visit.js";

for (const size of EVERY_SIZE) {
  test(`the console remembers what was sent and completes verbs and keys (${size})`, async ({ arrive }) => {
    const lab = await Lab.at(await arrive({ size }));
    const { page } = lab;
    await lab.fast();
    await lab.show("Key/value");
    const line = page.getByRole("textbox", { name: "Operation" });
    await lab.send("C1", "put name Ishmael");
    await lab.replied("C1", "put name Ishmael");
    await lab.send("C1", "put number 7");
    await lab.replied("C1", "put number 7");

    await line.fill("half");
    await line.press("ArrowUp");
    expect(await line.inputValue()).toBe("put number 7");
    await line.press("ArrowUp");
    await line.press("ArrowUp");
    expect(await line.inputValue()).toBe("put name Ishmael");
    await line.press("ArrowDown");
    await line.press("ArrowDown");
    expect(await line.inputValue()).toBe("half");

    await line.fill("ap");
    await line.press("Tab");
    expect(await line.inputValue()).toBe("append ");
    await page.keyboard.type("n");
    const offers = page.getByRole("group", { name: "Completions" });
    await offers.getByRole("button", { name: "number" }).waitFor();
    await page.keyboard.type("am");
    await line.press("Tab");
    expect(await line.inputValue()).toBe("append name ");
    await line.fill("get n");
    await offers.getByRole("button", { name: "number" }).click();
    expect(await line.inputValue()).toBe("get number ");
    await line.press("Enter");
    expect((await lab.replied("C1", "get number"))[2]).toBe("7");
    // Where there is nothing to complete, Tab goes on.
    await line.focus();
    await page.keyboard.press("Tab");
    await until(
      () => page.getByRole("button", { name: "Send", exact: true }).evaluate((one) => one.matches(":focus")),
      (has) => has,
      "the next control has the focus",
    );
  });

  test(`compare-and-set and delete, typed and in pieces (${size})`, async ({ arrive }) => {
    const lab = await Lab.at(await arrive({ size }));
    const { page } = lab;
    await lab.fast();
    await lab.show("Key/value");
    const reply = async (operation: string, told = operation) => {
      await lab.send("C1", operation);
      return (await lab.replied("C1", told))[2];
    };
    expect(await reply("cas x nothing 1")).toBe("done");
    expect(await reply("cas x 2 3")).toBe("not equal");
    await page.getByRole("combobox", { name: "Verb" }).selectOption("cas");
    await page.getByRole("combobox", { name: "Key" }).fill("x");
    await page.getByRole("textbox", { name: "Expected value" }).fill("1");
    await page.getByRole("textbox", { name: "Value", exact: true }).fill("4");
    await page.getByRole("button", { name: "Do it" }).click();
    expect((await lab.replied("C1", "cas x 1 4"))[2]).toBe("done");
    expect(await reply("get x")).toBe("4");
    expect(await reply("delete x")).toBe("done");
    await page.getByRole("combobox", { name: "Verb" }).selectOption("delete");
    expect(await page.getByRole("textbox", { name: "Value", exact: true }).isDisabled()).toBe(true);
  });

  test(`a steady load is set by sliders, at once and as acts of the run (${size})`, async ({ arrive }) => {
    const lab = await Lab.at(await arrive({ size }));
    const { page } = lab;
    await lab.pause();
    await lab.show("Key/value");
    await page.getByText(/^Steady load:/).click();
    const slider = (name: string) => page.getByRole("slider", { name });
    const fault = () => page.getByRole("switch", { name: /^Steady load by/ }).isChecked();
    // What nobody is under yet is kept.
    await slider("Keys").fill("2");
    await slider("Clients under load").fill("2");
    await page.getByText("2 clients, a pause of 60 ms, 2 keys, 60% writes").waitFor();
    await until(fault, (on) => on, "the client is under load");
    await slider("Writes").fill("1000");
    await slider("Compare-and-sets").fill("500");
    await slider("Deletes").fill("800");
    await until(
      () => slider("Compare-and-sets").getAttribute("aria-valuetext"),
      (text) => text === "20%",
      "compare-and-sets give way to deletes",
    );
    await lab.fast();
    await lab.play();
    const rows = page.getByRole("table", { name: /^Operations of C1/ }).getByRole("row");
    await until(
      async () => (await rows.allTextContents()).join("\n"),
      (text) => /cas k[01]/.test(text) && /delete k[01]/.test(text),
      "both kinds of write are seen",
    );
    // The first was drawn before it was said that everybody writes. Newest first, under a head.
    const drawn = (await rows.allTextContents()).slice(1).filter((row) => !/^\s*1\s/.test(row));
    expect(drawn.join("\n")).not.toMatch(/get k|k[2-9]/);
    await lab.pause();
    await slider("Clients under load").fill("0");
    await until(fault, (on) => !on, "nobody is under load");
    const script = await lab.link();
    expect(script).toContain("#run=");
  });
}
