// Serves a folder of static files on 127.0.0.1, and nothing outside that folder.
//
//   node tools/serve.mjs www/dist        PORT=8080 unless the environment says otherwise; 0 takes any free port
//
// Written out rather than borrowed: WebAssembly is compiled while it streams only if the server names its type, and a lab that
// asks to be trusted should not need a package to hand out six kinds of file.

import { createReadStream, realpathSync } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, resolve, sep } from "node:path";
import { pipeline } from "node:stream";
import { fileURLToPath } from "node:url";

const types = new Map([
  [".css", "text/css; charset=utf-8"],
  [".html", "text/html; charset=utf-8"],
  [".ico", "image/x-icon"],
  [".js", "text/javascript; charset=utf-8"],
  [".json", "application/json; charset=utf-8"],
  [".map", "application/json; charset=utf-8"],
  [".mjs", "text/javascript; charset=utf-8"],
  [".png", "image/png"],
  [".svg", "image/svg+xml"],
  [".txt", "text/plain; charset=utf-8"],
  [".wasm", "application/wasm"],
  [".webmanifest", "application/manifest+json"],
  [".woff2", "font/woff2"],
]);

/**
 * The file that a request's path names, or the status that refuses it.
 * @param {string} root the folder's real path
 * @param {string} target the request line's path, as it came
 * @returns {Promise<{ path: string, size: number } | { status: number }>}
 */
async function find(root, target) {
  let path;
  try {
    path = decodeURIComponent(target.replace(/[?#].*$/s, ""));
  } catch {
    return { status: 400 };
  }
  if (!path.startsWith("/") || path.includes("\0")) return { status: 400 };
  if (path.endsWith("/")) path += "index.html";
  try {
    // Asked of the file system and not of the text: dots, backslashes and links all end at a real path.
    const real = await realpath(join(root, path));
    if (!real.startsWith(root + sep)) return { status: 404 };
    const found = await stat(real);
    return found.isFile() ? { path: real, size: found.size } : { status: 404 };
  } catch {
    return { status: 404 };
  }
}

/**
 * Starts serving. Rejects with the system's error (`EADDRINUSE`, `EACCES`) where the port cannot be had.
 * @param {string} folder what to serve
 * @param {number} port where; 0 for any free port
 * @returns {Promise<{ address: string, close: () => Promise<void> }>}
 */
export function serve(folder, port) {
  const root = realpathSync(resolve(folder));
  const server = createServer(async (request, response) => {
    const say = (status, headers = {}) => {
      response.writeHead(status, { "content-type": "text/plain; charset=utf-8", ...headers });
      response.end(`${status}\n`);
    };
    if (request.method !== "GET" && request.method !== "HEAD") return say(405, { allow: "GET, HEAD" });
    const file = await find(root, request.url ?? "/");
    if ("status" in file) return say(file.status);
    response.writeHead(200, {
      "cache-control": "no-cache",
      "content-length": file.size,
      "content-type": types.get(extname(file.path).toLowerCase()) ?? "application/octet-stream",
      "cross-origin-resource-policy": "same-origin",
      "x-content-type-options": "nosniff",
    });
    if (request.method === "HEAD") return response.end();
    // A reader that hangs up half-way is no concern of ours.
    pipeline(createReadStream(file.path), response, () => {});
  });
  return new Promise((done, refuse) => {
    server.once("error", refuse);
    server.listen(port, "127.0.0.1", () => {
      done({
        address: `http://127.0.0.1:${server.address().port}/`,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            server.closeAllConnections();
          }),
      });
    });
  });
}

async function main() {
  const [folder] = process.argv.slice(2);
  const asked = process.env.PORT || "8080";
  const port = /^\d{1,5}$/.test(asked) ? Number(asked) : Number.NaN;
  const giveUp = (message) => {
    console.error(`\n  ${message}\n`);
    process.exit(1);
  };
  if (!folder) return giveUp("Say which folder to serve: node tools/serve.mjs www/dist");
  if (!(port <= 65535)) return giveUp(`PORT=${asked} is not a port: give a number from 0 to 65535.`);
  try {
    const { address } = await serve(folder, port);
    console.log(`\n  Splitbrain is at ${address}  (Ctrl-C stops it)\n`);
  } catch (error) {
    const why = {
      EACCES: `Port ${port} is not ours to use. Choose one above 1023: make play PORT=8081`,
      EADDRINUSE: `Port ${port} is taken, perhaps by another Splitbrain. Choose another: make play PORT=${(port % 65535) + 1}`,
      ENOENT: `There is no folder ${folder} yet: run make build.`,
    };
    giveUp(why[error.code] ?? `The page could not be served: ${error.message}`);
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await main();
