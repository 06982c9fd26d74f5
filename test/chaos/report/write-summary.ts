import { fileURLToPath } from "node:url";

import { machineFacts } from "../../../bench/harness/machine.ts";
import { writeSection } from "../../../bench/harness/results-file.ts";
import { readSeedLines, readSoakLines } from "./chaos-log.ts";
import { seedSummary } from "./seed-summary.ts";
import { soakSummary } from "./soak-summary.ts";

const resultsPath = fileURLToPath(new URL("../../../bench/RESULTS.md", import.meta.url));

/** Puts what the logs say into `bench/RESULTS.md`; a log that isn't there is left out. */
export async function writeSummary(logs: { readonly seedLog: string; readonly soakLog: string }): Promise<void> {
  const [seeds, soak] = [readSeedLines(logs.seedLog), readSoakLines(logs.soakLog)];
  const section = [
    "## Chaos",
    "`npm run chaos` and `npm run chaos -- --soak 30m`; what is done and what must hold: [CONTRIBUTING](../CONTRIBUTING.md#chaos)",
    (await machineFacts()).map((fact) => `- ${fact}`).join("\n"),
    ...(seeds.length === 0 ? [] : [seedSummary(seeds)]),
    ...(soak.length === 0 ? [] : [soakSummary(soak)]),
  ].join("\n\n");
  await writeSection(resultsPath, "chaos", section);
}
