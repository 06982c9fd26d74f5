import { Option, type Command } from "commander";

import { receivedEventStatuses } from "../../domain/workflow/received-event.ts";
import type { Cli } from "../cli.ts";
import type { WorkflowEventOptions, WorkflowEventsOptions } from "../commands/workflow/workflow-events.ts";
import type { WorkflowListenOptions } from "../commands/workflow/workflow-listen.ts";
import { atLeastOne, count, examples, json, port } from "./options.ts";

type Face = { readonly cli: Cli; readonly finish: (exitCode: number) => void };

/** Events from outside, and the listener that makes jobs of them. */
export function addWorkflowEventCommands(workflow: Command, face: Face): void {
  addListen(workflow, face);
  const { cli, finish } = face;
  workflow
    .command("event")
    .description("tell a listener of an event, now or when it starts; prints its id")
    .argument("<type>", "such as test_failed or performance_issue")
    .option("--details <json>", "what is known about it: JSON or plain text; - reads stdin")
    .option("--id <id>", "an event that comes twice with the same id counts once; default: a new one")
    .option("--source <name>", "who says so; default: manual")
    .addOption(json())
    .addHelpText(
      "after",
      examples(
        'tutti workflow event test_failed --details \'{"test":"login"}\' --id build-4711',
        "tutti workflow event performance_issue --details - < report.json",
      ),
    )
    .action(async (type: string, options: WorkflowEventOptions) => {
      finish(await (await import("../commands/workflow/workflow-events.ts")).workflowEventCommand(cli, type, options));
    });
  workflow
    .command("events")
    .description("the events that have come, with their jobs, the newest first")
    .addOption(new Option("--status <status>", "only these").choices(receivedEventStatuses))
    .option("--limit <count>", "so many; default: 50", atLeastOne)
    .addOption(json())
    .addHelpText("after", examples("tutti workflow events", "tutti workflow events --status unhandled --json"))
    .action(async (options: WorkflowEventsOptions) => {
      finish(await (await import("../commands/workflow/workflow-events.ts")).workflowEventsCommand(cli, options));
    });
}

function addListen(workflow: Command, { cli, finish }: Face): void {
  workflow
    .command("listen")
    .description("make a job of this workflow for each event that comes, until Ctrl-C")
    .argument("<workflow>", "a workflow whose input is an event: its name, or the path of a file")
    .option("--port <port>", "take webhooks on this port; 0: any free one", port)
    .option("--host <host>", "address to take them on", "127.0.0.1")
    .option("--secret-env <name>", "environment variable with the secret that webhooks are signed with")
    .option("--watch <globs...>", "an event file_changed for changes of these files")
    .option("--cron <schedules...>", 'an event at each time: "0 3 * * *=nightly"')
    .option("--time-zone <zone>", "of the schedules, such as Europe/Berlin; default: the system's")
    .option("--jobs <count>", "events at once; default: 1", count)
    .option("--once", "carry out what has come, and end")
    .addOption(json())
    .addHelpText(
      "after",
      examples(
        "tutti workflow listen event-driven --port 8787 --secret-env TUTTI_WEBHOOK_SECRET",
        'tutti workflow listen .tutti/workflows/react.ts --watch "src/**" --cron "0 3 * * *=nightly" --time-zone Europe/Berlin',
        "tutti workflow listen event-driven --once",
      ),
    )
    .action(async (ref: string, options: WorkflowListenOptions) => {
      finish(await (await import("../commands/workflow/workflow-listen.ts")).workflowListenCommand(cli, ref, options));
    });
}
