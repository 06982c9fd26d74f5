import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import { injectFaults } from "./inject-faults.ts";

const source = fileURLToPath(new URL("inject-faults.ts", import.meta.url));

/** Comes to the point three times. */
const program = `
const { injectFaults } = await import(${JSON.stringify(source)});
const fault = injectFaults(process.env, "coordinator");
for (const time of [1, 2, 3]) { process.stdout.write(String(time)); fault("workflow.recorded"); }`;

const live = (fault: string) => {
  const env = { PATH: process.env["PATH"], TUTTI_FAULT: fault };
  const { stdout, signal } = spawnSync(process.execPath, ["--input-type=module", "-e", program], { env });
  return { said: stdout.toString(), signal };
};

describe("a fault point", () => {
  it.each([
    ["workflow.recorded", "1", "SIGKILL"],
    ["workflow.recorded:3", "123", "SIGKILL"],
    ["workflow.recorded:2@coordinator", "12", "SIGKILL"],
    ["workflow.recorded:2@worker", "123", null],
    ["workflow.recorded:4", "123", null],
  ])("%s: the process comes to %s and ends with %s", (fault, said, signal) => {
    expect(live(fault)).toEqual({ said, signal });
  });

  it.each(["workflow.recorde", "workflow.recorded:0", "workflow.recorded@nobody"])("%s is none", (fault) => {
    expect(() => injectFaults({ TUTTI_FAULT: fault }, "worker")).toThrow("no fault point");
  });
});
