// A run as a link: JSON, deflated, in base64url behind `#run=`. What comes in from a link is foreign: it is measured
// before and while it is inflated, and every failure is a sentence that says what to do.

/** Longest fragment a link may carry; browsers and chat programs get into trouble well above this. */
export const LONGEST_CODE = 64_000;
/** Largest script a link may inflate to, in bytes of JSON. */
export const LARGEST_SCRIPT = 4_000_000;
/** Largest file opened, in bytes: what the engine reads. Nobody opens one without having chosen it. */
export const LARGEST_FILE = 32 << 20;

const TOO_LONG = "This run is too long for a link. Save it as a file and send that instead.";
const TOO_LARGE = "This run is larger than this page opens from a link (4 MB). Ask for it as a file.";

/** A link or file that cannot be used; the message is for the reader. */
export class ShareError extends Error {}

/** The code of a script for a link. Throws `ShareError` when it would be too long for one. */
export async function encode(json: string): Promise<string> {
  const script = new Blob([json]);
  // One that packs well may fit, and would still be refused where it is opened.
  if (script.size > LARGEST_SCRIPT) throw new ShareError(TOO_LONG);
  const packed = await collect(
    script.stream().pipeThrough(new CompressionStream("deflate-raw")),
    LONGEST_CODE,
    TOO_LONG,
  );
  const code = base64url(packed);
  if (code.length > LONGEST_CODE) throw new ShareError(TOO_LONG);
  return code;
}

/** The script behind a code. Throws `ShareError` when the code is damaged or too large. */
export async function decode(code: string): Promise<string> {
  if (code.length > LONGEST_CODE)
    throw new ShareError("This link is longer than any that this page makes. Ask for the run as a file.");
  if (code === "" || !/^[A-Za-z0-9_-]+$/.test(code)) throw damaged();
  let packed: Uint8Array<ArrayBuffer>;
  try {
    packed = fromBase64url(code);
  } catch {
    throw damaged();
  }
  try {
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    return new TextDecoder("utf-8", { fatal: true }).decode(await collect(stream, LARGEST_SCRIPT, TOO_LARGE));
  } catch (error) {
    if (error instanceof ShareError) throw error;
    throw damaged();
  }
}

const damaged = () => new ShareError("This link is damaged: part of it is missing or changed. Copy it again, whole.");

/** All bytes of a stream, stopping as soon as there are more than `most`: a small code can inflate to gigabytes. */
async function collect(
  stream: ReadableStream<Uint8Array>,
  most: number,
  otherwise: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > most) {
      await reader.cancel();
      throw new ShareError(otherwise);
    }
    parts.push(value);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function base64url(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function fromBase64url(code: string): Uint8Array<ArrayBuffer> {
  const text = atob(code.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}
