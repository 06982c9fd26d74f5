import { z } from "zod";

const Block = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  id: z.string().optional(),
  tool_use_id: z.string().optional(),
  is_error: z.boolean().optional(),
});

const Content = z
  .union([z.string(), z.array(Block)])
  .transform((content) => (typeof content === "string" ? [{ type: "text", text: content }] : content));

const Message = z.looseObject({ role: z.string(), content: Content });

/** What of a request of the Anthropic Messages API the simulator looks at. */
export const MessagesRequest = z.looseObject({
  model: z.string(),
  max_tokens: z.int().optional(),
  stream: z.boolean().default(false),
  system: Content.default([]),
  messages: z.array(Message).default([]),
  output_config: z
    .looseObject({
      format: z
        .looseObject({ schema: z.looseObject({ properties: z.record(z.string(), z.unknown()).optional() }).optional() })
        .nullish(),
    })
    .optional(),
  tools: z.array(z.looseObject({ name: z.string() })).default([]),
});

export type MessagesRequest = z.infer<typeof MessagesRequest>;
export type RequestMessage = z.infer<typeof Message>;

/** All text blocks of a content, joined by line ends. */
export const textOf = (content: RequestMessage["content"]): string =>
  content
    .filter(({ type }) => type === "text")
    .map(({ text }) => text ?? "")
    .join("\n");
