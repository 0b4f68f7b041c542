/**
 * The commands and their options.
 *
 * Invariant: nothing here loads what a command works with; each action imports its own module, so
 * that `--help` costs no more than printing.
 */
import { Command, Option } from "commander";
import type { CommandContext } from "./cli.ts";
import type { BuildOptions } from "./build/build.ts";
import type { OptOptions } from "./opt/opt.ts";
import type { ReduceOptions } from "./reduce/reduce.ts";
import type { RunOptions } from "./run/run.ts";

/** What `build --emit` takes, from the top level down. */
export const EMITS = [
  "pattern",
  "loop",
  "vector",
  "gpu",
  "llvm-dialect",
  "ll",
  "bc",
  "asm",
  "obj",
  "so",
  "header",
  "opencl",
  "cuda",
  "ptx",
  "wasm",
  "wat",
] as const;

/** What `completion` writes scripts for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

const EXIT_CODES = `
Exit status: 0 done, 1 the input is wrong, 2 the command line is wrong, 3 the environment
lacks something, 70 a bug in Strata.`;

/** Builds the tree of commands; each action runs with `context`. */
export function buildProgram(context: CommandContext): Command {
  const program = new Command("kernelc");
  program
    .description("Compiles and runs kernels written in TypeScript, and transforms their IR.")
    .helpOption("-h, --help", "show this help")
    .helpCommand("help [command]", "show the help of a command")
    .option("-V, --version", "print the version")
    .addHelpText(
      "after",
      `
Examples:
  kernelc run heat.kernel.ts --in u=plate.npy --in alpha=0.1 --out result.npy
  kernelc build heat.kernel.ts --emit loop --shape u=512x512
  kernelc opt module.mlir --canonicalize --cse

\`kernelc COMMAND --help\` says more and has more examples.
${EXIT_CODES}`,
    );
  declareRun(program, context);
  declareBuild(program, context);
  declareOpt(program, context);
  declareReduce(program, context);
  declareDevices(program, context);
  declareDoctor(program, context);
  declareCompletion(program, context);
  return program;
}

function collect(value: string, all: readonly string[] = []): readonly string[] {
  return [...all, value];
}

function subcommand(program: Command, usage: string, summary: string): Command {
  return program
    .command(usage)
    .summary(summary)
    .helpOption("-h, --help", "show this help")
    .allowExcessArguments(false);
}

function kernelOption(): Option {
  return new Option("-k, --kernel <name>", "kernel to take; needed if the file has several");
}

function declareRun(program: Command, context: CommandContext): void {
  subcommand(program, "run", "run a kernel on files and numbers")
    .description("Compiles a kernel for this machine and runs it.")
    .argument("<file>", "kernel file (TypeScript)")
    .addOption(kernelOption())
    .option("-i, --in <name=value>", "argument, once for each: a file or a number", collect)
    .option("-o, --out <[name=]file>", "file for a result; those without are printed", collect)
    .option("-d, --device <name>", "auto, or a name that `kernelc devices` lists", "auto")
    .option("--threads <n>", "threads to use, where the device has more than one")
    .option("--repeat <n>", "runs; median and least time are reported", "1")
    .option("--schedule <file>", "vectorize as this schedule (IR of the transform dialect) says")
    .option("--no-cache", "compile anew and keep nothing")
    .option("--json", "print one JSON object with what ran, its times and the results")
    .option("--explain", "say what was chosen, and why")
    .option("-q, --quiet", "print results only")
    .addHelpText(
      "after",
      `
Values:
  u=plate.npy        a tensor or a scalar from a .npy, .png or .json file
  u='[[1,2],[3,4]]'  a small tensor, written out
  alpha=0.1          a scalar: a number, inf, nan, true or false
A picture is u8 [h, w], [h, w, 3] or [h, w, 4]; where the kernel takes floats, 0 to 1.

Examples:
  kernelc run heat.kernel.ts --in u=plate.npy --in alpha=0.1 --out result.npy
  kernelc run blur.kernel.ts --in picture=photo.png --out blurred.png --repeat 10
  kernelc run stats.kernel.ts -k moments --in x='[1,2,3]' --out mean=mean.json
  kernelc run heat.kernel.ts --in u=plate.npy --in alpha=0.1 --device interpreter --json

Compiled code is kept in $XDG_CACHE_HOME/strata (~/.cache/strata), so that it is made once.
${EXIT_CODES}`,
    )
    .action(async (file: string, options: RunOptions) => {
      const { runCommand } = await import("./run/run.ts");
      await runCommand(file, options, context);
    });
}

