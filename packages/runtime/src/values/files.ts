/**
 * Values in files, by extension.
 *
 * Invariants: a format's code (and the library it needs) is loaded when the first such file is met;
 * a file is written whole or not at all: into a new file beside it that then takes its name.
 */
import { DiagnosticError, type ScalarType } from "@strata/support";
import { zeros, type HostTensor, type HostValue, type TypedScalar } from "../tensor.ts";
import { writeElement } from "@strata/support";
import { unknownFormat, unreadable, unwritable } from "./errors.ts";
import type { ValueFormat, Wanted } from "./format.ts";
import { parseLiteral } from "./literal.ts";

interface FormatModule {
  readonly format: ValueFormat;
}

const FORMATS: ReadonlyMap<string, () => Promise<FormatModule>> = new Map([
  [".npy", async (): Promise<FormatModule> => import("./npy.ts")],
  [".png", async (): Promise<FormatModule> => import("./png.ts")],
  [".json", async (): Promise<FormatModule> => import("./json.ts")],
]);

/** Extensions of the formats that are read and written. */
export const VALUE_EXTENSIONS: readonly string[] = [...FORMATS.keys()];

function extensionOf(path: string): string {
  const name = path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
  const dot = name.lastIndexOf(".");
  return dot < 0 ? "" : name.slice(dot).toLowerCase();
}

/** Whether a path ends in the extension of a known format. */
export function isValuePath(path: string): boolean {
  return FORMATS.has(extensionOf(path));
}

async function formatOf(path: string): Promise<ValueFormat> {
  const extension = extensionOf(path);
  const load = FORMATS.get(extension);
  if (load === undefined) throw unknownFormat(path, extension, VALUE_EXTENSIONS);
  return (await load()).format;
}

/** Refuses a path whose format is not known, before any work is done for it. */
export function expectValuePath(path: string): void {
  if (!isValuePath(path)) throw unknownFormat(path, extensionOf(path), VALUE_EXTENSIONS);
}

/** Refuses a path that could not be written, before any work is done for it. */
export async function expectWritable(path: string): Promise<void> {
  const { access, constants, realpath, stat } = await import("node:fs/promises");
  const { dirname } = await import("node:path");
  try {
    const target = await realpath(path).catch(() => path);
    const existing = await stat(target).catch(() => undefined);
    if (existing?.isDirectory() === true) throw Object.assign(new Error(), { code: "EISDIR" });
    const isFile = existing === undefined || existing.isFile();
    // A file is replaced by a new one beside it; a device or a pipe is written in place.
    await access(isFile ? dirname(target) : target, constants.W_OK);
    const folder = isFile ? await stat(dirname(target)) : undefined;
    if (folder?.isDirectory() === false) throw Object.assign(new Error(), { code: "ENOTDIR" });
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** Reads a value; `wanted`, the type it is for, guides where the format leaves a choice. */
export async function readValue(path: string, wanted?: Wanted): Promise<HostValue> {
  const format = await formatOf(path);
  const { readFile } = await import("node:fs/promises");
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw unreadable(path, error);
  }
  return format.decode(bytes, path, wanted);
}

/**
 * The value that a user's text stands for: a file where it ends in a known extension, nested
 * arrays where it starts with a bracket, else a literal of the scalar type.
 */
export async function readArgument(text: string, wanted: NonNullable<Wanted>): Promise<HostValue> {
  const trimmed = text.trim();
  if (isValuePath(trimmed)) return readValue(trimmed, wanted);
  if (trimmed.startsWith("[")) {
    const { decodeJson } = await import("./json.ts");
    return decodeJson(trimmed, "the argument", wanted);
  }
  if (wanted.kind === "scalar") return parseLiteral(trimmed, wanted.dtype);
  throw unknownFormat(trimmed, extensionOf(trimmed), VALUE_EXTENSIONS);
}

/** A scalar as a tensor of rank 0; `index` is stored as i64. */
export function scalarTensor(dtype: ScalarType, value: number | bigint): HostTensor {
  const stored = dtype === "index" ? "i64" : dtype;
  const tensor = zeros(stored, []);
  writeElement(stored, tensor.data, 0, value);
  return tensor;
}

/** Writes a tensor or a scalar in the format of the path's extension, whole or not at all. */
export async function writeValue(path: string, value: HostTensor | TypedScalar): Promise<void> {
  const format = await formatOf(path);
  const tensor = "data" in value ? value : scalarTensor(value.dtype, value.value);
  await writeWhole(path, await format.encode(tensor, path));
}

let written = 0;

/** Removes a file should the program be asked to end; gives what takes that back. */
async function removeOnSignal(path: string): Promise<() => void> {
  const { rmSync } = await import("node:fs");
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const end = (signal: NodeJS.Signals): void => {
    rmSync(path, { force: true });
    forget();
    // Without listeners of ours the signal does what it would have done.
    process.kill(process.pid, signal);
  };
  const forget = (): void => {
    for (const signal of signals) process.removeListener(signal, end);
  };
  for (const signal of signals) process.on(signal, end);
  return forget;
}

/** Writes bytes so that the path never names a part of them. */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const { open, realpath, rename, rm, stat, writeFile } = await import("node:fs/promises");
  try {
    // A link stays a link: what it points to is replaced.
    const target = await realpath(path).catch(() => path);
    const existing = await stat(target).catch(() => undefined);
    if (existing !== undefined && !existing.isFile()) {
      // A device or a pipe cannot be replaced; a folder refuses by itself.
      await writeFile(target, bytes);
      return;
    }
    const temporary = `${target}.${process.pid}-${written++}.part`;
    const forget = await removeOnSignal(temporary);
    try {
      const file = await open(temporary, "wx");
      try {
        await file.writeFile(bytes);
      } finally {
        await file.close();
      }
      await rename(temporary, target);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw error;
    } finally {
      forget();
    }
  } catch (error) {
    if (error instanceof DiagnosticError) throw error;
    throw unwritable(path, error);
  }
}
