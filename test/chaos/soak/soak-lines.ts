import type { Sample } from "./sample-processes.ts";

/** One line of a soak's log. */
export type SoakLine =
  | { readonly kind: "begin"; readonly commit: string; readonly startedAt: string; readonly forMs: number }
  | { readonly kind: "sample"; readonly atMs: number; readonly samples: readonly Sample[] }
  | { readonly kind: "job"; readonly atMs: number; readonly status: string; readonly tasks: number }
  | { readonly kind: "kill"; readonly atMs: number; readonly victim: string }
  | { readonly kind: "end"; readonly atMs: number; readonly load: number; readonly problems: readonly string[] };
