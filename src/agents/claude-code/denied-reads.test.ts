import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { loopbackServer } from "../../../test/support/loopback-server.ts";
import { asSlotId } from "../../domain/ids.ts";
import { parseScenario, startSimulator } from "../../simulator/index.ts";
import type { AgentPermissions } from "../port.ts";
import { claudeCode } from "./claude-code.ts";
import { denyReadRules } from "./denied-reads.ts";
import { sandboxAvailability } from "./sandbox.ts";

type Call = { readonly name: string; readonly input: Readonly<Record<string, unknown>> };
type Place = { readonly root: string; readonly home: string; readonly slot: string };

const bash = (command: string): Call => ({ name: "Bash", input: { command } });
const readOf = (path: string): Call => ({ name: "Read", input: { file_path: path } });

const files = {
  "home/.ssh/id_ed25519": "SECRET-SSH",
  "home/.netrc": "SECRET-NETRC",
  "home/.claude/.credentials.json": "SECRET-LOGIN",
  "home/.claude.json": '{ "primaryApiKey": "SECRET-CONSOLE" }',
  "home/dotfiles/aws/credentials": "SECRET-AWS",
  "home/notes.txt": "KNOWN-NOTES",
  "moved/.credentials.json": "SECRET-MOVED",
  "moved/.claude.json": '{ "primaryApiKey": "SECRET-KEY" }',
  "two words/token": "SECRET-OWN",
  "slot/a.txt": "KNOWN-SLOT",
};

const logins = {
  ANTHROPIC_AUTH_TOKEN: "SECRET-BEARER",
  ANTHROPIC_CUSTOM_HEADERS: "x-own: SECRET-HEADER",
  CLAUDE_CODE_OAUTH_TOKEN: "SECRET-OAUTH",
  AWS_SECRET_ACCESS_KEY: "SECRET-BEDROCK",
  GOOGLE_APPLICATION_CREDENTIALS: "SECRET-VERTEX",
  AZURE_CLIENT_SECRET: "SECRET-FOUNDRY",
};

/** A home where some of the denied places are, one of them is a link, and most are not. */
async function place(): Promise<Place> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "tutti-denied-")));
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), `${text}\n`);
  }
  await symlink(join(root, "home/dotfiles/aws"), join(root, "home/.aws"));
  return { root, home: join(root, "home"), slot: join(root, "slot") };
}

