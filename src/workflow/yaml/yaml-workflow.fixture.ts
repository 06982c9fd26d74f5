import { parseYaml } from "../../config/read/yaml-file.ts";
import type { AnyWorkflow } from "../flow.ts";
import { readYamlWorkflow, type YamlProgram } from "./yaml-workflow.ts";

/** Reads a workflow from text, as if it stood in `flow.yaml`. */
export function program(text: string): YamlProgram {
  const { content, lineOf } = parseYaml(text, "flow.yaml");
  return readYamlWorkflow(content, { file: "flow.yaml", lineOf }, "flow");
}

export const linked = (text: string, others: Readonly<Record<string, AnyWorkflow>> = {}): AnyWorkflow =>
  program(text).link(new Map(Object.entries(others)));
