import { execa } from "execa";
import { findExecutable, versionOf } from "../../src/agents/claude-code/executable.ts";
import { benchRepository, type BenchRepository } from "../agents/bench-repository.ts";
import { startModel, type ModelServer } from "../agents/model-server.ts";
import { planOf } from "../agents/whole-job.ts";
import { trivialScenario, trivialTasks } from "../agents/trivial-task.ts";
import type { Contender, Metric } from "../harness/contender.ts";
import { interleave, type Pace } from "../harness/interleave.ts";
import type { Part } from "../harness/part.ts";
import { projectFile } from "../harness/project.ts";
import { timeToFirstLine } from "./time-to-first-line.ts";

const tutti = [process.execPath, projectFile("bin/tutti.js")] as const;
const task = trivialTasks(1);

const untilEnd: Metric = { key: "endMs", title: "until it has ended", unit: "ms", better: "less" };
const untilLine: Metric = { key: "firstLineMs", title: "until the first event line", unit: "ms", better: "less" };

/** Command lines, cold: a new process each time. The real `claude` is the reference. */
export const startPart: Part = {
  title: "(c) Command line start-up",
  run: async ({ isQuick, say }) => {
    const claude = findExecutable(undefined).path;
    await using model = await startModel(trivialScenario(task));
    await using repository = await benchRepository(model);
    const pace: Pace = { rounds: isQuick ? 3 : 15, budgetMs: 60_000, warmUpRounds: 1, say };
    const help = await interleave(
      [
        command("tutti --help", [...tutti, "--help"], repository),
        command("claude --help", [claude, "--help"], repository),
        command("tutti --version", [...tutti, "--version"], repository),
        command("claude --version", [claude, "--version"], repository),
        command("tutti job list", [...tutti, "job", "list"], repository),
        command("node -e 0 (the floor for tutti)", [process.execPath, "-e", "0"], repository),
      ],
      pace,
    );
    const runs = await interleave([tuttiRun(model), claudePrint(model, claude)], {
      ...pace,
      rounds: isQuick ? 1 : 10,
      budgetMs: 120_000,
    });
    const only = (names: readonly string[]) => new Map([...help].filter(([name]) => names.includes(name)));
    const floor = "node -e 0 (the floor for tutti)";
    return {
      groups: [
        {
          title: "Help",
          reference: "tutti --help",
          metrics: [untilEnd],
          samples: only(["tutti --help", "claude --help", floor]),
        },
        {
          title: "Version",
          reference: "tutti --version",
          metrics: [untilEnd],
          samples: only(["tutti --version", "claude --version"]),
        },
        {
          title: "A command that opens the project, its settings and its state",
          reference: "tutti job list",
          metrics: [untilEnd],
          samples: only(["tutti job list"]),
        },
        {
          title: "A run of one task with the scripted model",
          reference: "tutti run --plan --json",
          metrics: [untilLine],
          samples: runs,
        },
      ],
      versions: { "Claude Code": (await versionOf(claude)).replace(" (Claude Code)", "") },
      notes,
    };
  },
};

const command = (
  name: string,
  [program = "", ...args]: readonly string[],
  { root, agentEnv }: BenchRepository,
): Contender => ({
  name,
  measure: async () => {
    const startedAt = performance.now();
    await execa(program, args, { cwd: root, env: agentEnv, extendEnv: false, stdin: "ignore" });
    return { endMs: performance.now() - startedAt };
  },
});

/** A fresh project each time: the database is made, the repository looked at, the plan checked and stored. */
const tuttiRun = (model: ModelServer): Contender => ({
  name: "tutti run --plan --json",
  measure: async () => {
    await using repository = await benchRepository(model);
    await repository.write({ "../plan.json": JSON.stringify(planOf(task)) });
    const args = ["run", "--plan", "../plan.json", "--workers", "1", "--yes", "--json"];
    return { firstLineMs: await timeToFirstLine([...tutti, ...args], repository) };
  },
});

const claudePrint = (model: ModelServer, claude: string): Contender => ({
  name: "claude --print --output-format stream-json",
  measure: async () => {
    await using repository = await benchRepository(model);
    const args = ["--print", task[0]?.prompt ?? "", "--output-format", "stream-json", "--verbose"];
    return { firstLineMs: await timeToFirstLine([claude, ...args, "--permission-mode", "acceptEdits"], repository) };
  },
});

const notes: readonly string[] = [
  "Each time a new process, one uncounted round before. `claude` is a single native program, `tutti` runs on Node.js: " +
    "the last row of *Help* is what Node.js alone takes.",
  "`tutti run` has opened its database, read the repository and stored the plan when its first line comes out.",
];
