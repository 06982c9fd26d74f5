import type { Environment } from "minijinja-js";

import type { TuttiError } from "../../../domain/errors.ts";
import type { JsonObject } from "../../../domain/json.ts";
import { parseComplaint, templateInvalid, type EngineComplaint } from "./template-error.ts";
import type { OpenTemplateEngine, TemplateEngine, TemplateFile } from "./template-engine.ts";

/** Instructions of one rendering. An endless loop ends in a tenth of a second; where there is much to show, in some seconds. */
const [leastFuel, mostFuel] = [200_000, 10_000_000];
/** A list of ten thousand tasks takes as many rounds: so much for each character of what a template sees. */
const fuelPerCharacter = 4;
/** No prompt is longer: a template that doubles a text stays below the memory that the engine can have. */
const maxCharacters = 2_000_000;

/** Jinja templates by MiniJinja in WebAssembly: no template can reach JavaScript, the file system or the network. */
export const openMinijinja: OpenTemplateEngine = async (files) => {
  // A megabyte of WebAssembly: only who makes a prompt pays for it.
  const { Environment: Constructor } = await import("minijinja-js");
  return new MinijinjaEngine(files, () => new Constructor());
};

class MinijinjaEngine implements TemplateEngine {
  readonly #files: ReadonlyMap<string, TemplateFile>;
  readonly #create: () => Environment;
  #environment: Environment;

  constructor(files: readonly TemplateFile[], create: () => Environment) {
    this.#files = new Map(files.map((file) => [file.name, file]));
    this.#create = create;
    this.#environment = this.#open();
  }

  render(name: string, context: JsonObject): string {
    const text = this.#attempt(name, context);
    if (text.length <= maxCharacters) return text;
    throw this.#invalid({ what: `it makes more than ${maxCharacters} characters`, file: name, line: 1 }, context);
  }

  #attempt(name: string, context: JsonObject): string {
    try {
      return this.#render(name, context);
    } catch (thrown) {
      const complaint = complaintOf(thrown);
      if (complaint !== undefined) throw this.#invalid(this.#innermost(complaint, context), context);
      // What is no complaint about a template leaves the engine's memory unusable.
      this.#environment = this.#open();
      throw this.#invalid({ what: "it needs more memory or depth than there is", file: name, line: 1 }, context);
    }
  }

  #render(name: string, context: JsonObject): string {
    const json = JSON.stringify(context);
    this.#environment.fuel = Math.min(mostFuel, leastFuel + json.length * fuelPerCharacter);
    // Nothing but JSON crosses into the engine: what refers to itself would end it.
    return this.#environment.renderTemplate(name, JSON.parse(json));
  }

  /** A message about an include or `super()` names only the place that asked for it. */
  #innermost(complaint: EngineComplaint, context: JsonObject): EngineComplaint {
    const other = /error in "(.+)"/.exec(complaint.what)?.[1] ?? this.#parentOf(complaint);
    if (other === undefined || other === complaint.file || !this.#files.has(other)) return complaint;
    try {
      this.#render(other, context);
      return complaint;
    } catch (thrown) {
      const inner = complaintOf(thrown);
      return inner === undefined || inner.file === complaint.file ? complaint : this.#innermost(inner, context);
    }
  }

  #parentOf({ what, file }: EngineComplaint): string | undefined {
    if (!what.includes("super block")) return undefined;
    return /{%-?\s*extends\s+["'](.+?)["']/.exec(this.#files.get(file)?.text ?? "")?.[1];
  }

  #open(): Environment {
    const environment = this.#create();
    environment.undefinedBehavior = "strict";
    environment.trimBlocks = true;
    environment.lstripBlocks = true;
    // With it, messages show the piece of the line that is meant.
    environment.debug = true;
    for (const file of this.#files.values()) this.#add(environment, file);
    return environment;
  }

  #add(environment: Environment, { name, text }: TemplateFile): void {
    try {
      environment.addTemplate(name, text);
    } catch (thrown) {
      throw this.#invalid(complaintOf(thrown) ?? { what: "it can't be read", file: name, line: 1 }, {});
    }
  }

  #invalid(complaint: EngineComplaint, context: JsonObject): TuttiError {
    const shownAs = this.#files.get(complaint.file)?.shownAs ?? complaint.file;
    return templateInvalid({ ...complaint, shownAs, context });
  }
}

function complaintOf(thrown: unknown): EngineComplaint | undefined {
  return thrown instanceof Error ? parseComplaint(thrown.message) : undefined;
}
