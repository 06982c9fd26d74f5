import { setImmediate } from "node:timers";

/** Before bodies are refused it. */
const callInNextTurn = setImmediate;

let turn = 0;
let isCounting = false;

/** Differs between two turns of the event loop: promises that settle one by the other do so within one. */
export function eventLoopTurn(): number {
  if (!isCounting) {
    isCounting = true;
    callInNextTurn(() => {
      turn += 1;
      isCounting = false;
    });
  }
  return turn;
}
