import { openProject, type Project } from "../../../compose.ts";
import { TuttiError } from "../../../domain/errors.ts";
import { exitCodes } from "../../../domain/job-status.ts";
import type { ReceivedEvent } from "../../../domain/workflow/received-event.ts";
import type { WorkflowEventInput } from "../../../domain/workflow/workflow-event.ts";
import { checkAgent } from "../../drive/check-agent.ts";
import type { Cli } from "../../cli.ts";
import { carryOutEvent } from "../../listen/carry-out-event.ts";
import { EventLines } from "../../listen/event-lines.ts";
import { carryOutEvents } from "../../listen/event-loop.ts";
import { stopSignals } from "../../drive/stop-signals.ts";
import { tellRestored } from "../../drive/tell-restored.ts";
import { referenceFrom, workflowsOf } from "./workflow-reference.ts";

export type WorkflowListenOptions = {
  /** Absent: no webhooks are taken. */
  readonly port?: number;
  readonly host: string;
  readonly watch?: readonly string[];
  readonly cron?: readonly string[];
  readonly timeZone?: string;
  /** Name of the environment variable that holds the secret. */
  readonly secretEnv?: string;
  readonly jobs?: number;
  readonly once?: boolean;
};

type Source = { readonly name: string; readonly url?: string; readonly close: () => Promise<void> | void };

/** `tutti workflow listen`: a job for each event that comes, until Ctrl-C; with `--once` for each that has come. */
export async function workflowListenCommand(
  cli: Cli,
  written: string,
  options: WorkflowListenOptions,
): Promise<number> {
  const project = await openProject({ cwd: cli.cwd, env: cli.env, onRestored: tellRestored(cli) });
  const signals = stopSignals(cli);
  const sources: Source[] = [];
  const lines = new EventLines(cli.output);
  const ended: ReceivedEvent[] = [];
  try {
    const ref = referenceFrom(cli.cwd, project.repo.root, written);
    // A workflow that can't be used is to be known now, not when somebody needs it.
    const { definition } = await workflowsOf(project).load(ref);
    await checkAgent(cli, project);
    if (options.once !== true) {
      for (const open of sourcesOf(cli, project, { options, lines })) sources.push(await open());
      const names = [...sources.map(({ name }) => name), "tutti workflow event"];
      lines.listening(definition.name, sources.find(({ url }) => url !== undefined)?.url, names);
    }
    const { stop, stopNow } = signals;
    await carryOutEvents({
      services: project.services,
      concurrency: options.jobs ?? 1,
      isOnce: options.once === true,
      stop,
      onTrouble: (received, error) => lines.trouble(received, error),
      carryOut: async (received) => {
        const onStarted = (job: string): void => lines.started(received, job);
        await carryOutEvent(cli, received, { ref, stop, stopNow, onStarted });
        const { services, repo } = project;
        const now = await services.state.workflowEvents.find(repo.root, received.event.id);
        if (now === undefined || stop.aborted) return;
        lines.ended(now);
        ended.push(now);
      },
    });
    return options.once === true ? await exitCodeOf(project, ended, stop) : exitCodes.done;
  } finally {
    await Promise.allSettled(sources.map(async ({ close }) => close()));
    signals.dispose();
    await project.close();
  }
}

/** What fails or is not handled fails the command; what can't go on without a person is a wait for one. */
async function exitCodeOf(project: Project, ended: readonly ReceivedEvent[], stop: AbortSignal): Promise<number> {
  if (stop.aborted) return exitCodes.interrupted;
  if (ended.some(({ status }) => status === "failed" || status === "unhandled")) return exitCodes.failed;
  const open = await project.services.state.workflowEvents.openOnes(project.repo.root);
  if (open.some(({ status }) => status === "received")) return exitCodes.failed;
  return open.length > 0 ? exitCodes.waitingForPerson : exitCodes.done;
}

type Sources = { readonly options: WorkflowListenOptions; readonly lines: EventLines };

/** Wherever events come from besides `tutti workflow event`. */
function sourcesOf(cli: Cli, project: Project, { options, lines }: Sources): readonly (() => Promise<Source>)[] {
  const room = project.application.workflowEvents;
  const keep = async (event: WorkflowEventInput): Promise<boolean> => {
    const { event: kept, isNew } = await room.receive(event);
    lines.received(kept, isNew);
    return isNew;
  };
  /** Nobody waits for the answer. */
  const keepAside = (event: WorkflowEventInput): void => {
    keep(event).catch((thrown: unknown) => lines.notKept(event.source ?? "this machine", TuttiError.from(thrown)));
  };
  const { port, host, watch = [], cron = [], timeZone } = options;
  return [
    ...(port === undefined ? [] : [() => webhooks(lines, { port, host, ...secretOf(cli, options) }, keep)]),
    ...(cron.length === 0 ? [] : [() => schedules(cron, timeZone, keepAside)]),
    ...(watch.length === 0 ? [] : [() => files(cli, { root: project.repo.root, globs: watch }, keepAside)]),
  ];
}

/** @throws {TuttiError} `INPUT_INVALID` */
function secretOf({ env }: Cli, { secretEnv }: WorkflowListenOptions): { readonly secret?: string } {
  if (secretEnv === undefined) return {};
  const secret = env[secretEnv];
  if (secret !== undefined && secret !== "") return { secret };
  throw new TuttiError("INPUT_INVALID", `The environment variable ${secretEnv} is not set`, {
    hint: "Put the webhook's secret into it",
  });
}

type Address = { readonly port: number; readonly host: string; readonly secret?: string };

async function webhooks(
  lines: EventLines,
  address: Address,
  receive: (event: WorkflowEventInput) => Promise<boolean>,
): Promise<Source> {
  const { serveWebhooks } = await import("../../../http/serve-webhooks.ts");
  const onRefused = (reason: string): void => lines.refused(reason);
  const { url, close } = await serveWebhooks({ ...address, receive, onRefused });
  return { name: `webhooks at ${url}`, url, close };
}

async function schedules(
  cron: readonly string[],
  timeZone: string | undefined,
  onEvent: (event: WorkflowEventInput) => void,
): Promise<Source> {
  const { parseCronTrigger, scheduleEvents } = await import("../../../orchestration/workflow-events/cron-events.ts");
  const zone = timeZone === undefined ? {} : { timeZone };
  return { name: cron.join(", "), close: scheduleEvents(cron.map(parseCronTrigger), { ...zone, onEvent }) };
}

async function files(
  cli: Cli,
  where: { readonly root: string; readonly globs: readonly string[] },
  onEvent: (event: WorkflowEventInput) => void,
): Promise<Source> {
  const { watchForEvents } = await import("../../../orchestration/workflow-events/file-events.ts");
  const onTrouble = (reason: string): void => cli.output.stderr(`watching files: ${reason}\n`);
  const { ready, close } = watchForEvents({ ...where, onEvent, onTrouble });
  await ready;
  return { name: `changes of ${where.globs.join(", ")}`, close };
}
