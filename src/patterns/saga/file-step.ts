import { z } from "zod";

import { TuttiError } from "../../domain/errors.ts";
import type { WorkflowFlow } from "../../workflow/flow.ts";
import { checkOptions, functionOption, nameOption } from "../port.ts";
import { conflictExit, runScript } from "./run-command.ts";
import type { SagaResults, SagaStep } from "./saga-options.ts";

export type FileStep = {
  /** Default: `file <path>`. */
  readonly name?: string;
  /** In the project's folder, from its root. */
  readonly path: string;
  /** At most 64 KiB. */
  readonly content: string | ((soFar: SagaResults) => string);
};

/** Blobs of git: what was there (`none`: nothing) and what was written. */
export type WrittenFile = { readonly path: string; readonly before: string; readonly after: string };

const maxBytes = 65_536;

const relativePath = z
  .string()
  .min(1)
  .regex(/^[^\p{Cc}]+$/u, "must not hold control characters")
  .regex(/^(?!\/)(?!.*(^|\/)(\.\.|\.|)(\/|$))/, "must be a path inside the project, without . and ..")
  .regex(/^(?!(.*\/)?\.git(\/|$))(?!\.tutti(\/|$))/i, "must lead neither into a .git folder nor into .tutti");

export const fileStepFields = { path: relativePath, content: z.string() };

const optionsSchema = z.strictObject({
  name: nameOption.exactOptional(),
  path: relativePath,
  content: z.union([z.string(), functionOption], "must be a text or a function that gives one"),
});

/** Refuses what is no plain file, or lies behind a link that leads out of the project. */
const checkPlace = `
root=$(pwd -P)
dir=$(dirname -- "$1")
while [ ! -d "$dir" ]; do dir=$(dirname -- "$dir"); done
case "$(cd "$dir" && pwd -P)/" in "$root"/*) ;; *) echo "$1 lies outside of the project"; exit ${conflictExit};; esac
if [ -L "$1" ] || { [ -e "$1" ] && [ ! -f "$1" ]; }; then echo "$1 is no plain file"; exit ${conflictExit}; fi
hash() { if [ -e "$1" ]; then git hash-object --no-filters "./$1"; else echo none; fi; }
replace() { { [ ! -e "$1" ] || cp -p -- "$1" "$1.tutti-new"; } && git cat-file blob "$2" > "$1.tutti-new" && mv -- "$1.tutti-new" "$1"; }
`;

/** What was there is kept by a ref of the job: it may be nowhere else. */
const look = `${checkPlace}
[ -e "$1" ] || { echo none; exit 0; }
kept=$(git hash-object -w --no-filters "./$1") && git update-ref "$2/$kept" "$kept" && echo "$kept"`;

const write = `${checkPlace}
after=$(printf %s "$3" | git hash-object -w --stdin) || exit 1
now=$(hash "$1")
if [ "$now" != "$after" ]; then
  [ "$now" = "$2" ] || { echo "somebody has changed $1 meanwhile"; exit ${conflictExit}; }
  mkdir -p -- "$(dirname -- "$1")" && replace "$1" "$after" || exit 1
fi
echo "$after"`;

const restore = `${checkPlace}
now=$(hash "$1")
[ "$now" = "$2" ] && exit 0
[ "$now" = "$3" ] || { echo "somebody has changed $1 since"; exit ${conflictExit}; }
if [ "$2" = none ]; then rm -- "$1"; else replace "$1" "$2"; fi`;

/**
 * A step that writes a file in the project's own folder. It is taken back by restoring what was there, byte by byte, or by removing the
 * file; not when somebody has changed it since. What was there is kept in git as well, with the job.
 * @throws {TuttiError} `WORKFLOW_INVALID` for wrong options
 */
export function fileStep(options: FileStep): SagaStep<WrittenFile> {
  checkOptions("fileStep", optionsSchema, options);
  const { path, content, name = `file ${path}` } = options;
  return {
    name,
    do: async (flow, soFar) => {
      const text = typeof content === "string" ? content : content(soFar);
      refuseTooLong(path, text);
      const before = await runScript(flow, `look at ${path}`, [look, path, keptRefs(flow)]);
      const after = await runScript(flow, `write ${path}`, [write, path, before, text]);
      return { path, before, after };
    },
    compensate: (flow, { before, after }) => runScript(flow, `restore ${path}`, [restore, path, before, after]),
  };
}

function refuseTooLong(path: string, text: string): void {
  const { length } = new TextEncoder().encode(text);
  if (length <= maxBytes) return;
  throw new TuttiError("WORKFLOW_INVALID", `${path} would have ${length} bytes; fileStep writes at most ${maxBytes}`, {
    hint: "Have a command write it: commandPair",
  });
}

/** Beside the other refs of the job. */
const keptRefs = (flow: WorkflowFlow): string => {
  const [job = "run"] = flow.runId.split("/");
  return `refs/tutti/${job.replaceAll(/[^\w-]/g, "_")}/kept`;
};
