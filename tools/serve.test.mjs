import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { serve } from "./serve.mjs";

let house;
let server;

before(async () => {
  house = mkdtempSync(join(tmpdir(), "splitbrain-serve-"));
  mkdirSync(join(house, "site/assets"), { recursive: true });
  mkdirSync(join(house, "site-next-door"));
  writeFileSync(join(house, "secret.txt"), "secret");
  writeFileSync(join(house, "site-next-door/secret.txt"), "secret");
  writeFileSync(join(house, "site/index.html"), "<!doctype html>");
  for (const name of ["a.wasm", "a.js", "a.css", "a.svg", "a.txt", "a.json", "a.strange", "two words.txt"])
    writeFileSync(join(house, "site/assets", name), "x");
  symlinkSync(join(house, "secret.txt"), join(house, "site/link.txt"));
  server = await serve(join(house, "site"), 0);
});

after(async () => {
  await server.close();
  rmSync(house, { recursive: true });
});

/** Sends a path exactly as written, which `fetch` would tidy first. */
async function statusOf(path) {
  const socket = connect(Number(new URL(server.address).port), "127.0.0.1");
  socket.write(`GET ${path} HTTP/1.0\r\n\r\n`);
  let answer = "";
  for await (const chunk of socket) answer += chunk;
  assert.ok(!answer.includes("secret"), `${path} gave the secret away`);
  return Number(answer.split(" ")[1]);
}

test("every kind of file has its type", async () => {
  const expected = {
    "": "text/html; charset=utf-8",
    "assets/a.wasm": "application/wasm",
    "assets/a.js": "text/javascript; charset=utf-8",
    "assets/a.css": "text/css; charset=utf-8",
    "assets/a.svg": "image/svg+xml",
    "assets/a.txt": "text/plain; charset=utf-8",
    "assets/a.json": "application/json; charset=utf-8",
    "assets/a.strange": "application/octet-stream",
    "assets/two%20words.txt": "text/plain; charset=utf-8",
    "assets/a.js?v=1": "text/javascript; charset=utf-8",
  };
  for (const [path, type] of Object.entries(expected)) {
    const answer = await fetch(server.address + path);
    assert.equal(answer.status, 200, path);
    assert.equal(answer.headers.get("content-type"), type, path);
    assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
  }
});

test("nothing outside the folder is served", async () => {
  for (const path of [
    "/../secret.txt",
    "/assets/../../secret.txt",
    "/%2e%2e/secret.txt",
    "/..%2fsecret.txt",
    "/..%5csecret.txt",
    "/../site-next-door/secret.txt",
    "//secret.txt",
    "/link.txt",
    "/assets",
    "/nothing",
  ])
    assert.equal(await statusOf(path), 404, path);
});

test("a malformed path is refused and the server lives on", async () => {
  for (const path of ["/%", "/%00", "secret.txt"]) assert.equal(await statusOf(path), 400, path);
  assert.equal(await statusOf("/"), 200);
});

test("a method that is not a read is refused", async () => {
  const answer = await fetch(server.address, { method: "POST", body: "x" });
  assert.equal(answer.status, 405);
  assert.equal(answer.headers.get("allow"), "GET, HEAD");
});

test("a taken port is told in words that help", async () => {
  const port = new URL(server.address).port;
  const second = spawn(process.execPath, [fileURLToPath(new URL("serve.mjs", import.meta.url)), join(house, "site")], {
    env: { ...process.env, PORT: port },
  });
  let words = "";
  second.stderr.on("data", (chunk) => {
    words += chunk;
  });
  const [code] = await once(second, "close");
  assert.equal(code, 1);
  assert.match(words, new RegExp(`Port ${port} is taken.*make play PORT=`));
});
