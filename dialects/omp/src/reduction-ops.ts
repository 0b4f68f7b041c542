/**
 * `omp.declare_reduction`: how copies of a variable begin and are combined. A copy of a type is a
 * value; where it is an address, `alloc` makes one and `init` fills it.
 */
import {
  AnyTypeAttr,
  attr,
  defineOp,
  IsolatedFromAbove,
  type OpParser,
  region,
  Region,
  SymbolNameAttr,
  SymbolTrait,
  StringAttr,
  TypeAttr,
} from "@strata/ir";

/** Its regions, in order, and the words they are written behind. */
const parts = ["alloc", "init", "combiner", "atomic", "cleanup", "data_ptr_ptr"] as const;

function parsePart(p: OpParser, word: string): void {
  if (p.asm.tryConsume(word)) p.parseRegion(new Region());
  else p.addRegion(new Region());
}

/** How copies of a variable begin and are combined. */
export class DeclareReduction extends defineOp("omp.declare_reduction", {
  summary: "How copies of a variable begin and are combined.",
  attributes: { sym_name: attr(SymbolNameAttr), type: attr(AnyTypeAttr) },
  regions: {
    allocRegion: region(),
    initializerRegion: region(),
    reductionRegion: region(),
    atomicReductionRegion: region(),
    cleanupRegion: region(),
    dataPtrPtrRegion: region(),
  },
  traits: [SymbolTrait, IsolatedFromAbove],
  print(op, p) {
    const name = op.getAttr("sym_name");
    const type = op.getAttr("type");
    p.write(" ");
    p.symbolName(name instanceof StringAttr ? name.value : "");
    p.write(" : ");
    if (type instanceof TypeAttr) p.type(type.value);
    p.attrDict(op, new Set(["sym_name", "type"]));
    op.regions.forEach((r, i) => {
      if (r.isEmpty) return;
      p.write(` ${parts[i]} `);
      p.region(r);
    });
  },
  parse(p) {
    p.setAttr("sym_name", StringAttr.get(p.asm.parseSymbolName()));
    p.asm.expect(":");
    p.setAttr("type", TypeAttr.get(p.asm.parseType()));
    p.parseAttrDict();
    for (const word of parts) parsePart(p, word);
  },
  verify(op, report) {
    const type = op.getAttr("type");
    const held = type instanceof TypeAttr ? type.value : undefined;
    const check = (i: number, counts: readonly number[]): void => {
      const args = op.regions[i]?.firstBlock?.args;
      if (args === undefined) return;
      if (!counts.includes(args.length) || args.some((a) => a.type !== held)) {
        report(
          "omp.reduction-region",
          `the region \`${parts[i]}\` of a reduction of \`${held?.toString() ?? ""}\` takes ` +
            `${counts.join(" or ")} values of that type`,
        );
      }
    };
    for (const i of [1, 2]) {
      if (op.regions[i]?.isEmpty !== false) {
        report("omp.reduction-region", `a reduction needs the region \`${parts[i]}\``);
      }
    }
    check(1, [1, 2]);
    check(2, [2]);
  },
}) {}
