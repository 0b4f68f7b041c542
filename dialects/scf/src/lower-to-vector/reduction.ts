/** Where reductions were first needed; they are recognized for every target. */
export * from "../reduction.ts";
