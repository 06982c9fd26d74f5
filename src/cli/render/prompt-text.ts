import type { PartAccount, PromptAccount } from "../../domain/prompt/prompt-part.ts";
import type { PromptsOfTask, ShownPrompt } from "../../orchestration/prompts/prompt-room.ts";
import { formatDateTime } from "./quantities.ts";
import type { Style } from "./style.ts";
import { oneLine, plainLines } from "./terminal-text.ts";
import { textTable } from "./text-table.ts";

/** Prompts for a person: each whole, and behind it what its tokens went to. */
export const promptsText = (key: string, { attempt, prompts }: PromptsOfTask, style: Style): string =>
  prompts.map((prompt) => promptText(`attempt ${attempt} of ${key}`, prompt, style)).join("\n");

function promptText(of: string, prompt: ShownPrompt, style: Style): string {
  const { sent, kind, template, text, rewriting } = prompt;
  const when =
    sent === undefined
      ? "would be sent now"
      : `sent ${formatDateTime(sent.at)}, turn ${sent.turn} of ${sent.conversation}`;
  const title = style("bold", `The prompt of ${of}: ${kind}, ${when}`);
  const source = `made with ${oneLine(template.name)} (${template.from})`;
  const asked = rewriting === undefined ? [] : rewritingLines(rewriting);
  return `${[title, source, ...asked, "", ...plainLines(text), ""].join("\n")}\n${accountText(prompt.account)}`;
}

function rewritingLines(rewriting: NonNullable<ShownPrompt["rewriting"]>): readonly string[] {
  if (!rewriting.isUsed) return [`not written anew: ${oneLine(rewriting.reason)}`];
  const original = plainLines(rewriting.original).map((line) => `  ${line}`);
  return [`written anew by ${oneLine(rewriting.by)}; the original was:`, ...original];
}

function accountText(account: PromptAccount): string {
  const { tokens, maxTokens, counter, parts, isOverBudget } = account;
  const how = counter === "size" ? "estimated by its size" : "counted with o200k";
  const over = isOverBudget ? " What is required is more than that." : "";
  const head = `About ${tokens} of at most ${maxTokens} tokens, ${how}.${over}`;
  if (parts.length === 0) return `${head}\n`;
  const rows = parts.map((part) => [
    oneLine(part.name),
    part.priority === "required" ? "required" : String(Math.floor(part.priority)),
    tokensOf(part),
    part.reason === undefined ? part.status : `${part.status}: ${part.reason}`,
  ]);
  const right = "right" as const;
  const columns = [
    { title: "part" },
    { title: "priority" },
    { title: "tokens", align: right },
    { title: "what became of it" },
  ];
  return `${head}\n${textTable(columns, rows)}`;
}

const tokensOf = ({ tokens, fullTokens }: PartAccount): string =>
  tokens === fullTokens ? String(tokens) : `${tokens} of ${fullTokens}`;