function declareBuild(program: Command, context: CommandContext): void {
  subcommand(program, "build", "compile a kernel and show any level on the way down")
    .description("Compiles a kernel down to a level and writes it.")
    .argument("<file>", "kernel file (TypeScript)")
    .addOption(kernelOption())
    .addOption(
      new Option("-e, --emit <level>", "what to write").choices([...EMITS]).makeOptionMandatory(),
    )
    .option("-s, --shape <name=extents>", "fix a tensor's or a dimension's extent", collect)
    .option("-o, --out <file>", "file to write; else text goes to standard output")
    .option("--schedule <file>", "vectorize as this schedule (IR of the transform dialect) says")
    .option("--print-schedule", "write the schedule that the compiler chose, and nothing else")
    .option("--target <triple>", "machine for bc, asm, obj and so; this one by default")
    .option("--cpu <name>", "processor for these, as LLVM names it; `native` is this one")
    .option("--print-generic", "print IR in the generic form")
    .addHelpText(
      "after",
      `
Levels, from the kernel down:
  pattern        maps, stencils, reductions on whole tensors
  loop           loops over memory
  vector         loops over SIMD vectors, for WebAssembly
  gpu            the host's program, and kernels that it launches, for CUDA
  opencl, cuda   these kernels as OpenCL C and as CUDA C++
  ptx            what NVRTC makes of the latter, for NVIDIA's GPUs from sm_90 on
  llvm-dialect   blocks and instructions, as MLIR's dialect of LLVM, for this machine
  ll             the same as LLVM IR
  bc, asm, obj   what LLVM makes of it: bitcode, assembly, an object
  so, header     a shared library that C programs load, and its declaration
  wat, wasm      WebAssembly, as text and as a binary

Examples:
  kernelc build heat.kernel.ts --emit pattern
  kernelc build heat.kernel.ts --emit loop --shape u=512x512
  kernelc build heat.kernel.ts --emit vector --shape n=512 --shape m=512
  kernelc build heat.kernel.ts --emit vector --print-schedule -o heat.mlir
  kernelc build heat.kernel.ts --emit vector --schedule heat.mlir
  kernelc build heat.kernel.ts --emit ll -o heat.ll
  kernelc build heat.kernel.ts --emit so -o libheat.so
  kernelc build heat.kernel.ts --emit obj --target aarch64-linux-gnu -o heat.o
  kernelc build heat.kernel.ts --emit wasm -o heat.wasm
${EXIT_CODES}`,
    )
    .action(async (file: string, options: BuildOptions) => {
      const { buildCommand } = await import("./build/build.ts");
      await buildCommand(file, options, context);
    });
}

function declareOpt(program: Command, context: CommandContext): void {
  subcommand(program, "opt", "parse, verify, transform and print IR")
    .description("Reads IR in MLIR's textual form, runs passes over it and prints it.")
    .argument("[file]", "IR to read; - or nothing for standard input")
    .option("--pass-pipeline <text>", "passes to run, as in builtin.module(func.func(cse))")
    .option("--run-reproducer", "run the pipeline that the file states in its first line")
    .option("--list-passes", "list every pass with its options")
    .option("--print-generic", "print operations in the generic form")
    .option("--print-locations", "print where operations came from")
    .option("--allow-unregistered-dialect", "accept operations of unknown dialects")
    .option("--split-input-file", "treat pieces between lines `// -----` as files of their own")
    .option("--verify-diagnostics", "compare diagnostics with `// expected-error` comments")
    .option("--no-verify", "do not verify between passes")
    .option("--print-ir-after-all", "print the IR to standard error after each pass")
    .option("--timing", "print the time of each phase and pass to standard error")
    .option("-o, --out <file>", "file to write; else standard output")
    .allowUnknownOption()
    .allowExcessArguments()
    .usage("[options] [--PASS[=OPTIONS] …] [file]")
    .addHelpText(
      "after",
      `
A pass is also an option: --cse, --canonicalize="max-iterations=3"; they run in the order given.

Examples:
  kernelc opt module.mlir --canonicalize --cse
  kernelc opt module.mlir --pass-pipeline 'builtin.module(func.func(canonicalize,cse))'
  kernelc build heat.kernel.ts --emit loop | kernelc opt --print-generic
  kernelc opt --list-passes
${EXIT_CODES}`,
    )
    .action(async (_file: string | undefined, options: OptOptions, command: Command) => {
      const { optCommand } = await import("./opt/opt.ts");
      const known = command.options.flatMap(({ long }) => long ?? []);
      await optCommand(command.args, options, context, known);
    });
}

