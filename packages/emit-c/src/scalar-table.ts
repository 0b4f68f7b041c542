/** The emitter of every scalar operation, by its definition. */
import type { OpDefinition } from "@strata/ir";
import type { ScalarEmit } from "./emission.ts";
import { floatEmitters } from "./floats.ts";
import { integerEmitters } from "./integers.ts";

export const scalarTable: ReadonlyMap<OpDefinition, ScalarEmit> = new Map(
  [...integerEmitters, ...floatEmitters].map(([ref, emit]) => [ref.definition, emit]),
);
