import { quickDelegate } from "tutti";

const results = await quickDelegate(
  ["Write hello in French into fr.txt", "Write hello in Italian into it.txt", "Write hello in Finnish into fi.txt"],
  { goal: "Greetings" },
);

for (const { title, status } of results.values()) console.log(`${status}: ${title}`);
