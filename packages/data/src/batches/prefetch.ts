/**
 * Makes `count` values in order, some ahead of the reader, so that reading goes on while the reader computes.
 * A reader that leaves early waits for what is under way and starts no more.
 */
export async function* prefetch<Value>(count: number, ahead: number, make: (index: number) => Promise<Value>): AsyncGenerator<Value> {
  const underWay: Promise<Value>[] = [];
  let next = 0;
  const start = () => {
    const value = make(next++);
    // An error is the reader's when its turn comes; until then it must not count as unhandled.
    value.catch(() => {});
    underWay.push(value);
  };
  try {
    while (next < Math.min(ahead, count)) start();
    while (underWay.length > 0) {
      const value = await underWay.shift()!;
      if (next < count) start();
      yield value;
    }
  } finally {
    await Promise.allSettled(underWay);
  }
}
