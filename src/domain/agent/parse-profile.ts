import { modelAliases, modelNamePattern } from "../model-name.ts";
import { didYouMean } from "../plan/did-you-mean.ts";
import type { TaskAccess } from "../plan/plan-schema.ts";
import type { AgentProfile, EffortLevel } from "./agent-profile.ts";
import { accessOfTools } from "./tool-access.ts";

/** What is wrong with a profile, or, of a warning, what Tutti leaves aside in it. One line with file, line and field. */
export type ProfileProblem = { readonly file: string; readonly name: string; readonly message: string };

export type ParsedProfile = {
  /** Absent: it can't be used. */
  readonly profile?: AgentProfile;
  readonly problem?: ProfileProblem;
  readonly warnings: readonly ProfileProblem[];
};

/** An agent file, with its front matter read as YAML. */
export type ProfileFile = {
  /** Relative to the repository. */
  readonly file: string;
  readonly fields: Readonly<Record<string, unknown>>;
  /** 1-based line of a field in the file. */
  readonly lineOf: (field: string) => number | undefined;
  readonly body: string;
};

/** What Tutti takes from a file; `access` is a field of its own, which Claude Code leaves alone. */
const ownFields = ["name", "description", "tools", "disallowedTools", "model", "effort", "access"];
/** What Claude Code knows besides, as its manual lists it, and Tutti has means of its own for, or none. */
const leftAside = [
  "permissionMode",
  "maxTurns",
  "skills",
  "mcpServers",
  "hooks",
  "memory",
  "background",
  "isolation",
  "initialPrompt",
];
const silent = ["color"];
const efforts: readonly EffortLevel[] = ["low", "medium", "high", "xhigh", "max"];

/** Reads an agent file of Claude Code. What can't be read makes it unusable; what is not known is named and left aside. */
export function parseProfile(source: ProfileFile): ParsedProfile {
  const reader = new FieldReader(source);
  const profile = readProfile(reader, source);
  const warnings = Object.keys(source.fields).flatMap((field) => warningOf(reader, field));
  const [problem] = reader.problems;
  return problem === undefined ? { profile, warnings } : { problem, warnings };
}

function readProfile(reader: FieldReader, { file, body }: ProfileFile): AgentProfile {
  const tools = reader.tools("tools");
  const disallowedTools = reader.tools("disallowedTools");
  const model = reader.model();
  const effort = reader.choice("effort", efforts);
  const access = reader.choice("access", accesses);
  return {
    name: reader.text("name"),
    description: reader.text("description"),
    prompt: body,
    ...(model === undefined ? {} : { model }),
    ...(effort === undefined ? {} : { effort }),
    ...(tools === undefined ? {} : { tools }),
    ...(disallowedTools === undefined ? {} : { disallowedTools }),
    access: access ?? accessOfTools(tools),
    origin: "project",
    file,
  };
}

const accesses: readonly TaskAccess[] = ["read", "edit"];

function warningOf(reader: FieldReader, field: string): readonly ProfileProblem[] {
  if (ownFields.includes(field) || silent.includes(field)) return [];
  if (leftAside.includes(field)) return [reader.at(field, "is not used by Tutti")];
  const near = didYouMean(field, [...ownFields, ...leftAside]);
  return [reader.at(field, `is not known${near === undefined ? "" : `. Did you mean ${near}?`}`)];
}

/** Reads fields and collects what is wrong with them. */
class FieldReader {
  readonly problems: ProfileProblem[] = [];
  readonly #source: ProfileFile;

  constructor(source: ProfileFile) {
    this.#source = source;
  }

  /** @param what - a clause that follows the field's name */
  at(field: string, what: string): ProfileProblem {
    const { file, lineOf } = this.#source;
    const line = lineOf(field) ?? 1;
    return { file, name: this.#name(), message: `${file}:${line}: ${field} ${what}` };
  }

  text(field: string): string {
    const value = this.#source.fields[field];
    if (typeof value === "string" && value.trim() !== "") return value.trim();
    this.#refuse(field, value === undefined ? "is missing" : "must be a text");
    return "";
  }

  model(): string | undefined {
    const value = this.#source.fields["model"];
    if (value === undefined || value === null || value === "inherit") return undefined;
    if (typeof value === "string" && modelNamePattern.test(value)) return value;
    this.#refuse("model", `must be an alias (${modelAliases.join(", ")}), a full model name, or inherit`);
    return undefined;
  }

  /** Separated by commas, or a list. `*` is every tool. */
  tools(field: string): readonly string[] | undefined {
    const value = this.#source.fields[field];
    if (value === undefined || value === null) return undefined;
    const names = typeof value === "string" ? splitTools(value) : value;
    if (Array.isArray(names) && names.every((name) => typeof name === "string" && name.trim() !== "")) {
      const trimmed = names.map((name) => String(name).trim());
      return trimmed.includes("*") && field === "tools" ? undefined : trimmed;
    }
    this.#refuse(field, "must be names of tools, separated by commas, or a list of them");
    return undefined;
  }

  choice<Value extends string>(field: string, known: readonly Value[]): Value | undefined {
    const value = this.#source.fields[field];
    if (value === undefined || value === null) return undefined;
    const found = known.find((each) => each === value);
    if (found === undefined) this.#refuse(field, `must be one of ${known.join(", ")}`);
    return found;
  }

  #refuse(field: string, what: string): void {
    this.problems.push(this.at(field, what));
  }

  /** Of a file without a name: what it would be called. */
  #name(): string {
    const { fields, file } = this.#source;
    const name = fields["name"];
    return typeof name === "string" && name.trim() !== "" ? name.trim() : nameOfFile(file);
  }
}

export const nameOfFile = (file: string): string => file.replace(/^.*\//, "").replace(/\.md$/, "");

/** A comma inside the parentheses of a rule separates nothing: `Bash(git diff, git log)`. */
const splitTools = (text: string): readonly string[] =>
  text
    .split(/,(?![^()]*\))/)
    .map((name) => name.trim())
    .filter((name) => name !== "");
