import { TuttiError } from "../../domain/errors.ts";
import type { AnyWorkflow } from "../../workflow/flow.ts";
import type { ListedWorkflow, LoadedWorkflow, WorkflowSource } from "../../workflow/source.ts";
import { codeVersion, linkWorkflow } from "./link-workflow.ts";
import { isOfProgram, nameInProgram } from "./program-reference.ts";
import { namedIn, WorkflowCatalogue, type FoundWorkflow } from "./workflow-catalogue.ts";
import { stemOf } from "./workflow-files.ts";

export type ProjectWorkflowsOptions = {
  /** Absolute; relative references start here. */
  readonly root: string;
  /** Default: those of the package. */
  readonly builtIn?: readonly AnyWorkflow[];
  /** Of the program that this process is, by their references; more may come. */
  readonly ofProgram?: ReadonlyMap<string, AnyWorkflow>;
};

/** The workflows of a project's folder, of single files, and those that are built in; read anew each time. */
export class ProjectWorkflows implements WorkflowSource {
  readonly #options: ProjectWorkflowsOptions;

  constructor(options: ProjectWorkflowsOptions) {
    this.#options = options;
  }

  async load(ref: string): Promise<LoadedWorkflow> {
    if (isOfProgram(ref)) return this.#ofProgram(ref);
    const catalogue = await this.#catalogue();
    const found = await catalogue.find(ref);
    const { origin, file } = found;
    return { ...(await linkWorkflow(catalogue, found)), origin, ...(file === undefined ? {} : { file: file.file }) };
  }

  async list(): Promise<readonly ListedWorkflow[]> {
    const catalogue = await this.#catalogue();
    const { files, broken } = await catalogue.folder();
    const own = files.flatMap((file) =>
      file.workflows.map((definition) => listed(catalogue, { definition, file, origin: "project" })),
    );
    const builtIn = await catalogue.builtIn();
    return [
      ...(await Promise.all(own)),
      ...broken.map(({ file, error }) => ({
        ...{ name: stemOf(file), description: "", origin: "project" as const, file },
        problem: error.message,
      })),
      ...builtIn.map((definition) => ({ ...factsOf(definition), origin: "built-in" as const })),
    ];
  }

  #ofProgram(ref: string): LoadedWorkflow {
    const definition = this.#options.ofProgram?.get(ref);
    if (definition !== undefined) return { definition, version: codeVersion(definition), origin: "program" };
    const name = nameInProgram(ref);
    throw new TuttiError("WORKFLOW_UNKNOWN", `The workflow ${name} is a part of the program that started it`, {
      hint: "Run that program again: runWorkflow with the same key goes on with the job",
      context: { workflow: name },
    });
  }

  /** A command that needs no workflow loads none. */
  async #catalogue(): Promise<WorkflowCatalogue> {
    const { root, builtIn } = this.#options;
    return new WorkflowCatalogue(root, builtIn ?? (await import("../../patterns/index.ts")).builtInWorkflows);
  }
}

async function listed(catalogue: WorkflowCatalogue, found: FoundWorkflow): Promise<ListedWorkflow> {
  const { definition, file, origin } = found;
  const problem = await problemOf(catalogue, found);
  return {
    ...factsOf(definition),
    origin,
    ...(file === undefined ? {} : { file: file.file }),
    ...(problem === undefined ? {} : { problem: problem.message }),
  };
}

async function problemOf(catalogue: WorkflowCatalogue, found: FoundWorkflow): Promise<TuttiError | undefined> {
  const { files } = await catalogue.folder();
  const { name } = found.definition;
  if (namedIn(files, name).length > 1) return catalogue.clash(name, files);
  try {
    await linkWorkflow(catalogue, found);
    return undefined;
  } catch (thrown) {
    return TuttiError.from(thrown, "WORKFLOW_INVALID");
  }
}

function factsOf({ name, description, pattern }: AnyWorkflow) {
  return { name, description, ...(pattern === undefined ? {} : { pattern }) };
}
