import type { z } from "zod";

/** What is wrong with a value, one line for each field. */
export const issuesOf = (what: string, { issues }: z.ZodError): readonly string[] =>
  issues.map(({ path, message }) => `${[what, ...path].join(".")}${reasonOf(message)}`);

/** As zod says it, in fewer words. */
function reasonOf(message: string): string {
  const plain = message.replace(/^Invalid input: /, "");
  return plain.endsWith(", received undefined")
    ? ` is missing: ${plain.replace(/, received undefined$/, "")}`
    : `: ${plain}`;
}
