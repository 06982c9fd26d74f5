import { resolve } from "node:path";

import { TuttiError } from "../../../domain/errors.ts";
import { exitCodes } from "../../../domain/job-status.ts";
import type { RescueRoom } from "../../../orchestration/insight/rescue-room.ts";
import type { Output } from "../../output.ts";
import { counted, formatDateTime } from "../../render/quantities.ts";
import { textTable } from "../../render/text-table.ts";
import { oneLine } from "../../render/terminal-text.ts";

type Rescue = Awaited<ReturnType<RescueRoom["list"]>>[number];

export type RescueListRequest = {
  readonly rescues: Pick<RescueRoom, "list">;
  readonly output: Output;
  /** IANA name; default: the machine's. */
  readonly timeZone?: string;
};

/** Work that was saved because nothing else held it, the newest first. */
export async function rescueList({ rescues: room, output, timeZone }: RescueListRequest): Promise<number> {
  const rescues = await room.list();
  if (output.isJson) output.stdout(`${JSON.stringify({ rescues })}\n`);
  else if (rescues.length === 0) output.stdout("Nothing had to be rescued.\n");
  else output.stdout(listText(rescues, timeZone));
  return exitCodes.done;
}

function listText(rescues: readonly Rescue[], timeZone: string | undefined): string {
  const rows = rescues.map((rescue) => [
    formatDateTime(rescue.at, timeZone),
    shortRef(rescue.ref),
    contentOf(rescue),
    oneLine(rescue.reason),
  ]);
  const columns = [{ title: "time" }, { title: "rescue" }, { title: "holds" }, { title: "why" }];
  return `${textTable(columns, rows)}\nGet one back: tutti rescue restore <rescue> <new folder>\n`;
}

const prefix = "refs/tutti/";
const shortRef = (ref: string): string => (ref.startsWith(prefix) ? ref.slice(prefix.length) : ref);

function contentOf({ isHistoryOnly, keptCommits, keptAside }: Rescue): string {
  const parts = [
    ...(isHistoryOnly ? [] : ["files"]),
    ...(keptCommits.length === 0 ? [] : [counted(keptCommits.length, "commit")]),
    ...(keptAside === 0 ? [] : [`${counted(keptAside, "git folder")} kept beside the slot`]),
  ];
  return parts.join(", ");
}

export type RescueRestoreRequest = {
  readonly rescues: Pick<RescueRoom, "list" | "restore">;
  /** As `rescue list` shows it, or the whole ref. */
  readonly rescue: string;
  /** A folder that doesn't exist or is empty. */
  readonly folder: string;
  readonly cwd: string;
  readonly output: Output;
};

/** @throws {TuttiError} `INPUT_INVALID` for an unknown rescue or a folder that isn't empty */
export async function rescueRestore(request: RescueRestoreRequest): Promise<number> {
  const { rescues, output } = request;
  const { ref } = findRescue(await rescues.list(), request.rescue);
  const folder = resolve(request.cwd, request.folder);
  const { commit, keptCommits } = await rescues.restore(ref, folder);
  if (output.isJson) output.stdout(`${JSON.stringify({ ref, folder, commit, keptCommits })}\n`);
  else output.stdout(restoredText(folder, keptCommits));
  return exitCodes.done;
}

function findRescue(rescues: readonly Rescue[], wanted: string): Rescue {
  const found = rescues.find(({ ref }) => ref === wanted || shortRef(ref) === wanted);
  if (found !== undefined) return found;
  throw new TuttiError("INPUT_INVALID", `There is no rescue ${wanted}`, {
    hint: "See what there is: tutti rescue list",
  });
}

function restoredText(folder: string, keptCommits: Rescue["keptCommits"]): string {
  const commits = keptCommits.map(({ commit, from }) => `  git show ${commit}  (${oneLine(from)})\n`);
  const history = commits.length === 0 ? "" : `Commits that were saved with it:\n${commits.join("")}`;
  return `Restored into ${folder}. The rescue itself stays.\n${history}`;
}
