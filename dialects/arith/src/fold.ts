/** All folds of `arith`. */
import type { InterfaceBinding } from "@strata/ir";
import { castFolds } from "./fold-casts.ts";
import { floatFolds } from "./fold-floats.ts";
import { integerFolds } from "./fold-integers.ts";

/** How the operations fold. */
export const folds: readonly InterfaceBinding[] = [...integerFolds, ...floatFolds, ...castFolds];
