import { expect } from "vitest";
import { Lab } from "./support/lab.js";
import { EVERY_SIZE, test } from "./support/visit.js";

for (const size of EVERY_SIZE) {
  test(`a put through a chosen client commits, and a get through either client returns it (${size})`, async ({
    arrive,
  }) => {
    const lab = await Lab.at(await arrive({ size }));
    await lab.fast();
    await lab.show("Key/value");
    await lab.send("C2", "put x 1");
    const put = await lab.replied("C2", "put x 1");
    const index = Number(put[5]);
    expect(index).toBeGreaterThan(0);
    // The entry that answered is committed: the leader's commit index has reached it.
    await lab.leader((leader) => leader.committed >= index);

    await lab.send("C2", "get x");
    expect((await lab.replied("C2", "get x"))[2]).toBe("1");
    await lab.send("C1", "get x");
    expect((await lab.replied("C1", "get x"))[2]).toBe("1");

    const store = lab.page.getByRole("article", { name: "S1's store" });
    await expect.poll(() => store.getByRole("definition").allTextContents(), { timeout: 30_000 }).toEqual(["1"]);
  });
}

test("keys that JavaScript objects would stumble over are keys like any other", async ({ arrive }) => {
  const lab = await Lab.at(await arrive());
  await lab.fast();
  await lab.show("Key/value");
  for (const key of ["__proto__", "constructor", "hasOwnProperty"]) {
    await lab.send("C1", `put ${key} of-${key}`);
    await lab.replied("C1", `put ${key} of-${key}`);
    await lab.send("C1", `get ${key}`);
    expect((await lab.replied("C1", `get ${key}`))[2]).toBe(`of-${key}`);
  }
});

test("an empty value is stored and read back as empty", async ({ arrive }) => {
  const lab = await Lab.at(await arrive());
  await lab.fast();
  await lab.show("Key/value");
  await lab.page.getByRole("combobox", { name: "Key" }).fill("hollow");
  await lab.page.keyboard.press("Enter");
  await lab.send("C1", "get hollow");
  expect((await lab.replied("C1", "get hollow"))[2]).toBe("(empty)");
});

test("a value of a megabyte is stored, read back, and leaves a page that works", async ({ arrive }) => {
  const lab = await Lab.at(await arrive());
  await lab.fast();
  await lab.show("Key/value");
  await lab.send("C1", `put big ${"m".repeat(1_000_000)}`);
  await lab.send("C1", "get big");
  expect((await lab.replied("C1", "get big"))[2]).toMatch(/^m+…$/);
  await lab.send("C1", "put small 1");
  await lab.send("C1", "get small");
  expect((await lab.replied("C1", "get small"))[2]).toBe("1");
});

test("what is not an operation is answered with what would be one", async ({ arrive }) => {
  const lab = await Lab.at(await arrive());
  await lab.show("Key/value");
  for (const line of ["", "put", "frobnicate x", "get"]) {
    await lab.send("C1", line);
    await expect.poll(() => lab.page.getByRole("alert").textContent()).toMatch(/put x 1|get x/);
  }
});
