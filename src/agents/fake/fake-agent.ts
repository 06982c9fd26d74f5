import { createHash, randomUUID } from "node:crypto";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { slotMark } from "../../places/local/process-reaper.ts";
import { AgentProcess, sessionMark } from "../agent-process.ts";
import type { AgentAdapter, AgentLaunch, AgentSession } from "../port.ts";
import type { FakeStart } from "./fake-protocol.ts";
import { parseFakeScript, readFakeScript, type FakeScript, type ReadyScript } from "./fake-script.ts";
import { FakeSession } from "./fake-session.ts";

export type FakeAgentOptions = {
  /** The script, or the absolute path of a YAML or JSON file that holds it. */
  readonly script: string | FakeScript;
};

/**
 * An agent that plays a script in a process of its own, so that pids, kills, deaths and resumes are real. It keeps each
 * conversation in `<slot>.fake-agent/` and appends a line to the request log for each prompt that it takes up.
 */
export function fakeAgent({ script }: FakeAgentOptions): AgentAdapter {
  return {
    specVersion: 1,
    id: "fake",
    doOpen: async (launch) => {
      const ready = typeof script === "string" ? await readFakeScript(script) : parseFakeScript(script);
      return open(ready, launch, typeof script === "string" ? `${script}.requests.jsonl` : undefined);
    },
    doDiagnose: async () => [{ name: "Fake agent", status: "ok", detail: "plays a script; no model is asked" }],
  };
}

async function open(script: ReadyScript, launch: AgentLaunch, requestLog?: string): Promise<AgentSession> {
  const mark = randomUUID();
  const { cwd, slotId, model, permissions, resume, forkOf, resultSchema } = launch;
  const folder = `${cwd}.fake-agent`;
  const play: FakeStart = {
    slotId,
    cwd,
    model,
    script,
    mode: permissions.mode,
    requestLog: script.requestLog ?? requestLog ?? `${folder}/requests.jsonl`,
    sessions: folder,
    resume,
    forkOf,
  };
  const session = new FakeSession(new AgentProcess(mark), {
    launchKey: launchKeyOf(launch),
    model,
    resultSchema,
    play,
    command: {
      command: process.execPath,
      args: [programPath()],
      cwd,
      env: {
        PATH: process.env["PATH"],
        HOME: process.env["HOME"],
        ...launch.env,
        [slotMark]: slotId,
        [sessionMark]: mark,
      },
    },
  });
  await session.opened();
  return session;
}

/** The program lies beside this file, as source or built. */
const programPath = (): string => {
  const here = fileURLToPath(import.meta.url);
  const extension = extname(here);
  return here.replace(/fake-agent\.[jt]s$/, `fake-process${extension}`);
};

function launchKeyOf({ resume: _conversation, forkOf: _origin, ...fixed }: AgentLaunch): string {
  return createHash("sha256").update(JSON.stringify(fixed)).digest("hex");
}
