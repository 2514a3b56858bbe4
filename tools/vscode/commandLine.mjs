// The command line of the desktop's `code`.

const TAKES_VALUE = new Set([
  ...["extensionDevelopmentPath", "extensionTestsPath", "extensions-dir", "user-data-dir"],
  ...["folder-uri", "file-uri", "goto", "locale", "log", "profile", "sync", "logsPath"],
  ...["install-extension", "uninstall-extension", "disable-extension", "category", "enable-proposed-api"],
  ...["inspect-extensions", "inspect-brk-extensions", "crash-reporter-directory"],
  ...["port", "window-size", "timeout"], // ours, not the desktop's
]);

const SHORT = new Map([
  ["-g", "--goto"],
  ["-v", "--version"],
  ["-h", "--help"],
]);

// Options with which `code` opens no window.
const MANAGES = new Set([
  ...["install-extension", "uninstall-extension", "list-extensions", "locate-extension", "update-extensions"],
  ...["version", "help"],
]);
const BELONGS_TO_MANAGING = new Set([...MANAGES, "force", "show-versions", "category", "pre-release"]);

/**
 * @typedef {object} CommandLine
 * @property {Map<string, string[]>} options every value of an option; "" for an option that takes none
 * @property {string[]} files
 * @property {(name: string) => string | undefined} one the last value of an option
 * @property {(name: string) => boolean} has
 */

/** Unknown short options are ignored. @param {readonly string[]} argv @returns {CommandLine} */
export function parseCommandLine(argv) {
  /** @type {Map<string, string[]>} */
  const options = new Map();
  const files = [];
  const rest = [...argv];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const long = SHORT.get(arg) ?? arg;
    if (long === "--") files.push(...rest.splice(0));
    else if (!long.startsWith("-")) files.push(long);
    const [, name, value] = /^--([^=]+)(?:=([^]*))?$/.exec(long) ?? [];
    if (name === undefined) continue;
    const given = value ?? (TAKES_VALUE.has(name) ? rest.shift() : undefined) ?? "";
    options.set(name, [...(options.get(name) ?? []), given]);
  }
  return { options, files, one: (name) => options.get(name)?.at(-1), has: (name) => options.has(name) };
}

/** The arguments with which the server itself manages extensions; undefined if a window is wanted. @param {CommandLine} line */
export function managingArgs({ options }) {
  if (![...options.keys()].some((name) => MANAGES.has(name))) return undefined;
  return [...options]
    .filter(([name]) => BELONGS_TO_MANAGING.has(name))
    .flatMap(([name, values]) =>
      values.flatMap((value) => (value === "" ? [`--${name}`] : [`--${name}`, value])),
    );
}
