import { stringify } from "yaml";
import { detectGates } from "./detect-gates.ts";
import { detectSetup } from "./detect-setup.ts";
import type { DetectedCommand, ProjectFacts } from "./project-facts.ts";

/**
 * The text of a first `tutti.config.yaml`: what was detected is set, what is often wanted stands there as a comment.
 * A setting that is commented out has no blank after its `#`; sentences have one.
 */
export function initialConfig(facts: ProjectFacts): string {
  const gates = detectGates(facts);
  const sections = [
    head(facts),
    models,
    execution,
    workspaceSection(facts),
    gatesSection(gates),
    supervisor,
    agentSection(gates),
    budget,
  ];
  return `${sections.join("\n\n")}\n`;
}

const head = ({ schemaPath }: ProjectFacts): string =>
  [
    `# yaml-language-server: $schema=${schemaPath}`,
    "# Settings of Tutti for this project. Every line may go: what is not set has a default.",
    "# `tutti config explain execution.workers` says what a setting does and where its value comes from.",
  ].join("\n");

const models = `models:
  manager:
    model: opus # plans the job, reviews, sums up
  worker:
    model: sonnet # does the tasks`;

const execution = `#execution:
#  workers: auto # tasks at once: a number, or auto
#  workerTimeoutMs: 1800000 # longest time for one attempt at a task`;

function workspaceSection(facts: ProjectFacts): string {
  const setup = detectSetup(facts);
  const comment = "# Agents work in clones of the repository. These commands make a clone ready to work in.";
  if (setup.length > 0) return `${comment}\n${block({ workspace: { setup } })}`;
  return `${comment}\n#workspace:\n#  setup:\n#    - run: ./install-dependencies.sh\n#  copy: [.env.test] # ignored files that agents need`;
}

function gatesSection(gates: readonly DetectedCommand[]): string {
  const comment = "# Work counts as done when these commands pass: on the attempt, and again on the merged tree.";
  if (gates.length > 0) return `${comment}\n${block({ gates })}`;
  return `${comment}\n#gates:\n#  - name: test\n#    run: make test`;
}

const supervisor = `# A model that looks for each thing a task asks for in the work that the gates let pass: one question for a task.
#supervisor:
#  kind: claude-code # the Claude Code that you have; or ollama, openai, anthropic, node-llama-cpp
#  model: sonnet`;

function agentSection(gates: readonly DetectedCommand[]): string {
  const rules = gates.map(({ run }) => `Bash(${run}:*)`);
  const example = block({ agent: { allow: rules.length > 0 ? rules : ["Bash(make test:*)"] } });
  return `# What agents may run without a question where the sandbox is not available.\n${commentedOut(example)}`;
}

const budget = `# A job pauses when it has cost this much.
#budget:
#  maxCostUsdPerJob: 20`;

const block = (value: unknown): string => stringify(value, { lineWidth: 0 }).trimEnd();

const commentedOut = (text: string): string => text.replaceAll(/^/gm, "#");
