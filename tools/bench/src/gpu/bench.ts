/**
 * Kernels against plain CUDA C++ and cuBLAS on the same GPU, in the same process, alternately, with
 * results compared. Times are of the GPU's own clock; buffers stay on the device.
 *
 * node tools/bench/src/gpu/bench.ts [--only TEXT] [--small]
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import {
  type CudaDevice,
  cudaProvider,
  emitCuda,
  expectNvrtc,
  gpuTargetOf,
} from "@strata/backend-cuda";
import { analyzeKernel, type ArgumentType, emitKernel, parseKernelFile } from "@strata/frontend";
import { bindArguments, isBuffer, type BoundArguments, type Executable } from "@strata/runtime";
import { type DType, SourceFile } from "@strata/support";
import { tryCublas } from "./cublas.ts";
import { Peers } from "./peers.ts";
import { compareWays, type Comparison } from "./timing.ts";

const { values: options } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    small: { type: "boolean", default: false },
  },
});
const shrink = options.small ? 16 : 1;
const folder = `${process.env["OUT"] ?? ".cache/gpu/out"}`;
mkdirSync(folder, { recursive: true });

const device = (await cudaProvider.open(0)) as CudaDevice;
console.log(`${device.describe().summary}; NVRTC ${expectNvrtc().version}`);
const peers = new Peers(device, readFileSync(new URL("peers.cu", import.meta.url), "utf8"));

type Given = Readonly<Record<string, ReturnType<CudaDevice["alloc"]> | number>>;

/** A kernel of test/kernels, compiled for arguments, with buffers for its results. */
async function compile(
  file: string,
  kernel: string,
  args: Given,
): Promise<{
  readonly executable: Executable;
  readonly bound: BoundArguments;
}> {
  const path = new URL(`../../../../test/kernels/${file}.kernel.ts`, import.meta.url);
  const source = new SourceFile(file, readFileSync(path, "utf8"));
  const types = new Map<string, ArgumentType>(
    Object.entries(args).flatMap(([name, v]) =>
      typeof v === "number" ? [] : [[name, { kind: "tensor", dtype: v.dtype, shape: v.shape }]],
    ),
  );
  const start = performance.now();
  const analyzed = analyzeKernel(parseKernelFile(source), kernel, { args: types });
  const { signature } = analyzed;
  const { program } = await emitCuda(emitKernel(analyzed), kernel, gpuTargetOf(device.facts));
  writeFileSync(`${folder}/${kernel}.cu`, program?.source ?? "");
  const executable = await device.compile({
    signature,
    module: emitKernel(analyzed),
    entry: kernel,
  });
  console.log(`  ${kernel}: ready after ${(performance.now() - start).toFixed(0)} ms`);
  return { executable, bound: bindArguments(signature, args, device.limits) };
}

const random = (
  dtype: DType,
  shape: readonly number[],
  seed: number,
): ReturnType<CudaDevice["alloc"]> => {
  const buffer = device.alloc(dtype, shape);
  peers.fillRandom(buffer, seed);
  return buffer;
};

interface Row {
  readonly name: string;
  readonly ours: string;
  readonly theirs: string;
  readonly ratio: string;
  readonly rate: string;
  readonly check: string;
}
const rows: Row[] = [];

function report(
  name: string,
  { ours, theirs, range }: Comparison,
  bytes: number,
  flops: number,
  check: string,
): void {
  const rate =
    flops > 0
      ? `${(flops / ours / 1e9).toFixed(2)} TFLOP/s`
      : `${(bytes / ours / 1e6).toFixed(0)} GB/s`;
  const row = {
    name,
    ours: `${ours.toFixed(4)} ms (${range.map((t) => t.toFixed(4)).join("…")})`,
    theirs: `${theirs.toFixed(4)} ms`,
    ratio: (theirs / ours).toFixed(2),
    rate,
    check,
  };
  rows.push(row);
  console.log(`${name}: ours ${row.ours}, theirs ${row.theirs}, ${row.ratio}×, ${rate}, ${check}`);
}

