/**
 * Shared libraries from objects, by the system's linker in a process of its own.
 *
 * Invariants: what the kernel calls of the C library and of libm is recorded as needed, where those
 * libraries are found; files lie in a folder of their own, which is removed.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { DiagnosticError, userError } from "@strata/support";
import type { MachineDescription } from "../native/target.ts";

/** Names of GNU architectures by LLVM's. */
const gnuNames: Readonly<Record<string, string>> = { arm64: "aarch64", amd64: "x86_64" };

/** Emulations of `ld.lld`, which links for every machine. */
const emulations: Readonly<Record<string, string>> = {
  x86_64: "elf_x86_64",
  aarch64: "aarch64linux",
  riscv64: "elf64lriscv",
};

function architectureOf({ triple }: MachineDescription): string {
  const [name = ""] = triple.split("-");
  return gnuNames[name] ?? name;
}

function tryFindCommand(names: readonly string[]): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  for (const name of names) {
    if (folders.some((folder) => existsSync(join(folder, name)))) return name;
  }
  return undefined;
}

/** The command that links for a machine; a diagnostic where there is none. */
export function expectLinker(machine: MachineDescription, isHost: boolean): readonly string[] {
  const architecture = architectureOf(machine);
  const emulation = emulations[architecture];
  if (!machine.triple.includes("linux") || emulation === undefined) {
    throw new DiagnosticError(
      userError("llvm.shared-library", `no shared library is made for ${machine.triple}`, {
        hint: "write an object with --emit obj and link it with the tools of that system",
      }),
    );
  }
  const own = `${architecture}-linux-gnu-ld`;
  const command = tryFindCommand([
    ...(isHost ? ["ld"] : []),
    own,
    "ld.lld",
    "ld.lld-22",
    "ld.lld-19",
  ]);
  if (command === undefined) throw linkerMissing(isHost ? "ld" : own, architecture);
  return command.startsWith("ld.lld") ? [command, "-m", emulation] : [command];
}

/** No linker for a machine. */
function linkerMissing(command: string, architecture: string): DiagnosticError {
  const debian =
    command === "ld" ? "binutils" : `binutils-${architecture.replace("_", "-")}-linux-gnu or lld`;
  return new DiagnosticError(
    userError("llvm.linker-missing", `linking a shared library needs \`${command}\``, {
      hint: `install a linker (Debian: \`apt-get install ${debian}\`)`,
    }),
  );
}

/** The folders where a machine's C library may lie. */
function libraryFolders(architecture: string): string[] {
  const gnu = `${architecture}-linux-gnu`;
  return [`/lib/${gnu}`, `/usr/lib/${gnu}`, `/usr/${gnu}/lib`, "/lib64", "/usr/lib64"];
}

function neededLibraries(architecture: string, names: readonly string[]): string[] {
  const folders = libraryFolders(architecture);
  const found = names.flatMap((name) => {
    const folder = folders.find((one) => existsSync(join(one, name)));
    return folder === undefined ? [] : [join(folder, name)];
  });
  return found.length === 0 ? [] : ["--as-needed", ...found];
}

function runLinker(
  command: string,
  args: readonly string[],
): Promise<{ readonly status: number | null; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", reject);
    child.on("close", (status) =>
      resolve({ status, output: Buffer.concat(chunks).toString("utf8") }),
    );
  });
}

/** A shared library of one object; a diagnostic where there is no linker or it refuses. */
export async function linkShared(
  object: Uint8Array,
  machine: MachineDescription,
  options: { readonly name: string; readonly isHost: boolean },
): Promise<Uint8Array> {
  const [command = "ld", ...flags] = expectLinker(machine, options.isHost);
  const architecture = architectureOf(machine);
  const folder = mkdtempSync(join(tmpdir(), "strata-link-"));
  try {
    const [input, output] = [join(folder, "kernel.o"), join(folder, "kernel.so")];
    writeFileSync(input, object);
    const needed = neededLibraries(architecture, ["libm.so.6", "libmvec.so.1", "libc.so.6"]);
    const args = [...flags, "-shared", "-z", "noexecstack", "-o", output, input, ...needed];
    const { status, output: text } = await runLinker(command, args);
    if (status !== 0) {
      throw new DiagnosticError(
        userError("llvm.shared-library", `\`${command}\` cannot link ${options.name}`, {
          notes: text
            .trim()
            .split("\n")
            .slice(0, 6)
            .map((message) => ({ message })),
        }),
      );
    }
    return readFileSync(output);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
