import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { check, chooseModel } from "./cli/check.ts";
import { diagnose, type DiagnoseFlags } from "./cli/diagnose.ts";
import { exportTo } from "./cli/export.ts";
import { fix, type FixFlags } from "./cli/fix.ts";
import { layersText } from "./cli/layers.ts";
import { FileError, readModelFile } from "./cli/file.ts";
import { RANGES, readInteger, type Bounds } from "./cli/integer.ts";
import { endWithReader, EXIT, type ExitCode, processOutput } from "./cli/output.ts";
import { everyCore, run, type RunFlags } from "./cli/run.ts";
import { line, lines } from "./text/quote.ts";

/** A reader of one option's number, for commander. */
const integer =
  (bounds: Bounds) =>
  (text: string): number => {
    const read = readInteger(text, bounds);
    if (typeof read === "string") throw new InvalidArgumentError(read);
    return read;
  };

const { steps, seed, threads } = RANGES;

const root = () =>
  new Option(
    "--root <dir>",
    "the folder that data may be read from, instead of the model file's own; it holds that",
  );

let exit: number = EXIT.completed;

const program = new Command("gradlens")
  .description("See the gradients of a neural network at the layer that causes them.")
  .exitOverride()
  .configureOutput({
    writeOut: (text) => void processOutput.out(lines(text)),
    writeErr: (text) => processOutput.err(lines(text)),
  })
  .showHelpAfterError("(add --help for the usage)");

program
  .command("run")
  .description("train a model and show the statistics of its layers")
  .argument("<file>", "the model file")
  .option("--model <name>", "which model of the file; needed where it has several")
  .option("--steps <n>", "number of training steps, instead of the file's", integer(steps))
  .option("--seed <n>", "seed, instead of the file's", integer(seed))
  .option("--every <n>", "with jsonl: write each n-th step", integer(steps), 1)
  .addOption(
    new Option("--format <format>", "for people, or for programs")
      .choices(["table", "jsonl"])
      .default("table"),
  )
  .option(
    "--threads <n>",
    "how many may compute at a time, where that is faster",
    integer(threads),
    everyCore(),
  )
  .option("--no-wide-simd", "leave vectors at 128 bits where V8 could compute with 256 (x64)")
  .option("--verbose", "say what computes, and why")
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
  .command("diagnose")
  .description("train a model and say what is wrong with it, the cause first; ends with 4 where something is")
  .argument("<file>", "the model file")
  .option("--model <name>", "which model of the file; needed where it has several")
  .option("--steps <n>", "number of training steps, instead of the file's", integer(steps))
  .option("--seed <n>", "seed, instead of the file's", integer(seed))
  .addOption(
    new Option("--format <format>", "for people, for programs, or for code scanning")
      .choices(["table", "json", "sarif"])
      .default("table"),
  )
  .option(
    "--threads <n>",
    "how many may compute at a time, where that is faster",
    integer(threads),
    everyCore(),
  )
  .addOption(root())
  .action(
    async (name: string, { model, root, ...flags }: DiagnoseFlags & { model?: string; root?: string }) => {
      const file = await readModelFile(name, root);
      const chosen = chooseModel(file, model, processOutput);
      exit = typeof chosen === "object" ? await diagnose(file, chosen, flags, processOutput) : chosen;
    },
  );

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
  .command("fix")
  .description("find out by trying which fixes make a model train, and write the file with the best")
  .argument("<file>", "the model file")
  .option("--model <name>", "which model of the file; needed where it has several")
  .option("--seed <n>", "the first of three seeds, instead of the file's", integer(seed))
  .addOption(
    new Option("--format <format>", "for people, or for programs")
      .choices(["table", "json"])
      .default("table"),
  )
  .option("-o, --output <file>", "the file with the best fix applied to the model; else nothing is written")
  .option("--threads <n>", "how many may compute at a time, where that is faster", integer(threads), 1)
  .addOption(root())
  .action(async (name: string, { model, root, ...flags }: FixFlags & { model?: string; root?: string }) => {
    const file = await readModelFile(name, root);
    const chosen = chooseModel(file, model, processOutput);
    exit = typeof chosen === "object" ? await fix(file, chosen, flags, processOutput) : chosen;
  });

program
  .command("layers")
  .description("list the layer types with their parameters and defaults")
  .action(() => processOutput.out(lines(layersText())));

endWithReader();
process.on("uncaughtException", (error) => process.exit(report(error)));
try {
  await program.parseAsync();
} catch (error) {
  exit = report(error);
}
process.exitCode = exit;

/** Says what went wrong; whoever works on GradLens sees where with GRADLENS_DEBUG. */
function report(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.completed : EXIT.usage;
  const message = error instanceof Error ? error.message : String(error);
  processOutput.err(error instanceof FileError ? line`${message}` : line`gradlens failed: ${message}`);
  if (process.env.GRADLENS_DEBUG)
    processOutput.err(lines((error instanceof Error && error.stack) || message));
  return error instanceof FileError ? EXIT.badFile : EXIT.broken;
}
