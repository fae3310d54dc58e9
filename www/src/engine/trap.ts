/** The name of the error that says the engine trapped: its worker is of no more use. */
export const TRAP = "EngineTrap";
