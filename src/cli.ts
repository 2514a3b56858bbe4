import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { check, chooseModel } from "./cli/check.ts";
import { exportTo } from "./cli/export.ts";
import { layersText } from "./cli/layers.ts";
import { FileError, readModelFile } from "./cli/file.ts";
import { EXIT, type ExitCode, processOutput } from "./cli/output.ts";
import { everyCore, run, type RunFlags } from "./cli/run.ts";

const count = (text: string): number => {
  const n = Number(text);
  if (!Number.isSafeInteger(n) || n < 1) throw new InvalidArgumentError("expected an integer of at least 1.");
  return n;
};

const seed = (text: string): number => {
  const n = Number(text);
  if (!Number.isSafeInteger(n) || n < 0) throw new InvalidArgumentError("expected an integer of at least 0.");
  return n;
};

const root = () =>
  new Option(
    "--root <dir>",
    "the folder that data may be read from, instead of the model file's own; it holds that",
  );

let exit: ExitCode = EXIT.completed;

const program = new Command("gradlens")
  .description("See the gradients of a neural network at the layer that causes them.")
  .exitOverride()
  .showHelpAfterError("(add --help for the usage)");

program
  .command("run")
  .description("train a model and show the statistics of its layers")
  .argument("<file>", "the model file")
  .option("--model <name>", "which model of the file; needed where it has several")
  .option("--steps <n>", "number of training steps, instead of the file's", count)
  .option("--seed <n>", "seed, instead of the file's", seed)
  .option("--every <n>", "with jsonl: write each n-th step", count, 1)
  .addOption(
    new Option("--format <format>", "for people, or for programs")
      .choices(["table", "jsonl"])
      .default("table"),
  )
  .option("--threads <n>", "how many may compute at a time, where that is faster", count, everyCore())
  .addOption(new Option("--engine <engine>", "what computes").choices(["auto", "scalar"]).default("auto"))
  .addOption(root())
  .action(async (name: string, { model, root, ...flags }: RunFlags & { model?: string; root?: string }) => {
    const file = await readModelFile(name, root);
    const chosen = chooseModel(file, model, processOutput);
    exit = typeof chosen === "object" ? await run(file, chosen, flags, processOutput) : chosen;
  });

program
  .command("check")
  .description("list the problems of a model file without running it")
  .argument("<file>", "the model file")
  .addOption(root())
  .action(async (name: string, { root }: { root?: string }) => {
    exit = await check(await readModelFile(name, root), processOutput);
  });

program
  .command("export")
  .description("write a model as a PyTorch program with the same names, seed and batches")
  .argument("<file>", "the model file")
  .option("--model <name>", "which model of the file; needed where it has several")
  .option("-o, --output <file>", "the program's file; else it goes to standard output")
  .addOption(root())
  .action(
    async (name: string, { model, output, root }: { model?: string; output?: string; root?: string }) => {
      const file = await readModelFile(name, root);
      const chosen = chooseModel(file, model, processOutput);
      exit = typeof chosen === "object" ? await exportTo(file, chosen, output, processOutput) : chosen;
    },
  );

program
  .command("layers")
  .description("list the layer types with their parameters and defaults")
  .action(() => processOutput.out(layersText()));

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) exit = error.exitCode === 0 ? EXIT.completed : EXIT.usage;
  else if (error instanceof FileError) {
    processOutput.err(`${error.message}\n`);
    exit = EXIT.badFile;
  } else throw error;
}
process.exitCode = exit;
