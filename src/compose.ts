import { hostname, homedir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import type { AgentAdapter } from "./agents/port.ts";
import { followUp, openState, stateBackups, statePlace, type StatePlace } from "./compose/open-state.ts";
import type { Config, ConfigInput } from "./config/config.ts";
import { loadBreakpointRules } from "./config/breakpoint-rules.ts";
import { agentSettings, jobSettings as settingsOf, projectBudget } from "./config/job-settings.ts";
import { loadConfig, type LoadedConfig } from "./config/load-config.ts";
import { effectiveLogLevel } from "./config/log-level.ts";
import { TuttiError } from "./domain/errors.ts";
import { asWorkerId, type JobId, type WorkerId } from "./domain/ids.ts";
import type { AgentSettings, JobSettings } from "./domain/settings.ts";
import { embeddedEngine } from "./engine/embedded/embedded-engine.ts";
import { Application } from "./orchestration/application.ts";
import type { StateRestored } from "./orchestration/restored/restored-lines.ts";
import type { Services } from "./orchestration/services.ts";
import type { SpawnedWorker, SpawnWorker } from "./orchestration/workers/worker-pool.ts";
import type { OwnProcess } from "./orchestration/workers/worker.ts";
import { localPlace } from "./places/local/local-place.ts";
import { spawnWorker } from "./places/local/spawn-worker.ts";
import { findProcess } from "./places/local/process-table.ts";
import { StateManager } from "./state/state-manager.ts";
import { projectOfCheckpoint } from "./stores/sqlite/find-in-other-projects.ts";
import { createLogger, logFileFor, namedLogFile } from "./telemetry/create-logger.ts";
import { createRedactor } from "./telemetry/redact.ts";
import { injectClock } from "./testing/inject-clock.ts";
import { injectFaults } from "./testing/inject-faults.ts";
import { injectIdleness } from "./testing/inject-idleness.ts";
import { injectRecordFaults } from "./testing/inject-record-faults.ts";
import { makeStateFolder } from "./compose/state-folder.ts";
import { loadPlugins } from "./compose/load-plugins.ts";
import { ProjectWorkflows } from "./compose/workflows/project-workflows.ts";
import { withSupervisorKey } from "./compose/supervisor-key.ts";
import { openSupervisor } from "./compose/open-supervisor.ts";
import { readTemplates } from "./orchestration/prompts/read-templates.ts";
import { PromptWriter } from "./supervision/prompts/prompt-writer.ts";
import type { AnyWorkflow } from "./workflow/flow.ts";
import { openRepository, type Repository } from "./workspace/index.ts";

export { isDirty } from "./workspace/index.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

export type OpenProject = {
  /** Any folder of the repository. */
  readonly cwd: string;
  readonly env: Environment;
  readonly flags?: ConfigInput;
  /** Names this process in state, logs and leases. */
  readonly workerId?: WorkerId;
  /** For a worker: the job's stored settings name the agent, whatever the configuration says meanwhile. */
  readonly jobId?: JobId;
  /**
   * A damaged database is replaced by its last good backup, and this is told what became of it. Absent: it is an error.
   */
  readonly onRestored?: (restored: StateRestored) => void;
  /** Those of the program that this process is, by their references; more may come. */
  readonly workflows?: ReadonlyMap<string, AnyWorkflow>;
  /** `false` for commands that only look. Default: it has a log file of its own. */
  readonly isLogged?: boolean;
};

export type Project = {
  readonly application: Application;
  readonly services: Services;
  readonly repo: Repository;
  readonly loaded: LoadedConfig;
  readonly stateDir: string;
  readonly own: OwnProcess;
  readonly close: () => Promise<void>;
};

/** Wires the adapters into the core for one process: the only place that knows them all. */
export async function openProject(request: OpenProject): Promise<Project> {
  const { env } = request;
  const repo = await openRepository(request.cwd);
  const loaded = await loadSettings(request, repo.root);
  const stateDir = stateDirOf(repo, loaded.config, env);
  await makeStateFolder(join(stateDir, "logs"));
  const { redact, redactJson } = createRedactor(withSupervisorKey(env, loaded.config));
  const workerId = request.workerId ?? nextCoordinatorId();
  const logger = openLog(request, { loaded, stateDir, workerId, redact: { redact, redactJson } });
  const opened = await openState(stateDir, loaded.config, request.onRestored !== undefined);
  const { store } = opened;
  const now = injectClock(env);
  const fault = injectFaults(env, request.workerId === undefined ? "coordinator" : "worker");
  const engine = embeddedEngine({ store: injectRecordFaults(env, store, fault), clock: now });
  const budget = projectBudget(loaded.config);
  const state = new StateManager({ store, now, prices: budget.prices ?? [] });
  const agent =
    request.jobId === undefined
      ? agentSettings(loaded.config, loaded.projectDir)
      : (await state.jobs.get(request.jobId)).options.agent;
  const plugins = await loadPlugins(loaded.config.plugins, loaded.projectDir);
  const spender = { state, projectBudget: budget, now };
  const supervisor = openSupervisor({ loaded, env, plugins, spender, fault, redact, redactJson });
  const backups = stateBackups(stateDir, loaded.config);
  const services: Services = {
    ...(backups === undefined ? {} : { backups }),
    ...(supervisor === undefined ? {} : { supervisor }),
    state,
    engine,
    agents: await agentAdapter(agent, env),
    place: injectIdleness(env, localPlace()),
    repo,
    logger,
    workerId,
    folders: { slots: join(stateDir, "slots"), state: stateDir, cache: join(stateDir, "cache") },
    projectBudget: budget,
    plugins,
    workflows: new ProjectWorkflows({
      root: repo.root,
      ...(request.workflows === undefined ? {} : { ofProgram: request.workflows }),
    }),
    prompts: new PromptWriter((commit) => readTemplates(repo, commit)),
    commandEnv: commandEnvironment(env),
    now,
    random: Math.random,
    redact,
    redactJson,
    projectOfCheckpoint: (idPrefix) => projectOfCheckpoint(stateDir, idPrefix),
    fault,
  };
  const close = async (): Promise<void> => {
    await supervisor?.close();
    await engine.close();
    await opened.close();
    logger.close();
  };
  await followUp(stateDir, opened.restoration, { services, onRestored: request.onRestored });
  const application = new Application(services);
  return { application, services, repo, loaded, stateDir, own: await ownProcess(), close };
}

const loadSettings = ({ env, flags }: OpenProject, projectDir: string): Promise<LoadedConfig> =>
  loadConfig({ projectDir, env, home: env["HOME"] ?? homedir(), ...(flags === undefined ? {} : { flags }) });

type LogPlace = Pick<Project, "loaded" | "stateDir"> & {
  readonly workerId: WorkerId;
  readonly redact: Parameters<typeof createLogger>[0]["redact"];
};

const openLog = (
  { isLogged }: OpenProject,
  { loaded, stateDir, workerId, redact }: LogPlace,
): ReturnType<typeof createLogger> =>
  createLogger({
    file: logFileOf(loaded, join(stateDir, "logs"), workerId),
    level: isLogged === false ? "silent" : effectiveLogLevel(loaded.config.monitoring),
    redact,
  });

let opened = 0;

/** Also two that are opened in the same moment differ. */
function nextCoordinatorId(): WorkerId {
  opened += 1;
  const suffix = opened === 1 ? "" : `-${opened}`;
  return asWorkerId(`c${process.pid}-${Date.now().toString(36)}${suffix}`);
}

function logFileOf({ config, projectDir }: LoadedConfig, logDir: string, workerId: WorkerId): string {
  const { logFile } = config.monitoring;
  return logFile === undefined ? logFileFor(logDir, workerId) : namedLogFile(resolve(projectDir, logFile), workerId);
}

/** Outside the repository: an agent that looks upwards for settings must not find the user's. */
function stateDirOf(repo: Repository, config: Config | undefined, env: Environment): string {
  if (config?.workspace.stateDir !== undefined) return resolve(repo.root, config.workspace.stateDir);
  return join(stateHome(env), `${repo.name.replaceAll(/[^A-Za-z0-9._-]/g, "-")}-${repo.projectId.slice(0, 8)}`);
}

const stateHome = (env: Environment): string =>
  join(env["XDG_STATE_HOME"] ?? join(env["HOME"] ?? homedir(), ".local", "state"), "tutti");

async function agentAdapter(settings: AgentSettings, env: Environment): Promise<AgentAdapter> {
  if (settings.kind === "fake") {
    const { fakeAgent } = await import("./agents/fake/fake-agent.ts");
    return fakeAgent({ script: settings.fakeScript ?? "" });
  }
  const { claudeCode } = await import("./agents/claude-code/claude-code.ts");
  const { executablePath, settingSources } = settings;
  return claudeCode({ environment: env, settingSources, ...(executablePath === undefined ? {} : { executablePath }) });
}

/** The settings that a job is created with. */
export async function jobSettings({ loaded, services }: Pick<Project, "loaded" | "services">): Promise<JobSettings> {
  const { projectDir, config } = loaded;
  const evaluators = services.plugins.flatMap(({ breakpointEvaluators }) => Object.keys(breakpointEvaluators ?? {}));
  const breakpointRules = await loadBreakpointRules({ projectDir, evaluators });
  const settings = settingsOf(config, projectDir, await services.place.resources());
  return breakpointRules.length === 0 ? settings : { ...settings, breakpointRules };
}

/**
 * What gates and set-up commands see: the user's environment, as when they run their tests by hand, without our own settings
 * and the agents' logins.
 */
function commandEnvironment(env: Environment): Readonly<Record<string, string>> {
  const isOurs = (name: string): boolean => /^(TUTTI_|ANTHROPIC_|CLAUDE_CODE_)/.test(name);
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined || isOurs(name) ? [] : [[name, value]])),
  );
}

