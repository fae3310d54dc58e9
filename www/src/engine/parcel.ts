// What travels: the engine's script, and beside it the texts a person gave to its jobs, which scripts name by hash only.
// A script that needs no such text travels as it is.

import { decode, encode, ShareError } from "../model/share.js";
import type { Text } from "./host.js";

/** Own texts may add this much to a link; larger ones travel in a file. */
const LARGEST_TEXT_IN_LINK = 8_000;

export interface Parcel {
  script: string;
  texts: Text[];
}

/** A link's code for a run. Throws `ShareError` when it does not fit in one. */
export async function pack(script: string, texts: readonly Text[]): Promise<string> {
  if (texts.length > 0) {
    const own = (await encode(JSON.stringify(texts)).catch(() => null))?.length ?? Number.POSITIVE_INFINITY;
    if (own > LARGEST_TEXT_IN_LINK) {
      throw new ShareError(
        "The text you gave to the job is too long for a link. Save the run as a file and send that instead.",
      );
    }
  }
  return encode(unpack.wrap(script, texts));
}

export const unpack = {
  wrap(script: string, texts: readonly Text[]): string {
    return texts.length === 0 ? script : `{"parcel":1,"texts":${JSON.stringify(texts)},"script":${script}}`;
  },

  /** What a file or a decoded link holds. Anything that is not a parcel is handed to the engine, which says what is wrong with it. */
  open(json: string): Parcel {
    try {
      const value: unknown = JSON.parse(json);
      if (typeof value === "object" && value !== null && "parcel" in value && "script" in value) {
        const texts = "texts" in value && Array.isArray(value.texts) ? value.texts.filter(isText) : [];
        return { script: JSON.stringify(value.script), texts };
      }
    } catch {
      // Not JSON: the engine's message names the line.
    }
    return { script: json, texts: [] };
  },

  /** The run behind a link's code. Throws `ShareError`. */
  async code(code: string): Promise<Parcel> {
    return unpack.open(await decode(code));
  },
};

const isText = (value: unknown): value is Text =>
  typeof value === "object" &&
  value !== null &&
  "name" in value &&
  "text" in value &&
  typeof value.name === "string" &&
  typeof value.text === "string";
