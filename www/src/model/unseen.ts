// Characters that are not seen: those that turn the direction of writing, join, or have no width. Where code is shown they are
// marked, so that it reads as it runs.

/** A return alone ends a line of code, but not a line that is shown. */
export const UNSEEN = /[\p{Cf}\p{Zl}\p{Zp}]|(?![\t\n\r])\p{Cc}|\r(?!\n)/gu;

/** The text with a dot for each of them, as the editor shows it. */
export const marked = (text: string): string => text.replace(UNSEEN, "•");
