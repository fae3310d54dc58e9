/** What a link that carries a run puts before it. */
export const PREFIX = "#run=";
