import type { ErrorJson } from "../errors.ts";
import type { Json } from "../json.ts";

const nodeKinds = [
  "agent",
  "step",
  "command",
  "approve",
  "receive",
  "sleep",
  "group",
  "all",
  "pipeline",
  "race",
  "call",
] as const;
export type NodeKind = (typeof nodeKinds)[number];

export type NodeStatus = "running" | "waiting" | "completed" | "failed" | "cancelled";

/** What became of a call of a running workflow. A node's notes are folded: what a later one says counts. */
export type NodeNote = {
  /** `<scope>@<position>` of the call in the journal. */
  readonly node: string;
  readonly kind: NodeKind;
  readonly name: string;
  /** Of what has branches it is `running` for good: how that ended is what its branches came to. */
  readonly status: NodeStatus;
  /** Name of the pattern that this is. */
  readonly pattern?: string;
  /** Of what has branches: calls of branch `i` stand in the scope `<branchScope>.<i>`. */
  readonly branchScope?: string;
  /** One for each branch. */
  readonly branchNames?: readonly string[];
  readonly taskId?: string;
  readonly costUsd?: number;
  readonly error?: ErrorJson;
};

export type WorkflowLog = { readonly node: string; readonly message: string; readonly data?: Json };
