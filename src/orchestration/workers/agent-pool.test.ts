import { expect, it } from "vitest";

import type { AgentAdapter, AgentLaunch, AgentSession } from "../../agents/port.ts";
import { asSlotId } from "../../domain/ids.ts";
import { AgentPool } from "./agent-pool.ts";

const launch: AgentLaunch = {
  slotId: asSlotId("s1"),
  cwd: "/nowhere",
  model: "sonnet",
  permissions: { mode: "edit", allow: [], sandbox: "off" },
};

/** Agents that start when `start` is called. */
function slowAgents() {
  const [asked, started] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const closed: string[] = [];
  const session: AgentSession = {
    launchKey: "key",
    isAlive: true,
    processGroup: undefined,
    doTurn: () => Promise.reject(new Error("a turn was begun")),
    doClear: () => Promise.resolve(),
    doClose: () => Promise.resolve(void closed.push("closed")),
  };
  const adapter: AgentAdapter = {
    specVersion: 1,
    id: "slow",
    doOpen: async () => {
      asked.resolve();
      await started.promise;
      return session;
    },
    doDiagnose: () => Promise.resolve([]),
  };
  return { adapter, closed, asked: asked.promise, start: started.resolve };
}

it("ends an agent that was still being started when the pool was closed, and starts no more", async () => {
  const { adapter, closed, asked, start } = slowAgents();
  const pool = new AgentPool(adapter);
  const opening = pool.checkOut(launch);
  await asked;
  await pool.close();
  start();

  await expect(opening).rejects.toMatchObject({ code: "ABORTED" });
  expect(closed).toEqual(["closed"]);
  await expect(pool.checkOut(launch)).rejects.toMatchObject({ code: "ABORTED" });
});
