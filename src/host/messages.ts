import {
  PANEL_COMMANDS,
  SAVE_FORMATS,
  type FromWebview,
  type PanelCommand,
  type SaveFormat,
} from "../protocol/webview.ts";

/** The message where it is one that a panel may send, else `undefined`: a webview's messages are checked before they act. */
export function fromWebview(message: unknown): FromWebview | undefined {
  if (typeof message !== "object" || message === null || !("type" in message)) return undefined;
  const { type, run, step, layer, command, on, other, name, format, content } = message as Record<
    string,
    unknown
  >;
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
    case "decompose":
      return isId(run) && typeof layer === "string" ? { type, run, layer } : undefined;
    case "hover":
      if (!isId(run)) return undefined;
      return typeof layer === "string" ? { type, run, layer } : { type, run };
    case "pin":
      return isId(run) && typeof on === "boolean" ? { type, run, on } : undefined;
    case "diff":
      return isId(run) && isId(other) ? { type, run, other } : undefined;
    case "at":
      if (!isId(run)) return undefined;
      return step === undefined ? { type, run } : isId(step) ? { type, run, step } : undefined;
    case "save":
      return typeof name === "string" && isFormat(format) && typeof content === "string"
        ? { type, name, format, content }
        : undefined;
    case "command":
      return isCommand(command) ? { type, command } : undefined;
    default:
      return undefined;
  }
}

const isId = (value: unknown): value is number => Number.isSafeInteger(value);

const isFormat = (value: unknown): value is SaveFormat =>
  (SAVE_FORMATS as readonly unknown[]).includes(value);

const isCommand = (value: unknown): value is PanelCommand =>
  (PANEL_COMMANDS as readonly unknown[]).includes(value);
