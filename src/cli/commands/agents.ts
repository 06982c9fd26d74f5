import type { AgentProfile } from "../../domain/agent/agent-profile.ts";
import { formatProfile } from "../../domain/agent/format-profile.ts";
import { exitCodes } from "../../domain/job-status.ts";
import type { ProfileReport } from "../../orchestration/profiles/profile-room.ts";
import type { Cli } from "../cli.ts";
import { oneLine, plainLines } from "../render/terminal-text.ts";
import { textTable } from "../render/text-table.ts";
import { withProject } from "../with-project.ts";

/** `tutti agents` */
export const agentsCommand = (cli: Cli): Promise<number> =>
  withProject(cli, async ({ application, loaded }) => {
    const report = await application.profiles.list(loaded.config.agents);
    if (cli.output.isJson) cli.output.stdout(`${JSON.stringify(reportJson(report))}\n`);
    else {
      cli.output.stdout(listText(report));
      for (const line of remarks(report)) cli.output.stderr(`${oneLine(line)}\n`);
    }
    return exitCodes.done;
  });

const reportJson = ({ profiles, problems, warnings, uncommitted }: ProfileReport) => ({
  agents: profiles,
  problems: problems.map(({ message }) => message),
  warnings: warnings.map(({ message }) => message),
  uncommitted,
});

const listText = ({ profiles }: ProfileReport): string =>
  textTable(
    [{ title: "agent" }, { title: "access" }, { title: "model" }, { title: "from" }, { title: "what for" }],
    profiles.map(({ name, access, model = "-", origin, description }) => [
      oneLine(name),
      access,
      oneLine(model),
      origin,
      oneLine(description),
    ]),
  );

const remarks = ({ problems, warnings, uncommitted }: ProfileReport): readonly string[] => [
  ...problems.map(({ message }) => `can't be used: ${message}`),
  ...warnings.map(({ message }) => message),
  ...(uncommitted.length === 0
    ? []
    : [
        `Not committed as they are here: ${uncommitted.join(", ")}. A job uses those of the commit that it starts from.`,
      ]),
];

/** `tutti agents show`. @throws {TuttiError} `INPUT_INVALID`, `CONFIG_INVALID` */
export const agentShowCommand = (cli: Cli, name: string): Promise<number> =>
  withProject(cli, async ({ application, loaded }) => {
    const profile = await application.profiles.show(loaded.config.agents, name);
    if (cli.output.isJson) cli.output.stdout(`${JSON.stringify(profile)}\n`);
    else {
      cli.output.stdout(`${plainLines(formatProfile(profile)).join("\n")}\n`);
      cli.output.stderr(`${oneLine(placeOf(profile))}\n`);
    }
    return exitCodes.done;
  });

function placeOf({ name, origin, file, access }: AgentProfile): string {
  const under = file === undefined ? "" : `, over ${file}`;
  const from = {
    "built-in": "built in",
    project: `from ${file ?? ""}`,
    config: `from the settings (agents.${name})${under}`,
  };
  return `${name} is ${from[origin]}; its access is ${access}.`;
}
