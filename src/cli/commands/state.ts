import { existsSync } from "node:fs";

import { findState, openProject } from "../../compose.ts";
import { examineState, restoreState } from "../../compose/open-state.ts";
import type { Diagnosis } from "../../config/doctor/judge.ts";
import { exitCodes } from "../../domain/job-status.ts";
import { restoredLines, type StateRestored } from "../../orchestration/restored/restored-lines.ts";
import type { Cli } from "../cli.ts";
import { counted, formatDateTime } from "../render/quantities.ts";
import { oneLine, plainLines } from "../render/terminal-text.ts";

/** `tutti state check`: the database as a whole, and its backups. @returns 1 when it is damaged */
export async function stateCheckCommand({ output, ...at }: Cli): Promise<number> {
  const place = await findState(at);
  const damage = examineState(place);
  const backups = await place.backups.list();
  const problems = damage?.problems ?? [];
  if (output.isJson) {
    const { path } = place;
    output.stdout(`${JSON.stringify({ ok: damage === undefined, path, problems, backups })}\n`);
  } else {
    const [newest] = backups;
    const kept = newest === undefined ? "" : `, the newest of ${formatDateTime(newest.at)}`;
    const verdict =
      damage === undefined ? "is sound" : `is damaged:\n${problems.map((text) => `  ${oneLine(text)}`).join("\n")}`;
    output.stdout(`${place.path} ${verdict}\n${counted(backups.length, "backup")}${kept}\n`);
    if (damage !== undefined) output.stdout("Put the last good backup in its place: tutti state restore\n");
  }
  return damage === undefined ? exitCodes.done : exitCodes.failed;
}

/** `tutti state backup` */
export async function stateBackupCommand({ output, ...at }: Cli): Promise<number> {
  const { backups } = await findState(at);
  const made = await backups.make();
  const [newest] = await backups.list();
  if (output.isJson) output.stdout(`${JSON.stringify({ made: made !== undefined, backup: newest ?? null })}\n`);
  else if (made === undefined) output.stdout(`Nothing was written since the last backup, ${newest?.name ?? ""}.\n`);
  else output.stdout(`${made.path}\n`);
  return exitCodes.done;
}

export type StateRestoreOptions = { readonly backup?: string };

/** `tutti state restore` */
export async function stateRestoreCommand(cli: Cli, { backup }: StateRestoreOptions): Promise<number> {
  const { output, cwd, env } = cli;
  const restoration = await restoreState(await findState(cli), backup);
  let restored: StateRestored | undefined;
  const project = await openProject({ cwd, env, onRestored: (facts) => (restored = facts) });
  await project.close();
  if (output.isJson) output.stdout(`${JSON.stringify({ restored: restored ?? null })}\n`);
  else if (restored !== undefined) output.stdout(`${restoredLines(restored).flatMap(plainLines).join("\n")}\n`);
  else if (restoration === undefined) output.stdout("The database is sound: nothing was restored.\n");
  return exitCodes.done;
}

/** For `tutti doctor`; nothing where there is no project or no database yet. */
export async function stateDiagnosis(cli: Pick<Cli, "cwd" | "env">): Promise<readonly Diagnosis[]> {
  const place = await findState(cli).catch(() => undefined);
  if (place === undefined || !existsSync(place.path)) return [];
  const damage = examineState(place);
  const kept = counted((await place.backups.list()).length, "backup");
  if (damage === undefined) return [{ name: "database", status: "ok", detail: `${place.path}, ${kept}` }];
  const detail = `${place.path} is damaged: ${damage.problems[0] ?? ""}; ${kept}`;
  return [
    { name: "database", status: "failed", detail, fix: "Put the last good backup in its place: tutti state restore" },
  ];
}