interface Problem {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/** A problem whose result is one tensor of f32. */
function tensorProblem(
  name: string,
  file: string,
  kernel: string,
  make: () => Given,
  shape: readonly number[],
  peer: (args: Given, out: ReturnType<CudaDevice["alloc"]>) => () => void,
  cost: { readonly bytes: number; readonly flops?: number; readonly tolerance?: number },
): Problem {
  return {
    name,
    async run() {
      const args = make();
      const [own, other] = [device.alloc("f32", shape), device.alloc("f32", shape)];
      const { executable, bound } = await compile(file, kernel, args);
      const theirs = peer(args, other);
      const compared = compareWays(device, () => void executable.run(bound, [own]), theirs);
      const worst = peers.difference(own, other);
      const fine = worst <= (cost.tolerance ?? 1e-5);
      const check = `${fine ? "same" : "DIFFERENT"} (${worst.toExponential(1)})`;
      report(name, compared, cost.bytes, cost.flops ?? 0, check);
      executable.release();
      for (const b of [own, other, ...Object.values(args)]) if (isBuffer(b)) b.release();
    },
  };
}

const blocks = (n: number, size: number): number => Math.ceil(n / size);
const n1 = 2 ** 28 / shrink;
const n2 = 16384 / Math.sqrt(shrink);
const n3 = options.small ? 192 : 768;
const [rows2, columns2] = [32768 / shrink, 4096];
const nm = options.small ? 1024 : 4096;
/** Planes that a thread of the heat equation's peer walks through. */
const planes = 32;
const side = 8192 / Math.sqrt(shrink);

const problems: Problem[] = [
  tensorProblem(
    `saxpy ${n1}`,
    "elementwise/saxpy",
    "saxpy",
    () => ({ a: 2.5, x: random("f32", [n1], 1), y: random("f32", [n1], 2) }),
    [n1],
    ({ x, y }, out) =>
      () =>
        peers.launch("saxpy", [blocks(n1 / 4, 256)], [256], ["f32", 2.5], x!, y!, out, [
          "u64",
          n1 / 4,
        ]),
    { bytes: 12 * n1 },
  ),
  {
    name: "saxpy against a copy of as many bytes",
    async run() {
      const [x, y, out] = [
        random("f32", [n1], 1),
        random("f32", [n1], 2),
        device.alloc("f32", [n1]),
      ];
      const { executable, bound } = await compile("elementwise/saxpy", "saxpy", { a: 2.5, x, y });
      // Reading and writing 6 n bytes moves what reading 8 n and writing 4 n does.
      const [from, to] = [device.alloc("u8", [6 * n1]), device.alloc("u8", [6 * n1])];
      const compared = compareWays(
        device,
        () => void executable.run(bound, [out]),
        () => device.queue.copy(from.memory, to.memory, 6 * n1),
      );
      report(this.name, compared, 12 * n1, 0, "a ceiling");
      executable.release();
      for (const b of [x, y, out, from, to]) b.release();
    },
  },
  {
    name: `sum of squares ${n1}`,
    async run() {
      const x = random("f32", [n1], 3);
      const other = device.alloc("f32", [1]);
      const { executable, bound } = await compile("reduction/norm", "inner", { a: x, b: x });
      const ours = (): void => void executable.run(bound);
      const theirs = (): void => {
        peers.zero(other);
        peers.launch("sum_of_squares", [132 * 8], [256], x, other, ["u64", n1 / 4]);
        // Both end with the number on the host.
        other.readSync();
      };
      const compared = compareWays(device, ours, theirs);
      const [own] = executable.run(bound);
      const expected = Number(other.readSync().data[0]);
      const worst = Math.abs(Number(own) - expected) / expected;
      const check = `${worst < 1e-4 ? "same" : "DIFFERENT"} (${worst.toExponential(1)})`;
      report(this.name, compared, 4 * n1, 0, check);
      executable.release();
      for (const b of [x, other]) b.release();
    },
  },
  tensorProblem(
    `jacobi 2-D ${n2}²`,
    "stencil/jacobi",
    "jacobi2d",
    () => ({ u: random("f32", [n2, n2], 4), f: random("f32", [n2, n2], 5) }),
    [n2, n2],
    ({ u, f }, out) =>
      () =>
        peers.launch(
          "jacobi",
          [blocks(n2 / 4, 32), blocks(n2, 8)],
          [32, 8],
          u!,
          f!,
          out,
          ["i32", n2],
          ["i32", n2],
        ),
    { bytes: 12 * n2 * n2 },
  ),
  tensorProblem(
    `heat 3-D ${n3}³`,
    "stencil/heat3d",
    "heat3d",
    () => ({ u: random("f32", [n3, n3, n3], 6), alpha: 0.1, steps: 1 }),
    [n3, n3, n3],
    ({ u }, out) =>
      () =>
        peers.launch(
          "heat",
          [blocks(n3, 32), blocks(n3, 8), blocks(n3, planes)],
          [32, 8],
          u!,
          out,
          ["f32", 0.1],
          ["i32", n3],
          ["i32", n3],
          ["i32", n3],
          ["i32", planes],
        ),
    { bytes: 8 * n3 ** 3 },
  ),
  tensorProblem(
    `gaussian 5×5 ${side}²`,
    "stencil/gaussian",
    "gaussian",
    () => ({ picture: random("f32", [side, side], 7) }),
    [side, side],
    ({ picture }, out) =>
      () =>
        peers.launch(
          "gaussian",
          [blocks(side, 32), blocks(side, 32)],
          [32, 8],
          picture!,
          out,
          ["i32", side],
          ["i32", side],
        ),
    { bytes: 8 * side * side },
  ),
  tensorProblem(
    `softmax ${rows2}×${columns2}`,
    "reduction/softmax",
    "softmax",
    () => ({ x: random("f32", [rows2, columns2], 8) }),
    [rows2, columns2],
    ({ x }, out) =>
      () =>
        peers.launch("softmax", [rows2], [256], x!, out),
    { bytes: 8 * rows2 * columns2 },
  ),
  {
    name: `histogram ${n2}² bytes`,
    async run() {
      const picture = random("u8", [n2, n2], 9);
      const [own, other] = [device.alloc("i32", [256]), device.alloc("i32", [256])];
      const { executable, bound } = await compile("histogram/bytes", "bytes", { picture });
      const compared = compareWays(
        device,
        () => void executable.run(bound, [own]),
        () => {
          peers.zero(other);
          peers.launch("histogram", [132 * 8], [256], picture, other, ["u64", (n2 * n2) / 16]);
        },
      );
      const [a, b] = [own.readSync().data, other.readSync().data];
      const check = b.every((v, k) => v === a[k]) ? "same" : "DIFFERENT";
      report(this.name, compared, n2 * n2, 0, check);
      executable.release();
      for (const one of [picture, own, other]) one.release();
    },
  },
  tensorProblem(
    `matmul ${nm} against plain CUDA`,
    "dense/matmul",
    "matmul",
    () => ({ a: random("f32", [nm, nm], 10), b: random("f32", [nm, nm], 11) }),
    [nm, nm],
    ({ a, b }, out) =>
      () =>
        peers.launch(
          "matmul",
          [nm / 128, nm / 128],
          [256],
          a!,
          b!,
          out,
          ["i32", nm],
          ["i32", nm],
          ["i32", nm],
        ),
    { bytes: 0, flops: 2 * nm ** 3, tolerance: 1e-3 },
  ),
];

const sgemm = tryCublas(device);
if (sgemm === undefined) console.log("cuBLAS is not there");
else {
  problems.push(
    tensorProblem(
      `matmul ${nm} against cuBLAS`,
      "dense/matmul",
      "matmul",
      () => ({ a: random("f32", [nm, nm], 10), b: random("f32", [nm, nm], 11) }),
      [nm, nm],
      ({ a, b }, out) => {
        const [x, y] = [a, b].map((v) => (v as ReturnType<CudaDevice["alloc"]>).memory.address);
        return () => sgemm(x!, y!, out.memory.address, nm, nm, nm);
      },
      { bytes: 0, flops: 2 * nm ** 3, tolerance: 1e-3 },
    ),
  );
}

let failed = 0;
for (const problem of problems) {
  if (!problem.name.includes(options.only)) continue;
  try {
    await problem.run();
  } catch (error) {
    failed++;
    console.log(`${problem.name}: FAILED: ${error instanceof Error ? error.stack : String(error)}`);
  }
}
writeFileSync(`${folder}/bench.json`, `${JSON.stringify(rows, undefined, 2)}\n`);
console.log(
  "\n| problem | ours | theirs | theirs ÷ ours | rate | check |\n|---|---|---|---|---|---|",
);
for (const r of rows) {
  console.log(`| ${r.name} | ${r.ours} | ${r.theirs} | ${r.ratio} | ${r.rate} | ${r.check} |`);
}
device.close();
process.exitCode = failed > 0 || rows.some((r) => r.check.startsWith("DIFFERENT")) ? 1 : 0;
