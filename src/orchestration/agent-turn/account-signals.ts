import type { AgentEvent, AgentOutcome } from "../../agents/port.ts";
import { defaultAccount, type Services } from "../services.ts";

type Noting = Pick<Services, "state" | "logger">;

const slowDown = 429;

/** What an event tells of the account: how much of it is used, or that its server wants it slower. */
export async function noteAccountEvent(services: Noting, event: AgentEvent): Promise<void> {
  if (event.type === "account-limits") {
    await noted(services, () => services.state.accounts.noteReading(defaultAccount, event.reading));
  } else if (event.type === "api-retry" && event.status === slowDown) {
    await noted(services, () => services.state.accounts.noteRefusal(defaultAccount));
  }
}

/** An agent that gave up at a short refusal, with or without having told of it before. */
export async function noteAccountOutcome(services: Noting, outcome: AgentOutcome): Promise<void> {
  if (outcome.status !== "failed" || outcome.failure.error.failureClass !== "rate_limited") return;
  await noted(services, () => services.state.accounts.noteRefusal(defaultAccount));
}

/** A turn must not be lost because a remark about its account was not written. */
async function noted({ logger }: Noting, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    logger.warn("what the model server said of the account was not noted", { error: String(error) });
  }
}
