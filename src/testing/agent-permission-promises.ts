import { expect } from "./vitest.ts";
import { asSessionId } from "../domain/ids.ts";
import { play, textIn, type Bench } from "./agent-bench.ts";
import { asked } from "./agent-conformance-scripts.ts";

/** What an agent promises about calls that neither its mode nor its rules allow. */
export const permissionPromises: Readonly<Record<string, (bench: Bench) => Promise<void>>> = {
  "AGENT-34 a call that only a person can allow is not made, and ends the turn with what was asked": async (bench) => {
    const { launch, session } = await bench.open();
    const outcome = await play(session, "asks", {
      onPermission: async () => ({ action: "ask", context: { rule: "r" } }),
    });
    expect(outcome).toMatchObject({ failure: { error: { code: "PERMISSION_REQUIRED", failureClass: "permanent" } } });
    const context = outcome.status === "failed" ? outcome.failure.error.context : {};
    expect(context).toMatchObject({ rule: "r", tool: "Bash", input: { command: asked } });
    expect(outcome.sessionId).toBeDefined();
    expect(await textIn(launch, "asked.txt")).toBeUndefined();
  },
  "AGENT-35 the conversation that asked goes on in another process, and makes the call when it is allowed": async (
    bench,
  ) => {
    const { launch, session } = await bench.open();
    const { sessionId = asSessionId("") } = await play(session, "asks", {
      onPermission: async () => ({ action: "ask" }),
    });
    await session.doClose();
    const resumed = await bench.reopen({ ...launch, resume: sessionId });
    const outcome = await play(resumed.session, "asks", { onPermission: async () => ({ action: "allow" }) });
    expect(outcome).toMatchObject({ status: "finished", text: "asked again", sessionId, permissionDenials: [] });
    expect(await textIn(launch, "asked.txt")).toBe("yes\n");
  },
  "AGENT-36 a call that is denied is not made, the refusal is told, and the agent goes on": async (bench) => {
    for (const onPermission of [
      async () => ({ action: "deny" }) as const,
      () => Promise.reject(new Error("no idea")),
    ]) {
      const { launch, session } = await bench.open();
      const outcome = await play(session, "asks", { onPermission });
      expect(outcome.status).toBe("finished");
      expect(outcome.permissionDenials.map(({ tool }) => tool)).toEqual(["Bash"]);
      expect(await textIn(launch, "asked.txt")).toBeUndefined();
    }
  },
};
