/** Prints until nobody reads, then says why on stderr and ends by itself. */
import { processOutput } from "./output.ts";

const output = processOutput(process, { isJson: false });
const timer = setInterval(() => output.stdout(`${"x".repeat(1000)}\n`), 1);
output.readerGone.addEventListener("abort", () => {
  clearInterval(timer);
  output.stdout("nobody reads this\n");
  const reason: unknown = output.readerGone.reason;
  output.stderr(reason instanceof Error ? reason.message : "no reason");
});
