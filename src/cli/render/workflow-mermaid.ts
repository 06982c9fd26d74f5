import type { WorkflowGraph, WorkflowNode } from "../../domain/workflow/graph.ts";
import { nodeLabel } from "./workflow-tree.ts";

const classes = [
  "classDef running fill:#cfe8ff,stroke:#1f6feb,color:#000",
  "classDef waiting fill:#fff3bf,stroke:#b08800,color:#000",
  "classDef completed fill:#d3f9d8,stroke:#2b8a3e,color:#000",
  "classDef failed fill:#ffe3e3,stroke:#c92a2a,color:#000",
  "classDef cancelled fill:#f1f3f5,stroke:#868e96,color:#000",
];

/** A flowchart for https://mermaid.js.org: calls from top to bottom, branches side by side, statuses as classes. */
export function workflowMermaid(graph: WorkflowGraph): string {
  const drawing = new Drawing();
  drawing.sequence(graph.nodes, "  ");
  return `${["flowchart TD", ...drawing.lines, ...classes.map((line) => `  ${line}`)].join("\n")}\n`;
}

class Drawing {
  readonly lines: string[] = [];
  #count = 0;

  /** Draws calls one after the other, with an arrow to each from the one before. */
  sequence(nodes: readonly WorkflowNode[], indent: string): void {
    let before: string | undefined;
    for (const node of nodes) {
      const id = this.#draw(node, indent);
      if (before !== undefined) this.lines.push(`${indent}${before} --> ${id}`);
      before = id;
    }
  }

  #draw(node: WorkflowNode, indent: string): string {
    const id = this.#nextId();
    const label = quoted(nodeLabel(node));
    const branches = node.branches.filter(({ nodes }) => nodes.length > 0);
    if (branches.length === 0) {
      this.lines.push(`${indent}${id}${boxOf(node, label)}:::${node.status}`);
      return id;
    }
    this.lines.push(`${indent}subgraph ${id}[${label}]`);
    for (const { name, index, nodes } of branches) {
      const isPlain = branches.length === 1 && name === undefined;
      if (isPlain) this.sequence(nodes, `${indent}  `);
      else this.#branch(name ?? `branch ${index + 1}`, nodes, `${indent}  `);
    }
    this.lines.push(`${indent}end`, `${indent}class ${id} ${node.status}`);
    return id;
  }

  #branch(name: string, nodes: readonly WorkflowNode[], indent: string): void {
    this.lines.push(`${indent}subgraph ${this.#nextId()}[${quoted(name)}]`);
    this.sequence(nodes, `${indent}  `);
    this.lines.push(`${indent}end`);
  }

  #nextId(): string {
    this.#count += 1;
    return `n${this.#count}`;
  }
}

/** A question is a diamond, a wait is round. */
function boxOf({ kind }: WorkflowNode, label: string): string {
  if (kind === "approve") return `{${label}}`;
  return kind === "sleep" || kind === "receive" ? `(${label})` : `[${label}]`;
}

/** Mermaid's own escapes: `#` and the decimal code of a character, `;`. */
const quoted = (text: string): string =>
  `"${text.replaceAll(/[#"<>`&;\\{}[\]()|]/g, (sign) => `#${sign.codePointAt(0)};`)}"`;
