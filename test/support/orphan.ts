// A process that starts the engine in a process of its own, which loops for ever, says which, and waits to be killed.
import { engineHomes } from "../../src/process/engineHome.ts";

const home = engineHomes.own(process.argv[2] ?? "", {
  text: (line) => console.log(line),
  ended: () => undefined,
});
console.log(home.what);
setInterval(() => undefined, 1000);
