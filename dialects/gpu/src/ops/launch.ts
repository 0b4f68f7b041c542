/** Launching a kernel that is the region of an operation. */
import {
  type AsmPrinter,
  type Block,
  type BlockArgument,
  attrNamed,
  AutomaticAllocationScope,
  defineOp,
  FlatSymbolRef,
  HasParent,
  I,
  i64,
  Index,
  index,
  IntegerAttr,
  IsTerminator,
  operand,
  type Operation,
  type OpParser,
  type OpRef,
  optionalAttr,
  optionalOperand,
  type ParsedArgument,
  Pure,
  RecursiveMemoryEffects,
  Region,
  region,
  type Report,
  ReturnLike,
  SymbolRefAttr,
  type UnresolvedOperand,
} from "@strata/ir";
import { dependencies, parseAsync, printAsync, token } from "../async.ts";
import {
  parseAttributions,
  printAttributions,
  splitArguments,
  workgroupCountAttr,
} from "../function-syntax.ts";
import { verifyAttributions } from "../verify-attributions.ts";

const [blockIds, threadIds, gridSizes, blockSizes, clusterIds, clusterSizes] = [0, 3, 6, 9, 12, 15];

/** `%x, %y, %z` in parentheses. */
function parseIds(p: OpParser): ParsedArgument[] {
  const start = p.asm.tokenStart();
  const ids: ParsedArgument[] = [];
  p.asm.parseCommaSeparated("(", ")", () => ids.push({ ...p.parseArgument(false), type: index }));
  if (ids.length !== 3) p.asm.fail("gpu.sizes", "expected names along x, y and z", start);
  return ids;
}

/** `keyword(%x, %y, %z) in (%sx = %a, …)`. */
function parseAxis(
  p: OpParser,
  keyword: string,
): { ids: ParsedArgument[]; names: ParsedArgument[]; sizes: UnresolvedOperand[] } {
  p.asm.expect(keyword);
  const ids = parseIds(p);
  p.asm.expect("in");
  const start = p.asm.tokenStart();
  const names: ParsedArgument[] = [];
  const sizes: UnresolvedOperand[] = [];
  p.asm.parseCommaSeparated("(", ")", () => {
    names.push({ ...p.parseArgument(false), type: index });
    p.asm.expect("=");
    sizes.push(p.parseOperand());
  });
  if (sizes.length !== 3) p.asm.fail("gpu.sizes", "expected sizes along x, y and z", start);
  return { ids, names, sizes };
}

function printAxis(
  op: Operation,
  p: AsmPrinter,
  keyword: string,
  [ids, names, group]: readonly [number, number, number],
): void {
  const args = op.regions[0]?.firstBlock?.args ?? [];
  p.write(` ${keyword}(`);
  p.operands(args.slice(ids, ids + 3));
  p.write(") in (");
  p.list([0, 1, 2], (d) => {
    p.operand(args[names + d]!);
    p.write(" = ");
    p.operand(op.operandGroup(group + d)[0]!);
  });
  p.write(")");
}

const axes = ["X", "Y", "Z"];

function hasClusters(op: Operation): boolean {
  return op.operandGroup(7).length > 0;
}

function parseSymbolIn(p: OpParser, keyword: string): void {
  if (!p.asm.tryConsume(keyword)) return;
  p.asm.expect("(");
  p.setAttr(keyword, SymbolRefAttr.get(p.asm.parseSymbolName()));
  p.asm.expect(")");
}

function printSymbolIn(op: Operation, p: AsmPrinter, keyword: string): void {
  const symbol = op.getAttr(keyword);
  if (symbol !== undefined) p.write(` ${keyword}(${symbol.toString()})`);
}

function verifyLaunch(op: Operation, report: Report): void {
  const clusters = [7, 8, 9].filter((g) => op.operandGroup(g).length > 0).length;
  if (clusters !== 0 && clusters !== 3) {
    report("gpu.cluster-sizes", "cluster sizes are given along x, y and z, or not at all");
    return;
  }
  const entry = op.regions[0]?.firstBlock;
  if (!entry) {
    report("gpu.launch-body", "`gpu.launch` needs a body");
    return;
  }
  const own = clusters === 0 ? 12 : 18;
  const args = splitArguments(op, own);
  if (args.own.length !== own || args.own.some((a) => a.type !== index)) {
    report(
      "gpu.launch-arguments",
      `the body of \`gpu.launch\` begins with ${own} arguments of \`index\`: ids and sizes`,
    );
    return;
  }
  verifyAttributions(args.workgroup, "workgroup", report);
  verifyAttributions(args.private, "private", report);
  for (const block of op.regions[0]!.blocks()) {
    const last = block.lastOp;
    if (last === null || last.successors.length > 0 || last instanceof Terminator) continue;
    report("gpu.launch-terminator", "the body of `gpu.launch` ends with `gpu.terminator`");
  }
}

