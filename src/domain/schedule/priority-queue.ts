/**
 * A binary heap: `push` and `pop` in O(log n).
 * @typeParam T - compared by the function given; equals come out in any but a deterministic order
 */
export type PriorityQueue<T> = {
  readonly size: number;
  push(item: T): void;
  /** Removes and returns the item that sorts first; `undefined` when empty. */
  pop(): T | undefined;
};

/** @param compare - as for `Array.sort`: negative when `a` comes out before `b` */
export function priorityQueue<T>(compare: (a: T, b: T) => number): PriorityQueue<T> {
  const heap: T[] = [];
  return {
    get size() {
      return heap.length;
    },
    push(item) {
      heap.push(item);
      rise(heap, compare);
    },
    pop() {
      const first = heap[0];
      const last = heap.pop();
      if (last === undefined || heap.length === 0) return first;
      heap[0] = last;
      sink(heap, compare);
      return first;
    },
  };
}

function rise<T>(heap: T[], compare: (a: T, b: T) => number): void {
  let index = heap.length - 1;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    if (!swapWhenBefore(heap, compare, { index, other: parent })) return;
    index = parent;
  }
}

function sink<T>(heap: T[], compare: (a: T, b: T) => number): void {
  let parent = 0;
  for (;;) {
    const child = smallerChild(heap, compare, parent);
    if (!swapWhenBefore(heap, compare, { index: child, other: parent })) return;
    parent = child;
  }
}

function smallerChild<T>(heap: readonly T[], compare: (a: T, b: T) => number, parent: number): number {
  const left = heap[2 * parent + 1];
  const right = heap[2 * parent + 2];
  const isRight = left !== undefined && right !== undefined && compare(right, left) < 0;
  return 2 * parent + (isRight ? 2 : 1);
}

type Pair = { readonly index: number; readonly other: number };

function swapWhenBefore<T>(heap: T[], compare: (a: T, b: T) => number, { index, other }: Pair): boolean {
  const item = heap[index];
  const against = heap[other];
  if (item === undefined || against === undefined || compare(item, against) >= 0) return false;
  [heap[index], heap[other]] = [against, item];
  return true;
}
