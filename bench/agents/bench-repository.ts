import { scratchProject, type ScratchProject } from "../../test/support/scratch-project.ts";
import type { ModelServer } from "./model-server.ts";

export type BenchRepository = AsyncDisposable &
  ScratchProject & { readonly agentEnv: Readonly<Record<string, string>> };

/** A small repository with a home of its own, and the environment in which `claude` talks to the scripted model. */
export async function benchRepository(model: ModelServer): Promise<BenchRepository> {
  const project = await scratchProject({
    "README.md": "# Bench\n",
    "src/index.js": "export const answer = 42;\n",
    "tutti.config.yaml": "execution:\n  workers: 4\n",
  });
  const agentEnv = {
    PATH: process.env["PATH"] ?? "",
    HOME: project.home,
    XDG_STATE_HOME: project.stateHome,
    ANTHROPIC_BASE_URL: model.url,
    ANTHROPIC_API_KEY: "sk-ant-test",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
  };
  return { ...project, agentEnv, [Symbol.asyncDispose]: () => project.remove() };
}
