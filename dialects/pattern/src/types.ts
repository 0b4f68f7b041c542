/** Types of the pattern dialect. */
import { defineType, integerParameter, typeParameter } from "@strata/ir";

/** `!pattern.window<f32, 2>`: the neighbourhood of the current point in one input of a stencil. */
export class WindowType extends defineType(
  "pattern.window",
  "The neighbourhood of the current point in one input of a stencil.",
  { elementType: typeParameter, rank: integerParameter },
) {}