async function ownProcess(): Promise<OwnProcess> {
  const entry = findProcess(process.pid);
  return { host: hostname(), pid: process.pid, pidStart: entry?.startTime ?? "" };
}

const entryPoint = fileURLToPath(
  new URL(`./cli/main${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url),
);

/**
 * Starts this program again as a worker.
 * @param flags - settings that this process has over those of the project
 */
export const workerSpawner =
  (cwd: string, env: Environment, flags?: ConfigInput): SpawnWorker =>
  ({ id, jobId }) => {
    const settings = flags === undefined ? [] : ["--settings", JSON.stringify(flags)];
    return spawnWorker({ entryPoint, args: ["worker", "--job", jobId, "--id", id, ...settings], cwd, env });
  };

/** Starts this program again as a worker for every job of the project. */
export const poolWorkerSpawner = (cwd: string, env: Environment) => (): SpawnedWorker =>
  spawnWorker({ entryPoint, args: ["worker"], cwd, env });

/** Where the state of a project and its backups are; nothing is opened. */
export async function findState({ cwd, env }: Pick<OpenProject, "cwd" | "env">): Promise<StatePlace> {
  const repo = await openRepository(cwd);
  const { config } = await loadConfig({ projectDir: repo.root, env, home: env["HOME"] ?? homedir() });
  return statePlace(stateDirOf(repo, config, env), config.workspace.backups.keep);
}

export type ProjectFolders = { readonly projectDir: string; readonly stateDir: string };

/** `undefined` where there is no repository that jobs could run in. */
export async function openRepositoryOf(folder: string): Promise<Repository | undefined> {
  try {
    return await openRepository(folder);
  } catch (error) {
    if (TuttiError.is(error)) return undefined;
    throw error;
  }
}

/** Where settings and state would be, also where there is no repository yet. */
export async function findProjectFolders({ cwd, env }: Pick<OpenProject, "cwd" | "env">): Promise<ProjectFolders> {
  try {
    const repo = await openRepository(cwd);
    return { projectDir: repo.root, stateDir: stateDirOf(repo, undefined, env) };
  } catch (error) {
    if (!TuttiError.is(error)) throw error;
    return { projectDir: cwd, stateDir: stateHome(env) };
  }
}

/** The agent that a configuration names, for its diagnosis. */
export const agentOf = (config: Config, projectDir: string, env: Environment): Promise<AgentAdapter> =>
  agentAdapter(agentSettings(config, projectDir), env);
