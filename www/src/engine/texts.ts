// The texts that come with the page, fetched from the page's own site when they are first needed.

import type { Collection } from "../model/saved.js";
import type { Text } from "./host.js";

/** In how many files Moby Dick comes for those who want few large ones. */
const EIGHTHS = 8;

const FILES = {
  "moby-dick": "The chapters of Moby Dick",
  addresses: "The addresses",
} as const;

const fetched = new Map<string, Promise<Text[]>>();

/** The texts in order. Rejects with a sentence for the reader when they cannot be had; the next call tries again. */
export async function bundledTexts(collection: Collection): Promise<Text[]> {
  if (collection === "addresses") return once("addresses");
  const chapters = await once("moby-dick");
  return collection === "chapters" ? chapters : joined(chapters);
}

/** All texts of several collections. */
export async function textsOf(collections: readonly Collection[]): Promise<Text[]> {
  return (await Promise.all(collections.map(bundledTexts))).flat();
}

/** Chapters one after another in eight files, about as many in each. */
function joined(chapters: readonly Text[]): Text[] {
  const number = (text: Text | undefined) => text?.name.replace(/^\D+/, "") ?? "";
  return Array.from({ length: EIGHTHS }, (_, i) => {
    const part = chapters.slice((chapters.length * i) / EIGHTHS, (chapters.length * (i + 1)) / EIGHTHS);
    return {
      name: `chapters-${number(part[0])}-${number(part.at(-1))}`,
      text: part.map((chapter) => chapter.text).join("\n"),
    };
  });
}

function once(file: keyof typeof FILES): Promise<Text[]> {
  const text =
    fetched.get(file) ??
    load(file).catch((error: unknown) => {
      fetched.delete(file);
      throw error;
    });
  fetched.set(file, text);
  return text;
}

async function load(file: keyof typeof FILES): Promise<Text[]> {
  let response: Response;
  try {
    response = await fetch(new URL(`texts/${file}.json`, document.baseURI));
  } catch {
    throw new Error(`${FILES[file]} could not be fetched. Check the connection, or paste a text of your own.`);
  }
  if (!response.ok)
    throw new Error(`${FILES[file]} are missing from this site (${response.status}). Paste a text of your own.`);
  return (await response.json()) as Text[];
}
