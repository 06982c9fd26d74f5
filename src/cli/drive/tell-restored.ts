import { restoredLines, type StateRestored } from "../../orchestration/restored/restored-lines.ts";
import type { Cli } from "../cli.ts";
import { plainLines } from "../render/terminal-text.ts";

/** Nobody must find out by chance that the database was replaced. */
export const tellRestored =
  ({ output }: Pick<Cli, "output">) =>
  (restored: StateRestored): void => {
    const [head = "", ...rest] = restoredLines(restored).flatMap(plainLines);
    output.stderr(`${output.style("bold", head)}\n${rest.map((line) => `${line}\n`).join("")}`);
  };
