/**
 * The rewriter of conversion patterns: values may be replaced by others of other types and numbers.
 * Where an operation that is not converted yet reads the original, a cast stands in.
 */
import type { Block, Operation, Region, Type, UnrealizedConversionCastOp, Value } from "@strata/ir";
import { type RewriteListener, Rewriter } from "../rewriter.ts";
import { castInputs, haveTypes, insertAtDefinition, makeCast } from "./casts.ts";
import { SignatureConversion, type TypeConverter } from "./type-converter.ts";

/** A cast together with the converter that knows better. */
export interface PendingCast {
  readonly cast: UnrealizedConversionCastOp;
  readonly kind: "source" | "target";
  readonly converter: TypeConverter | undefined;
}

/** Changes types while it rewrites. */
export class ConversionRewriter extends Rewriter {
  /** Every cast made so far. */
  readonly casts: Map<Operation, PendingCast> = new Map();
  /** The converter of the running pattern. */
  converter: TypeConverter | undefined;
  /** Casts of which a reader was erased. */
  readonly #released: Operation[] = [];
  readonly #targets = new Map<Value, UnrealizedConversionCastOp[]>();

  constructor(block: Block, listeners: RewriteListener[]) {
    super(block, null, listeners);
  }

  /** Replaces each result by one value or, in a list, by several or none, of whatever types. */
  override replaceOp(
    op: Operation,
    replacement: Operation | readonly (Value | readonly Value[])[],
  ): void {
    const lists: readonly (readonly Value[])[] =
      "results" in replacement
        ? replacement.results.map((r) => [r])
        : replacement.map((r) => ("type" in r ? [r] : r));
    if (lists.length !== op.results.length) {
      throw new Error(`${op.name} has ${op.results.length} results, got ${lists.length}`);
    }
    const values = op.results.map((r, i) => this.#standIn(r, lists[i]!, op));
    super.replaceOp(
      op,
      values.map((v, i) => v ?? op.results[i]!),
    );
  }

  /** A value of the original's type for those who still read it; undefined when nobody does. */
  #standIn(original: Value, values: readonly Value[], before: Operation): Value | undefined {
    if (original.isUnused) return undefined;
    if (values.length === 1 && values[0]!.type === original.type) return values[0];
    const cast = makeCast(values, [original.type], before.location);
    this.#note(cast, "source");
    this.saved(() => {
      this.setBefore(before);
      this.insert(cast);
    });
    return cast.results[0]!;
  }

  /** Keeps a cast in mind, before anybody hears of it. */
  #note(cast: UnrealizedConversionCastOp, kind: PendingCast["kind"]): void {
    this.casts.set(cast, { cast, kind, converter: this.converter });
  }

  /** Erases an operation; casts that only it has read go with `eraseUnusedCasts`. */
  override eraseOp(op: Operation): void {
    for (const { value } of op.operandUses) {
      const cast = value.definingOp;
      if (cast !== undefined && this.casts.has(cast)) this.#released.push(cast);
    }
    super.eraseOp(op);
  }

  /** Erases casts that nobody reads any more; to be called when no pattern is running. */
  eraseUnusedCasts(): void {
    for (let cast = this.#released.pop(); cast !== undefined; cast = this.#released.pop()) {
      if (cast.parent === null || !cast.isUnused) continue;
      this.eraseOp(cast);
      this.casts.delete(cast);
    }
  }

  /** Treats a cast that stands in the IR like one of its own. */
  adoptCast(cast: UnrealizedConversionCastOp): void {
    this.casts.set(cast, { cast, kind: "source", converter: undefined });
  }

  /** A value in converted form: of the types its type becomes; undefined when that is unknown. */
  converted(value: Value): readonly Value[] | undefined {
    if (this.converter === undefined) return castInputs([value]) ?? [value];
    const types = this.converter.convert(value.type);
    return types && this.asTypes(value, types);
  }

  /** A value as values of given types: itself, what it was cast from, or a cast of it. */
  asTypes(value: Value, types: readonly Type[]): readonly Value[] {
    if (types.length === 1 && types[0] === value.type) return [value];
    for (let from = castInputs([value]); from !== undefined; from = castInputs(from)) {
      if (haveTypes(from, types)) return from;
    }
    const known = this.#targets.get(value) ?? [];
    for (const cast of known) {
      if (cast.parent !== null && haveTypes(cast.results, types)) return cast.results;
    }
    const cast = makeCast([value], types, value.definingOp?.location ?? this.location);
    this.#note(cast, "target");
    insertAtDefinition(this, value, cast);
    this.#targets.set(value, [...known, cast]);
    return cast.results;
  }

  /** Gives a block new arguments; what read the old ones reads casts of the new. */
  applySignature(block: Block, signature: SignatureConversion): void {
    const old = [...block.args];
    const made = signature.types.map((t) => block.addArgument(t));
    this.saved(() => {
      old.forEach((arg, i) => {
        const input = signature.inputs[i];
        const values =
          input === undefined
            ? []
            : "values" in input
              ? input.values
              : made.slice(input.start, input.start + input.count);
        if (arg.isUnused) return;
        if (values.length === 1 && values[0]!.type === arg.type) {
          this.replaceAllUsesWith(arg, values[0]!);
          return;
        }
        const cast = makeCast(values, [arg.type], this.location);
        this.#note(cast, "source");
        this.setToStart(block);
        this.insert(cast);
        this.replaceAllUsesWith(arg, cast.results[0]!);
      });
    });
    for (let i = old.length - 1; i >= 0; i--) block.eraseArgument(i);
    this.changes++;
  }

  /** Converts the arguments of all blocks; false, with a reason, when a type is not convertible. */
  convertRegion(region: Region, converter: TypeConverter | undefined = this.converter): boolean {
    if (converter === undefined) throw new Error("no type converter is given");
    const signatures: SignatureConversion[] = [];
    for (const block of region.blocks()) {
      const types = block.args.map((a) => a.type);
      const s = SignatureConversion.of(types, converter);
      if (s === undefined) {
        const bad = types.find((t) => converter.convert(t) === undefined);
        return this.fail(`the type \`${String(bad)}\` of a block argument cannot be converted`);
      }
      signatures.push(s);
    }
    let i = 0;
    for (const block of region.blocks()) {
      const legal = block.args.every((a) => converter.isLegal(a.type));
      if (!legal) this.applySignature(block, signatures[i]!);
      i++;
    }
    return true;
  }
}
