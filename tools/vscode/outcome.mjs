// What a window came to, decided by whoever knows first: the page, the server, the browser or a signal.

/** How long the page may take to report after its extension host has ended, and the host after the page reported. */
const REPORT_MS = 10_000;
const HOST_EXIT_MS = 3_000;

/** @typedef {{ code: number, reason?: string }} Verdict */

/**
 * A false pass is impossible: VS Code's page reports 0 for an extension host that was killed, ran out of memory or
 * left by process.exit(), so what the server and the connection say of the host's end counts more.
 */
export class Outcome {
  /** @type {Verdict | undefined} */
  #crash;
  #decision = /** @type {PromiseWithResolvers<Verdict>} */ (Promise.withResolvers());
  #hostExited = Promise.withResolvers();

  verdict = this.#decision.promise;

  /** The first call counts. @param {number} code @param {string} [reason] */
  finish(code, reason) {
    this.#decision.resolve(reason === undefined ? { code } : { code, reason });
  }

  /** Reads what the server prints. @param {string} text */
  hearServer(text) {
    const [, code, signal] = /Extension Host Process exited with code: (\w+), signal: (\w+)/.exec(text) ?? [];
    if (code === undefined) return;
    this.#hostExited.resolve(undefined);
    if (code !== "0" || signal !== "null") {
      this.#crashed(Number(code) || 1, `the extension host ended by itself (code ${code}, signal ${signal})`);
    }
    const { code: status, reason } = this.#crash ?? {
      code: 1,
      reason: "the extension host ended without a test result",
    };
    setTimeout(() => this.finish(status, reason), REPORT_MS).unref();
  }

  /** Reads what the page logs. @param {string} text */
  hearPage(text) {
    if (/^\[remote-connection\]\[ExtensionHost\].* received socket close event/.test(text)) {
      this.#crashed(1, "the extension host ended by itself before its tests did");
    }
  }

  /** The page says that the tests have ended. @param {unknown} code */
  async testsEnded(code) {
    await Promise.race([
      this.#hostExited.promise,
      new Promise((resolve) => setTimeout(resolve, HOST_EXIT_MS)),
    ]);
    if (this.#crash) this.finish(this.#crash.code, this.#crash.reason);
    else this.finish(typeof code === "number" ? code : 1);
  }

  /** @param {number} code @param {string} reason */
  #crashed(code, reason) {
    this.#crash ??= { code, reason };
  }
}
