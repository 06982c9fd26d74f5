import { isMap, LineCounter, parseDocument, type Document } from "yaml";
import { z } from "zod";

import { profileFolder } from "../../domain/agent/agent-profile.ts";
import { splitFrontMatter, withQuotedValues } from "../../domain/agent/front-matter.ts";
import { nameOfFile, parseProfile, type ParsedProfile } from "../../domain/agent/parse-profile.ts";
import { readFilesAt, type Repository } from "../../workspace/index.ts";

const known = new WeakMap<Repository, Map<string, Promise<readonly ParsedProfile[]>>>();

/**
 * A project's own agent files as a commit holds them. Never those of a slot: an agent could change the rules that it
 * runs under. A commit is read once.
 * @throws {TuttiError} `GIT_FAILED`
 */
export function readProfiles(repo: Repository, commit: string): Promise<readonly ParsedProfile[]> {
  const ofRepo = known.get(repo) ?? new Map<string, Promise<readonly ParsedProfile[]>>();
  known.set(repo, ofRepo);
  const before = ofRepo.get(commit);
  if (before !== undefined) return before;
  const reading = readFilesAt(repo, commit, profileFolder).then((files) =>
    files.flatMap(({ path, text }) => (isProfileFile(path) ? [readProfileText(path, text)] : [])),
  );
  ofRepo.set(commit, reading);
  // What failed may have been git: it is tried again.
  reading.catch(() => ofRepo.delete(commit));
  return reading;
}

/** A note for people is no profile. */
const isProfileFile = (path: string): boolean => path.endsWith(".md") && !/(^|\/)README[^/]*$/i.test(path);

/** No profile is longer: what is was put there by mistake. */
const maxLength = 200_000;

/** @param file - as messages name it */
export function readProfileText(file: string, text: string): ParsedProfile {
  if (text.length > maxLength) return unusable(file, 1, `is longer than ${maxLength} characters`);
  const split = splitFrontMatter(text);
  if (split === undefined) return unusable(file, 1, "has no front matter: name and description between two lines ---");
  const { yaml, line, body } = split;
  const plain = readYaml(yaml);
  const read = plain.mistake === undefined ? plain : readYaml(withQuotedValues(yaml));
  if (read.mistake !== undefined)
    return unusable(file, line - 1 + (plain.mistake ?? read.mistake).line, notYaml(read.mistake));
  const lineOf = (field: string): number | undefined => {
    const own = read.lineOf(field);
    return own === undefined ? undefined : line - 1 + own;
  };
  return parseProfile({ file, fields: read.fields, lineOf, body });
}

function unusable(file: string, line: number, what: string): ParsedProfile {
  return { problem: { file, name: nameOfFile(file), message: `${file}:${line}: ${what}` }, warnings: [] };
}

const fieldsSchema = z.record(z.string(), z.unknown());

type Mistake = { readonly line: number; readonly message: string };
const notYaml = ({ message }: Mistake): string => `is not valid YAML: ${message}`;

type ReadYaml = {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly lineOf: (field: string) => number | undefined;
  readonly mistake?: Mistake;
};

/** @returns `undefined` for what would fill the memory */
function contentOf(document: Document): unknown {
  try {
    return document.toJS();
  } catch (thrown) {
    if (thrown instanceof ReferenceError) return undefined;
    throw thrown;
  }
}

function readYaml(yaml: string): ReadYaml {
  const lines = new LineCounter();
  const document = parseDocument(yaml, { lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  const [error] = document.errors;
  const none = { fields: {}, lineOf: () => undefined };
  if (error !== undefined) {
    const [message = "it can't be read"] = error.message.split("\n", 1);
    return { ...none, mistake: { line: lineAt(error.pos[0]), message } };
  }
  const { contents } = document;
  if (contents === null) return none;
  if (!isMap(contents)) return { ...none, mistake: { line: 1, message: "fields and their values are expected" } };
  const content = contentOf(document);
  if (content === undefined) return { ...none, mistake: { line: 1, message: "it has too many aliases of aliases" } };
  const marks = new Map(contents.items.map(({ key }) => [String(key), offsetOf(key)]));
  return {
    fields: fieldsSchema.parse(content),
    lineOf: (field) => {
      const offset = marks.get(field);
      return offset === undefined ? undefined : lineAt(offset);
    },
  };
}

function offsetOf(node: unknown): number | undefined {
  const range = typeof node === "object" && node !== null && "range" in node ? node.range : undefined;
  return Array.isArray(range) && typeof range[0] === "number" ? range[0] : undefined;
}
