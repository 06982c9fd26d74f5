import { existsSync } from "node:fs";
import { resolve } from "node:path";

import { displayFile } from "../../config/problems/where.ts";
import { TuttiError } from "../../domain/errors.ts";
import { nearestName } from "../../domain/nearest-name.ts";
import type { AnyWorkflow } from "../../workflow/flow.ts";
import { loadProgram } from "./program-workflows.ts";
import {
  fileReference,
  isProgramFile,
  isYamlFile,
  projectWorkflowFiles,
  stemOf,
  workflowEndings,
  type WorkflowFile,
} from "./workflow-files.ts";
import { loadYaml } from "./yaml-workflows.ts";

/** A workflow where it was found; without a file it is built in. */
export type FoundWorkflow = {
  readonly definition: AnyWorkflow;
  readonly file?: WorkflowFile;
  readonly origin: "project" | "file" | "built-in";
};

export type BrokenFile = { readonly file: string; readonly error: TuttiError };

type Folder = { readonly files: readonly WorkflowFile[]; readonly broken: readonly BrokenFile[] };

/** All workflows as they are now, read once. The project's own win over those that are built in. */
export class WorkflowCatalogue {
  readonly root: string;
  readonly #builtIn: readonly AnyWorkflow[];
  readonly #files = new Map<string, Promise<WorkflowFile>>();
  #folder: Promise<Folder> | undefined;

  constructor(root: string, builtIn: readonly AnyWorkflow[]) {
    this.root = root;
    this.#builtIn = builtIn;
  }

  /**
   * @param from - folder that relative paths start from
   * @throws {TuttiError} `WORKFLOW_UNKNOWN`, `WORKFLOW_INVALID`
   */
  async find(ref: string, from = this.root): Promise<FoundWorkflow> {
    const reference = fileReference(ref);
    if (reference !== undefined) return this.#inFile(resolve(from, reference.path), reference.name);
    const { files, broken } = await this.folder();
    const [own, second] = namedIn(files, ref);
    if (own !== undefined && second !== undefined) throw this.clash(ref, files);
    if (own !== undefined) return own;
    const unread = broken.find(({ file }) => stemOf(file) === ref);
    if (unread !== undefined) throw unread.error;
    const definition = this.#builtIn.find(({ name }) => name === ref);
    if (definition === undefined) throw this.#unknown(ref, { files, broken });
    return { definition, origin: "built-in" };
  }

  /** What is in the project's folder. */
  folder(): Promise<Folder> {
    this.#folder ??= this.#readFolder();
    return this.#folder;
  }

  /** Those that no workflow of the project hides. */
  async builtIn(): Promise<readonly AnyWorkflow[]> {
    const { files } = await this.folder();
    return this.#builtIn.filter(({ name }) => namedIn(files, name).length === 0);
  }

  clash(name: string, files: readonly WorkflowFile[]): TuttiError {
    const places = namedIn(files, name).map(({ file }) => displayFile(file.file, this.root));
    const isOneFile = new Set(places).size === 1;
    const where = isOneFile ? `twice in ${places[0] ?? ""}` : `in ${places.join(" and in ")}`;
    return new TuttiError("WORKFLOW_INVALID", `There is a workflow ${name} ${where}`, {
      hint: "Give one of them another name",
      context: { workflow: name, files: places },
    });
  }

  async #readFolder(): Promise<Folder> {
    const files: WorkflowFile[] = [];
    const broken: BrokenFile[] = [];
    for (const file of await projectWorkflowFiles(this.root)) {
      try {
        files.push(await this.#load(file));
      } catch (thrown) {
        broken.push({ file, error: TuttiError.from(thrown, "WORKFLOW_INVALID") });
      }
    }
    return { files, broken };
  }

  async #inFile(file: string, name: string | undefined): Promise<FoundWorkflow> {
    const where = displayFile(file, this.root);
    if (!existsSync(file)) {
      throw new TuttiError("WORKFLOW_UNKNOWN", `There is no file ${where}`, {
        hint: "See them all: tutti workflow list",
      });
    }
    const loaded = await this.#load(file);
    const names = loaded.workflows.map((workflow) => workflow.name);
    const chosen = loaded.workflows.filter((workflow) => name === undefined || workflow.name === name);
    const [definition, second] = chosen;
    if (definition !== undefined && second === undefined) return { definition, file: loaded, origin: "file" };
    if (definition !== undefined && name !== undefined) throw this.clash(name, [loaded]);
    throw new TuttiError("WORKFLOW_UNKNOWN", `${where}: ${chooseOne(name, names)}`, {
      hint: `Name one of them: ${where}#${nearestName(name ?? "", names) ?? names[0] ?? ""}`,
      context: { file: where, workflows: names },
    });
  }

  #load(file: string): Promise<WorkflowFile> {
    const known = this.#files.get(file);
    const loading = known ?? this.#read(file);
    this.#files.set(file, loading);
    return loading;
  }

  async #read(file: string): Promise<WorkflowFile> {
    if (isProgramFile(file)) return loadProgram(file, this.root);
    if (isYamlFile(file)) return loadYaml(file, this.root);
    const where = displayFile(file, this.root);
    throw new TuttiError("WORKFLOW_INVALID", `${where}: not a file that a workflow can be read from`, {
      hint: `Its name must end in one of ${workflowEndings.join(", ")}`,
    });
  }

  #unknown(ref: string, { files, broken }: Folder): TuttiError {
    const names = [...files.flatMap(({ workflows }) => workflows), ...this.#builtIn].map(({ name }) => name);
    const near = nearestName(ref, names);
    const unread = broken.map(({ file }) => displayFile(file, this.root));
    const besides = unread.length === 0 ? "" : `; ${unread.join(", ")} could not be read`;
    return new TuttiError("WORKFLOW_UNKNOWN", `There is no workflow ${ref}${besides}`, {
      hint: near === undefined ? "See them all: tutti workflow list" : `Did you mean ${near}?`,
      context: { workflow: ref, workflows: names },
    });
  }
}

export const namedIn = (
  files: readonly WorkflowFile[],
  name: string,
): readonly (FoundWorkflow & { readonly file: WorkflowFile })[] =>
  files.flatMap((file) =>
    file.workflows
      .filter((workflow) => workflow.name === name)
      .map((definition) => ({ definition, file, origin: "project" as const })),
  );

const chooseOne = (name: string | undefined, names: readonly string[]): string =>
  name === undefined
    ? `has ${names.length} workflows: ${names.join(", ")}`
    : `has no workflow ${name}, but ${names.join(", ")}`;
