export const LAST_PORT = 65535;

/** The port that an option names; 0: any free one. Throws with a sentence where it is none. @param {string} text */
export function portFrom(text) {
  const port = /^\d+$/.test(text) ? Number(text) : NaN;
  if (port <= LAST_PORT) return port;
  throw new Error(`--port ${JSON.stringify(text)}: expected a whole number from 0 to ${LAST_PORT}`);
}
