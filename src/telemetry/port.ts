import type { JsonObject } from "../domain/json.ts";

/** Stands where a secret was. Split on by the redactor, so that nothing matches across it. */
export const redactedMark = "[redacted]";

export type LogWrite = (message: string, fields?: JsonObject) => void;

/** Where components say what they do. Never throws, and never holds the work up for longer than a write to a file. */
export interface Logger {
  readonly debug: LogWrite;
  readonly info: LogWrite;
  readonly warn: LogWrite;
  readonly error: LogWrite;
  /** A logger whose every line carries `fields` as well. */
  child(fields: JsonObject): Logger;
}

const ignore: LogWrite = () => undefined;

export const silentLogger: Logger = {
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
  child: () => silentLogger,
};
