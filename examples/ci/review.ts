import { z } from "zod";
import { workflow, type WorkflowFlow } from "tutti";

const severities = ["low", "medium", "high", "critical"] as const;

const finding = z.object({
  file: z.string(),
  line: z.number().int().nullable(),
  severity: z.enum(severities),
  problem: z.string(),
  fix: z.string(),
});

const reviewers = {
  "code-reviewer": "Review these changed files for mistakes: wrong behaviour, missing cases, missing tests.",
  "security-auditor": "Audit these changed files for security: input that is trusted, secrets, permissions, injection.",
};

/** So many files an agent reads with care. */
const filesAtOnce = 5;

/** @throws where the commits can't be compared, or the list is too long to be had whole */
async function changedFiles(flow: WorkflowFlow, base: string): Promise<string[]> {
  const diff = `git diff --name-only --diff-filter=d ${base}...HEAD`;
  const listed = await flow.command("changed files", { run: diff, in: "project" });
  if (!listed.isOk) throw new Error(`No comparison with ${base}: ${listed.output}`);
  const files = listed.output.split("\n").filter((line) => line.trim() !== "");
  // Of long output only the end is kept: what isn't reviewed must not pass.
  const counted = await flow.command("count of changed files", { run: `${diff} | wc -l`, in: "project" });
  if (Number(counted.output) !== files.length) throw new Error(`Too many files have changed since ${base}`);
  return files;
}

export const review = workflow(
  "review",
  {
    description: "Reviews what has changed since a commit, file by file, for mistakes and for security",
    input: z.object({
      /** Branch or commit that the change is compared with. */
      base: z
        .string()
        .regex(/^[\w./-]+$/)
        .default("origin/main"),
      /** Findings as bad as this, or worse, fail the review. */
      failOn: z.enum(severities).default("high"),
    }),
    output: z.object({
      isPassed: z.boolean(),
      files: z.array(z.string()),
      findings: z.array(finding.extend({ by: z.string() })),
      /** Markdown. */
      report: z.string(),
    }),
  },
  async (flow, { base, failOn }) => {
    const files = await changedFiles(flow, base);
    const parts = Array.from({ length: Math.ceil(files.length / filesAtOnce) }, (_, part) =>
      files.slice(part * filesAtOnce, (part + 1) * filesAtOnce),
    );
    const looks = parts.flatMap((part) => Object.entries(reviewers).map(([by, task]) => ({ by, task, part })));
    const found = await flow.map(
      looks,
      async ({ by, task, part }) => {
        const { findings } = await flow.agent(by, {
          title: `${by}: ${part.join(", ")}`.slice(0, 100),
          prompt: `${task}\n\nFiles:\n${part.map((file) => `- ${file}`).join("\n")}\n\nThey were compared with ${base}. Report only what you are sure of.`,
          access: "read",
          contextFiles: part,
          result: z.object({ findings: z.array(finding) }),
        });
        return findings.map((one) => ({ ...one, by }));
      },
      { label: "reviews", names: looks.map(({ by, part }) => `${by} ${part[0]}`), pattern: "fan-out" },
    );
    const rank = (severity: (typeof severities)[number]): number => severities.indexOf(severity);
    const findings = found.flat().toSorted((a, b) => rank(b.severity) - rank(a.severity));
    const isPassed = findings.every(({ severity }) => rank(severity) < rank(failOn));
    const lines = findings.map(
      ({ severity, file, line, problem, fix, by }) =>
        `- **${severity}** \`${file}${line === null ? "" : `:${line}`}\` ${problem} ${fix} _(${by})_`,
    );
    const verdict = isPassed ? "Nothing stands in the way." : `There are findings of severity ${failOn} or worse.`;
    const report = [`# Review of ${files.length} changed files`, "", verdict, "", ...lines].join("\n");
    return { isPassed, files, findings, report };
  },
);
