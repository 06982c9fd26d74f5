import { z } from "zod";
import type { JsonObject } from "../../domain/json.ts";
import type { AgentTurn, PermissionAnswer } from "../port.ts";
import { askedText, permissionRequired, type TurnGuard } from "../turn-guard.ts";
import type { CallAnswer, Listener } from "./claude-stream.ts";

const jsonObject = z.record(z.string(), z.json());
const noAnswer =
  "Denied: nobody could say whether this may be done. Go on without it, and say in your result what you could not do.";

type Ask = NonNullable<AgentTurn["onPermission"]>;

/** Puts an open call to whoever runs the turn; one that only a person can answer ends the turn. */
export const openCallAnswerer =
  (ask: Ask, guard: TurnGuard): NonNullable<Listener["onOpenCall"]> =>
  async ({ tool, input }) => {
    const parsed = jsonObject.safeParse(input);
    const request = { tool, input: parsed.success ? parsed.data : {} };
    const answer = await askSafely(ask, request);
    if (answer.action === "ask") guard.stop(permissionRequired(request, answer.context));
    return callAnswers[answer.action](answer);
  };

/** Nobody's word is no permission. */
async function askSafely(ask: Ask, request: { tool: string; input: JsonObject }): Promise<PermissionAnswer> {
  try {
    return await ask(request);
  } catch {
    // Whoever could not say has told why where it belongs; the agent only has to know that it may not.
    return { action: "deny", message: noAnswer };
  }
}

const callAnswers: Readonly<Record<PermissionAnswer["action"], (answer: PermissionAnswer) => CallAnswer>> = {
  allow: () => "allow",
  usual: () => "usual",
  deny: (answer) => ({ message: messageOf(answer), endsTurn: false }),
  ask: () => ({ message: askedText, endsTurn: true }),
};

const messageOf = (answer: PermissionAnswer): string =>
  (answer.action === "deny" ? answer.message : undefined) ??
  "Denied by this project's rules. Go on without it, and say in your result what you could not do.";
