import type { ErrorJson } from "../errors.ts";
import type { Json } from "../json.ts";

/** What the world said to a run of a workflow: enough to run the workflow again without it. */
export type WorkflowRecording = {
  readonly workflow: string;
  readonly input: Json;
  /** Where it completed. */
  readonly output?: Json;
  readonly agents: readonly RecordedAgent[];
  /** In the order in which they were recorded. */
  readonly commands: readonly { readonly name: string; readonly result: RecordedCommand }[];
  readonly answers: readonly { readonly question: string; readonly answer: RecordedApproval }[];
  readonly signals: readonly { readonly name: string; readonly payload: Json }[];
};

export type RecordedAgent = {
  /** Where the call stands: `map#1[0]/code-reviewer#1`. */
  readonly path: string;
  readonly profile: string;
  readonly costUsd?: number;
} & ({ readonly text: string; readonly result?: Json } | { readonly error: ErrorJson });

export type RecordedCommand = { readonly isOk: boolean; readonly exitCode: number | null; readonly output: string };

export type RecordedApproval = { readonly approved: boolean; readonly note?: string };
