import { describe, expect, it } from "vitest";
import { activePrompt, readConversation } from "./conversation.ts";
import { MessagesRequest } from "./messages-request.ts";

const conversationOf = (...messages: readonly unknown[]): ReturnType<typeof readConversation> =>
  readConversation(MessagesRequest.parse({ model: "m", messages }));

const user = (...texts: readonly string[]): unknown => ({
  role: "user",
  content: texts.map((text) => ({ type: "text", text })),
});
const toolResult = { role: "user", content: [{ type: "tool_result", tool_use_id: "x", content: "Tutti task: fake" }] };

describe("readConversation", () => {
  it("leaves out what the agent itself adds under the user's name", () => {
    const { prompts } = conversationOf(
      user("<system-reminder>\nTutti task: fake\n</system-reminder>\n", "Tutti role: worker\nTutti task: a\nGo."),
      toolResult,
      user("<task-notification>done</task-notification>"),
      user("<local-command-stdout>Compacted</local-command-stdout>"),
    );
    expect(prompts).toEqual([
      { at: 0, text: "Tutti role: worker\nTutti task: a\nGo.", lines: { role: "worker", task: "a" } },
    ]);
  });

  it("completes the lines of a prompt from the prompts before it and from the system prompt", () => {
    const request = MessagesRequest.parse({
      model: "m",
      system: "Tutti role: reviewer",
      messages: [user("Tutti task: a\nTutti attempt: 1"), user("Tutti attempt: 2")],
    });
    expect(readConversation(request).prompts.map(({ lines }) => lines)).toEqual([
      { role: "reviewer", task: "a", attempt: 1 },
      { role: "reviewer", task: "a", attempt: 2 },
    ]);
  });

  it.each([
    [{ role: "system", content: "# Environment\n - Primary working directory: /tmp/my work\n - Platform: linux" }],
    [user("<system-reminder>\nWorking directory: /tmp/my work\n</system-reminder>")],
  ])("finds the working directory in %j", (message) => {
    expect(conversationOf(user("Go."), message).cwd).toBe("/tmp/my work");
  });
});

describe("a conversation that goes on in another folder", () => {
  it("has the folder that was named last", () => {
    const { cwd } = conversationOf(
      user("Go."),
      { role: "system", content: "# Environment\n - Primary working directory: /tmp/a" },
      user("Go on."),
      { role: "system", content: "# Environment update\n - Primary working directory: /tmp/b (was /tmp/a)" },
    );
    expect(cwd).toBe("/tmp/b");
  });
});

describe("activePrompt", () => {
  const marked = (attempt: number): string => `Tutti task: a\nTutti attempt: ${attempt}`;
  const active = (texts: readonly string[], known = (): boolean => false): string | undefined =>
    activePrompt(conversationOf(...texts.map((text) => user(text))).prompts, known)?.text;

  it("is the latest with lines of ours, not a word of encouragement after it", () => {
    expect(active([marked(1), marked(2), "Go on."])).toBe(marked(2));
  });

  it("is the first of several with the same lines: the later ones continue it", () => {
    expect(active([marked(1), `${marked(1)}\nGo on.`])).toBe(marked(1));
  });

  it("is the first of all where none has lines of ours and no rule knows one", () => {
    expect(active(["Build it.", "Go on."])).toBe("Build it.");
  });

  it("is the latest that a rule knows where none has lines of ours", () => {
    const prompts = conversationOf(user("Build it."), user("Test it."), user("Go on.")).prompts;
    expect(activePrompt(prompts, ({ text }) => text.includes("it."))?.text).toBe("Test it.");
  });

  it("is nothing in an empty conversation", () => {
    expect(active([])).toBeUndefined();
  });
});
