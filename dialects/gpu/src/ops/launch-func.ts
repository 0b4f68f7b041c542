/** Launching a kernel that is a function. */
import { FuncOp } from "@strata/func";
import {
  AnyType,
  anyOf,
  attr,
  type BuildOptions,
  defineOp,
  FunctionType,
  I,
  index,
  Index,
  lookupSymbol,
  operand,
  type Operation,
  type OpParser,
  optionalOperand,
  type Report,
  SymbolRef,
  SymbolRefAttr,
  type Type,
  TypeAttr,
  typeVar,
  type UnresolvedOperand,
  type Value,
  variadic,
} from "@strata/ir";
import { dependencies, parseAsync, printAsync, token } from "../async.ts";
import { GpuModule, isKernel } from "./module.ts";
import { asyncToken } from "../types.ts";

const Size = typeVar("Size", anyOf(Index, I(32), I(64)));

/** Marks the module that holds `gpu.module`s and the functions that launch their kernels. */
export const containerAttr = "gpu.container_module";

function verifyKernel(op: Operation, kernel: SymbolRefAttr, report: Report): void {
  const container = enclosingContainer(op);
  if (container === undefined) {
    report(
      "gpu.container",
      `no module around \`gpu.launch_func\` is marked \`${containerAttr}\``,
      `write \`module attributes {${containerAttr}}\``,
    );
    return;
  }
  const found = lookupSymbol(op, kernel);
  const outer = lookupSymbol(op, kernel.root);
  if (found === undefined) {
    const what =
      outer === undefined ? `the module @${kernel.root}` : `the kernel ${kernel.toString()}`;
    report("gpu.unknown-kernel", `${what} is not defined`);
    return;
  }
  if (!(outer instanceof GpuModule)) {
    report(
      "gpu.kernel-module",
      `@${kernel.root} is a \`${outer?.name ?? ""}\`, not a \`gpu.module\``,
    );
    return;
  }
  if (found.getAttr("function_type") === undefined) {
    report("gpu.kernel-function", `${kernel.toString()} is a \`${found.name}\`, not a function`);
    return;
  }
  if (!isKernel(found) && found.getAttr("gpu.kernel") === undefined) {
    report(
      "gpu.not-a-kernel",
      `${kernel.toString()} is no kernel`,
      "mark the function `kernel` to launch it",
    );
    return;
  }
  verifyKernelArguments(op, found, report);
}

function enclosingContainer(op: Operation): Operation | undefined {
  let at = op.parentOp;
  while (at !== null && at.name !== "builtin.module") at = at.parentOp;
  return at === null || at.getAttr(containerAttr) === undefined ? undefined : at;
}

function verifyKernelArguments(op: Operation, kernel: Operation, report: Report): void {
  const attribute = kernel.getAttr("function_type");
  const type = attribute instanceof TypeAttr ? attribute.value : undefined;
  if (!(type instanceof FunctionType)) return;
  const given = op.operandGroup(kernelOperandGroup).map((v) => v.type);
  if (given.length === type.inputs.length && given.every((t, i) => t === type.inputs[i])) return;
  report(
    "gpu.kernel-arguments",
    `the kernel takes (${type.inputs.join(", ")}) but is launched with (${given.join(", ")})`,
  );
}

const kernelOperandGroup = 11;

function parseThree(p: OpParser, keyword: string): UnresolvedOperand[] {
  p.asm.expect(keyword);
  p.asm.expect("in");
  const start = p.asm.tokenStart();
  p.asm.expect("(");
  const three = p.parseOperandList();
  p.asm.expect(")");
  if (three.length !== 3) p.asm.fail("gpu.sizes", `expected sizes along x, y and z`, start);
  return three;
}

const axes = ["X", "Y", "Z"] as const;

function setSizes(p: OpParser, name: string, sizes: readonly UnresolvedOperand[], t: Type): void {
  axes.forEach((axis, d) => {
    p.setOperands(`${name}Size${axis}`, [sizes[d]!]);
    p.setOperandTypes(`${name}Size${axis}`, [t]);
  });
}

/** Sizes along x, y and z. */
export type Sizes3 = readonly [Value, Value, Value];

/** What `LaunchFunc.to` takes besides kernel and sizes. */
export interface LaunchOptions {
  readonly args?: readonly Value[];
  readonly clusters?: Sizes3;
  /** Bytes of dynamic workgroup memory, an i32. */
  readonly dynamicSharedMemorySize?: Value;
  /** Tokens to wait for. */
  readonly after?: readonly Value[];
  /** Whether to give a token instead of waiting. */
  readonly async?: boolean;
}

