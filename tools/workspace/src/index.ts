export * from "./packages.ts";
export * from "./tsconfigs.ts";
