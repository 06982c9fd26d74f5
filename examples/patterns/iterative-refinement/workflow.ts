/** Rewrites a text until it is short enough. The best try counts: its file is brought back when the last one is worse. */
import { refine, workflow } from "tutti";
import { z } from "zod";

export const shorten = workflow(
  "shorten",
  {
    description: "Shortens a file; each word too much costs a tenth of the score",
    input: z.strictObject({ file: z.string(), words: z.int().positive(), tries: z.int().positive() }),
    output: z.object({ status: z.string(), bestTry: z.number(), scores: z.array(z.number()), files: z.string() }),
  },
  async (flow, { file, words, tries }) => {
    const ended = await refine(flow, {
      produce: { agent: "builder", prompt: `Say the same in ${file} in at most ${words} words.`, footprint: [file] },
      evaluate: {
        command: ["wc", "-w", file],
        score: ({ output }) => {
          const tooMany = Math.max(0, Number.parseInt(output, 10) - words);
          return { score: Math.max(0, 1 - tooMany / 10), feedback: `${tooMany} words too many` };
        },
      },
      threshold: 1,
      maxIterations: tries,
      restore: { paths: [file] },
    });
    const { status, bestIteration, iterations, files } = ended;
    return { status, bestTry: bestIteration, scores: iterations.map(({ score }) => score), files };
  },
);
