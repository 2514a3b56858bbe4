const IMPORT = /^[ \t]*(import|from)[ \t]+torch\b/m;

/** So much of a program is looked at: imports stand at its beginning. */
const BEGINNING = 20_000;

/** The line, from 0, at which a Python program imports PyTorch; `undefined` where it does not. */
export function torchImport(program: string): number | undefined {
  const beginning = program.slice(0, BEGINNING);
  const at = IMPORT.exec(beginning)?.index;
  return at === undefined ? undefined : beginning.slice(0, at).split("\n").length - 1;
}
