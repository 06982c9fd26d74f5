import type { TuttiError } from "../../domain/errors.ts";
import type { ReceivedEvent } from "../../domain/workflow/received-event.ts";
import type { Output } from "../output.ts";
import { cut, oneLine } from "../render/terminal-text.ts";

const longestReason = 300;

/** What a listener says of each event, in lines for persons or for programs. */
export class EventLines {
  readonly #output: Output;

  constructor(output: Output) {
    this.#output = output;
  }

  listening(workflow: string, url: string | undefined, sources: readonly string[]): void {
    const { isJson, stdout } = this.#output;
    if (isJson) stdout(`${JSON.stringify({ status: "listening", workflow, url: url ?? null, sources })}\n`);
    else stdout(`${workflow} reacts to ${sources.join(", ")}. Ctrl-C stops it.\n`);
  }

  received({ id, type, source }: ReceivedEvent["event"], isNew: boolean): void {
    this.#say({ status: isNew ? "received" : "known", id, type, source }, isNew ? "" : "known already");
  }

  started({ event }: ReceivedEvent, job: string): void {
    const { id, type } = event;
    this.#say({ status: "started", id, type, job }, `job ${job}`);
  }

  /** As far as it came: an event that waits for a person is still `started`. */
  ended({ event: { id, type }, status, jobId, reason }: ReceivedEvent): void {
    const why = reason === undefined ? {} : { reason };
    this.#say(
      { status, id, type, job: jobId ?? null, ...why },
      reason ?? "",
      status === "done" || status === "started",
    );
  }

  trouble({ event: { id, type } }: ReceivedEvent, { code, message, hint }: TuttiError): void {
    this.#output.stderr(
      `${oneLine(`${type} ${id} waits: ${message}`)} (${code})${hint === undefined ? "" : `\n  ${hint}`}\n`,
    );
  }

  notKept(source: string, { message, code }: TuttiError): void {
    this.#output.stderr(`${oneLine(`an event of ${source} could not be kept: ${message}`)} (${code})\n`);
  }

  /** Of whom it comes is not known: not a word of it reaches the terminal as more than text. */
  refused(reason: string): void {
    this.#output.stderr(`refused: ${cut(oneLine(reason), longestReason)}\n`);
  }

  #say(facts: Readonly<Record<string, string | null>>, more: string, isGood = true): void {
    const { isJson, stdout, stderr } = this.#output;
    if (isJson) return stdout(`${JSON.stringify(facts)}\n`);
    const text = `${oneLine(`${facts["type"] ?? ""} ${facts["id"] ?? ""}: ${facts["status"] ?? ""}${more === "" ? "" : `, ${more}`}`)}\n`;
    (isGood ? stdout : stderr)(text);
  }
}
