/** Arbitraries for types, attributes and well-formed modules. */
export { anyAttribute } from "./attributes.ts";
export { type ModuleOptions, moduleTextFrom, moduleTexts } from "./module.ts";
export { fromTape, Tape } from "./tape.ts";
export { anyType } from "./types.ts";
export { families, type Family } from "./writer.ts";
