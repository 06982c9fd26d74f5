/** Looks for problems in several places at once, has each one checked by somebody else, and reports what is left. */
import { fanOut, workflow } from "tutti";
import { z } from "zod";

export const audit = workflow(
  "audit",
  {
    description: "Audits folders at once; a second agent checks each finding",
    input: z.strictObject({ folders: z.array(z.string()).min(1) }),
    output: z.object({ confirmed: z.array(z.string()), unread: z.array(z.string()), report: z.string() }),
  },
  async (flow, { folders }) => {
    const { checks, failed, aggregate } = await fanOut(flow, {
      branches: folders.map((folder) => ({
        name: folder,
        agent: "explorer",
        access: "read" as const,
        prompt: `Find what is fragile in ${folder}.`,
        result: z.array(z.string()),
      })),
      failures: "some",
      verify: { agent: "code-reviewer", prompt: "Try to refute this. Read the code that it names." },
      aggregate: { agent: "analyzer", access: "read", prompt: "Report what was confirmed." },
    });
    const all = Object.values(checks).flat();
    return {
      confirmed: all.filter(({ verdict }) => verdict === "confirmed").map(({ finding }) => String(finding)),
      unread: failed.map(({ name }) => name),
      report: aggregate,
    };
  },
);
