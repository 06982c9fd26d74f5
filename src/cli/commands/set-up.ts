import { homedir } from "node:os";

import { agentOf, findProjectFolders } from "../../compose.ts";
import { diagnoseSupervisor } from "../../compose/supervisor-trial.ts";
import { loadConfig } from "../../config/load-config.ts";
import type { Cli } from "../cli.ts";
import { configExplain, configSchema, configShow } from "./config.ts";
import { doctorCommand as diagnoseAll } from "./doctor.ts";
import { initCommand as writeSettings } from "./init.ts";
import { stateDiagnosis } from "./state.ts";

export type InitOptions = { readonly force?: boolean };

export async function initCommand(cli: Cli, options: InitOptions): Promise<number> {
  const { projectDir } = await findProjectFolders(cli);
  return writeSettings({ projectDir, output: cli.output, force: options.force === true });
}

/** Never fails for what it is to diagnose: a broken setting is one of its findings. */
export async function doctorCommand(cli: Cli): Promise<number> {
  const { projectDir, stateDir } = await findProjectFolders(cli);
  const { env, output } = cli;
  return diagnoseAll({
    projectDir,
    env,
    home: homeOf(cli),
    stateDir,
    output,
    supervisorDiagnosis: (config) => diagnoseSupervisor(config, { projectDir, env }),
    moreDiagnoses: async () => [
      ...(await (await import("./diagnose-templates.ts")).diagnoseTemplates(projectDir)),
      ...(await stateDiagnosis(cli)),
    ],
    agentDiagnosis: async (config) => (await (await agentOf(config, projectDir, env)).doDiagnose?.()) ?? [],
  });
}

export async function configShowCommand(cli: Cli): Promise<number> {
  return configShow({ loaded: await load(cli), output: cli.output });
}

export async function configExplainCommand(cli: Cli, key: string): Promise<number> {
  return configExplain({ loaded: await load(cli), key, output: cli.output });
}

export function configSchemaCommand(cli: Cli): Promise<number> {
  return Promise.resolve(configSchema({ output: cli.output }));
}

async function load(cli: Cli) {
  const { projectDir } = await findProjectFolders(cli);
  return loadConfig({ projectDir, env: cli.env, home: homeOf(cli) });
}

const homeOf = ({ env }: Cli): string => env["HOME"] ?? homedir();
