import { join, parse } from "node:path";
import pino, { type Logger as PinoLogger } from "pino";
import { TuttiError } from "../domain/errors.ts";
import type { JsonObject } from "../domain/json.ts";
import type { Logger, LogWrite } from "./port.ts";
import type { Redactor } from "./redact.ts";
import { RotatingFile, type RotatingFileOptions } from "./rotating-file.ts";

export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

export type LoggerOptions = RotatingFileOptions & {
  readonly level: LogLevel;
  readonly redact: Redactor;
  /** Told once when lines can't be written any more, for example on a full disk. Default: one line on stderr. */
  readonly onWriteFailure?: (error: unknown) => void;
};

/** A logger that has its file open. */
export type FileLogger = Logger & { readonly close: () => void };

/**
 * Logs one JSON object a line: `time` (ISO 8601), `level`, the fields, `msg`. Every text passes the redactor first. One
 * process writes one file: several would rotate it under each other (`logFileFor`).
 * @throws {TuttiError} `CONFIG_INVALID` when the file can't be opened
 */
export function createLogger(options: LoggerOptions): FileLogger {
  const file = openFile(options);
  const write = guarded((line) => file.write(line), options.onWriteFailure ?? reportOnStderr);
  const settings = {
    level: options.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const logger = portOf(pino(settings, { write }), options.redact);
  return { ...logger, close: () => file.close() };
}

/** The log of a process in a folder: `coordinator.log`, `worker-1.log`. */
export const logFileFor = (folder: string, processName: string): string => join(folder, `${fileName(processName)}.log`);

/** The log of a process beside a file that the settings name: `logs/tutti.log` makes `logs/tutti.worker-1.log`. */
export function namedLogFile(logFile: string, processName: string): string {
  const { dir, name, ext } = parse(logFile);
  return join(dir, `${name}.${fileName(processName)}${ext}`);
}

const fileName = (processName: string): string => processName.replaceAll(/[^A-Za-z0-9._-]/g, "-");

function openFile(options: RotatingFileOptions): RotatingFile {
  try {
    return new RotatingFile(options);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const hint = "Set monitoring.logFile or workspace.stateDir to a place that can be written.";
    throw new TuttiError("CONFIG_INVALID", `the log can't be written: ${reason}`, { hint, cause });
  }
}

/** Work goes on without its log; the failure is said once. */
function guarded(write: (line: string) => void, onFailure: (error: unknown) => void): (line: string) => void {
  let hasFailed = false;
  return (line) => {
    try {
      write(line);
    } catch (thrown) {
      if (!hasFailed) onFailure(thrown);
      hasFailed = true;
    }
  };
}

function reportOnStderr(thrown: unknown): void {
  process.stderr.write(
    `tutti: the log can't be written: ${thrown instanceof Error ? thrown.message : String(thrown)}\n`,
  );
}

function portOf(target: PinoLogger, { redact, redactJson }: Redactor): Logger {
  const writer =
    (level: "debug" | "info" | "warn" | "error"): LogWrite =>
    (message, fields) => {
      if (target.isLevelEnabled(level)) target[level](safeFields(fields, redactJson), redact(message));
    };
  return {
    debug: writer("debug"),
    info: writer("info"),
    warn: writer("warn"),
    error: writer("error"),
    child: (fields) => portOf(target.child(safeFields(fields, redactJson)), { redact, redactJson }),
  };
}

const reserved: ReadonlySet<string> = new Set(["time", "level", "msg"]);

/** Redacted, and out of the way of the line's own keys. */
function safeFields(fields: JsonObject | undefined, redactJson: Redactor["redactJson"]): JsonObject {
  if (fields === undefined) return {};
  const entries = Object.entries(redactJson(fields));
  return Object.fromEntries(entries.map(([key, value]) => [reserved.has(key) ? `${key}_` : key, value] as const));
}
