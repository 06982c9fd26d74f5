import { problemError } from "../problems/problem.ts";
import { parseYaml, type SourceFile } from "./yaml-file.ts";

/**
 * JSON decides what is allowed; the YAML parser, which reads JSON too, says where things stand and finds keys that occur
 * twice.
 * @throws {TuttiError} `CONFIG_INVALID` with the line of the mistake, where the parser knows it
 */
export function parseJson(text: string, where: string): SourceFile {
  if (text.trim() === "") return { content: {}, lineOf: () => undefined };
  try {
    JSON.parse(text);
  } catch (thrown) {
    throw notJson(where, thrown);
  }
  return parseYaml(text, where);
}

function notJson(where: string, thrown: unknown) {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const line = /\(line (\d+) column \d+\)/.exec(message)?.[1];
  const reason = message.replace(/ in JSON at position.*$/, "");
  const fix = "Correct the line. JSON has no comments and no trailing commas; tutti.config.yaml allows comments.";
  const place = line === undefined ? where : `${where}:${line}`;
  return problemError({ code: "CONFIG_INVALID", where: place, what: `not valid JSON: ${reason}`, fix }, [], thrown);
}
