import { asCommitId, asProjectId, asWorkerId } from "../domain/ids.ts";
import type { Engine } from "../engine/port.ts";
import { localPlace } from "../places/local/local-place.ts";
import type { OpenState } from "../state/state-manager.fixture.ts";
import { PromptWriter } from "../supervision/prompts/prompt-writer.ts";
import { silentLogger } from "../telemetry/port.ts";
import type { Services } from "./services.ts";

export const never = (): never => {
  throw new Error("nobody asked for this");
};
const same = <Value>(value: Value): Value => value;

export const workerId = asWorkerId("c1");

/** Asked by nobody. */
export const noEngine: Engine = {
  register: never,
  start: never,
  startAll: never,
  find: never,
  history: never,
  work: never,
  signal: never,
  cancel: never,
  result: never,
  releaseWorker: never,
  prune: never,
  close: never,
};

/** Everything real that needs no agent and no repository. */
export function servicesOf({ state, clock }: OpenState, engine: Engine): Services {
  return {
    state,
    engine,
    agents: { specVersion: 1, id: "none", doOpen: never, doDiagnose: never },
    place: localPlace(),
    repo: {
      root: "/p",
      gitDir: "/p/.git",
      commonDir: "/p/.git",
      objectFormat: "sha1",
      projectId: asProjectId("p"),
      name: "p",
      head: asCommitId("b".repeat(40)),
      branch: "main",
      identity: undefined,
    },
    logger: silentLogger,
    workerId,
    folders: { slots: "/nowhere", state: "/nowhere", cache: "/nowhere" },
    projectBudget: { period: "all", allowsUnpriced: false },
    prompts: new PromptWriter(() => Promise.resolve([])),
    plugins: [],
    commandEnv: {},
    now: () => clock.now,
    random: () => 0,
    redact: same,
    redactJson: same,
    fault: () => undefined,
  };
}
