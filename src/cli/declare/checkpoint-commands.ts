import { InvalidArgumentError, type Command } from "commander";

import { rollbackStrategies, type RollbackStrategy } from "../../domain/checkpoint/checkpoint.ts";
import type { Cli } from "../cli.ts";
import type { CheckpointCreateOptions, CheckpointDiffOptions, CheckpointPruneOptions } from "../commands/checkpoint.ts";
import type { CheckpointForkOptions } from "../commands/checkpoint-fork.ts";
import type { CheckpointRollbackOptions } from "../commands/checkpoint-rollback.ts";
import { examples, json } from "./options.ts";

type Face = { readonly cli: Cli; readonly finish: (exitCode: number) => void };

const anyId = "its id or the beginning of it";

export function addCheckpointCommands(program: Command, face: Face): void {
  const checkpoint = program.command("checkpoint").description("moments of a job that one can go back to");
  addMaking(checkpoint, face);
  addLooking(checkpoint, face);
  addGoingBack(checkpoint, face);
  addForking(checkpoint, face);
  addPruning(checkpoint, face);
}

function addMaking(checkpoint: Command, { cli, finish }: Face): void {
  checkpoint
    .command("create")
    .description("keep a job as it is: files, tasks, queue and conversations")
    .argument("[job]", `${anyId}; default: the newest job`)
    .option("--name <text>", "what to call it")
    .option("--worktree", "keep your own working tree instead; nothing in it changes")
    .addOption(json())
    .addHelpText(
      "after",
      examples('tutti checkpoint create --name "before the big one"', "tutti checkpoint create --worktree"),
    )
    .action(async (id: string | undefined, options: CheckpointCreateOptions) => {
      finish(await (await import("../commands/checkpoint.ts")).checkpointCreateCommand(cli, id, options));
    });
}

function addLooking(checkpoint: Command, { cli, finish }: Face): void {
  checkpoint
    .command("list")
    .description("every checkpoint, the newest first, with its size")
    .argument("[job]", `${anyId}; default: all of this project`)
    .addOption(json())
    .addHelpText("after", examples("tutti checkpoint list", "tutti checkpoint list add-a-csv --json"))
    .action(async (id: string | undefined) => {
      finish(await (await import("../commands/checkpoint.ts")).checkpointListCommand(cli, id));
    });
  checkpoint
    .command("show")
    .description("what a checkpoint holds")
    .argument("<checkpoint>", anyId)
    .addOption(json())
    .addHelpText("after", examples("tutti checkpoint show 3f2a91"))
    .action(async (id: string) => {
      finish(await (await import("../commands/checkpoint.ts")).checkpointShowCommand(cli, id));
    });
  checkpoint
    .command("diff")
    .description("what has changed since a checkpoint, in files and tasks")
    .argument("<checkpoint>", anyId)
    .argument("[other]", "another checkpoint; default: as it is now")
    .option("--stat", "count lines instead of showing them")
    .addOption(json())
    .addHelpText("after", examples("tutti checkpoint diff 3f2a91", "tutti checkpoint diff 3f2a91 8c01d4 --stat"))
    .action(async (id: string, other: string | undefined, options: CheckpointDiffOptions) => {
      finish(await (await import("../commands/checkpoint.ts")).checkpointDiffCommand(cli, { id, other }, options));
    });
}

function addGoingBack(checkpoint: Command, { cli, finish }: Face): void {
  checkpoint
    .command("rollback")
    .description("go back to a checkpoint: the whole job, some tasks, or some paths of its branch")
    .argument("<checkpoint>", anyId)
    .option("--strategy <how>", "full, partial or selective", strategyOf)
    .option("--tasks <keys>", "for partial: tasks, separated by commas; what depends on them goes back too", list)
    .option("--paths <globs>", "for selective: paths, separated by commas", list)
    .option("--into-worktree", "put a checkpoint of your own files back into your working tree")
    .option("--dry-run", "only say what would happen")
    .addOption(json())
    .addHelpText(
      "after",
      examples(
        "tutti checkpoint rollback 3f2a91 --strategy full",
        "tutti checkpoint rollback 3f2a91 --strategy partial --tasks button --dry-run",
        'tutti checkpoint rollback 3f2a91 --strategy selective --paths "src/**,README.md"',
      ),
    )
    .action(async (id: string, options: CheckpointRollbackOptions) => {
      finish(await (await import("../commands/checkpoint-rollback.ts")).checkpointRollbackCommand(cli, id, options));
    });
}

function addForking(checkpoint: Command, { cli, finish }: Face): void {
  checkpoint
    .command("fork")
    .description("go on from a checkpoint in a new job, with another model")
    .argument("<checkpoint>", anyId)
    .requiredOption("--model <name>", "for the workers of what is still to be done")
    .option("--name <text>", "what the new job's id begins with; default: the goal")
    .addOption(json())
    .addHelpText("after", examples("tutti checkpoint fork 3f2a91 --model haiku --name cheaper"))
    .action(async (id: string, options: CheckpointForkOptions) => {
      finish(await (await import("../commands/checkpoint-fork.ts")).checkpointForkCommand(cli, id, options));
    });
}

const list = (value: string): readonly string[] =>
  value
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");

function strategyOf(value: string): RollbackStrategy {
  const strategy = rollbackStrategies.find((known) => known === value);
  if (strategy !== undefined) return strategy;
  throw new InvalidArgumentError("Give one of full, partial and selective.");
}

function addPruning(checkpoint: Command, { cli, finish }: Face): void {
  checkpoint
    .command("prune")
    .description("remove automatic checkpoints beyond the limits, or those that are named")
    .argument("[checkpoints...]", "ids; default: by the settings, and never one that a person made")
    .option("--dry-run", "only say what would go, and why")
    .addOption(json())
    .addHelpText("after", examples("tutti checkpoint prune --dry-run", "tutti checkpoint prune 3f2a91"))
    .action(async (ids: readonly string[], options: CheckpointPruneOptions) => {
      finish(await (await import("../commands/checkpoint.ts")).checkpointPruneCommand(cli, ids, options));
    });
}
