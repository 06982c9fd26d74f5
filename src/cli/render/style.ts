import { styleText } from "node:util";

export type Colour = "bold" | "dim" | "red" | "green" | "yellow" | "cyan" | "blue";

/** Colours a text, or gives it back as it is. */
export type Style = (colour: Colour, text: string) => string;

export const noStyle: Style = (_colour, text) => text;

/** Doesn't look at the process: whether colours are wanted was decided by {@link wantsColour}. */
export const colourStyle: Style = (colour, text) =>
  text === "" ? text : styleText(colour, text, { validateStream: false });

export type ColourFacts = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isTty: boolean;
  /** `--no-color` was given. */
  readonly isRefused?: boolean;
};

/**
 * `--no-color` goes before `FORCE_COLOR`, which goes before `NO_COLOR` (as in Node itself; an empty one doesn't count:
 * no-color.org), then `TERM=dumb`, then whether it is a terminal.
 */
export function wantsColour({ env, isTty, isRefused = false }: ColourFacts): boolean {
  if (isRefused) return false;
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined) return forced !== "0" && forced !== "false";
  if ((env["NO_COLOR"] ?? "") !== "") return false;
  return env["TERM"] !== "dumb" && isTty;
}