/** Launches a kernel on a grid of blocks of threads. */
export class LaunchFunc extends defineOp("gpu.launch_func", {
  summary: "Launches a kernel on a grid of blocks of threads.",
  operands: {
    asyncDependencies: dependencies,
    gridSizeX: operand(Size, "blocks along x"),
    gridSizeY: operand(Size),
    gridSizeZ: operand(Size),
    blockSizeX: operand(Size, "threads of a block along x"),
    blockSizeY: operand(Size),
    blockSizeZ: operand(Size),
    clusterSizeX: optionalOperand(Size, "blocks of a cluster along x"),
    clusterSizeY: optionalOperand(Size),
    clusterSizeZ: optionalOperand(Size),
    dynamicSharedMemorySize: optionalOperand(I(32), "bytes of dynamic workgroup memory"),
    kernelOperands: variadic(AnyType, "the kernel's arguments"),
    asyncObject: optionalOperand(AnyType, "the queue of the target to launch on"),
  },
  results: { asyncToken: token },
  attributes: { kernel: attr(SymbolRef) },
  print(op, p) {
    printAsync(op, p);
    const [queue] = op.operandGroup(12);
    if (queue !== undefined) {
      p.write(" <");
      p.operand(queue);
      p.write(` : ${queue.type.toString()}>`);
    }
    p.write(` ${op.getAttr("kernel")?.toString() ?? ""}`);
    const three = (keyword: string, g: number): void => {
      const sizes = [0, 1, 2].flatMap((d) => op.operandGroup(g + d));
      if (sizes.length === 0) return;
      p.write(` ${keyword} in (`);
      p.operands(sizes);
      p.write(")");
    };
    three("clusters", 7);
    three("blocks", 1);
    three("threads", 4);
    const size = op.operandGroup(1)[0]!.type;
    if (size !== index) p.write(` : ${size.toString()}`);
    const [dynamic] = op.operandGroup(10);
    if (dynamic !== undefined) {
      p.write(" dynamic_shared_memory_size ");
      p.operand(dynamic);
    }
    const args = op.operandGroup(kernelOperandGroup);
    if (args.length > 0) {
      p.write(" args(");
      p.list(args, (a) => {
        p.operand(a);
        p.write(` : ${a.type.toString()}`);
      });
      p.write(")");
    }
    p.attrDict(op, new Set(["kernel"]));
  },
  parse(p) {
    const { asm } = p;
    parseAsync(p);
    if (asm.tryConsume("<")) {
      p.setOperands("asyncObject", [p.parseOperand()]);
      asm.expect(":");
      p.setOperandTypes("asyncObject", [asm.parseType()]);
      asm.expect(">");
    }
    p.setAttr("kernel", asm.parseSymbolRef());
    const start = asm.tokenStart();
    const word = asm.tryKeyword();
    asm.pos = start;
    const clusters = word === "clusters" ? parseThree(p, "clusters") : undefined;
    const blocks = parseThree(p, "blocks");
    const threads = parseThree(p, "threads");
    const size = asm.tryConsume(":") ? asm.parseType() : index;
    if (clusters !== undefined) setSizes(p, "cluster", clusters, size);
    setSizes(p, "grid", blocks, size);
    setSizes(p, "block", threads, size);
    if (asm.tryConsume("dynamic_shared_memory_size")) {
      p.setOperands("dynamicSharedMemorySize", [p.parseOperand()]);
    }
    if (asm.tryConsume("args")) {
      const args: UnresolvedOperand[] = [];
      const types: Type[] = [];
      asm.parseCommaSeparated("(", ")", () => {
        args.push(p.parseOperand());
        asm.expect(":");
        types.push(asm.parseType());
      });
      p.setOperands("kernelOperands", args);
      p.setOperandTypes("kernelOperands", types);
    }
    p.parseAttrDict();
  },
  verify(op, report) {
    const clusters = [7, 8, 9].filter((g) => op.operandGroup(g).length > 0).length;
    if (clusters !== 0 && clusters !== 3) {
      report("gpu.cluster-sizes", "cluster sizes are given along x, y and z, or not at all");
    }
    const kernel = op.getAttr("kernel");
    // As upstream: launches of device code are not looked into.
    if (op.parentOfType(GpuModule) !== undefined) return;
    if (kernel instanceof SymbolRefAttr) verifyKernel(op, kernel, report);
  },
}) {
  /** A launch of `kernel` on `blocks` of `threads` each. */
  static to(
    kernel: SymbolRefAttr,
    blocks: Sizes3,
    threads: Sizes3,
    options: LaunchOptions & Pick<BuildOptions<never>, "location"> = {},
  ): LaunchFunc {
    const { clusters, after = [], args = [] } = options;
    return LaunchFunc.of(
      {
        kernel,
        asyncDependencies: after,
        gridSizeX: blocks[0],
        gridSizeY: blocks[1],
        gridSizeZ: blocks[2],
        blockSizeX: threads[0],
        blockSizeY: threads[1],
        blockSizeZ: threads[2],
        clusterSizeX: clusters?.[0],
        clusterSizeY: clusters?.[1],
        clusterSizeZ: clusters?.[2],
        dynamicSharedMemorySize: options.dynamicSharedMemorySize,
        kernelOperands: args,
        asyncObject: undefined,
      },
      {
        types: { asyncToken: options.async === true ? [asyncToken] : [] },
        ...(options.location === undefined ? {} : { location: options.location }),
      },
    );
  }

  /** Blocks along x, y and z. */
  get gridSizes(): Sizes3 {
    return [this.gridSizeX, this.gridSizeY, this.gridSizeZ];
  }

  /** Threads of a block along x, y and z. */
  get blockSizes(): Sizes3 {
    return [this.blockSizeX, this.blockSizeY, this.blockSizeZ];
  }

  /** The kernel, where the symbol it names is a function. */
  tryKernel(): Operation | undefined {
    const found = lookupSymbol(this, this.kernel);
    return found !== undefined && (isKernel(found) || found instanceof FuncOp) ? found : undefined;
  }
}
