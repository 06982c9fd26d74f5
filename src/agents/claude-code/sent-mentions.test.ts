import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loopbackServer } from "../../../test/support/loopback-server.ts";
import { asSlotId } from "../../domain/ids.ts";
import { parseScenario, startSimulator } from "../../simulator/index.ts";
import { claudeCode } from "./claude-code.ts";

const scenario = parseScenario(JSON.stringify({ rules: [{ match: { task: "look" }, turns: [{ says: "seen" }] }] }));

/** In front of a model server: keeps what it is sent. */
async function listener(url: string) {
  const heard: string[] = [];
  const server = await loopbackServer(({ request, response, body }) => {
    heard.push(body);
    response.writeHead(307, { location: `${url}${request.url}` }).end();
  });
  return { ...server, heard };
}

async function place() {
  const root = await mkdtemp(join(tmpdir(), "tutti-mentions-"));
  const slot = join(root, "slot");
  await Promise.all([join(root, "home/.aws"), join(slot, "docs")].map((path) => mkdir(path, { recursive: true })));
  await Promise.all([
    writeFile(join(root, "secret.txt"), "SECRET-OUTSIDE\n"),
    writeFile(join(root, "home/.aws/credentials"), "SECRET-HOME\n"),
    writeFile(join(root, "two words"), "SECRET-QUOTED\n"),
    writeFile(join(slot, "docs/spec.md"), "KNOWN-SPEC\n"),
    symlink(root, join(slot, "up")),
  ]);
  return { root, slot };
}

/** Also where today's Claude Code takes an `@` for text: a later one might not. */
const promptWith = (root: string): string => `Tutti role: worker
Tutti task: look

Follow @docs/spec.md and look at @~/.aws/credentials, @${root}/secret.txt#L1-5 and @"../two words".
@../secret.txt
-@../secret.txt (@../secret.txt) \`@../secret.txt\` "@../secret.txt" 参照。@../secret.txt
@up/secret.txt @docs/../../secret.txt. @"~/.aws/credentials" @${root}/slot/up/secret.txt
`;

test.each(["edit", "read"] as const)(
  "of the files that a prompt mentions those in the slot reach the model, and none from outside (%s)",
  { timeout: 30_000 },
  async (mode) => {
    const { root, slot } = await place();
    const simulator = await startSimulator({ scenario });
    const server = await listener(simulator.url);
    const env = { HOME: join(root, "home"), ANTHROPIC_BASE_URL: server.url, ANTHROPIC_API_KEY: "sk-ant-test" };
    const session = await claudeCode({ maxRetries: 0, env }).doOpen({
      slotId: asSlotId(`mentions-${process.pid}`),
      cwd: slot,
      model: "sonnet",
      permissions: { mode, allow: [], sandbox: "off" },
    });
    const outcome = await session.doTurn({
      prompt: promptWith(root),
      onEvent: () => undefined,
      signal: new AbortController().signal,
      timeoutMs: 20_000,
      stallTimeoutMs: 20_000,
    });
    await session.doClose();
    await Promise.all([server.stop(), simulator.close()]);
    await rm(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    expect(outcome).toMatchObject({ status: "finished", text: "seen" });
    const sent = server.heard.join("\n");
    expect(sent).toContain("KNOWN-SPEC");
    expect(sent).not.toContain("SECRET");
  },
);
