import type { AnyWorkflow } from "./flow.ts";

/** Where workflows come from: files of the project, programs of the user, and what is built in. */
export interface WorkflowSource {
  /**
   * @param ref - a name, or the path of a `.ts`, `.js` or `.yaml` file
   * @throws {TuttiError} `WORKFLOW_UNKNOWN`, `WORKFLOW_INVALID` naming file and line
   */
  load(ref: string): Promise<LoadedWorkflow>;
  /** All that `load` knows by name; files that can't be loaded are listed with their error. */
  list(): Promise<readonly ListedWorkflow[]>;
}

export type LoadedWorkflow = {
  readonly definition: AnyWorkflow;
  /** Names the code: a hash of the file and of what it imports from the project, or of what is built in. */
  readonly version: string;
  readonly origin: WorkflowOrigin;
  /** Absolute; absent for what is built in. */
  readonly file?: string;
  /** The agents that it calls, where they are known before it runs. */
  readonly agents?: readonly NamedAgent[];
};

/** `where` names file and line. */
export type NamedAgent = { readonly name: string; readonly where: string };

/** `program`: an object of the program that runs it. */
export type WorkflowOrigin = "project" | "file" | "built-in" | "program";

export type ListedWorkflow = {
  readonly name: string;
  readonly description: string;
  readonly origin: WorkflowOrigin;
  readonly pattern?: string;
  readonly file?: string;
  /** Why it can't be run. */
  readonly problem?: string;
};
