import type { ErrorJson } from "../errors.ts";
import type { Json } from "../json.ts";

/** What a run keeps a record of. */
export const recordedKinds = ["step", "now", "random", "uuid", "sleep", "receive", "call", "race"] as const;
export type RecordedKind = (typeof recordedKinds)[number];

/** Where in a run a call stands, and what it is. */
export type RecordedCall = {
  /** The body is `main`; branch `b` of the `all` or `race` that was call `p` of a scope is `<scope>.<p>.<b>`. */
  readonly scope: string;
  /** From 0, in the order of the calls. */
  readonly position: number;
  readonly kind: RecordedKind;
  readonly name: string;
};

/** A call that code asks for. Of an `all` only what its branches ask for is recorded. */
export type AskedCall = Omit<RecordedCall, "kind"> & { readonly kind: RecordedKind | "all" };

/** Where code asks for something else than is recorded: the first such call of a scope. */
export type Divergence = {
  readonly scope: string;
  /** Of the first call that differs. */
  readonly position: number;
  /** One sentence. */
  readonly what: string;
  /** The last calls before it, which match. */
  readonly before: readonly AskedCall[];
  /** Recorded, and not asked for here. */
  readonly recorded: readonly AskedCall[];
  /** Asked for, and not recorded here. */
  readonly asked: readonly AskedCall[];
  /** What is recorded next in the scope. */
  readonly after: readonly AskedCall[];
};

/** What code makes of the journal of a run that it goes through again, without doing anything. */
export type ReplayReport = {
  /** How many calls are recorded, those of branches that lost a race left out. */
  readonly recorded: number;
  /** How many of them the code asks for. */
  readonly matched: number;
  readonly divergences: readonly Divergence[];
  /** Calls without a result at which the run would go on; several where branches run at once. */
  readonly next: readonly AskedCall[];
  /** What the body comes to without a further call. */
  readonly end?:
    { readonly status: "completed"; readonly output: Json } | { readonly status: "failed"; readonly error: ErrorJson };
};
