import { chromium } from "playwright-core";
import { ensureChromium } from "./install.mjs";

const QUIET = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
];

/** Headless Chromium that calls nobody by itself. */
export function launchChromium() {
  const more = process.env.GRADLENS_CHROMIUM_ARGS?.split(" ") ?? [];
  return chromium.launch({ ...ensureChromium(), args: [...QUIET, ...more] });
}
