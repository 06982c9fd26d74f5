import { existsSync } from "node:fs";
import { resolve } from "node:path";

import { version } from "../../cli/version.ts";
import { displayFile } from "../../config/problems/where.ts";
import { nearestName } from "../../domain/nearest-name.ts";
import { TuttiError } from "../../domain/errors.ts";
import type { AnyWorkflow } from "../../workflow/flow.ts";
import type { ListedWorkflow, LoadedWorkflow, WorkflowOrigin, WorkflowSource } from "../../workflow/source.ts";
import { loadProgram, type WorkflowFile } from "./program-workflows.ts";
import { shortDigest } from "./traced-import.ts";
import { fileReference, isProgramFile, projectWorkflowFiles, stemOf, workflowEndings } from "./workflow-files.ts";

export type ProjectWorkflowsOptions = {
  /** Absolute; relative references start here. */
  readonly root: string;
  /** Default: those of the package. */
  readonly builtIn?: readonly AnyWorkflow[];
};

type Catalogue = { readonly files: readonly WorkflowFile[]; readonly broken: readonly BrokenFile[] };
type BrokenFile = { readonly file: string; readonly error: TuttiError };

/** The workflows of a project's folder, of single files, and those that are built in. The project's own win over these. */
export class ProjectWorkflows implements WorkflowSource {
  readonly #options: ProjectWorkflowsOptions;

  constructor(options: ProjectWorkflowsOptions) {
    this.#options = options;
  }

  async load(ref: string): Promise<LoadedWorkflow> {
    const reference = fileReference(ref);
    if (reference !== undefined) return this.#fromFile(resolve(this.#options.root, reference.path), reference.name);
    const catalogue = await this.#catalogue();
    const own = namedIn(catalogue.files, ref);
    if (own.length > 1)
      throw clash(
        ref,
        own.map(({ file }) => displayFile(file.file, this.#options.root)),
      );
    if (own[0] !== undefined) return fromFile(own[0].definition, own[0].file, "project");
    const broken = catalogue.broken.find(({ file }) => stemOf(file) === ref);
    if (broken !== undefined) throw broken.error;
    const builtIn = (await this.#builtIn()).find(({ name }) => name === ref);
    if (builtIn === undefined) throw await this.#unknown(ref, catalogue);
    return { definition: builtIn, version: shortDigest(`${version} ${ref}`), origin: "built-in" };
  }

  async list(): Promise<readonly ListedWorkflow[]> {
    const { root } = this.#options;
    const { files, broken } = await this.#catalogue();
    const own = files.flatMap(({ file, workflows }) =>
      workflows.map((definition) => {
        const others = namedIn(files, definition.name).map((found) => displayFile(found.file.file, root));
        const problem = others.length > 1 ? { problem: clash(definition.name, others).message } : {};
        return { ...factsOf(definition), origin: "project" as const, file, ...problem };
      }),
    );
    const names = new Set(own.map(({ name }) => name));
    const builtIn = (await this.#builtIn()).filter(({ name }) => !names.has(name));
    return [
      ...own,
      ...broken.map(({ file, error }) => ({
        ...{ name: stemOf(file), description: "", origin: "project" as const, file },
        problem: error.message,
      })),
      ...builtIn.map((definition) => ({ ...factsOf(definition), origin: "built-in" as const })),
    ];
  }

  async #catalogue(): Promise<Catalogue> {
    const found = await projectWorkflowFiles(this.#options.root);
    const files: WorkflowFile[] = [];
    const broken: BrokenFile[] = [];
    for (const file of found) {
      try {
        files.push(await this.#loadFile(file));
      } catch (thrown) {
        broken.push({ file, error: TuttiError.from(thrown, "WORKFLOW_INVALID") });
      }
    }
    return { files, broken };
  }

  async #fromFile(file: string, name: string | undefined): Promise<LoadedWorkflow> {
    const where = displayFile(file, this.#options.root);
    if (!existsSync(file)) {
      throw new TuttiError("WORKFLOW_UNKNOWN", `There is no file ${where}`, {
        hint: "See them all: tutti workflow list",
      });
    }
    const loaded = await this.#loadFile(file);
    const names = loaded.workflows.map((workflow) => workflow.name);
    const chosen = loaded.workflows.filter((workflow) => name === undefined || workflow.name === name);
    const [definition, second] = chosen;
    if (definition !== undefined && second === undefined) return fromFile(definition, loaded, "file");
    if (definition !== undefined && name !== undefined)
      throw clash(
        name,
        chosen.map(() => where),
      );
    throw new TuttiError("WORKFLOW_UNKNOWN", `${where}: ${chooseOne(name, names)}`, {
      hint: `Name one of them: ${where}#${nearestName(name ?? "", names) ?? names[0] ?? ""}`,
      context: { file: where, workflows: names },
    });
  }

  #loadFile(file: string): Promise<WorkflowFile> {
    const { root } = this.#options;
    if (isProgramFile(file)) return loadProgram(file, root);
    const where = displayFile(file, root);
    throw new TuttiError("WORKFLOW_INVALID", `${where}: not a file that a workflow can be read from`, {
      hint: `Its name must end in one of ${workflowEndings.join(", ")}`,
    });
  }

  async #builtIn(): Promise<readonly AnyWorkflow[]> {
    return this.#options.builtIn ?? (await import("../../patterns/index.ts")).builtInWorkflows;
  }

  async #unknown(ref: string, { files, broken }: Catalogue): Promise<TuttiError> {
    const builtIn = await this.#builtIn();
    const names = [...files.flatMap(({ workflows }) => workflows), ...builtIn].map(({ name }) => name);
    const near = nearestName(ref, names);
    const unread = broken.map(({ file }) => displayFile(file, this.#options.root));
    const besides = unread.length === 0 ? "" : `; ${unread.join(", ")} could not be read`;
    return new TuttiError("WORKFLOW_UNKNOWN", `There is no workflow ${ref}${besides}`, {
      hint: near === undefined ? "See them all: tutti workflow list" : `Did you mean ${near}?`,
      context: { workflow: ref, workflows: names },
    });
  }
}

const fromFile = (
  definition: AnyWorkflow,
  { file, version }: WorkflowFile,
  origin: WorkflowOrigin,
): LoadedWorkflow => ({
  definition,
  version,
  origin,
  file,
});

function factsOf({ name, description, pattern }: AnyWorkflow) {
  return { name, description, ...(pattern === undefined ? {} : { pattern }) };
}

const namedIn = (files: readonly WorkflowFile[], name: string) =>
  files.flatMap((file) =>
    file.workflows.filter((workflow) => workflow.name === name).map((definition) => ({ file, definition })),
  );

function chooseOne(name: string | undefined, names: readonly string[]): string {
  return name === undefined
    ? `has ${names.length} workflows: ${names.join(", ")}`
    : `has no workflow ${name}, but ${names.join(", ")}`;
}

function clash(name: string, files: readonly string[]): TuttiError {
  const isOneFile = new Set(files).size === 1;
  const where = isOneFile ? `twice in ${files[0] ?? ""}` : `in ${files.join(" and in ")}`;
  return new TuttiError("WORKFLOW_INVALID", `There is a workflow ${name} ${where}`, {
    hint: "Give one of them another name",
    context: { workflow: name, files: [...files] },
  });
}
