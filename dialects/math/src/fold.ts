/**
 * Folds of `math`: constants, computed as the interpreter computes them, and exact identities.
 * 0 to a negative integer power is not folded, as it fails at run time.
 */
import {
  type Constant,
  foldFloats,
  foldFloatsToIntegers,
  foldIntegers,
  isFloat,
  isInteger,
  mapConstants,
  signedValue,
} from "@strata/arith";
import { isNumberFormat } from "@strata/interpret";
import {
  type Attribute,
  constantAttr,
  elementTypeOf,
  FloatAttr,
  FloatType,
  foldOf,
  IntegerAttr,
  type InterfaceBinding,
  ShapedType,
  type Type,
} from "@strata/ir";
import { fmaOf } from "./fma.ts";
import { clamp, copySign, power } from "./functions.ts";
import { bitCounts, integerPower, isNormalOf, unaryFunctions } from "./functions-table.ts";
import * as ops from "./ops.ts";