/** Launches its body as a kernel; the body may use values from outside. */
export class Launch extends defineOp("gpu.launch", {
  summary: "Launches its body on a grid of blocks of threads.",
  operands: {
    asyncDependencies: dependencies,
    gridSizeX: operand(Index, "blocks along x"),
    gridSizeY: operand(Index),
    gridSizeZ: operand(Index),
    blockSizeX: operand(Index, "threads of a block along x"),
    blockSizeY: operand(Index),
    blockSizeZ: operand(Index),
    clusterSizeX: optionalOperand(Index, "blocks of a cluster along x"),
    clusterSizeY: optionalOperand(Index),
    clusterSizeZ: optionalOperand(Index),
    dynamicSharedMemorySize: optionalOperand(I(32), "bytes of dynamic workgroup memory"),
  },
  results: { asyncToken: token },
  attributes: {
    kernelModule: attrNamed("module", optionalAttr(FlatSymbolRef, "where the kernel is put")),
    kernelFunction: attrNamed("function", optionalAttr(FlatSymbolRef, "the kernel's name")),
  },
  regions: { body: region() },
  traits: [AutomaticAllocationScope, RecursiveMemoryEffects],
  print(op, p) {
    printAsync(op, p);
    p.enterRegionOf(op);
    if (hasClusters(op)) printAxis(op, p, "clusters", [clusterIds, clusterSizes, 7]);
    printAxis(op, p, "blocks", [blockIds, gridSizes, 1]);
    printAxis(op, p, "threads", [threadIds, blockSizes, 4]);
    const [dynamic] = op.operandGroup(10);
    if (dynamic !== undefined) {
      p.write(" dynamic_shared_memory_size ");
      p.operand(dynamic);
    }
    printSymbolIn(op, p, "module");
    printSymbolIn(op, p, "function");
    const args = splitArguments(op, hasClusters(op) ? 18 : 12);
    printAttributions(p, "workgroup", args.workgroup);
    printAttributions(p, "private", args.private);
    p.write(" ");
    p.region(op.regions[0]!, { entryArgs: false });
    p.attrDict(op, new Set(["module", "function", workgroupCountAttr]));
  },
  parse(p) {
    parseAsync(p);
    const start = p.asm.tokenStart();
    const word = p.asm.tryKeyword();
    p.asm.pos = start;
    const clusters = word === "clusters" ? parseAxis(p, "clusters") : undefined;
    const blocks = parseAxis(p, "blocks");
    const threads = parseAxis(p, "threads");
    axes.forEach((axis, d) => {
      if (clusters !== undefined) p.setOperands(`clusterSize${axis}`, [clusters.sizes[d]!]);
      p.setOperands(`gridSize${axis}`, [blocks.sizes[d]!]);
      p.setOperands(`blockSize${axis}`, [threads.sizes[d]!]);
    });
    if (p.asm.tryConsume("dynamic_shared_memory_size")) {
      p.setOperands("dynamicSharedMemorySize", [p.parseOperand()]);
    }
    parseSymbolIn(p, "module");
    parseSymbolIn(p, "function");
    const workgroup = parseAttributions(p, "workgroup", undefined);
    const privates = parseAttributions(p, "private", undefined);
    p.setAttr(workgroupCountAttr, IntegerAttr.get(workgroup.length, i64));
    p.parseRegion(new Region(), [
      ...blocks.ids,
      ...threads.ids,
      ...blocks.names,
      ...threads.names,
      ...(clusters === undefined ? [] : [...clusters.ids, ...clusters.names]),
      ...workgroup,
      ...privates,
    ]);
    p.parseAttrDict();
  },
  verify: verifyLaunch,
}) {
  get entry(): Block {
    return this.body.entry;
  }

  /** The body's names for the position of the block along x, y and z. */
  get blockIds(): readonly BlockArgument[] {
    return this.entry.args.slice(blockIds, blockIds + 3);
  }

  /** The body's names for the position of the thread in its block. */
  get threadIds(): readonly BlockArgument[] {
    return this.entry.args.slice(threadIds, threadIds + 3);
  }

  /** Whether blocks form clusters. */
  get isClustered(): boolean {
    return hasClusters(this);
  }

  /** Number of the body's arguments that are ids and sizes. */
  get numConfigArguments(): number {
    return this.isClustered ? 18 : 12;
  }

  /** Buffers that the threads of a block share. */
  get workgroupAttributions(): readonly BlockArgument[] {
    return splitArguments(this, this.numConfigArguments).workgroup;
  }

  /** Buffers of each thread. */
  get privateAttributions(): readonly BlockArgument[] {
    return splitArguments(this, this.numConfigArguments).private;
  }
}

/** Ends the body of a launch. */
export class Terminator extends defineOp("gpu.terminator", {
  summary: "Ends the body of a launch.",
  traits: [Pure, IsTerminator, ReturnLike, HasParent((): OpRef => Launch)],
  assembly: "attr-dict",
}) {}
