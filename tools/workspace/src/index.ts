export * from "./floors.ts";
export * from "./packages.ts";
export * from "./tsconfigs.ts";
