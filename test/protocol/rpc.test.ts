import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { ClosedError, type Port, Rpc } from "../../src/protocol/rpc.ts";

interface Calculator {
  add(numbers: readonly [number, number]): number;
  fail(message: string): never;
  never(argument: undefined): void;
}

/** Two ends in memory: what one posts, the other hears, later. */
function ports(): readonly [Port, Port] {
  const listeners: [Set<(message: unknown) => void>, Set<(message: unknown) => void>] = [
    new Set(),
    new Set(),
  ];
  const end = (mine: 0 | 1, other: 0 | 1): Port => ({
    post: (message) =>
      queueMicrotask(() => listeners[other].forEach((listener) => listener(structuredClone(message)))),
    listen(listener) {
      listeners[mine].add(listener);
      return { dispose: () => void listeners[mine].delete(listener) };
    },
  });
  return [end(0, 1), end(1, 0)];
}

function connect(): Rpc<object, Calculator> {
  const [near, far] = ports();
  new Rpc<Calculator, object>(far, {
    add: ([a, b]) => a + b,
    fail: (message) => {
      throw new Error(message);
    },
    never: () => new Promise(() => undefined),
  });
  return new Rpc<object, Calculator>(near, {});
}

suite("Rpc", () => {
  test("returns what the other side computed", async () => {
    assert.equal(await connect().call("add", [2, 3]), 5);
  });

  test("keeps answers apart", async () => {
    const rpc = connect();
    const never = rpc.call("never", undefined);
    assert.deepEqual(await Promise.all([rpc.call("add", [1, 1]), rpc.call("add", [2, 2])]), [2, 4]);
    rpc.dispose();
    await assert.rejects(never, ClosedError);
  });

  test("rejects with the message of what the other side threw", async () => {
    await assert.rejects(connect().call("fail", "out of memory"), { message: "out of memory" });
  });

  test("rejects a call that the other side does not know, inherited names included", async () => {
    const rpc = connect() as unknown as Rpc<object, Record<string, (argument: undefined) => void>>;
    await assert.rejects(rpc.call("subtract", undefined), { message: 'unknown call "subtract"' });
    await assert.rejects(rpc.call("toString", undefined), { message: 'unknown call "toString"' });
  });

  test("rejects what cannot be posted", async () => {
    const port: Port = {
      post: () => {
        throw new Error("could not be cloned");
      },
      listen: () => ({ dispose: () => undefined }),
    };
    await assert.rejects(new Rpc<object, Calculator>(port, {}).call("add", [1, 2]), {
      message: "could not be cloned",
    });
  });

  test("rejects calls in flight when it is disposed", async () => {
    const rpc = connect();
    const pending = rpc.call("never", undefined);
    rpc.dispose();
    await assert.rejects(pending, ClosedError);
  });

  test("rejects calls made after it is disposed", async () => {
    const rpc = connect();
    rpc.dispose();
    rpc.dispose();
    await assert.rejects(rpc.call("add", [1, 1]), ClosedError);
  });
});
