import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { memoryOutput } from "../memory-output.fixture.ts";
import { planLintCommand, type PlanLintOptions } from "./plan-lint.ts";

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "tutti-lint-"))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const shared = `summary: s
tasks:
  - { key: a, title: A, prompt: "Add GET /x to routes.js", expectedOutputs: [routes.js], acceptance: [yes it is] }
  - key: b
    title: B
    prompt: Add POST /x to routes.js
    expectedOutputs: [routes.js]
    acceptance: [it answers 201]
`;

async function lint(
  plan: string,
  { isJson = false, ...options }: PlanLintOptions & { readonly isJson?: boolean } = {},
) {
  await writeFile(join(folder, "plan.yaml"), plan);
  const output = memoryOutput({ isJson });
  const exitCode = await planLintCommand({ cwd: folder, env: { HOME: folder }, output }, "plan.yaml", options);
  return { exitCode, out: output.out() };
}

describe("tutti plan lint", () => {
  it("says where in the file something is, what, and what to do, and goes on", async () => {
    const { exitCode, out } = await lint(shared);
    expect(out).toContain("plan.yaml:4: tasks[1]: warning shared-output\n    a, b all write routes.js");
    expect(out).toContain("1 warning\n");
    expect(exitCode).toBe(0);
  });

  it("fails for warnings with --strict, and for errors always", async () => {
    expect((await lint(shared, { strict: true })).exitCode).toBe(1);
    const { exitCode, out } = await lint(shared.replace("title: B", "title: B\n    gates: [tset]"));
    expect(exitCode).toBe(1);
    expect(out).toContain("unknown-gate");
    expect(out).toContain("The project has no gates: leave it out.");
  });

  it("tells programs the same", async () => {
    const { out } = await lint(shared, { isJson: true });
    expect(JSON.parse(out)).toMatchObject({
      error: 0,
      warning: 1,
      remarks: [{ rule: "shared-output", severity: "warning", task: "b", path: "tasks[1]", line: 4 }],
    });
  });

  it("has nothing to say about a good plan, and refuses one that is none", async () => {
    expect((await lint(shared.replaceAll(/key: b/g, "key: b\n    dependsOn: [a]"))).out).toBe("Nothing to remark.\n");
    await expect(lint("summary: s\ntasks: []\n")).rejects.toMatchObject({ code: "PLAN_INVALID" });
    const output = memoryOutput();
    await expect(planLintCommand({ cwd: folder, env: {}, output }, undefined, {})).rejects.toMatchObject({
      code: "INPUT_INVALID",
    });
  });
});
