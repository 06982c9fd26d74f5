/** How long the model takes for an answer, in milliseconds: enough that a kill finds agents at work. */
const thinkingMs = 500;

export const filesOf = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `f${String(index + 1).padStart(2, "0")}`);

export const findingOf = (file: string): string => `Finding in ${file}: an off-by-one error.`;
export const verdictOf = (file: string): string => `Confirmed in ${file}.`;

/** What the session of Claude Code's own tool is told to call, in either mode. */
export type ToolCall = { readonly start: object; readonly resume?: object };

/** The same two answers for each file, whoever asks; `Hello` and the tool's own session besides. */
export function checkScenario(files: readonly string[], tool: ToolCall): unknown {
  const verify = files.map((file) => ({
    name: `verify ${file}`,
    match: { contains: `Verify this: ${findingOf(file)}` },
    turns: [{ says: verdictOf(file), delayMs: thinkingMs }],
  }));
  const review = files.map((file) => ({
    name: `review ${file}`,
    match: { contains: `Review bench file ${file} for defects.` },
    turns: [{ says: findingOf(file), delayMs: thinkingMs }],
  }));
  const calls = Object.entries({ "start the workflow": tool.start, "resume the workflow": tool.resume }).flatMap(
    ([words, input]) =>
      input === undefined
        ? []
        : [
            {
              name: words,
              match: { contains: `Please ${words}.` },
              turns: [{ tools: [{ name: "Workflow", input }] }, { says: "It runs." }],
            },
          ],
  );
  return { rules: [...verify, ...review, ...calls] };
}