/** What the model is sent while an agent makes these calls, one after another. */
async function heardOf(
  permissionsOf: (place: Place) => AgentPermissions,
  callsOf: (place: Place) => readonly Call[],
  envOf: (place: Place) => Readonly<Record<string, string>> = () => ({}),
): Promise<string> {
  const at = await place();
  const turns = [...callsOf(at).map((call) => ({ tools: [call] })), { says: "done" }];
  const simulator = await startSimulator({
    scenario: parseScenario(JSON.stringify({ rules: [{ match: { task: "look" }, turns }] })),
  });
  const heard: string[] = [];
  const server = await loopbackServer(({ request, response, body }) => {
    heard.push(body);
    response.writeHead(307, { location: `${simulator.url}${request.url}` }).end();
  });
  const env = { HOME: at.home, ANTHROPIC_BASE_URL: server.url, ANTHROPIC_API_KEY: "sk-ant-test", ...envOf(at) };
  const session = await claudeCode({ maxRetries: 0, env }).doOpen({
    slotId: asSlotId(`denied-${process.pid}-${basename(at.root)}`),
    cwd: at.slot,
    model: "sonnet",
    permissions: permissionsOf(at),
  });
  const outcome = await session.doTurn({
    prompt: "Tutti role: worker\nTutti task: look\n\nLook.",
    onEvent: () => undefined,
    signal: new AbortController().signal,
    timeoutMs: 30_000,
    stallTimeoutMs: 30_000,
  });
  await session.doClose();
  await Promise.all([server.stop(), simulator.close()]);
  await rm(at.root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  expect(outcome).toMatchObject({ status: "finished", text: "done" });
  return heard.join("\n");
}

const secrets = (heard: string): readonly string[] => [...new Set(heard.match(/SECRET-[A-Z]+/g))].toSorted();

const { isAvailable } = await sandboxAvailability();

describe.concurrent("with the real Claude Code", { timeout: 60_000 }, () => {
  test.runIf(isAvailable)(
    "in the sandbox no command and no tool reads a denied place or what Claude Code logs in by, and git, node and npm work",
    async () => {
      const heard = await heardOf(
        () => ({ mode: "edit", allow: [], sandbox: "required" }),
        ({ home }) => [
          bash("cat ~/.ssh/id_ed25519 ../home/.netrc ~/.aws/credentials ~/dotfiles/aws/credentials ~/notes.txt"),
          bash(`node -e "console.log(require('fs').readFileSync('${home}/.claude/.credentials.json', 'utf8'))"`),
          bash("cat $CLAUDE_CONFIG_DIR/.c*.json ~/.claude.json; ln -s ~/.ssh l; cat l/id_ed25519"),
          readOf(`${home}/.ssh/id_ed25519`),
          bash("env; cat /proc/*/environ | tr '\\0' '\\n'"),
          bash("git init -q . && git add a.txt && git ls-files -s && node -p '6 * 111' && npm --version && cat a.txt"),
        ],
        ({ root }) => ({ CLAUDE_CONFIG_DIR: join(root, "moved"), ...logins }),
      );
      expect(secrets(heard)).toEqual([]);
      expect(heard).toContain("KNOWN-NOTES");
      // The environments of all processes in sight were shown, without what Claude Code logged in by.
      expect(heard).toContain("ANTHROPIC_BASE_URL=http");
      expect(heard).not.toMatch(/sk-ant-test|ANTHROPIC_API_KEY=/);
      expect(heard).toMatch(/100644 [0-9a-f]{40} 0\\ta\.txt\\n666\\n\d+\.\d+\.\d+\\nKNOWN-SLOT/);
    },
  );

  test.runIf(isAvailable)("a list of one's own takes the place of the default", async () => {
    const heard = await heardOf(
      ({ root }) => ({ mode: "edit", allow: [], sandbox: "required", deniedReads: ["~/.netrc", `${root}/two words/`] }),
      ({ root, home }) => [
        bash(`cat ~/.ssh/id_ed25519 ~/.netrc "${root}/two words/token"`),
        readOf(`${root}/two words/token`),
        readOf(`${home}/.netrc`),
      ],
    );
    expect(secrets(heard)).toEqual(["SECRET-SSH"]);
  });

  test("without the sandbox rules that allow reading do not allow these places, but a program that may run reads them", async () => {
    const heard = await heardOf(
      () => ({ mode: "read", allow: ["Read", "Grep", "Bash(cat:*)", "Bash(node:*)"], sandbox: "off" }),
      ({ home }) => [
        readOf(`${home}/.netrc`),
        { name: "Grep", input: { pattern: "SECRET", path: `${home}/.ssh`, output_mode: "content" } },
        bash("cat ~/.ssh/id_ed25519"),
        readOf(`${home}/notes.txt`),
        bash('node -p \'fs.readFileSync(process.env.HOME + "/.aws/credentials", "utf8")\''),
        bash("echo $ANTHROPIC_API_KEY; env"),
        bash("node -p 'process.env.ANTHROPIC_AUTH_TOKEN'"),
      ],
      () => logins,
    );
    expect(heard).toContain("KNOWN-NOTES");
    expect(heard).not.toContain("sk-ant-test");
    expect(secrets(heard)).toEqual(["SECRET-AWS", "SECRET-BEARER"]);
  });
});

test("a rule for each place, and for where a variable puts it", () => {
  const environment = { CLAUDE_CONFIG_DIR: "/srv/claude/", XDG_CONFIG_HOME: "relative" };
  expect(
    denyReadRules(
      ["~/.ssh/", "/srv/key", "~/.claude/.credentials.json", "~/.claude.json", "~/.config/gh"],
      environment,
    ),
  ).toEqual([
    "Read(~/.ssh)",
    "Read(//srv/key)",
    "Read(~/.claude/.credentials.json)",
    "Read(//srv/claude/.credentials.json)",
    "Read(~/.claude.json)",
    "Read(//srv/claude/.claude.json)",
    "Read(~/.config/gh)",
  ]);
});
