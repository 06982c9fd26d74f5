import { describe, expect, it } from "vitest";

import type { BreakpointRequest } from "../../domain/breakpoint/breakpoint.ts";
import { errorToJson, TuttiError } from "../../domain/errors.ts";
import { asJobId } from "../../domain/ids.ts";
import { base, openState, type OpenState } from "../state-manager.fixture.ts";

const jobId = asJobId("flow-1");
const question: BreakpointRequest = { kind: "approval", question: "Shall it?", context: { reasons: [] } };

/** A job whose tasks a workflow adds. */
async function openWorkflow(): Promise<OpenState> {
  const open = await openState([{ key: "other" }]);
  const { options } = await open.state.jobs.get(open.jobId);
  await open.state.jobs.create({
    ...{ id: jobId, projectPath: "/p", goal: "g", baseCommit: base, branch: "tutti/flow-1", options },
    strategy: "workflow",
    workflow: { ref: "review.ts", name: "review", version: "v1", input: { files: ["a"] } },
  });
  return open;
}

describe("the body of a job's workflow", () => {
  it("is stored with the job, which runs from the start", async () => {
    await using open = await openWorkflow();
    expect(await open.state.workflowRuns.current(jobId)).toMatchObject({
      ...{ number: 1, ref: "review.ts", name: "review", version: "v1", status: "running" },
      input: { files: ["a"] },
    });
    expect((await open.state.jobs.get(jobId)).status).toBe("running");
  });

  it("ends once: what comes later changes nothing", async () => {
    await using open = await openWorkflow();
    const { workflowRuns } = open.state;
    await workflowRuns.end(jobId, 1, { status: "completed", output: 3 });
    await workflowRuns.end(jobId, 1, { status: "failed", error: errorToJson(new TuttiError("INTERNAL", "late")) });
    expect(await workflowRuns.current(jobId)).toMatchObject({ status: "completed", output: 3, error: undefined });
    const ends = (await open.state.events.read({ jobId, after: 0 })).filter(({ type }) => type === "workflow-ended");
    expect(ends).toHaveLength(1);
  });

  it("is begun anew once by two who do so at the same time, and what it had asked needs no answer", async () => {
    await using open = await openWorkflow();
    const { workflowRuns, breakpoints } = open.state;
    await workflowRuns.ask({ jobId, number: 1 }, { key: "k", signalName: "s" }, question);
    const both = await Promise.all([workflowRuns.beginAnew(jobId, 1, "v2"), workflowRuns.beginAnew(jobId, 1, "v2")]);
    expect(both.map(({ number, version }) => `${number} ${version}`)).toEqual(["2 v2", "2 v2"]);
    expect((await workflowRuns.list(jobId)).map(({ status }) => status)).toEqual(["superseded", "running"]);
    expect(await breakpoints.list()).toMatchObject([{ status: "superseded" }]);
  });

  it("asks a person once for each key, also when it is asked again after a crash", async () => {
    await using open = await openWorkflow();
    const { workflowRuns, breakpoints } = open.state;
    for (const _ of [1, 2]) await workflowRuns.ask({ jobId, number: 1 }, { key: "k", signalName: "s" }, question);
    expect(await breakpoints.list({ jobId, status: "open" })).toHaveLength(1);
    expect(await workflowRuns.questions({ jobId, number: 1 })).toMatchObject([{ signalName: "s" }]);
  });

  it("still asks when the job goes on, and no more when nobody waits for the answer", async () => {
    await using open = await openWorkflow();
    const { workflowRuns, breakpoints, jobs } = open.state;
    await workflowRuns.ask({ jobId, number: 1 }, { key: "k", signalName: "s" }, question);
    await jobs.setStatus(jobId, "waiting");
    await jobs.setStatus(jobId, "running");
    expect(await breakpoints.list({ jobId, status: "open" })).toHaveLength(1);
    await workflowRuns.withdraw({ jobId, number: 1 }, "k");
    expect(await breakpoints.list({ jobId, status: "open" })).toHaveLength(0);
  });
});
