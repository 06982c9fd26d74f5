import type { Command } from "commander";

import type { Cli } from "../cli.ts";
import type { PlanLintOptions } from "../commands/plan-lint.ts";
import { examples, json } from "./options.ts";

type Face = { readonly cli: Cli; readonly finish: (code: number) => void };

/** Plans as files. */
export function addPlanCommands(program: Command, { cli, finish }: Face): void {
  const plan = program.command("plan").description("look at a plan before it costs anything");
  plan
    .command("lint")
    .description("what could be better about a plan; 1 when it has errors")
    .argument("[file]", "the plan (YAML or JSON)")
    .option("--job <id>", "the plan of this job instead: its id or the beginning of it")
    .option("--strict", "1 for warnings as well")
    .addOption(json())
    .addHelpText(
      "after",
      examples(
        "tutti plan lint plan.yaml",
        "tutti plan lint plan.yaml --strict --json",
        "tutti plan lint --job add-a-csv",
      ),
    )
    .action(async (file: string | undefined, options: PlanLintOptions) => {
      finish(await (await import("../commands/plan-lint.ts")).planLintCommand(cli, file, options));
    });
}
