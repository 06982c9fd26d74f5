import type { CheckoutFingerprint } from "./fingerprint.ts";

export type CheckoutMove = {
  readonly kind: "head" | "branch" | "tag" | "remote" | "ref" | "stash" | "index" | "file" | "config" | "hooks";
  /** Ref name, path, or the kind itself. */
  readonly name: string;
  /** Absent when it is new. */
  readonly before?: string;
  /** Absent when it is gone. */
  readonly after?: string;
};

/** What moved between two fingerprints of one checkout; empty when nothing did. Says nothing about who moved it. */
export function compareFingerprints(before: CheckoutFingerprint, after: CheckoutFingerprint): readonly CheckoutMove[] {
  return [
    ...moved("head", "HEAD", [headOf(before), headOf(after)]),
    ...movedEntries(before.refs, after.refs, kindOfRef),
    ...moved("stash", "stash", [before.stash.join(" "), after.stash.join(" ")]),
    ...moved("index", "index", [before.index, after.index]),
    ...movedEntries(before.files, after.files, () => "file"),
    ...moved("config", "config", [before.config, after.config]),
    ...moved("hooks", "hooks", [before.hooks, after.hooks]),
  ];
}

function headOf({ headRef, headCommit }: CheckoutFingerprint): string {
  return headRef === "" ? headCommit : headRef;
}

function moved(
  kind: CheckoutMove["kind"],
  name: string,
  [before, after]: readonly [before: string | undefined, after: string | undefined],
): readonly CheckoutMove[] {
  if (before === after) return [];
  return [{ kind, name, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }];
}

function movedEntries(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
  kindOf: (name: string) => CheckoutMove["kind"],
): readonly CheckoutMove[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
  return names.flatMap((name) => moved(kindOf(name), name, [before[name], after[name]]));
}

function kindOfRef(name: string): CheckoutMove["kind"] {
  if (name.startsWith("refs/heads/")) return "branch";
  if (name.startsWith("refs/tags/")) return "tag";
  return name.startsWith("refs/remotes/") ? "remote" : "ref";
}
