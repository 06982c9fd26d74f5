import { fileURLToPath } from "node:url";

import { defineConfig } from "vitest/config";

// Processes are really killed and really timed here, on machines that others may load. A build server tries a test once more
// and shows that it did; at a desk the first failure counts.
const retry = process.env["CI"] === "true" ? 1 : 0;

const limits = { testTimeout: 60_000, hookTimeout: 120_000, retry, expect: { poll: { timeout: 30_000 } } };

/** A process for each file costs a third of a second, most of it for modules that the file before has loaded too. */
const shared = { isolate: false, setupFiles: ["test/support/leaves-process-as-found.ts"] };

/** A library whose compiled part catches signals, and goes on doing so. */
const catchesSignals = ["src/llms/node-llama-cpp/*.test.ts"];

/** What is killed at random moments, or at all of them at once, has the machine to itself. */
const atRandomMoments = ["test/crash/fault-points.test.ts", "test/crash/outside-kills.test.ts"];

/** The library as a user has it, bundled: from its source each worker that it starts would cost three times as much. */
const built = [
  { find: /^(\.\.\/)+src\/index\.ts$/, replacement: fileURLToPath(new URL("dist/index.js", import.meta.url)) },
];

export default defineConfig({
  test: {
    // Two cores and real processes: more at once only get in each other's way.
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...limits,
          ...shared,
          name: "unit",
          include: [
            "src/**/*.test.ts",
            "test/{gates,simulator,docs,pins,outcomes}/**/*.test.ts",
            "test/chaos/*/**/*.test.ts",
            "scripts/**/*.test.ts",
          ],
          exclude: catchesSignals,
        },
      },
      {
        test: {
          ...limits,
          ...shared,
          name: "e2e",
          alias: built,
          server: { deps: { external: [/\/dist\//] } },
          testTimeout: 180_000,
          include: ["test/e2e/**/*.test.ts", "test/crash/*.test.ts"],
          exclude: atRandomMoments,
          globalSetup: ["test/support/build-once.ts"],
        },
      },
      { test: { ...limits, name: "native", include: catchesSignals } },
      {
        test: {
          ...limits,
          name: "crash",
          testTimeout: 180_000,
          include: [...atRandomMoments, "test/chaos/*.test.ts"],
          globalSetup: ["test/support/build-once.ts"],
          fileParallelism: false,
        },
      },
    ],
  },
});