function declareReduce(program: Command, context: CommandContext): void {
  subcommand(program, "reduce", "find a smaller module that still shows a behaviour")
    .description("Takes out of a module whatever a command does not miss.")
    .argument("<file>", "IR to reduce; - for standard input")
    .addOption(
      new Option(
        "-c, --check <command>",
        "shell command; exit status 0: still interesting",
      ).makeOptionMandatory(),
    )
    .option("-j, --jobs <n>", "candidates that run at the same time; by default one per core")
    .option("--timeout <seconds>", "time for one candidate; more is not interesting", "10")
    .option("--allow-unregistered-dialect", "accept operations of unknown dialects")
    .option("-o, --out <file>", "file to write; else standard output")
    .option("-q, --quiet", "do not say what was done")
    .addHelpText(
      "after",
      `
The command gets each candidate as a file: in place of {}, or as its last argument.

Examples:
  kernelc reduce crash.mlir --check './kernelc opt {} --canonicalize 2>&1 | grep -q pass.crashed'
  kernelc reduce big.mlir --check 'grep -q arith.divsi' -o small.mlir
${EXIT_CODES}`,
    )
    .action(async (file: string, options: ReduceOptions) => {
      const { reduceCommand } = await import("./reduce/reduce.ts");
      await reduceCommand(file, options, context);
    });
}

function declareDevices(program: Command, context: CommandContext): void {
  subcommand(program, "devices", "list where kernels can run on this machine")
    .description("Lists the devices of this machine, and what is missing for others.")
    .option("--json", "print one JSON object")
    .option("-q, --quiet", "print names only")
    .addHelpText(
      "after",
      `
Examples:
  kernelc devices
  kernelc devices --json
${EXIT_CODES}`,
    )
    .action(async (options: { json?: boolean; quiet?: boolean }) => {
      const { devicesCommand } = await import("./devices.ts");
      await devicesCommand(options, context);
    });
}

function declareDoctor(program: Command, context: CommandContext): void {
  subcommand(program, "doctor", "say what is installed, and what to install for the rest")
    .description("Looks for everything that Strata works with on this machine.")
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      `
Examples:
  kernelc doctor
  kernelc doctor --json
${EXIT_CODES}`,
    )
    .action(async (options: { json?: boolean }) => {
      const { doctorCommand } = await import("./doctor/doctor.ts");
      await doctorCommand(options, context);
    });
}

function declareCompletion(program: Command, context: CommandContext): void {
  subcommand(program, "completion", "print a script that completes kernelc's arguments")
    .description("Prints a script with which a shell completes the arguments of kernelc.")
    .addArgument(program.createArgument("<shell>", "shell to write for").choices([...SHELLS]))
    .addHelpText(
      "after",
      `
Examples:
  source <(kernelc completion bash)
  kernelc completion zsh > ~/.zfunc/_kernelc
  kernelc completion fish > ~/.config/fish/completions/kernelc.fish
${EXIT_CODES}`,
    )
    .action(async (shell: (typeof SHELLS)[number]) => {
      const { completionScript } = await import("./completion.ts");
      context.io.stdout.write(completionScript(program, shell));
    });
}
