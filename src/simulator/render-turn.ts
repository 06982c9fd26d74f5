import { existsSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { callsTools } from "./progress.ts";
import type { ScenarioTurn, ToolCall } from "./scenario-schema.ts";
import { fillRecord, fillText, type TemplateValues } from "./template.ts";

/** The text of a turn. One that neither says nor does anything (only a fault) ends with a plain word. */
export const saysOf = (turn: ScenarioTurn, values: TemplateValues): string =>
  turn.says === undefined ? (callsTools(turn) ? "" : "Done.") : fillText(turn.says, values);

const call = (name: string, input: ToolCall["input"]): ToolCall => ({ name, input });
const readOf = (path: string): ToolCall => call("Read", { file_path: path });

/** With older models Claude Code refuses to change a file that the conversation has not read. */
const writeOf = (path: string, content: string): ToolCall[] => [
  ...(existsSync(path) ? [readOf(path)] : []),
  call("Write", { file_path: path, content }),
];

/** The tool calls of a turn, its short forms written out. Order: reads, edits, writes, runs, tools, structured. */
export function toolCallsOf(turn: ScenarioTurn, values: TemplateValues): readonly ToolCall[] {
  const fill = (text: string): string => fillText(text, values);
  const at = (path: string): string => (isAbsolute(fill(path)) ? fill(path) : join(values.cwd ?? "", fill(path)));
  const { reads = [], edits = [], writes = {}, runs = [], tools = [], structured } = turn;
  const edited = new Set(edits.map(({ file }) => at(file)));
  return [
    ...reads.map((path) => readOf(at(path))),
    ...[...edited].map(readOf),
    ...edits.map((edit) =>
      call("Edit", { file_path: at(edit.file), old_string: fill(edit.old), new_string: fill(edit.new) }),
    ),
    ...Object.entries(writes).flatMap(([path, content]) => writeOf(at(path), fill(content))),
    ...runs.map((command) => call("Bash", { command: fill(command), description: "Run a command" })),
    ...tools.map(({ name, input }) => call(name, fillRecord(input, values))),
    ...(structured === undefined ? [] : [call("StructuredOutput", fillRecord(structured, values))]),
  ];
}
