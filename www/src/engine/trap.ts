/** Whether this says that a module trapped, or ran out of stack, by whatever name a browser calls that. */
export const isTrap = (error: unknown): boolean =>
  error instanceof Error && ["RuntimeError", "RangeError", "InternalError"].includes(error.name);

/** The name of the error that says the engine trapped: its worker is of no more use. */
export const TRAP = "EngineTrap";
