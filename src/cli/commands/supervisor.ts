import { homedir } from "node:os";

import { findProjectFolders } from "../../compose.ts";
import { supervisorTrial, type SupervisorTrial } from "../../compose/supervisor-trial.ts";
import { loadConfig } from "../../config/load-config.ts";
import { TuttiError } from "../../domain/errors.ts";
import { exitCodes } from "../../domain/job-status.ts";
import type { Cli } from "../cli.ts";
import { formatDuration, formatTokens } from "../render/quantities.ts";
import { oneLine, plainPiece } from "../render/terminal-text.ts";

const lookTimeoutMs = 10_000;

/** A server that accepts and never answers is as one that is not there. */
const shortly = ({ output }: Cli): AbortSignal =>
  AbortSignal.any([output.readerGone, AbortSignal.timeout(lookTimeoutMs)]);

/** `tutti supervisor check`. @returns 1 when the model can't be asked */
export const supervisorCheckCommand = (cli: Cli): Promise<number> =>
  withTrial(cli, async ({ name, check }) => {
    const health = await check(shortly(cli));
    const { stdout, isJson, style } = cli.output;
    if (isJson) stdout(`${JSON.stringify({ supervisor: name, ...health })}\n`);
    else if (health.isHealthy) stdout(`${style("green", "✓")} ${name}: ${oneLine(health.detail)}\n`);
    else stdout(`${style("red", "✗")} ${name}: ${oneLine(health.detail)}\n  ${style("cyan", "fix:")} ${health.fix}\n`);
    return health.isHealthy ? exitCodes.done : exitCodes.failed;
  });

/** `tutti supervisor models` */
export const supervisorModelsCommand = (cli: Cli): Promise<number> =>
  withTrial(cli, async ({ name, models }) => {
    const names = await models(shortly(cli));
    const { stdout, isJson } = cli.output;
    if (isJson) stdout(`${JSON.stringify({ supervisor: name, models: names })}\n`);
    else stdout(names.length === 0 ? "The server has no models.\n" : `${names.map(oneLine).join("\n")}\n`);
    return exitCodes.done;
  });

/** `tutti supervisor ask`: the answer as it comes. @throws {TuttiError} `LLM_UNAVAILABLE` when there is none */
export const supervisorAskCommand = (cli: Cli, prompt: string): Promise<number> =>
  withTrial(cli, async ({ name, ask }) => {
    const { stdout, stderr, isJson, readerGone } = cli.output;
    if (prompt.trim() === "") throw new TuttiError("INPUT_INVALID", "The question is empty");
    const onText = isJson ? {} : { onText: (piece: string) => stdout(plainPiece(piece)) };
    const answer = await ask({ prompt, signal: readerGone, ...onText });
    if (answer.status === "failed") {
      const { message, hint, kind } = answer.failure;
      throw new TuttiError("LLM_UNAVAILABLE", message, { ...(hint === undefined ? {} : { hint }), context: { kind } });
    }
    const { text, model, usage, durationMs } = answer;
    if (isJson) stdout(`${JSON.stringify({ supervisor: name, text, model, usage, durationMs })}\n`);
    else {
      stdout("\n");
      stderr(
        `${oneLine(model)}: ${formatTokens(usage.inputTokens)} tokens read, ${formatTokens(usage.outputTokens)} written, ${formatDuration(durationMs)}\n`,
      );
    }
    return exitCodes.done;
  });

async function withTrial(cli: Cli, act: (trial: SupervisorTrial) => Promise<number>): Promise<number> {
  const { env } = cli;
  const { projectDir } = await findProjectFolders(cli);
  const loaded = await loadConfig({ projectDir, env, home: env["HOME"] ?? homedir() });
  const trial = await supervisorTrial({ loaded, env });
  if (trial === undefined) {
    throw new TuttiError("CONFIG_INVALID", "supervisor.kind: no model supervises", {
      hint: "Name one in the settings, for example supervisor: { kind: claude-code, model: haiku }",
    });
  }
  try {
    return await act(trial);
  } finally {
    await trial.close();
  }
}
