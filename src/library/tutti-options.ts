import type { z } from "zod";

import type { Environment } from "../compose.ts";
import type { ConfigInput } from "../config/config.ts";
import type { TaskId } from "../domain/ids.ts";
import type { TaskRequest } from "../domain/plan/task-spec.ts";
import type { TaskResult } from "../orchestration/insight/task-results.ts";

export type TuttiOptions = {
  /** Names whoever makes jobs; several orchestrators may share a project and its workers. Default `library`. */
  readonly orchestratorId?: string;
  /** Any folder of the repository. Default: the current one. */
  readonly cwd?: string;
  /** Default: this process's. */
  readonly env?: Environment;
  /** Settings over those of the project, for the jobs that are made here. */
  readonly config?: ConfigInput;
  /** Told what a person should know, a line each. Default: stderr. */
  readonly note?: (line: string) => void;
};

export type JobOptions = {
  /** The caller's own name for it: asking again with the same key gives the same job. */
  readonly key?: string;
};

export type SubtaskOptions = Omit<TaskRequest, "prompt" | "resultSchema"> & {
  /** The form of the structured answer. Default: plain text. */
  readonly result?: z.ZodType;
};

export type Subtask = SubtaskOptions & { readonly prompt: string };

/** The form that a structured answer was asked for in. */
export type Form<Answer> = { readonly result: z.ZodType<Answer> };

export type SynthesisOptions = {
  /** What to make of the results. */
  readonly synthesisPrompt?: string;
  /** `false`: no model is asked, the results are only written out. Default `true`. */
  readonly model?: boolean;
  readonly signal?: AbortSignal;
};

/** By task id, in the order in which the tasks were added; failed ones are among them. */
export type Results = ReadonlyMap<TaskId, TaskResult>;
