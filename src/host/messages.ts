import { PANEL_COMMANDS, type FromWebview, type PanelCommand } from "../protocol/webview.ts";

/** The message where it is one that a panel may send, else `undefined`: a webview's messages are checked before they act. */
export function fromWebview(message: unknown): FromWebview | undefined {
  if (typeof message !== "object" || message === null || !("type" in message)) return undefined;
  const { type, run, step, layer, command } = message as Record<string, unknown>;
  switch (type) {
    case "ready":
    case "focus":
      return { type };
    case "behind":
      return isId(run) && isId(step) ? { type, run, step } : undefined;
    case "select":
      return isId(run) ? { type, run } : undefined;
    case "reveal":
      return isId(run) && typeof layer === "string" ? { type, run, layer } : undefined;
    case "hover":
      if (!isId(run)) return undefined;
      return typeof layer === "string" ? { type, run, layer } : { type, run };
    case "command":
      return isCommand(command) ? { type, command } : undefined;
    default:
      return undefined;
  }
}

const isId = (value: unknown): value is number => Number.isSafeInteger(value);

const isCommand = (value: unknown): value is PanelCommand =>
  (PANEL_COMMANDS as readonly unknown[]).includes(value);
