import { t } from "../l10n/translate.ts";

/** One end of a channel between two threads. */
export interface Port {
  post(message: unknown, transfer?: readonly ArrayBufferLike[]): void;
  listen(listener: (message: unknown) => void): { dispose(): void };
}

/** Functions that one side offers to the other; each takes one argument that can be cloned. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the bound of a type parameter: any argument, any result
export type Calls<C> = { readonly [K in keyof C]: (argument: any) => unknown };

/** The same functions as the side that offers them may write them: at once, or later. */
export type Handlers<C extends Calls<C>> = {
  readonly [K in keyof C]: (argument: Parameters<C[K]>[0]) => ReturnType<C[K]> | Promise<ReturnType<C[K]>>;
};

/** The channel was closed before the other side answered. */
export class ClosedError extends Error {
  override readonly name = "ClosedError";
  constructor() {
    super(t`the connection was closed`);
  }
}

type Message =
  | { readonly kind: "call"; readonly id: number; readonly name: string; readonly argument: unknown }
  | { readonly kind: "result"; readonly id: number; readonly value: unknown }
  | { readonly kind: "error"; readonly id: number; readonly message: string };

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/**
 * Typed calls over a port. A call ends with the result, with the error the other side threw,
 * or with a `ClosedError` once this side is disposed. Whoever owns the other side (a thread,
 * a view) disposes this one when it goes away, so that nothing waits for ever.
 */
export class Rpc<Mine extends Calls<Mine>, Theirs extends Calls<Theirs>> {
  readonly #port: Port;
  readonly #mine: Handlers<Mine>;
  readonly #pending = new Map<number, Pending>();
  readonly #listener: { dispose(): void };
  #nextId = 0;
  #closed = false;

  constructor(port: Port, mine: Handlers<Mine>) {
    this.#port = port;
    this.#mine = mine;
    this.#listener = port.listen((message) => void this.#receive(message as Message));
  }

  call<K extends keyof Theirs & string>(
    name: K,
    argument: Parameters<Theirs[K]>[0],
    transfer?: readonly ArrayBufferLike[],
  ): Promise<ReturnType<Theirs[K]>> {
    if (this.#closed) return Promise.reject(new ClosedError());
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as (value: unknown) => void, reject });
      try {
        this.#port.post({ kind: "call", id, name, argument } satisfies Message, transfer);
      } catch (error) {
        this.#pending.delete(id);
        reject(asError(error));
      }
    });
  }

  /** Rejects every call in flight and every later one. Idempotent. */
  dispose(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#listener.dispose();
    for (const { reject } of this.#pending.values()) reject(new ClosedError());
    this.#pending.clear();
  }

  async #receive(message: Message): Promise<void> {
    switch (message.kind) {
      case "call": {
        const reply = await this.#answer(message);
        if (!this.#closed) this.#port.post(reply);
        return;
      }
      case "result":
        this.#take(message.id)?.resolve(message.value);
        return;
      case "error":
        this.#take(message.id)?.reject(new Error(message.message));
        return;
      default:
        message satisfies never;
    }
  }

  async #answer({ id, name, argument }: Message & { kind: "call" }): Promise<Message> {
    try {
      const known = Object.hasOwn(this.#mine, name) ? this.#mine[name as keyof Mine] : undefined;
      if (!known) throw new Error(`unknown call "${name}"`);
      return { kind: "result", id, value: await known(argument) };
    } catch (error) {
      return { kind: "error", id, message: asError(error).message };
    }
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }
}

export const messageOf = (error: unknown): string => asError(error).message;

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
